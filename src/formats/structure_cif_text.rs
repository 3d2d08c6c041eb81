//! Values in a CIF, so that no title or remark can end one early.

/// A value in quotes: control characters are blanks, and a quote that would end it is left out.
pub fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { ' ' }).collect();
    if clean.contains('\'') { format!("\"{}\"", clean.replace('"', " ")) } else { format!("'{clean}'") }
}

/// A tag with a text field; lines that begin with `;` are moved by a blank.
pub fn text_field(tag: &str, text: &str) -> String {
    let mut out = format!("{tag}\n;\n");
    for line in text.lines() {
        if line.starts_with(';') {
            out.push(' ');
        }
        // Beyond ASCII a CIF 1.1 has no characters.
        out.extend(line.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { ' ' }));
        out.push('\n');
    }
    out.push_str(";\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_value_early() {
        assert_eq!(quoted("P 1"), "'P 1'");
        assert_eq!(quoted("it's \"a\"\n"), "\"it's  a  \"");
        assert_eq!(text_field("_x", "a\n;b\nc"), "_x\n;\na\n ;b\nc\n;\n");
    }
}
