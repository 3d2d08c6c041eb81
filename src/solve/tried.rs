//! What was tried of a candidate already.

/// A model must be better by this factor in R1 for what was tried of a candidate to be tried again: another trial of the same phases brings the same
/// answers otherwise (a peptide and a fluorobenzene in disorder descended twice, a palladium cage got the model of its supergroup three times).
const BETTER: f64 = 0.9;

/// Candidates of which something was tried, with the number of operations of the group, or of its Laue class, and R1 of their best model then.
#[derive(Debug, Default)]
pub struct Tried(Vec<(u32, usize, f64)>);

impl Tried {
    /// True where it was tried of a model as good.
    pub fn knows(&self, candidate: u32, operations: usize, r1: f64) -> bool {
        self.0.iter().any(|&(id, of, was)| (id, of) == (candidate, operations) && !is_better(r1, was))
    }

    /// It is tried now.
    pub fn note(&mut self, candidate: u32, operations: usize, r1: f64) {
        self.0.push((candidate, operations, r1));
    }

    /// How often anything was tried.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// True where a model with R1 `now` asks anew what one with `was` has answered.
pub fn is_better(now: f64, was: f64) -> bool {
    now < BETTER * was
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_better_model_is_tried_again() {
        let mut tried = Tried::default();
        tried.note(3, 8, 0.20);
        assert!(tried.knows(3, 8, 0.20) && tried.knows(3, 8, 0.181) && !tried.knows(3, 8, 0.179));
        assert!(!tried.knows(4, 8, 0.20) && !tried.knows(3, 4, 0.20) && tried.len() == 1);
    }
}
