//! Pages in HTML: everything in one file, nothing fetched, drawn by a script from a document.

use crate::{Error, Result};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
/// Sections, tables that sort, charts: what the scripts of all pages are put together from.
const PARTS: &str = include_str!("html/parts.js");

/// The text as it stands between tags and in attributes.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A page.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Its title.
    pub title: &'a str,
    /// What stands in its head beside the style; no text of strangers.
    pub head: &'a str,
    /// It may ask the server that it comes from, and nobody else; other pages ask nobody.
    pub asks: bool,
    /// What draws it, beside the parts of all pages; the function of it that is called …
    pub script: &'a str,
    /// … by this name …
    pub function: &'a str,
    /// … with this document, as JSON.
    pub document: &'a str,
}

impl Page<'_> {
    /// The page as text.
    ///
    /// # Errors
    /// `Error::Bug` when it cannot be put together.
    pub fn text(&self) -> Result<String> {
        // Nothing in the document may end the element that it stands in.
        let call = format!("{}({})", self.function, self.document.replace('<', "\\u003c"));
        let parts = [
            ("{{connect}}", if self.asks { "'self'" } else { "'none'" }),
            ("{{title}}", &*escaped(self.title)),
            ("{{style}}", STYLE),
            ("{{head}}", self.head),
            ("{{parts}}", PARTS),
            ("{{script}}", self.script),
            ("{{call}}", &call),
        ];
        let mut out = String::with_capacity(PAGE.len() + parts.iter().map(|(_, text)| text.len()).sum::<usize>());
        let mut rest = PAGE;
        // Each mark stands once in the page, in this order, so that no text that is put in is searched for marks.
        for (mark, text) in parts {
            let (before, behind) = rest.split_once(mark).ok_or_else(|| Error::Bug(format!("no {mark} in the page")))?;
            out.push_str(before);
            out.push_str(text);
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_strangers_ends_an_element_or_is_taken_for_a_mark() {
        let page = Page {
            title: "</title><b>{{style}}",
            head: "",
            asks: false,
            script: "function show() {}",
            function: "show",
            document: "{\"name\":\"</script>{{call}}\"}",
        };
        let text = page.text().unwrap();
        assert!(text.contains("<title>&lt;/title&gt;&lt;b&gt;{{style}}</title>"));
        assert!(text.contains("show({\"name\":\"\\u003c/script>{{call}}\"});"));
        assert_eq!(text.matches("</script>").count(), 1);
        assert!(
            text.contains("connect-src 'none'")
                && Page { asks: true, ..page }.text().unwrap().contains("connect-src 'self'")
        );
    }
}
