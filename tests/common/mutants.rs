//! Mutants of good files, for readers that must refuse or read whatever they are given: without a panic, a hang, much memory, or an unclear
//! word. The same seed makes the same mutants.

use std::alloc::{GlobalAlloc, Layout, System};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Longer than any mutant takes, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Memory that a reader may take for a small file, bytes: a map of a part of the cell becomes one of the whole, of up to 512³ points.
const MEMORY: usize = 600 << 20;
/// Characters of a message.
const LONGEST: usize = 600;
/// Bytes at either end that are hit more often than the rest: headers.
const HEADER: usize = 2048;

/// Counts what is allocated.
pub struct Counting;
static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Numbers from a seed (xorshift, Marsaglia 2003).
pub struct Numbers(u64);

impl Numbers {
    /// Numbers of mutant `n` of a run.
    pub fn of(seed: u64, n: u64) -> Self {
        let mut numbers =
            Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (n + 1).wrapping_mul(0xD1B5_4A32_D192_ED03) | 1);
        numbers.next();
        numbers
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}

/// What readers stumble over.
const WORDS: [&str; 38] = [
    "nan",
    "inf",
    "-inf",
    "1e308",
    "-1e308",
    "1e999",
    "-1",
    "0",
    "-0",
    "99999999999999999999",
    "2147483648",
    "-2147483649",
    "9223372036854775807",
    "32768",
    "-32769",
    "65536",
    "1e-320",
    "0.0",
    "180",
    "\u{e9}",
    "\0",
    "\n",
    "\r",
    " ",
    ",",
    "=",
    "'",
    "\"",
    ";",
    "loop_",
    "data_",
    "END",
    "0 0 0",
    "x,y,z",
    "\u{1b}[31m",
    "\u{7}",
    "(",
    "\u{1a}",
];
/// Words of four bytes that binary readers stumble over.
const BITS: [u32; 7] = [0, 1, u32::MAX, i32::MAX as u32, i32::MIN as u32, 0x7fc0_0000, 0x7f80_0000];

/// A mutant: one to six changes of bytes, words or lines.
pub fn mutant(source: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..=numbers.below(6) {
        if bytes.is_empty() {
            bytes.push(0);
        }
        let n = bytes.len();
        let at = match numbers.below(3) {
            0 => numbers.below(n.min(HEADER)),
            1 => n - 1 - numbers.below(n.min(HEADER)),
            _ => numbers.below(n),
        };
        change(&mut bytes, at, numbers);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, at: usize, numbers: &mut Numbers) {
    let blank = |c: &u8| c.is_ascii_whitespace() || *c == b',';
    let end = |bytes: &[u8], numbers: &mut Numbers| (at + numbers.below(200)).min(bytes.len());
    match numbers.below(12) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << numbers.below(8),
        2 => bytes[at] = numbers.next() as u8,
        3 | 4 => {
            let random = numbers.next() as u32;
            let bits = if numbers.below(2) == 0 { random } else { BITS[numbers.below(BITS.len())] };
            let start = at & !3;
            bytes.iter_mut().skip(start).zip(bits.to_le_bytes()).for_each(|(byte, new)| *byte = new);
        }
        5 => drop(bytes.splice(at..at, WORDS[numbers.below(WORDS.len())].bytes())),
        6 => {
            let start = bytes[..at].iter().rposition(blank).map_or(0, |i| i + 1);
            let end = bytes[at..].iter().position(blank).map_or(bytes.len(), |i| i + at);
            bytes.splice(start..end.max(start), WORDS[numbers.below(WORDS.len())].bytes());
        }
        7 => drop(bytes.drain(at..end(bytes, numbers))),
        8 => {
            let copy = bytes[at..end(bytes, numbers)].to_vec();
            let place = numbers.below(bytes.len());
            bytes.splice(place..place, copy);
        }
        9 => {
            let start = bytes[..at].iter().rposition(|c| *c == b'\n').map_or(0, |i| i + 1);
            let end = bytes[at..].iter().position(|c| *c == b'\n').map_or(bytes.len(), |i| i + at);
            bytes.drain(start..end);
        }
        10 if bytes[at].is_ascii_digit() => bytes[at] = b'0' + numbers.below(10) as u8,
        _ if bytes[at].is_ascii_digit() => drop(bytes.splice(at..at, *b"999999999999")),
        _ => {}
    }
}

/// What a reader does with the bytes of a file of this name: reads them, or says why not.
pub type Reader = fn(&Path, &[u8]) -> Result<(), String>;

/// What came of the mutants of a reader.
#[derive(Debug, Default)]
pub struct Tally {
    pub tried: u64,
    pub read: u64,
    pub refused: u64,
    pub longest: Duration,
    pub most_memory: usize,
    /// What must not be, each with the mutant that did it.
    pub findings: Vec<(String, Vec<u8>)>,
}

/// Findings after which a run ends: they are mostly one.
const ENOUGH: usize = 5;

/// Hands `count` mutants of the files to a reader.
pub fn try_mutants(reader: Reader, files: &[(PathBuf, Vec<u8>)], count: u64, seed: u64) -> Tally {
    let mut tally = Tally::default();
    // Which panics is asked of the hook of whoever runs this.
    for n in 0..count {
        let (name, source) = &files[(n as usize) % files.len()];
        let bytes = mutant(source, &mut Numbers::of(seed, n));
        let before = NOW.load(Relaxed);
        PEAK.store(before, Relaxed);
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| reader(name, &bytes)));
        let (time, memory) = (begun.elapsed(), PEAK.load(Relaxed).saturating_sub(before));
        let mut finding = None;
        match outcome {
            Ok(Ok(())) => tally.read += 1,
            Ok(Err(message)) => {
                tally.refused += 1;
                let clear = message.lines().count() == 1
                    && message.contains("; ")
                    && message.chars().count() <= LONGEST
                    && !message.chars().any(char::is_control);
                if !clear {
                    finding = Some(format!("unclear: {message:?}"));
                }
            }
            Err(_) => finding = Some("panic".into()),
        }
        if time > PATIENCE {
            finding = Some(format!("slow: {:.1} s", time.as_secs_f64()));
        }
        if memory > MEMORY + 40 * bytes.len() {
            finding = Some(format!("memory: {} MB", memory >> 20));
        }
        tally.tried += 1;
        tally.longest = tally.longest.max(time);
        tally.most_memory = tally.most_memory.max(memory);
        tally.findings.extend(finding.map(|what| (format!("mutant {n} of {}: {what}", name.display()), bytes)));
        if tally.findings.len() >= ENOUGH {
            break;
        }
    }
    tally
}
