//! Where trials run: from what is asked for to what makes their engines.
//!
//! Imports: `engine`, `gpu`, `error`.

#[cfg(feature = "gpu")]
mod card;

use crate::Result;
use crate::engine::Backend;
#[cfg(feature = "gpu")]
use crate::engine::Team;
use crate::engine::cpu::CpuBackend;
#[cfg(feature = "gpu")]
use crate::gpu::{AutoBackend, GpuBackend, GpuInWaiting, Storage};
use std::sync::Arc;

/// What the trials are to run on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The best GPU, or the processor where there is none; a search begins on the processor. What the same seed finds depends on what is there.
    Auto,
    /// The processor: the same seed gives the same result on any number of threads.
    #[default]
    Cpu,
    /// A GPU; a software adapter where there is no other.
    Gpu,
    /// An adapter by number, part of its name or PCI bus id, see `seedflip devices`.
    Named(String),
    /// All GPUs together; a software adapter where there is no other.
    All,
}

/// What the engines are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A search, which may begin on the processor while the GPU that it is to have is made ready.
    Search,
    /// Anything else.
    Other,
}

/// Where trials are to run: of one search, or of several side by side, which then share a GPU.
pub enum Site {
    /// The processor.
    Cpu,
    /// The processor first.
    #[cfg(feature = "gpu")]
    Auto(GpuInWaiting),
    /// A GPU.
    #[cfg(feature = "gpu")]
    Gpu(Arc<GpuBackend>),
    /// Several GPUs.
    #[cfg(feature = "gpu")]
    Team(Arc<Team>),
}

impl Site {
    /// The device of a search that has the threads of `pool`.
    pub fn backend(&self, pool: &Arc<rayon::ThreadPool>) -> Arc<dyn Backend> {
        let cpu = CpuBackend::new(pool.clone());
        match self {
            Self::Cpu => Arc::new(cpu),
            #[cfg(feature = "gpu")]
            Self::Auto(gpu) => Arc::new(AutoBackend::new(Box::new(cpu), gpu.clone())),
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.clone(),
            #[cfg(feature = "gpu")]
            Self::Team(team) => team.clone(),
        }
    }

    /// Whether a GPU takes part, for which threads have to wait.
    pub fn has_gpu(&self) -> bool {
        !matches!(self, Self::Cpu)
    }
}

impl DeviceChoice {
    /// The place for a search. `say` is told, in one line, what the user may not expect.
    ///
    /// # Errors
    /// `Error::Device` where what is asked for is not there.
    pub fn site_of_search(&self, say: &dyn Fn(&str)) -> Result<Site> {
        #[cfg(feature = "gpu")]
        return self.site(Purpose::Search, None, say);
        #[cfg(not(feature = "gpu"))]
        self.without_gpu(say)
    }

    /// The place for work of a kind; a number format, if one is given, means a GPU.
    ///
    /// # Errors
    /// `Error::Device` where what is asked for is not there.
    #[cfg(feature = "gpu")]
    pub fn site(&self, purpose: Purpose, storage: Option<Storage>, say: &dyn Fn(&str)) -> Result<Site> {
        card::site(self, purpose, storage, say)
    }

    #[cfg(not(feature = "gpu"))]
    fn without_gpu(&self, _: &dyn Fn(&str)) -> Result<Site> {
        match self {
            Self::Auto | Self::Cpu => Ok(Site::Cpu),
            Self::Gpu | Self::Named(_) | Self::All => Err(crate::Error::Device(
                "this build knows no GPU; build it with the feature gpu, or take the processor".into(),
            )),
        }
    }
}
