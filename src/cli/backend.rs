//! `--backend` and `--device`: from what the user asks for to the device that the trials run on.

use super::heading;
use crate::device::{DeviceChoice, Purpose, Site};
use crate::engine::Backend;
use crate::gpu::Storage;
use crate::{Error, Result};
use clap::ValueEnum;
use std::sync::Arc;

/// What `--device` takes for every GPU.
const ALL: &str = "all";

/// The options that `solve` and `bench` share.
#[derive(Debug, clap::Args)]
pub struct BackendArgs {
    /// Where the trials run
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::Auto, help_heading = heading::DEVICE)]
    backend: Kind,
    /// Adapter by number, part of its name or PCI bus id, see `seedflip devices`, or all for every GPU together; implies --backend gpu
    #[arg(long, value_name = "DEVICE", help_heading = heading::DEVICE)]
    device: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// The best GPU, or the CPU where there is none; solve begins on the CPU
    Auto,
    Cpu,
    /// A GPU; a software adapter where there is no other
    Gpu,
}

/// Number format of mixed space on a GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// Single precision
    F32,
    /// Half precision; arithmetic stays single
    F16,
}

impl From<Precision> for Storage {
    fn from(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Self::F32,
            Precision::F16 => Self::F16,
        }
    }
}

impl BackendArgs {
    /// The device that is meant; a number format, if one is given, means a GPU. `say` is told, in one line, what the
    /// user may not expect.
    pub fn resolve(
        &self,
        storage: Option<Precision>,
        pool: &Arc<rayon::ThreadPool>,
        say: impl Fn(&str),
    ) -> Result<Arc<dyn Backend>> {
        self.site(Purpose::Other, storage, say).map(|site| site.backend(pool))
    }

    /// The same for searches, which may begin on the processor while the GPU that they are to have is made ready.
    pub fn site_of_search(&self, say: impl Fn(&str)) -> Result<Site> {
        self.site(Purpose::Search, None, say)
    }

    fn site(&self, purpose: Purpose, storage: Option<Precision>, say: impl Fn(&str)) -> Result<Site> {
        let choice = match (self.backend, &self.device) {
            (Kind::Cpu, _) if storage.is_some() => {
                let what = "--storage is for GPUs and --backend cpu stores f32 alone; leave one out";
                return Err(Error::Usage(what.into()));
            }
            (Kind::Cpu, Some(device)) => {
                let what = format!("--device {device} names a GPU and --backend cpu takes none; leave one out");
                return Err(Error::Usage(what));
            }
            (Kind::Cpu, None) => DeviceChoice::Cpu,
            (Kind::Auto | Kind::Gpu, Some(device)) if device == ALL => DeviceChoice::All,
            (Kind::Auto | Kind::Gpu, Some(device)) => DeviceChoice::Named(device.clone()),
            (Kind::Gpu, None) => DeviceChoice::Gpu,
            (Kind::Auto, None) => DeviceChoice::Auto,
        };
        choice.site(purpose, storage.map(Storage::from), &say)
    }
}
