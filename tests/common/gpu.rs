//! The device that tests of the GPU run on, and the one switch that forbids to skip them.

use seedflip::gpu::{AdapterLimits, Choice, OpenDevice, open};
use std::io::Write;
use std::sync::Once;

/// With `1` in this variable a missing adapter fails the tests that need one.
const REQUIRE: &str = "SEEDFLIP_REQUIRE_GPU";

/// The best adapter here, software if there is no other. Without any, `None` after one line on stderr: the test is
/// to return at once. With `SEEDFLIP_REQUIRE_GPU=1` that is a failure.
pub fn gpu_or_skip() -> Option<OpenDevice> {
    static SAID: Once = Once::new();
    match open(&Choice::Any) {
        Ok(device) => Some(device),
        Err(error) if std::env::var(REQUIRE).is_ok_and(|v| v == "1") => panic!("{REQUIRE}=1, but {error}"),
        Err(error) => {
            // Straight to stderr: the test harness hides what `eprintln!` says in a test that passes.
            SAID.call_once(|| {
                let _ = writeln!(std::io::stderr(), "tests that need a GPU are skipped: {error}");
            });
            None
        }
    }
}

/// The same device with less to offer.
#[allow(dead_code)] // Not every file of tests has a use for it.
pub fn narrowed(open: &OpenDevice, narrow: impl FnOnce(&mut AdapterLimits)) -> OpenDevice {
    let mut narrowed = open.clone();
    narrow(&mut narrowed.report.limits);
    narrowed
}
