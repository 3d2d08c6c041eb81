//! Loops of a CIF: tags and values.

/// One value and the line it starts on. Text fields are without the blanks at their end and without blank lines at
/// their beginning; their first line keeps its indent where others follow, as lists in columns need it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// A loop.
#[derive(Debug)]
pub struct Table<'a> {
    /// The file.
    text: &'a str,
    pub tags: Vec<String>,
    values: Vec<Place>,
}

/// Where a value of a loop stands, in half of the memory that the value takes: loops may be long.
#[derive(Debug, Clone, Copy)]
struct Place {
    start: u32,
    length: u32,
    line: u32,
}

/// One column of a loop, with the access to its neighbours in the same loop.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    table: &'a Table<'a>,
    index: usize,
}

impl<'a> Table<'a> {
    /// An empty loop of this file.
    pub fn new(text: &'a str) -> Self {
        Self { text, tags: Vec::new(), values: Vec::new() }
    }

    /// A value by its number in the loop.
    pub fn value(&self, at: usize) -> Option<Value<'a>> {
        let Place { start, length, line } = *self.values.get(at)?;
        let start = start as usize;
        Some(Value { text: self.text.get(start..start + length as usize)?, line: line as usize })
    }

    /// Takes a value, which is a piece of the text.
    pub fn push(&mut self, value: Value<'a>) {
        // Values are pieces of the text, which is shorter than LARGEST_TEXT.
        let start = value.text.as_ptr() as usize;
        let start = if value.text.is_empty() { 0 } else { start - self.text.as_ptr() as usize };
        self.values.push(Place { start: start as u32, length: value.text.len() as u32, line: value.line as u32 });
    }
}

impl<'a> Column<'a> {
    /// The column of a tag in lower case.
    pub fn new(table: &'a Table<'a>, tag: &str) -> Option<Self> {
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
    pub fn get(&self, row: usize) -> Option<Value<'a>> {
        (row < self.len()).then(|| self.table.value(row * self.table.tags.len() + self.index)).flatten()
    }

    /// The last value of the loop, where it is not the last of a row.
    pub fn left_over(&self) -> Option<Value<'a>> {
        let whole = self.table.values.len().is_multiple_of(self.table.tags.len().max(1));
        self.table.values.len().checked_sub(1).filter(|_| !whole).and_then(|last| self.table.value(last))
    }
}
