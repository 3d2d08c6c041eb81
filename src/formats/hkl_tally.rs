//! Rows of a reflection file that share something worth a warning.

/// Counts lines of a kind and remembers the first.
#[derive(Default)]
pub struct Tally {
    count: usize,
    first: usize,
}

impl Tally {
    /// One more, on this line.
    pub fn add(&mut self, line: usize) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }

    /// Says so, where there is any.
    pub fn warn(&self, warnings: &mut Vec<String>, what: &str) {
        match self.count {
            0 => {}
            1 => warnings.push(format!("1 row (line {}) {what}", self.first)),
            n => warnings.push(format!("{n} rows (first: line {}) {what}", self.first)),
        }
    }
}
