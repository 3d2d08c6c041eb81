//! An adapter opened for work, and its end if it is lost.

use super::adapter::{AdapterReport, adapters};
use super::pipelines::Pipelines;
use super::{Choice, choose};
use crate::engine::EngineError;
use crate::{Error, Result};
use std::sync::{Arc, OnceLock};

/// A device with its queue. wgpu tells of its end through callbacks, which fire inside `Device::poll` alone: whoever
/// polls looks at `lost` and `fault` afterwards. A clone is the same device.
#[derive(Clone)]
pub struct OpenDevice {
    /// The adapter it was opened on.
    pub report: AdapterReport,
    /// The device, with the adapter's full limits.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// Why the device was lost, once it is.
    pub lost: Arc<OnceLock<String>>,
    /// The first error that no error scope caught.
    pub fault: Arc<OnceLock<String>>,
    /// Its compiled kernels.
    pub(super) pipelines: Arc<Pipelines>,
}

impl OpenDevice {
    /// What has gone wrong so far; to be asked after every poll.
    pub fn check(&self) -> std::result::Result<(), EngineError> {
        // A loss draws other errors after it.
        if let Some(reason) = self.lost.get() {
            return Err(EngineError::Lost(reason.clone()));
        }
        self.fault.get().map_or(Ok(()), |what| Err(EngineError::Refused(what.clone())))
    }
}

/// Opens the chosen adapter with all its limits, with timestamps and a pipeline cache where it has them.
pub fn open(choice: &Choice) -> Result<OpenDevice> {
    let mut adapters = adapters();
    let reports: Vec<AdapterReport> = adapters.iter().map(|(_, report)| report.clone()).collect();
    let (adapter, report) = adapters.swap_remove(choose(&reports, choice)?);
    let wanted = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::PIPELINE_CACHE;
    let features = adapter.features() & wanted;
    let descriptor = wgpu::DeviceDescriptor {
        label: Some("seedflip"),
        required_features: features,
        // wgpu's defaults are those of a browser on a telephone.
        required_limits: adapter.limits(),
        ..Default::default()
    };
    let (device, queue) = pollster::block_on(adapter.request_device(&descriptor)).map_err(|error| {
        let (name, error) = (&report.name, one_line(&error.to_string()));
        Error::Device(format!(
            "{name} cannot be opened ({error}); free it, or choose another: `seedflip devices` lists them"
        ))
    })?;
    let (lost, fault) = (Arc::new(OnceLock::new()), Arc::new(OnceLock::new()));
    let (record_loss, record_fault) = (lost.clone(), fault.clone());
    device.set_device_lost_callback(move |reason, message| {
        let message = one_line(&message);
        let _ = record_loss.set(if message.is_empty() { format!("{reason:?}") } else { message });
    });
    // wgpu's own handler panics.
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        let _ = record_fault.set(one_line(&error.to_string()));
    }));
    let pipelines = Arc::new(Pipelines::new(&device, adapter.get_info()));
    Ok(OpenDevice { report, device, queue, lost, fault, pipelines })
}

/// A message of several lines as one.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
