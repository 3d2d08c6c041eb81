//! Straight-line discrete Fourier transforms of small lengths, written once for any kind of number: the WGSL
//! writer binds names to expressions, the tests compute with f64.

use std::f64::consts::TAU;

/// What a transform does with its values.
pub trait Arithmetic {
    /// A complex value, or the name of one.
    type Value: Clone;
    /// a + b.
    fn add(&mut self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// a − b.
    fn sub(&mut self, a: &Self::Value, b: &Self::Value) -> Self::Value;
    /// a·factor, factor real.
    fn scale(&mut self, a: &Self::Value, factor: f64) -> Self::Value;
    /// a + b·factor, factor real.
    fn add_scaled(&mut self, a: &Self::Value, b: &Self::Value, factor: f64) -> Self::Value;
    /// a·i for a positive sign, a·(−i) for a negative one.
    fn times_i(&mut self, a: &Self::Value, sign: f64) -> Self::Value;
    /// a·(cos + i sin).
    fn rotate(&mut self, a: &Self::Value, cos: f64, sin: f64) -> Self::Value;
}

/// Lengths that have a transform of their own; others are put together from these.
const PRIMES: [usize; 4] = [2, 3, 5, 7];

/// Xₖ = Σ xⱼ exp(sign·2πi·jk/n), in natural order; n must be 2·3·5·7-smooth.
pub fn dft<A: Arithmetic>(ops: &mut A, x: &[A::Value], sign: f64) -> Vec<A::Value> {
    let n = x.len();
    match n {
        0 | 1 => x.to_vec(),
        2 => vec![ops.add(&x[0], &x[1]), ops.sub(&x[0], &x[1])],
        4 => four(ops, x, sign),
        _ => match near_root(n) {
            Some(a) => composite(ops, x, a, sign),
            None => odd(ops, x, sign),
        },
    }
}

/// The divisor a ≤ √n nearest to √n whose cofactor can be transformed as well; `None` for a prime.
fn near_root(n: usize) -> Option<usize> {
    if PRIMES.contains(&n) {
        return None;
    }
    (2..=n.isqrt()).rev().find(|a| n.is_multiple_of(*a))
}

/// Cooley & Tukey: a transforms of length n/a follow n/a of length a.
fn composite<A: Arithmetic>(ops: &mut A, x: &[A::Value], a: usize, sign: f64) -> Vec<A::Value> {
    let n = x.len();
    let b = n / a;
    let mut rows: Vec<Vec<A::Value>> = vec![Vec::with_capacity(b); a];
    for offset in 0..b {
        let inputs: Vec<A::Value> = (0..a).map(|i| x[offset + b * i].clone()).collect();
        for (k, value) in dft(ops, &inputs, sign).into_iter().enumerate() {
            rows[k].push(twiddle(ops, &value, offset * k, n, sign));
        }
    }
    let mut out: Vec<Option<A::Value>> = vec![None; n];
    for (k, row) in rows.iter().enumerate() {
        for (m, value) in dft(ops, row, sign).into_iter().enumerate() {
            out[k + a * m] = Some(value);
        }
    }
    out.into_iter().flatten().collect()
}

/// a·exp(sign·2πi·power/n), the trivial powers without a multiplication.
fn twiddle<A: Arithmetic>(ops: &mut A, a: &A::Value, power: usize, n: usize, sign: f64) -> A::Value {
    let power = power % n;
    if power == 0 {
        return a.clone();
    }
    if 4 * power == n {
        return ops.times_i(a, sign);
    }
    if 2 * power == n {
        return ops.scale(a, -1.0);
    }
    if 4 * power == 3 * n {
        return ops.times_i(a, -sign);
    }
    let (sin, cos) = (TAU * power as f64 / n as f64).sin_cos();
    ops.rotate(a, cos, sign * sin)
}

fn four<A: Arithmetic>(ops: &mut A, x: &[A::Value], sign: f64) -> Vec<A::Value> {
    let (s02, d02) = (ops.add(&x[0], &x[2]), ops.sub(&x[0], &x[2]));
    let (s13, d13) = (ops.add(&x[1], &x[3]), ops.sub(&x[1], &x[3]));
    let turned = ops.times_i(&d13, sign);
    vec![ops.add(&s02, &s13), ops.add(&d02, &turned), ops.sub(&s02, &s13), ops.sub(&d02, &turned)]
}

/// An odd prime length by sums and differences of the pairs i, p − i.
fn odd<A: Arithmetic>(ops: &mut A, x: &[A::Value], sign: f64) -> Vec<A::Value> {
    let p = x.len();
    let half = (p - 1) / 2;
    let sums: Vec<A::Value> = (1..=half).map(|i| ops.add(&x[i], &x[p - i])).collect();
    let differences: Vec<A::Value> = (1..=half).map(|i| ops.sub(&x[i], &x[p - i])).collect();
    let mut out = vec![x[0].clone(); p];
    for sum in &sums {
        out[0] = ops.add(&out[0], sum);
    }
    for k in 1..=half {
        let angle = |i: usize| TAU * ((i * k) % p) as f64 / p as f64;
        let mut even = x[0].clone();
        for (i, sum) in sums.iter().enumerate() {
            even = ops.add_scaled(&even, sum, angle(i + 1).cos());
        }
        let mut skew = ops.scale(&differences[0], angle(1).sin());
        for (i, difference) in differences.iter().enumerate().skip(1) {
            skew = ops.add_scaled(&skew, difference, angle(i + 1).sin());
        }
        let turned = ops.times_i(&skew, sign);
        out[k] = ops.add(&even, &turned);
        out[p - k] = ops.sub(&even, &turned);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    struct Numbers {
        multiplications: usize,
    }

    impl Arithmetic for Numbers {
        type Value = Complex64;
        fn add(&mut self, a: &Complex64, b: &Complex64) -> Complex64 {
            a + b
        }
        fn sub(&mut self, a: &Complex64, b: &Complex64) -> Complex64 {
            a - b
        }
        fn scale(&mut self, a: &Complex64, factor: f64) -> Complex64 {
            a * factor
        }
        fn add_scaled(&mut self, a: &Complex64, b: &Complex64, factor: f64) -> Complex64 {
            a + b * factor
        }
        fn times_i(&mut self, a: &Complex64, sign: f64) -> Complex64 {
            a * Complex64::new(0.0, sign)
        }
        fn rotate(&mut self, a: &Complex64, cos: f64, sin: f64) -> Complex64 {
            self.multiplications += 1;
            a * Complex64::new(cos, sin)
        }
    }

    #[test]
    fn every_smooth_length_is_the_sum_it_stands_for() {
        for n in (1..=64).filter(|&n| crate::wgsl::radices::is_smooth(n)) {
            for sign in [1.0, -1.0] {
                let x: Vec<Complex64> =
                    (0..n).map(|i| Complex64::new((i * i % 7) as f64 - 3.0, (i * 5 % 11) as f64)).collect();
                let found = dft(&mut Numbers { multiplications: 0 }, &x, sign);
                for (k, found) in found.iter().enumerate() {
                    let expected: Complex64 =
                        (0..n).map(|i| x[i] * Complex64::cis(sign * TAU * ((i * k) % n) as f64 / n as f64)).sum();
                    assert!((found - expected).norm() < 1e-11 * n as f64, "{n} {k}");
                }
            }
        }
    }

    #[test]
    fn powers_of_two_spend_few_multiplications() {
        let count = |n: usize| {
            let mut numbers = Numbers { multiplications: 0 };
            dft(&mut numbers, &vec![Complex64::new(1.0, 0.0); n], 1.0);
            numbers.multiplications
        };
        assert_eq!([4, 8, 16].map(count), [0, 2, 8]);
    }
}
