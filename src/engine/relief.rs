//! Engines that are being made on another device while trials have begun on the first.

use super::{Engine, EngineError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

/// Makes engines that take turns in a thread of its own; whoever loses interest drops it.
pub struct Relief {
    /// Trials, from the first on, that run where they have begun.
    pub after: u32,
    coming: Option<JoinHandle<Made>>,
    unwanted: Arc<AtomicBool>,
}

type Made = Result<Vec<Box<dyn Engine>>, EngineError>;

impl Relief {
    /// Begins; `make` is told whether the engines are still wanted. `None` where the system has no thread left.
    pub fn begin(after: u32, make: impl FnOnce(&AtomicBool) -> Made + Send + 'static) -> Option<Self> {
        let unwanted = Arc::new(AtomicBool::new(false));
        let seen = unwanted.clone();
        let coming = Builder::new().name("relief".into()).spawn(move || make(&seen)).ok()?;
        Some(Self { after, coming: Some(coming), unwanted })
    }

    /// Waits for the engines, at least one.
    ///
    /// # Errors
    /// Why there is none.
    pub fn wait(mut self) -> Made {
        let made = self.coming.take().and_then(|coming| coming.join().ok());
        let made = made.filter(|made| made.as_ref().map_or(true, |engines| !engines.is_empty()));
        made.unwrap_or_else(|| Err(EngineError::Refused("the device could not be made ready".into())))
    }
}

impl Drop for Relief {
    /// A driver does not like to be left in the middle of its work when the program ends.
    fn drop(&mut self) {
        self.unwanted.store(true, Ordering::Relaxed);
        if let Some(coming) = self.coming.take() {
            let _ = coming.join();
        }
    }
}
