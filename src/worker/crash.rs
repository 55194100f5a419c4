//! Panics become failures: libtorch's errors reach us as panics, and one that has no memory left is no bug of ours.

use std::panic;
use std::sync::{Mutex, PoisonError};

use crate::record::FailureClass;
use crate::worker::failure::Failure;

/// The first panic of the process; later ones follow from it.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// Keeps the message and the place of the first panic, beside printing it as usual.
pub fn remember_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let message = info.payload_as_str().unwrap_or("a panic without a message");
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        let mut first = FIRST.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert_with(|| format!("{message}{place}, in thread `{thread}`"));
        drop(first);
        usual(info);
    }));
}

/// Returns the failure the first panic is.
pub fn failure() -> Failure {
    let message = FIRST.lock().unwrap_or_else(PoisonError::into_inner).take();
    of_message(message.unwrap_or_else(|| "a panic that nobody saw".into()))
}

fn of_message(message: String) -> Failure {
    let signs = ["can't allocate memory", "out of memory", "not enough memory", "bad_alloc"];
    if signs.iter().any(|sign| message.contains(sign)) {
        return Failure::new(FailureClass::Resources, format!("there is not enough memory: {message}"))
            .with_hint("lower `batch-tokens` with a higher `accumulate`, or make the model smaller");
    }
    Failure::new(FailureClass::Bug, format!("the engine panicked: {message}"))
        .with_hint("this is a bug of Pedigree; the task folder holds all it takes to see it again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_memory_is_no_bug() {
        let of = |message: &str| of_message(message.to_owned()).class;
        let torch =
            "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: you tried";
        assert_eq!(of(torch), FailureClass::Resources);
        assert_eq!(of("CUDA out of memory. Tried to allocate 20 GiB"), FailureClass::Resources);
        assert_eq!(of("index out of bounds"), FailureClass::Bug);
    }
}
