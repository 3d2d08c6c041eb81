//! CIF 1.1 syntax: data blocks, items and loops, with line numbers. Forgiving: an unterminated string ends
//! with its line, an unterminated text field with the file, and a loop may lack values at its end.

use std::collections::HashMap;

/// One value and the line it starts on.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    pub text: String,
    pub line: usize,
}

/// One `data_` block; tags are in lower case, the dot of a category (`_refln.index_h`) replaced by `_`.
#[derive(Debug, Default)]
pub struct Block {
    pub name: String,
    items: HashMap<String, Value>,
    loops: Vec<Table>,
}

#[derive(Debug, Default)]
struct Table {
    tags: Vec<String>,
    values: Vec<Value>,
}

/// One column of a loop, with the access to its neighbours in the same loop.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    table: &'a Table,
    index: usize,
}

impl Block {
    /// Value of an item, or the first one of a loop column.
    pub fn first(&self, tag: &str) -> Option<&Value> {
        let tag = tag.to_ascii_lowercase();
        self.items.get(&tag).or_else(|| self.column(&tag)?.get(0))
    }

    /// Column of a loop by its tag.
    pub fn column(&self, tag: &str) -> Option<Column<'_>> {
        let tag = tag.to_ascii_lowercase();
        self.loops.iter().find_map(|table| Column::new(table, &tag))
    }
}

impl<'a> Column<'a> {
    fn new(table: &'a Table, tag: &str) -> Option<Self> {
        let index = table.tags.iter().position(|t| t == tag)?;
        Some(Self { table, index })
    }

    /// Another column of the same loop.
    pub fn neighbour(&self, tag: &str) -> Option<Self> {
        Self::new(self.table, &tag.to_ascii_lowercase())
    }

    /// Number of complete rows.
    pub fn len(&self) -> usize {
        self.table.values.len() / self.table.tags.len().max(1)
    }

    /// Value in a row; `None` beyond the last complete row.
    pub fn get(&self, row: usize) -> Option<&'a Value> {
        (row < self.len()).then(|| self.table.values.get(row * self.table.tags.len() + self.index)).flatten()
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

enum Token {
    Data(String),
    Loop,
    Tag(String),
    Value(Value),
}

/// All blocks of a file in order; text before the first `data_` is passed over.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut tag: Option<String> = None;
    // In a loop header tags gather; the first value ends it.
    let mut in_header = false;
    let mut in_loop = false;
    for token in tokens(text) {
        if let Token::Data(name) = token {
            blocks.push(Block { name, ..Block::default() });
            (tag, in_header, in_loop) = (None, false, false);
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        match token {
            Token::Data(_) => {}
            Token::Loop => {
                block.loops.push(Table::default());
                (tag, in_header, in_loop) = (None, true, true);
            }
            Token::Tag(name) if in_header => {
                if let Some(table) = block.loops.last_mut() {
                    table.tags.push(name);
                }
            }
            Token::Tag(name) => (tag, in_loop) = (Some(name), false),
            Token::Value(value) if in_loop => {
                in_header = false;
                if let Some(table) = block.loops.last_mut() {
                    table.values.push(value);
                }
            }
            Token::Value(value) => {
                if let Some(name) = tag.take() {
                    block.items.entry(name).or_insert(value);
                }
            }
        }
    }
    blocks
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if let Some(first) = line.strip_prefix(';') {
            let mut field = vec![first];
            for (_, next) in lines.by_ref() {
                if next.starts_with(';') {
                    break;
                }
                field.push(next);
            }
            tokens.push(Token::Value(Value { text: field.join("\n").trim().to_owned(), line: number }));
            continue;
        }
        line_tokens(line, number, &mut tokens);
    }
    tokens
}

fn line_tokens(line: &str, number: usize, tokens: &mut Vec<Token>) {
    let mut rest = line.trim_start();
    while let Some(start) = rest.chars().next() {
        match start {
            '#' => return,
            '\'' | '"' => {
                let body = rest.get(1..).unwrap_or("");
                let (value, after) = quoted(body, start);
                tokens.push(Token::Value(Value { text: value.to_owned(), line: number }));
                rest = after.trim_start();
            }
            _ => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                tokens.extend(bare(word, number));
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

fn bare(word: &str, line: usize) -> Option<Token> {
    let lower = word.to_ascii_lowercase();
    if let Some(name) = lower.strip_prefix("data_") {
        return Some(Token::Data(word.get(word.len() - name.len()..).unwrap_or("").to_owned()));
    }
    match lower.as_str() {
        "loop_" => Some(Token::Loop),
        "stop_" | "global_" => None,
        _ if lower.starts_with("save_") => None,
        _ if lower.starts_with('_') => Some(Token::Tag(lower.replace('.', "_"))),
        _ => Some(Token::Value(Value { text: word.to_owned(), line })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_text_fields_comments_and_blocks() {
        let text = "junk\ndata_One # c\n_a 'it's ok' _b \"x\"\n_c\n;two\nlines\n;\nloop_ _d _e 1 'q # r' 2 'open\n\
            DATA_two\n_a 3\nloop_\n_f\n_g\n1 2 3\n";
        let blocks = blocks(text);
        assert_eq!(blocks.len(), 2);
        let first = |tag: &str| blocks[0].first(tag).map(|v| v.text.as_str());
        assert_eq!((first("_A"), first("_b"), first("_c")), (Some("it's ok"), Some("x"), Some("two\nlines")));
        let d = blocks[0].column("_d").unwrap();
        assert_eq!(d.neighbour("_E").unwrap().get(0).unwrap().text, "q # r");
        assert_eq!(d.neighbour("_e").unwrap().get(1).unwrap().text, "open");
        assert_eq!((d.get(1).unwrap().line, d.get(2)), (8, None));
        assert_eq!((blocks[1].name.as_str(), blocks[1].column("_f").unwrap().len()), ("two", 1));
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
