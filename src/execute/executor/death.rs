//! What the end of a process says, where its log does not say it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::ExitStatus;

use crate::error::Exit;
use crate::execute::executor::Death;
use crate::record::FailureClass;

/// What the dynamic linker says where a library is missing, or is of another version.
const LOADER_COMPLAINTS: [&str; 3] =
    ["error while loading shared libraries", "symbol lookup error", "undefined symbol"];

/// How much of the end of `stderr.log` goes into a message.
const TAIL_BYTES: u64 = 2048;

/// Returns how a process left that ended with `status` and wrote its troubles into `stderr`.
pub(super) fn death_of(status: ExitStatus, stderr: &Path) -> Death {
    let said = tail_of(stderr);
    if status.code() == Some(127) && LOADER_COMPLAINTS.iter().any(|words| said.contains(words)) {
        return cannot_load(&said);
    }
    let (class, how) = match (status.code(), status.signal()) {
        (Some(code), _) => (class_of(code), format!("the worker ended with code {code} and no last word")),
        (None, Some(signal)) => (FailureClass::Infrastructure, format!("the worker was killed by {}", name_of(signal))),
        (None, None) => (FailureClass::Infrastructure, "the worker is gone".to_owned()),
    };
    Death { class, message: with_tail(how, &said), hint: hint_of(status) }
}

/// Returns how a worker left of which only its lock told that it lives.
pub(super) fn death_of_adopted(stderr: &Path) -> Death {
    let message = with_tail("the worker is gone and has left no last word".to_owned(), &tail_of(stderr));
    Death { class: FailureClass::Infrastructure, message, hint: None }
}

fn cannot_load(said: &str) -> Death {
    Death {
        class: FailureClass::BadInput,
        message: with_tail("the engine cannot load its libraries".to_owned(), said),
        hint: Some("`.ci/libtorch` fetches libtorch; `pedigree doctor` says what is missing".to_owned()),
    }
}

fn class_of(code: i32) -> FailureClass {
    match Exit::from_code(code) {
        Some(Exit::BadInput) => FailureClass::BadInput,
        Some(Exit::Integrity) => FailureClass::Integrity,
        Some(Exit::Conflict) => FailureClass::Conflict,
        Some(Exit::Resources) => FailureClass::Resources,
        Some(Exit::Bug) => FailureClass::Bug,
        Some(Exit::Remote) => FailureClass::Remote,
        Some(Exit::Done | Exit::Failed | Exit::Interrupted) | None => FailureClass::Infrastructure,
    }
}

fn hint_of(status: ExitStatus) -> Option<String> {
    const SIGKILL: i32 = 9;
    (status.signal() == Some(SIGKILL)).then(|| {
        "the system kills a process when memory runs out: see `dmesg`; lower `batch-tokens` or raise `accumulate`"
            .to_owned()
    })
}

fn name_of(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |signal| signal.to_string())
}

fn with_tail(how: String, said: &str) -> String {
    match said.trim() {
        "" => how,
        said => format!("{how}; its last words: {said}"),
    }
}

/// Returns the last lines of a log, or nothing where it cannot be read.
fn tail_of(path: &Path) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let start = file.metadata()?.len().saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn death(status: i32, said: &str) -> Death {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), said).unwrap();
        death_of(ExitStatus::from_raw(status), file.path())
    }

    #[test]
    fn a_killed_worker_may_be_tried_again_and_memory_is_suspected() {
        let death = death(9, "step 12\n");
        assert_eq!(death.class, FailureClass::Infrastructure);
        assert_eq!(death.message, "the worker was killed by SIGKILL; its last words: step 12");
        assert!(death.hint.unwrap().contains("memory"));
    }

    #[test]
    fn an_engine_without_libtorch_is_not_tried_again() {
        let said =
            "pedigree-engine: error while loading shared libraries: libtorch_cpu.so: cannot open shared object file";
        let death = death(127 << 8, said);
        assert_eq!(death.class, FailureClass::BadInput);
        assert!(death.message.contains("libtorch_cpu.so"));
        assert!(death.hint.unwrap().contains("pedigree doctor"));
    }

    #[test]
    fn an_exit_code_of_ours_keeps_its_meaning() {
        assert_eq!(death(4 << 8, "").class, FailureClass::Conflict);
        assert_eq!(death(70 << 8, "").class, FailureClass::Bug);
        assert_eq!(death(101 << 8, "").class, FailureClass::Infrastructure);
    }
}
