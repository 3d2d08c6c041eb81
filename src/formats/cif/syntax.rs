//! CIF 1.1 syntax: data blocks, items and loops, with line numbers. Forgiving: an unterminated string ends
//! with its line, an unterminated text field with the file, and a loop may lack values at its end.

use super::table::Table;
pub use super::table::{Column, Value};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::path::Path;

/// One `data_` block; tags are in lower case, the dot of a category (`_refln.index_h`) replaced by `_`.
#[derive(Debug, Default)]
pub struct Block<'a> {
    pub name: String,
    items: HashMap<String, Value<'a>>,
    loops: Vec<Table<'a>>,
}

/// Values of a file at most: a million reflections in ten columns; 120 MB of memory, 300 while a table grows.
const MOST_VALUES: usize = 10_000_000;
/// What tags, loops and blocks count for in place of so many values: each has names and tables of its own.
const WEIGHT_OF_NAME: usize = 10;
const WEIGHT_OF_BLOCK: usize = 30;
/// Bytes of a text that places can be told in.
const LARGEST_TEXT: usize = u32::MAX as usize;

impl<'a> Block<'a> {
    /// Value of an item, or the first one of a loop column.
    pub fn first(&self, tag: &str) -> Option<Value<'a>> {
        let tag = tag.to_ascii_lowercase();
        self.items.get(&tag).copied().or_else(|| {
            let table = self.loops.iter().find(|table| table.tags.contains(&tag))?;
            table.value(table.tags.iter().position(|t| *t == tag)?)
        })
    }

    /// Column of a loop by its tag.
    pub fn column(&'a self, tag: &str) -> Option<Column<'a>> {
        let tag = tag.to_ascii_lowercase();
        self.loops.iter().find_map(|table| Column::new(table, &tag))
    }
}

/// A CIF number without its standard uncertainty: `7.123(4)` is 7.123; `?` and `.` are none.
pub fn number(text: &str) -> Option<f64> {
    let plain = text.split('(').next()?;
    // Rust would read `inf` and `nan`, which CIF does not have.
    if !plain.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|x| x.is_finite())
}

enum Token<'a> {
    Data(&'a str),
    Loop,
    Tag(String),
    Value(Value<'a>),
}

/// All blocks of a file in order; values before the first `data_` are passed over, tags and loops there are a block
/// without a name.
///
/// # Errors
/// `Error::Input` naming `path` for a file of more than ten million values, or a tenth of that in tags.
pub fn blocks<'a>(text: &'a str, path: &Path) -> Result<Vec<Block<'a>>> {
    let too_large = || {
        let what = format!("has more than {MOST_VALUES} values, or too many tags and blocks");
        Error::file(path, what, "give a CIF of one structure, or a .hkl file")
    };
    if text.len() > LARGEST_TEXT {
        return Err(too_large());
    }
    let mut reader = Reader { text, blocks: Vec::new(), tag: None, in_header: false, in_loop: false, taken: 0 };
    let mut lines = Lines { text, at: 0, number: 0 };
    while let Some((number, start, line)) = lines.next() {
        if line.starts_with(';') {
            let end = lines.find(|(_, _, next)| next.starts_with(';')).map_or(text.len(), |(_, start, _)| start);
            let field = text.get(start + 1..end).unwrap_or("");
            reader.take(Token::Value(Value { text: of_field(field), line: number }));
        } else {
            line_tokens(line, number, &mut |token| reader.take(token));
        }
        if reader.taken > MOST_VALUES {
            return Err(too_large());
        }
    }
    Ok(reader.blocks)
}

/// What a text field says.
fn of_field(field: &str) -> &str {
    let field = field.trim_end();
    let inside = match field.split_once('\n') {
        Some((first, rest)) if first.trim().is_empty() => rest.trim_start_matches(['\n', '\r']),
        _ => field,
    };
    if inside.contains('\n') { inside } else { inside.trim() }
}

/// Lines with their numbers from 1 and where they start.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: usize,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.text.get(start..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').unwrap_or(rest.len());
        let line = rest.get(..end).unwrap_or("");
        self.at = start + end + 1;
        self.number += 1;
        Some((self.number, start, line.strip_suffix('\r').unwrap_or(line)))
    }
}

/// The file as far as it has been read.
struct Reader<'a> {
    text: &'a str,
    blocks: Vec<Block<'a>>,
    tag: Option<String>,
    /// In a loop header tags gather; the first value ends it.
    in_header: bool,
    in_loop: bool,
    /// Values, and what counts for them.
    taken: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, token: Token<'a>) {
        self.taken += match token {
            Token::Value(_) => 1,
            Token::Tag(_) | Token::Loop => WEIGHT_OF_NAME,
            Token::Data(_) => WEIGHT_OF_BLOCK,
        };
        // The line that is one too many is read to its end: a file may be one line.
        if self.taken > MOST_VALUES {
            return;
        }
        if let Token::Data(name) = token {
            self.blocks.push(Block { name: name.to_owned(), ..Block::default() });
            (self.tag, self.in_header, self.in_loop) = (None, false, false);
            return;
        }
        // A piece of a CIF without its beginning is a block without a name.
        if self.blocks.is_empty() && matches!(token, Token::Tag(_) | Token::Loop) {
            self.blocks.push(Block::default());
        }
        let Some(block) = self.blocks.last_mut() else { return };
        match token {
            Token::Data(_) => {}
            Token::Loop => {
                block.loops.push(Table::new(self.text));
                (self.tag, self.in_header, self.in_loop) = (None, true, true);
            }
            Token::Tag(name) if self.in_header => {
                if let Some(table) = block.loops.last_mut() {
                    table.tags.push(name);
                }
            }
            Token::Tag(name) => (self.tag, self.in_loop) = (Some(name), false),
            Token::Value(value) if self.in_loop => {
                self.in_header = false;
                if let Some(table) = block.loops.last_mut() {
                    table.push(value);
                }
            }
            Token::Value(value) => {
                if let Some(name) = self.tag.take() {
                    block.items.entry(name).or_insert(value);
                }
            }
        }
    }
}

