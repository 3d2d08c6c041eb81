//! Words of strangers, such as names of files and fields of their lines, made fit for one line on a terminal.

/// Characters of a quotation in a message; longer ones lose their middle.
const LONGEST: usize = 300;
/// What stands where a control character stood, …
const CONTROL: char = '?';
/// … and where a middle was cut out.
const CUT: &str = " … ";

/// `text` on one line: control characters replaced, its middle cut out where it is long.
pub fn shown(text: &str) -> String {
    cut(text, LONGEST)
}

/// `text` on one line with at most `longest` characters, and no number in it of hundreds of digits.
pub fn cut(text: &str, longest: usize) -> String {
    let text = &short_numbers(text);
    // The middle of what is very long is not even looked at.
    if text.len() <= longest {
        return clean(text);
    }
    let count = text.chars().count();
    if count <= longest {
        return clean(text);
    }
    let kept = longest.saturating_sub(CUT.chars().count());
    let (head, tail) = (kept.div_ceil(2), kept / 2);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    clean(&format!("{start}{CUT}{end}"))
}

/// Digits of a number that is written out; 2⁶⁴ has twenty.
const LONGEST_NUMBER: usize = 24;

/// `text` with numbers that are written out at great length, as 10³⁰⁰ is, in powers of ten.
fn short_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        out.push_str(before);
        match digits.parse::<f64>() {
            Ok(number) if digits.len() > LONGEST_NUMBER && number.is_finite() => out.push_str(&format!("{number:e}")),
            _ => out.push_str(digits),
        }
        rest = after;
    }
    out + rest
}

/// `text` without anything that moves a cursor, changes a colour or turns the direction of writing.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if moves(c) { CONTROL } else { c }).collect()
}

/// The same for text of several lines, whose ends stay.
pub fn clean_lines(text: &str) -> String {
    text.chars().map(|c| if moves(c) && c != '\n' { CONTROL } else { c }).collect()
}

/// Control characters, and those by which Unicode turns and hides text (line separators, marks and overrides of direction).
fn moves(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_wrote_stays_on_its_line() {
        assert_eq!(shown("a\u{1b}[31m\nb\u{7}\t\u{202e}c"), "a?[31m?b???c");
        assert_eq!(clean_lines("a\r\nb"), "a?\nb");
        let long = format!("{}é{}", "x".repeat(1000), "y".repeat(5));
        let short = cut(&long, 20);
        assert_eq!((short.chars().count(), short.ends_with("éyyyyy")), (20, true), "{short}");
        assert_eq!(shown(&"é".repeat(LONGEST)), "é".repeat(LONGEST));
        assert_eq!(cut("abc", 0), " … ");
        let huge = format!("-d {} and {}, 18446744073709551615; 0.30000000000000004", 1e-300, 1e300);
        assert_eq!(shown(&huge), "-d 1e-300 and 1e300, 18446744073709551615; 0.30000000000000004");
    }
}
