//! Who a process is, and whether it still lives.

use serde::{Deserialize, Serialize};

/// A process, so that it can be told from every other, also from a later one with the same number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Name of the machine; empty where it is unknown.
    pub host: String,
    /// Number of the process.
    pub pid: u32,
    /// Since when the machine runs, as a name that no other start has; empty where it is unknown.
    pub boot: String,
    /// Ticks between the start of the machine and that of the process, where the system tells.
    pub start: Option<u64>,
    /// Slurm's number of the job, which stays when it is requeued.
    pub job: Option<String>,
    /// How often Slurm has requeued it.
    pub requeued: u32,
}

/// Where a process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// It runs, or nothing says that it does not.
    Lives,
    /// It has ended.
    Gone,
}

impl Process {
    /// This one.
    pub fn own() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let pid = std::process::id();
        let kernel = |name: &str| std::fs::read_to_string(format!("/proc/sys/kernel/{name}")).ok();
        let host = kernel("hostname").or_else(|| variable("HOSTNAME")).or_else(|| variable("COMPUTERNAME"));
        Self {
            host: host.unwrap_or_default().trim().to_owned(),
            pid,
            boot: kernel("random/boot_id").unwrap_or_default().trim().to_owned(),
            start: start_of(pid),
            job: variable("SLURM_JOB_ID"),
            requeued: variable("SLURM_RESTART_COUNT").and_then(|count| count.parse().ok()).unwrap_or(0),
        }
    }

    /// What process `own` can say of it.
    pub fn life(&self, own: &Self) -> Life {
        // Slurm begins a job anew only when its earlier run has ended.
        if self.job.is_some() && self.job == own.job && self.requeued < own.requeued {
            return Life::Gone;
        }
        if self.host.is_empty() || self.host != own.host {
            return Life::Lives;
        }
        if self.boot != own.boot {
            return Life::Gone;
        }
        match (self.start, own.start) {
            // The system tells of processes.
            (Some(start), Some(_)) if start_of(self.pid) != Some(start) => Life::Gone,
            _ => Life::Lives,
        }
    }
}

/// When a process began, in ticks since the start of the machine: field 22 of /proc/PID/stat (proc_pid_stat(5)); a process that has ended and
/// whose parent has not asked for it yet counts as gone.
fn start_of(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name in brackets, in which anything may stand.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    (!["Z", "X"].contains(&state)).then(|| fields.nth(18)?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_known_and_the_far_are_not() {
        let own = Process::own();
        assert_eq!(own.life(&own), Life::Lives);
        let far = Process { host: "far".into(), ..own.clone() };
        assert_eq!(far.life(&own), Life::Lives);
        let requeued = Process { job: Some("7".into()), requeued: 1, ..own.clone() };
        assert_eq!(Process { job: Some("7".into()), ..far }.life(&requeued), Life::Gone);
        if own.start.is_some() {
            let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
            let other = Process { pid: child.id(), start: start_of(child.id()), ..own.clone() };
            assert_eq!(other.life(&own), Life::Lives);
            // Another process that has got its number since.
            assert_eq!(Process { start: Some(1), ..other.clone() }.life(&own), Life::Gone);
            assert_eq!(Process { boot: "earlier".into(), ..other.clone() }.life(&own), Life::Gone);
            child.kill().unwrap();
            child.wait().unwrap();
            assert_eq!(other.life(&own), Life::Gone);
        }
    }
}
