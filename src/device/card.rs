//! GPUs that are asked for, or found.

use super::{DeviceChoice, Purpose, Site};
use crate::engine::{Backend, Team};
use crate::gpu::plan::Tuning;
use crate::gpu::{self, Choice, GpuBackend, GpuInWaiting, Storage};
use crate::{Error, Result};
use std::sync::Arc;

/// Variable that changes how kernels are cut, for measuring on a device.
const TUNING: &str = "SEEDFLIP_TUNING";

/// What is said where the CPU has to do.
const NO_GPU: &str = "no GPU found: the trials run on the CPU";

/// The place that `choice` means.
///
/// # Errors
/// Those of opening an adapter.
pub fn site(choice: &DeviceChoice, purpose: Purpose, storage: Option<Storage>, say: &dyn Fn(&str)) -> Result<Site> {
    let open = |choice: &Choice| open(choice, storage, say);
    match choice {
        DeviceChoice::Cpu => Ok(Site::Cpu),
        DeviceChoice::Named(device) => open(&Choice::Named(device.clone())),
        DeviceChoice::Gpu => open(&Choice::Any),
        DeviceChoice::All => all(storage, say),
        DeviceChoice::Auto if storage.is_some() => open(&Choice::Best),
        DeviceChoice::Auto if purpose == Purpose::Search => {
            match gpu::list().into_iter().find(|adapter| !adapter.software) {
                Some(adapter) => Ok(Site::Auto(GpuInWaiting::new(&adapter, &changes()?))),
                None => {
                    say(NO_GPU);
                    Ok(Site::Cpu)
                }
            }
        }
        DeviceChoice::Auto if gpu::list().iter().all(|adapter| adapter.software) => {
            say(NO_GPU);
            Ok(Site::Cpu)
        }
        DeviceChoice::Auto => open(&Choice::Best).or_else(|error| {
            say(&format!("the trials run on the CPU, as the GPU cannot be used: {error}"));
            Ok(Site::Cpu)
        }),
    }
}

/// How kernels are to be cut, if the user has a wish.
fn changes() -> Result<String> {
    let changes = std::env::var(TUNING).unwrap_or_default();
    let sound = Tuning::GPU.with(&changes);
    sound.map(|_| changes).map_err(|what| Error::Usage(format!("{TUNING}: {what}")))
}

/// Opens an adapter and puts the trials on it.
fn open(choice: &Choice, storage: Option<Storage>, say: &dyn Fn(&str)) -> Result<Site> {
    opened(choice, storage, say).map(|backend| Site::Gpu(Arc::new(backend)))
}

/// Opens all GPUs, each once where two interfaces show it, and puts the trials on them.
fn all(storage: Option<Storage>, say: &dyn Fn(&str)) -> Result<Site> {
    let adapters = gpu::list();
    let cards = adapters.iter().filter(|adapter| !adapter.software);
    let mut seen: Vec<&str> = Vec::new();
    let mut team: Vec<Arc<dyn Backend>> = Vec::new();
    for card in cards {
        if !card.pci.is_empty() && seen.contains(&card.pci.as_str()) {
            continue;
        }
        seen.push(&card.pci);
        team.push(Arc::new(opened(&Choice::Named(card.index.to_string()), storage, say)?));
    }
    if team.len() < 2 {
        return open(&Choice::Any, storage, say);
    }
    let team = Team::new(team).map_err(|error| Error::Device(format!("{error}; name one card by --device")))?;
    say(&format!("trials run on {}", team.device().name));
    Ok(Site::Team(Arc::new(team)))
}

fn opened(choice: &Choice, storage: Option<Storage>, say: &dyn Fn(&str)) -> Result<GpuBackend> {
    let open = gpu::open(choice)?;
    if open.report.software {
        say(&format!("{} is a software adapter: slower than --backend cpu", open.report.name));
    }
    GpuBackend::new(open, &changes()?, storage.unwrap_or_default())
        .map_err(|what| Error::Usage(format!("{TUNING}: {what}")))
}
