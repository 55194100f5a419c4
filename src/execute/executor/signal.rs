//! Sends signals to workers, and only to workers.

use std::path::Path;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// Sends a signal to the process group of a worker; one that is gone already is left in peace.
pub(super) fn signal_group(pid: u32, signal: Signal) {
    let Ok(pid) = i32::try_from(pid) else { return };
    if pid > 1
        && let Err(error) = killpg(Pid::from_raw(pid), signal)
        && error != nix::errno::Errno::ESRCH
    {
        tracing::warn!(pid, %signal, %error, "Cannot send {signal} to worker {pid}");
    }
}

/// Returns whether the process of this id really is the worker of this attempt, as far as the system tells.
///
/// A process id is used again after its process has gone; the command line names the attempt.
pub(super) fn is_worker_of(pid: u32, attempt: &Path) -> bool {
    let proc = Path::new("/proc");
    if !proc.join("self/cmdline").exists() {
        return true;
    }
    let Ok(line) = std::fs::read(proc.join(pid.to_string()).join("cmdline")) else { return false };
    let mut names = attempt.components().rev().map(|part| part.as_os_str().to_string_lossy().into_owned());
    let (Some(number), Some(task)) = (names.next(), names.next()) else { return false };
    let place = format!("{task}/{number}");
    line.split(|byte| *byte == 0).any(|argument| String::from_utf8_lossy(argument).ends_with(&place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_is_not_taken_for_a_worker() {
        assert!(!is_worker_of(std::process::id(), Path::new("/w/.pedigree/tasks/train-a-0123/attempt-1")));
        assert!(!is_worker_of(u32::MAX, Path::new("/w/.pedigree/tasks/train-a-0123/attempt-1")));
    }
}
