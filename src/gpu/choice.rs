//! Which adapter is meant.

use super::AdapterReport;
use crate::{Error, Result};

/// An adapter as the user names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The best GPU; never software.
    Best,
    /// The best GPU, or a software adapter where there is no other.
    Any,
    /// Number in the list, PCI bus id, or part of the name in any case. Software too: whoever names it wants it.
    Named(String),
}

/// What to do when none fits.
const REMEDY: &str = "`seedflip devices` lists them";

/// The place of the chosen adapter in the list.
pub fn choose(adapters: &[AdapterReport], choice: &Choice) -> Result<usize> {
    if adapters.is_empty() {
        return Err(Error::Device(
            "no graphics adapter found; install its Vulkan driver, or run with --backend cpu".into(),
        ));
    }
    match choice {
        Choice::Any => Ok(0),
        Choice::Best => adapters.iter().position(|a| !a.software).ok_or_else(|| {
            let there = names(adapters.iter());
            Error::Device(format!(
                "no GPU found, only software adapters ({there}); take one with --device 0, or run with --backend cpu"
            ))
        }),
        Choice::Named(text) => named(adapters, text.trim()),
    }
}

fn named(adapters: &[AdapterReport], text: &str) -> Result<usize> {
    let nothing = |what: String| {
        let there = names(adapters.iter());
        Err(Error::Device(format!("{what}; those here are {there}: {REMEDY}")))
    };
    // A number is never part of a name: `--device 1` must not find an "H100".
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse().ok().filter(|index| *index < adapters.len()) {
            Some(index) => Ok(index),
            None => nothing(format!("there is no adapter number {text}")),
        };
    }
    let wanted = text.to_lowercase();
    let fits: Vec<usize> = match bus(text) {
        Some(id) => (0..adapters.len()).filter(|&i| bus(&adapters[i].pci) == Some(id)).collect(),
        None if text.is_empty() => Vec::new(),
        None => (0..adapters.len()).filter(|&i| adapters[i].name.to_lowercase().contains(&wanted)).collect(),
    };
    let Some(&first) = fits.first() else {
        return nothing(format!("no adapter is called {text:?}"));
    };
    // One card that two interfaces show (Vulkan and DX12) is no riddle: the first is as good.
    let same_card =
        |i: usize| i == first || bus(&adapters[i].pci).is_some_and(|b| Some(b) == bus(&adapters[first].pci));
    if fits.iter().all(|&i| same_card(i)) {
        return Ok(first);
    }
    let matches = names(fits.iter().map(|&i| &adapters[i]));
    Err(Error::Device(format!("{text:?} fits {matches}; give the number or the PCI bus id: {REMEDY}")))
}

/// Numbers and names, on one line.
fn names<'a>(adapters: impl Iterator<Item = &'a AdapterReport>) -> String {
    adapters.map(|a| format!("[{}] {}", a.index, a.name)).collect::<Vec<_>>().join(", ")
}

/// Domain, bus, device and function of a PCI bus id. The domain may be missing or have eight digits, as `nvidia-smi`
/// writes it.
pub(super) fn bus(text: &str) -> Option<[u32; 4]> {
    let (front, function) = text.trim().rsplit_once('.')?;
    let parts: Vec<&str> = front.split(':').collect();
    let (domain, bus, device) = match parts[..] {
        [domain, bus, device] => (domain, bus, device),
        [bus, device] => ("0", bus, device),
        _ => return None,
    };
    let hex = |part: &str| u32::from_str_radix(part, 16).ok();
    Some([hex(domain)?, hex(bus)?, hex(device)?, hex(function)?])
}
