//! Splitting a transform length into the radices of its stages.

/// Prime factors a grid edge may have.
const PRIMES: [usize; 4] = [2, 3, 5, 7];

/// True when n has no prime factor above 7.
pub fn is_smooth(n: usize) -> bool {
    let mut rest = n;
    for p in PRIMES {
        while rest > 1 && rest.is_multiple_of(p) {
            rest /= p;
        }
    }
    rest == 1
}

/// Radices whose product is n, none above `largest` (at least 7), as few as can be and among those the
/// most even, smallest first. Empty for n = 1; `None` when n is not 2·3·5·7-smooth.
pub fn radices(n: usize, largest: usize) -> Option<Vec<usize>> {
    if !is_smooth(n) || n == 0 {
        return None;
    }
    let mut best: Option<Vec<usize>> = None;
    split(n, largest.max(7), 2, &mut Vec::new(), &mut best);
    best
}

/// Tries all non-decreasing factorisations from `smallest` up.
fn split(n: usize, largest: usize, smallest: usize, taken: &mut Vec<usize>, best: &mut Option<Vec<usize>>) {
    if n == 1 {
        let better = best.as_ref().is_none_or(|b| (taken.len(), taken.last()) < (b.len(), b.last()));
        if better {
            *best = Some(taken.clone());
        }
        return;
    }
    for radix in (smallest..=largest.min(n)).filter(|r| n.is_multiple_of(*r)) {
        taken.push(radix);
        split(n / radix, largest, radix, taken, best);
        taken.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_short_even_and_whole() {
        assert_eq!(radices(64, 16).unwrap(), [8, 8]);
        assert_eq!(radices(96, 16).unwrap(), [8, 12]);
        assert_eq!(radices(64, 64).unwrap(), [64]);
        assert_eq!(radices(243, 16).unwrap(), [3, 9, 9]);
        assert_eq!(radices(1, 16).unwrap(), [] as [usize; 0]);
        assert!(radices(22, 16).is_none());
        for n in (1..=512).filter(|&n| is_smooth(n)) {
            for largest in [7, 8, 16, 64] {
                let list = radices(n, largest).unwrap();
                assert_eq!(list.iter().product::<usize>(), n);
                assert!(list.iter().all(|&r| r <= largest));
            }
        }
    }
}
