//! `seedflip --version -v`: what a report of a fault should say about the program.

use std::fmt::Write;

/// Where a program was built from, which only its own crate root knows.
#[derive(Debug, Clone, Copy)]
pub struct Build {
    /// Commit of the source, with `+` behind it where files were changed since; `unknown` outside a repository.
    pub commit: &'static str,
    /// What it was built for, such as `x86_64-unknown-linux-gnu`.
    pub target: &'static str,
}

/// Version of the program; with `verbose` the commit, the target, the instructions and engines it was built with.
pub fn version(build: &Build, verbose: bool) -> String {
    let mut out = format!("seedflip {}\n", env!("CARGO_PKG_VERSION"));
    if verbose {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let _ = write!(
            out,
            "commit {}\ntarget {}, {}\nfeatures {}\nengine cpu: {threads} threads, instructions {}\nengine gpu: wgpu {WGPU} through {}; adapters are listed by `seedflip devices`\n",
            build.commit,
            build.target,
            if cfg!(debug_assertions) { "with checks" } else { "optimised" },
            FORMATS.join(" "),
            instructions().join(" "),
            INTERFACES.join(" "),
        );
    }
    out
}

/// Version of wgpu, see Cargo.toml.
const WGPU: &str = "30";
/// Programming interfaces of GPUs that this build can speak.
const INTERFACES: &[&str] = if cfg!(target_vendor = "apple") {
    &["metal"]
} else if cfg!(windows) {
    &["vulkan", "dx12"]
} else {
    &["vulkan"]
};
/// What is compiled in beside the CPU engine.
const FORMATS: [&str; 3] = ["gpu", "npz", "gzip"];

/// Instruction sets of this processor for which inner loops are compiled beside the plain ones.
fn instructions() -> Vec<&'static str> {
    let mut found = vec!["plain"];
    #[cfg(target_arch = "x86_64")]
    {
        let has = [
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"), "avx2+fma"),
            (is_x86_feature_detected!("avx512f"), "avx512f"),
        ];
        found.extend(has.into_iter().filter(|(here, _)| *here).map(|(_, name)| name));
    }
    if cfg!(target_arch = "aarch64") {
        found.push("neon");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_commit_target_and_engines() {
        let build = Build { commit: "0123abc", target: "some-target" };
        assert_eq!(version(&build, false).lines().count(), 1);
        let long = version(&build, true);
        for word in ["commit 0123abc", "target some-target", "engine cpu", "engine gpu", "features"] {
            assert!(long.contains(word), "{word}: {long}");
        }
    }

    #[test]
    fn the_version_of_wgpu_is_that_of_cargo_toml() {
        let text = include_str!("../../Cargo.toml");
        assert!(text.contains(&format!("wgpu = {{ version = \"={WGPU}.")), "{WGPU}");
    }
}
