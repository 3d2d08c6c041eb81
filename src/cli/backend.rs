//! `--backend` and `--device`: from what the user asks for to the device that the trials run on.

use super::heading;
use crate::engine::Backend;
use crate::engine::cpu::CpuBackend;
use crate::gpu::plan::Tuning;
use crate::gpu::{self, AutoBackend, Choice, GpuBackend, GpuInWaiting, Storage};
use crate::{Error, Result};
use clap::ValueEnum;
use std::sync::Arc;

/// The options that `solve` and `bench` share.
#[derive(Debug, clap::Args)]
pub struct BackendArgs {
    /// Where the trials run
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::Auto, help_heading = heading::DEVICE)]
    backend: Kind,
    /// Adapter by number, part of its name or PCI bus id, see `seedflip devices`; implies --backend gpu
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

/// Where trials are to run: of one search, or of several side by side, which then share a GPU.
pub enum Site {
    /// The processor.
    Cpu,
    /// The processor first.
    Auto(GpuInWaiting),
    /// A GPU.
    Gpu(Arc<GpuBackend>),
}

impl Site {
    /// The device of a search that has the threads of `pool`.
    pub fn backend(&self, pool: &Arc<rayon::ThreadPool>) -> Arc<dyn Backend> {
        let cpu = CpuBackend::new(pool.clone());
        match self {
            Self::Cpu => Arc::new(cpu),
            Self::Auto(gpu) => Arc::new(AutoBackend::new(Box::new(cpu), gpu.clone())),
            Self::Gpu(gpu) => gpu.clone(),
        }
    }

    /// Whether a GPU takes part, for which threads have to wait.
    pub fn has_gpu(&self) -> bool {
        !matches!(self, Self::Cpu)
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
        self.site(false, storage, say).map(|site| site.backend(pool))
    }

    /// The same for searches, which may begin on the processor while the GPU that they are to have is made ready.
    pub fn site_of_search(&self, say: impl Fn(&str)) -> Result<Site> {
        self.site(true, None, say)
    }

    fn site(&self, search: bool, storage: Option<Precision>, say: impl Fn(&str)) -> Result<Site> {
        let open = |choice: &Choice, say: &dyn Fn(&str)| open(choice, storage, say);
        match (self.backend, &self.device) {
            (Kind::Cpu, _) if storage.is_some() => {
                Err(Error::Usage("--storage is for GPUs and --backend cpu stores f32 alone; leave one out".into()))
            }
            (Kind::Cpu, Some(device)) => {
                Err(Error::Usage(format!("--device {device} names a GPU and --backend cpu takes none; leave one out")))
            }
            (Kind::Cpu, None) => Ok(Site::Cpu),
            (Kind::Auto | Kind::Gpu, Some(device)) => open(&Choice::Named(device.clone()), &say),
            (Kind::Gpu, None) => open(&Choice::Any, &say),
            (Kind::Auto, None) if storage.is_some() => open(&Choice::Best, &say),
            (Kind::Auto, None) if search => match gpu::list().into_iter().find(|adapter| !adapter.software) {
                Some(adapter) => Ok(Site::Auto(GpuInWaiting::new(&adapter, &changes()?))),
                None => {
                    say(NO_GPU);
                    Ok(Site::Cpu)
                }
            },
            (Kind::Auto, None) if gpu::list().iter().all(|adapter| adapter.software) => {
                say(NO_GPU);
                Ok(Site::Cpu)
            }
            (Kind::Auto, None) => open(&Choice::Best, &say).or_else(|error| {
                say(&format!("the trials run on the CPU, as the GPU cannot be used: {error}"));
                Ok(Site::Cpu)
            }),
        }
    }
}

/// Variable that changes how kernels are cut, for measuring on a device.
const TUNING: &str = "SEEDFLIP_TUNING";

/// What is said where the CPU has to do.
const NO_GPU: &str = "no GPU found: the trials run on the CPU";

/// How kernels are to be cut, if the user has a wish.
fn changes() -> Result<String> {
    let changes = std::env::var(TUNING).unwrap_or_default();
    let sound = Tuning::GPU.with(&changes);
    sound.map(|_| changes).map_err(|what| Error::Usage(format!("{TUNING}: {what}")))
}

/// Opens an adapter and puts the trials on it.
fn open(choice: &Choice, storage: Option<Precision>, say: &dyn Fn(&str)) -> Result<Site> {
    let open = gpu::open(choice)?;
    if open.report.software {
        say(&format!("{} is a software adapter: slower than --backend cpu", open.report.name));
    }
    let backend = GpuBackend::new(open, &changes()?, storage.map(Storage::from).unwrap_or_default())
        .map_err(|what| Error::Usage(format!("{TUNING}: {what}")))?;
    Ok(Site::Gpu(Arc::new(backend)))
}
