//! RADV's null device: Mesa's compiler for AMD cards on a machine without one. It compiles and says what came out; nothing can run.

use ash::vk;
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

/// Bindings of the kernels: a uniform block with an offset, one without, and storage.
const BINDINGS: u32 = 15;
/// Where drivers leave a file that names them.
const FOLDERS: [&str; 3] = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/// What the compiler says of a kernel. Latency and throughput are its estimates, in cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    pub registers: u64,
    pub spilled: u64,
    pub shared_bytes: u64,
    pub instructions: u64,
    pub inverse_throughput: u64,
}

/// The device, with its version of Mesa.
pub struct NullDevice {
    /// Keeps the library loaded.
    _entry: ash::Entry,
    device: ash::Device,
    statistics: ash::khr::pipeline_executable_properties::Device,
    layout: vk::PipelineLayout,
    /// Such as `Mesa 22.3.6`.
    pub driver: String,
}

impl NullDevice {
    /// The card `family`, `gfx1100` say; why not, where there is none.
    pub fn open(family: &str) -> Result<Self, String> {
        let radv = driver().ok_or("no RADV here: Debian has it in mesa-vulkan-drivers")?;
        for (name, value) in [
            ("VK_DRIVER_FILES", radv.as_path()),
            ("RADV_FORCE_FAMILY", Path::new(family)),
            ("MESA_SHADER_CACHE_DISABLE", Path::new("1")),
        ] {
            // SAFETY: no other thread of this test asks for variables.
            unsafe { std::env::set_var(name, value) };
        }
        // SAFETY: calls as the specification of Vulkan 1.2 has them; everything lives as long as the process.
        unsafe { Self::opened(family) }
    }

    unsafe fn opened(family: &str) -> Result<Self, String> {
        let told = |what: &'static str| move |error: vk::Result| format!("{what}: {error}");
        // SAFETY: as the caller promises.
        unsafe {
            let entry = ash::Entry::load().map_err(|error| format!("no Vulkan loader: {error}"))?;
            let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_2);
            let info = vk::InstanceCreateInfo::default().application_info(&application);
            let instance = entry.create_instance(&info, None).map_err(told("no instance"))?;
            let physical = instance.enumerate_physical_devices().map_err(told("no devices"))?;
            let physical = *physical.first().ok_or(format!("RADV has no null device for {family}"))?;
            let mut driver = vk::PhysicalDeviceDriverProperties::default();
            instance.get_physical_device_properties2(
                physical,
                &mut vk::PhysicalDeviceProperties2::default().push_next(&mut driver),
            );
            let version = driver.driver_info_as_c_str().unwrap_or_default().to_string_lossy().into_owned();
            let extension = ash::khr::pipeline_executable_properties::NAME;
            let known = instance.enumerate_device_extension_properties(physical).map_err(told("no extensions"))?;
            if !known.iter().any(|known| known.extension_name_as_c_str() == Ok(extension)) {
                return Err(format!("{version} does not say what it compiles"));
            }
            let queue = [vk::DeviceQueueCreateInfo::default().queue_priorities(&[1.0])];
            let extensions = [extension.as_ptr()];
            let mut feature =
                vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default().pipeline_executable_info(true);
            let info = vk::DeviceCreateInfo::default()
                .queue_create_infos(&queue)
                .enabled_extension_names(&extensions)
                .push_next(&mut feature);
            let device = instance.create_device(physical, &info, None).map_err(told("no device"))?;
            let statistics = ash::khr::pipeline_executable_properties::Device::new(&instance, &device);
            let layout = layout(&device).map_err(told("no layout"))?;
            Ok(Self { _entry: entry, device, statistics, layout, driver: version })
        }
    }

    /// Compiles SPIR-V and says what came out.
    pub fn compile(&self, words: &[u32], entry_point: &str) -> Result<Figures, String> {
        let name = CString::new(entry_point).map_err(|error| error.to_string())?;
        // SAFETY: as above; module and pipeline are gone when this returns.
        unsafe { self.compiled(words, &name).map_err(|error| error.to_string())? }
    }

    unsafe fn compiled(&self, words: &[u32], entry_point: &CStr) -> Result<Result<Figures, String>, vk::Result> {
        // SAFETY: as the caller promises.
        unsafe {
            let module = self.device.create_shader_module(&vk::ShaderModuleCreateInfo::default().code(words), None)?;
            let stage = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(entry_point);
            let info = vk::ComputePipelineCreateInfo::default()
                .flags(vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR)
                .stage(stage)
                .layout(self.layout);
            let made = self.device.create_compute_pipelines(vk::PipelineCache::null(), &[info], None);
            let pipeline = made.map_err(|(_, error)| error)?[0];
            let info = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline);
            let found = self.statistics.get_pipeline_executable_statistics(&info)?;
            self.device.destroy_pipeline(pipeline, None);
            self.device.destroy_shader_module(module, None);
            Ok(figures(&found))
        }
    }
}

/// The figures among all that is said.
fn figures(found: &[vk::PipelineExecutableStatisticKHR<'_>]) -> Result<Figures, String> {
    let figure = |name: &str| {
        let named = |s: &&vk::PipelineExecutableStatisticKHR<'_>| {
            s.name_as_c_str().is_ok_and(|own| own.to_string_lossy() == name)
        };
        // SAFETY: RADV gives all of these as whole numbers.
        found.iter().find(named).map(|s| unsafe { s.value.u64 }).ok_or(format!("no {name:?} is said"))
    };
    Ok(Figures {
        registers: figure("VGPRs")?,
        spilled: figure("Spilled VGPRs")? + figure("Spilled SGPRs")?,
        shared_bytes: figure("LDS size")?,
        instructions: figure("Instructions")?,
        inverse_throughput: figure("Inverse Throughput")?,
    })
}

unsafe fn layout(device: &ash::Device) -> Result<vk::PipelineLayout, vk::Result> {
    let kind = |binding| match binding {
        0 => vk::DescriptorType::UNIFORM_BUFFER_DYNAMIC,
        1 => vk::DescriptorType::UNIFORM_BUFFER,
        _ => vk::DescriptorType::STORAGE_BUFFER,
    };
    let bindings: Vec<_> = (0..BINDINGS)
        .map(|binding| {
            vk::DescriptorSetLayoutBinding::default()
                .binding(binding)
                .descriptor_type(kind(binding))
                .descriptor_count(1)
                .stage_flags(vk::ShaderStageFlags::COMPUTE)
        })
        .collect();
    // SAFETY: as the caller promises.
    unsafe {
        let set = device
            .create_descriptor_set_layout(&vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings), None)?;
        device.create_pipeline_layout(&vk::PipelineLayoutCreateInfo::default().set_layouts(&[set]), None)
    }
}

/// The file that names RADV.
fn driver() -> Option<PathBuf> {
    let files = FOLDERS.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut radv = files
        .map(|file| file.path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("radeon_icd.")));
    radv.next()
}
