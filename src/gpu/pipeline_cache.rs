//! What a driver keeps of compiled kernels, on the disk from one run to the next.
//!
//! One file for each adapter, driver and version of this program, in the user's folder for caches. Nothing depends on
//! it but time: a file that is broken, foreign or out of reach is as good as none, and nobody is told.

use etcetera::BaseStrategy;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Folder below the user's folder for caches.
const FOLDER: &str = "seedflip";
/// First bytes of a file.
const MARK: &[u8; 8] = b"SFPIPE1\n";
/// A cache that has grown beyond this is thrown away: every grid leaves its kernels in it, 20 of 10 to 100 kB, and all of
/// it is read by whoever needs one. With the kernels of 40 cells in it a run on an H200 that asked for it after each batch
/// of kernels took 2 s longer.
const MOST_BYTES: usize = 16 << 20;

/// A driver's cache that came from a file and goes back there.
pub struct DiskCache {
    cache: wgpu::PipelineCache,
    path: PathBuf,
    /// Bytes of what lay there when it was opened.
    found: usize,
}

impl DiskCache {
    /// What lies on the disk for this adapter, or an empty one; `None` where driver or system know no cache.
    pub fn open(device: &wgpu::Device, adapter: &wgpu::AdapterInfo) -> Option<Self> {
        if !device.features().contains(wgpu::Features::PIPELINE_CACHE) {
            return None;
        }
        let path = etcetera::choose_base_strategy().ok()?.cache_dir().join(FOLDER).join(file_name(adapter)?);
        let data = fs::read(&path).ok().and_then(|file| unframed(&file).map(<[u8]>::to_vec));
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let label = Some("seedflip");
        let descriptor = wgpu::PipelineCacheDescriptor { label, data: data.as_deref(), fallback: true };
        // SAFETY: the data are those that `keep` wrote, whole by their sum; wgpu looks whether they are of this driver.
        let cache = unsafe { device.create_pipeline_cache(&descriptor) };
        if pollster::block_on(scope.pop()).is_some() {
            return None;
        }
        Some(Self { cache, path, found: data.map_or(0, |data| data.len()) })
    }

    /// The driver's cache.
    pub fn cache(&self) -> &wgpu::PipelineCache {
        &self.cache
    }

    /// Puts it on the disk, if it has grown.
    pub fn keep(&self) {
        let Some(data) = self.cache.get_data().filter(|data| data.len() != self.found) else { return };
        // Without a cache a run is slower, and no more.
        let _ = if data.len() > MOST_BYTES { fs::remove_file(&self.path) } else { write(&self.path, &data) };
    }
}

/// Name of the file: adapter, driver, program.
fn file_name(adapter: &wgpu::AdapterInfo) -> Option<String> {
    let key = wgpu::util::pipeline_cache_key(adapter)?;
    let mut hasher = DefaultHasher::new();
    (&adapter.name, &adapter.driver, &adapter.driver_info).hash(&mut hasher);
    Some(format!("{key}_{:016x}_{}.bin", hasher.finish(), env!("CARGO_PKG_VERSION")))
}

/// What a file holds, if it is whole.
fn unframed(file: &[u8]) -> Option<&[u8]> {
    let (sum, data) = file.strip_prefix(MARK)?.split_first_chunk()?;
    (data.len() <= MOST_BYTES && u32::from_le_bytes(*sum) == checksum(data)).then_some(data)
}

fn checksum(data: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(data);
    crc.sum()
}

/// Writes a file under a name of its own, then gives it the name that is looked for.
fn write(path: &Path, data: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(MARK)?;
    file.write_all(&checksum(data).to_le_bytes())?;
    file.write_all(data)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_what_was_spoilt_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.bin");
        let data: Vec<u8> = (0..1000u32).map(|i| (i * i) as u8).collect();
        write(&path, &data).unwrap();
        let file = fs::read(&path).unwrap();
        assert_eq!(unframed(&file), Some(&data[..]));
        // Nothing but the file is left.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        for spoil in [0, 8, 12, 500] {
            let mut spoilt = file.clone();
            spoilt[spoil] ^= 4;
            assert_eq!(unframed(&spoilt), None, "byte {spoil}");
        }
        for length in [0, 7, 11, 12, file.len() - 1] {
            assert_eq!(unframed(&file[..length]), None, "{length} bytes");
        }
    }
}