fn line_tokens<'a>(line: &'a str, number: usize, take: &mut impl FnMut(Token<'a>)) {
    let mut rest = line.trim_start();
    while let Some(start) = rest.chars().next() {
        match start {
            '#' => return,
            '\'' | '"' => {
                let (text, after) = quoted(rest.get(1..).unwrap_or(""), start);
                take(Token::Value(Value { text, line: number }));
                rest = after.trim_start();
            }
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                if let Some(token) = bare(word, number) {
                    take(token);
                }
                rest = after.trim_start();
            }
        }
    }
}

/// Splits after the closing quote: the one that a blank or the end of the line follows.
fn quoted(body: &str, quote: char) -> (&str, &str) {
    for (i, _) in body.match_indices(quote) {
        let after = body.get(i + 1..).unwrap_or("");
        if after.is_empty() || after.starts_with(char::is_whitespace) {
            return (body.get(..i).unwrap_or(""), after);
        }
    }
    (body, "")
}

fn bare(word: &str, line: usize) -> Option<Token<'_>> {
    // Numbers, which are most of a file, need no comparison with key words.
    if !word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Some(Token::Value(Value { text: word, line }));
    }
    let lower = word.to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix("data_") {
        return Some(Token::Data(word.get(word.len() - name.len()..).unwrap_or("")));
    }
    match lower.as_str() {
        "loop_" => Some(Token::Loop),
        "stop_" | "global_" => None,
        _ if lower.starts_with("save_") => None,
        _ if lower.starts_with('_') => Some(Token::Tag(lower.replace('.', "_"))),
        _ => Some(Token::Value(Value { text: word, line })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Vec<Block<'_>> {
        blocks(text, Path::new("x.cif")).unwrap()
    }

    #[test]
    fn quotes_text_fields_comments_and_blocks() {
        let text = "junk\ndata_One # c\n_a 'it's ok' _b \"x\"\n_c\n;two\nlines\n;\nloop_ _d _e 1 'q # r' 2 'open\n\
            DATA_two\n_a 3\nloop_\n_f\n_g\n1 2 3\n";
        let blocks = parse(text);
        assert_eq!(blocks.len(), 2);
        let first = |tag: &str| blocks[0].first(tag).map(|v| v.text);
        assert_eq!((first("_A"), first("_b"), first("_c")), (Some("it's ok"), Some("x"), Some("two\nlines")));
        let d = blocks[0].column("_d").unwrap();
        assert_eq!(d.neighbour("_E").unwrap().get(0).unwrap().text, "q # r");
        assert_eq!(d.neighbour("_e").unwrap().get(1).unwrap().text, "open");
        assert_eq!((d.get(1).unwrap().line, d.get(2), d.left_over()), (8, None, None));
        let f = blocks[1].column("_f").unwrap();
        assert_eq!((blocks[1].name.as_str(), f.len(), f.left_over().unwrap().text), ("two", 1, "3"));
    }

    #[test]
    fn text_fields_keep_the_columns_of_their_first_line() {
        let text = "data_a\r\n_x\r\n;\r\n   1   0   0\r\n   2   0   0\r\n;\r\n_y\n; one line\n;\n_z\n;\nnever closed\n";
        let blocks = parse(text);
        let first = |tag: &str| blocks[0].first(tag).map(|v| (v.text, v.line));
        assert_eq!(first("_x"), Some(("   1   0   0\r\n   2   0   0", 3)));
        assert_eq!(first("_y"), Some(("one line", 8)));
        assert_eq!(first("_z"), Some(("never closed", 11)));
    }

    #[test]
    fn what_would_take_much_memory_is_refused() {
        for piece in ["data_a ", "_a ", "loop_ "] {
            let text = piece.repeat(MOST_VALUES / WEIGHT_OF_NAME + 1);
            let message = blocks(&format!("data_x\n{text}"), Path::new("x.cif")).unwrap_err().to_string();
            assert!(message.contains("or too many tags and blocks"), "{message}");
        }
    }

    #[test]
    fn numbers_lose_their_uncertainty() {
        assert_eq!(number("7.123(4)"), Some(7.123));
        assert_eq!(number("-.5"), Some(-0.5));
        for text in ["?", ".", "", "nan", "inf", "1e999", "a(1)"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
