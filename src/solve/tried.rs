//! What was tried of a candidate already.

/// A model must be better by this factor in R1 for what was tried of a candidate to be tried again: another trial of the same phases brings the same
/// answers otherwise (a peptide and a fluorobenzene in disorder descended twice, a palladium cage got the model of its supergroup three times).
const BETTER: f64 = 0.9;

/// Something that is tried of a candidate.
#[derive(Debug, Clone, Copy)]
pub struct Attempt {
    /// The candidate.
    pub candidate: u32,
    /// Operations of the group of its best model, or of the Laue class.
    pub operations: usize,
    /// R1 of that model.
    pub r1: f64,
}

/// What was tried.
#[derive(Debug, Default)]
pub struct Tried(Vec<Attempt>);

impl Tried {
    /// True where it was tried of a model as good.
    pub fn knows(&self, now: Attempt) -> bool {
        let key = |attempt: &Attempt| (attempt.candidate, attempt.operations);
        self.0.iter().any(|was| key(was) == key(&now) && !is_better(now.r1, was.r1))
    }

    /// It is tried now.
    pub fn note(&mut self, now: Attempt) {
        self.0.push(now);
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
        let attempt = |candidate, operations, r1| Attempt { candidate, operations, r1 };
        tried.note(attempt(3, 8, 0.20));
        let knows = |candidate, operations, r1| tried.knows(attempt(candidate, operations, r1));
        assert!(knows(3, 8, 0.20) && knows(3, 8, 0.181) && !knows(3, 8, 0.179));
        assert!(!knows(4, 8, 0.20) && !knows(3, 4, 0.20) && tried.len() == 1);
    }
}
