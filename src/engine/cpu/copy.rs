//! Copy bandwidth of the processor: what memory gives to threads that do nothing else.

use rayon::prelude::*;
use std::time::Instant;

/// Bytes of each of the two buffers: beyond the last-level cache of most processors.
const BYTES: usize = 256 << 20;
/// Measurements, of which the best counts.
const RUNS: usize = 6;
/// Pieces for every thread, so that a thread that is held up does not hold up the rest.
const PIECES: usize = 4;

/// Bytes that a copy on all threads of `pool` moves per second, those read and those written, at best. What the
/// processor may read besides, to fill cache lines that are about to be written, is not counted.
pub fn bandwidth(pool: &rayon::ThreadPool) -> f64 {
    // Pages that were never written cost no memory, and reading them no bandwidth.
    let source = vec![0x5555_5555_5555_5555_u64; BYTES / 8];
    let mut target = vec![1_u64; BYTES / 8];
    let best = (0..RUNS).map(|_| seconds(pool, &source, &mut target)).fold(f64::INFINITY, f64::min);
    2.0 * BYTES as f64 / best
}

/// Seconds of one copy.
fn seconds(pool: &rayon::ThreadPool, source: &[u64], target: &mut [u64]) -> f64 {
    let piece = source.len().div_ceil(pool.current_num_threads() * PIECES).max(1);
    let begun = Instant::now();
    pool.install(|| {
        target.par_chunks_mut(piece).zip(source.par_chunks(piece)).for_each(|(to, from)| to.copy_from_slice(from));
    });
    begun.elapsed().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_copied_and_the_rate_is_plausible() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let source: Vec<u64> = (0..100_003).collect();
        let mut target = vec![0; source.len()];
        assert!(seconds(&pool, &source, &mut target) > 0.0);
        assert_eq!(source, target);
        // Between a floppy disk and a hundred servers.
        let rate = bandwidth(&pool);
        assert!((1e8..1e14).contains(&rate), "{rate:e}");
    }
}
