//! Where tensors live, and what that place is: the only file that names a libtorch device.

use std::sync::Once;

use burn::tensor::Device;

use crate::engine::error::EngineError;
use crate::recipe::run::DeviceChoice;
use crate::record::Machine;

/// The version of burn the engine is built on.
const BURN: &str = "0.22.1";

/// Returns the device a choice means here, after setting the number of threads.
///
/// # Errors
/// When the GPU asked for is not there.
pub fn open(choice: DeviceChoice, threads: u32) -> Result<Device, EngineError> {
    limit_threads(threads);
    match resolve(choice) {
        DeviceChoice::Flex => Ok(Device::flex()),
        DeviceChoice::Auto | DeviceChoice::Cpu => Ok(cpu()),
        DeviceChoice::Cuda(index) => cuda(index),
    }
}

/// Returns what computations on a device depend on, as far as bits are concerned.
pub fn machine(choice: DeviceChoice, threads: u32) -> Machine {
    let device = resolve(choice);
    let on_libtorch = device != DeviceChoice::Flex;
    Machine {
        pedigree: env!("CARGO_PKG_VERSION").into(),
        burn: BURN.into(),
        libtorch: if on_libtorch { libtorch_version().into() } else { "none".into() },
        device: device.to_string(),
        cpu_capability: if on_libtorch { cpu_capability().into() } else { "none".into() },
        threads,
        ..host()
    }
}

/// Returns the machine of a stage that computes no tensors.
pub fn machine_without_tensors() -> Machine {
    Machine {
        pedigree: env!("CARGO_PKG_VERSION").into(),
        burn: BURN.into(),
        libtorch: "none".into(),
        device: "none".into(),
        cpu_capability: "none".into(),
        ..host()
    }
}

/// Returns the version of libtorch this program was built with.
pub fn libtorch_version() -> &'static str {
    option_env!("PEDIGREE_LIBTORCH_VERSION").unwrap_or("unknown")
}

/// Returns how many GPUs libtorch sees.
pub fn gpus() -> i64 {
    tch::Cuda::device_count()
}

fn resolve(choice: DeviceChoice) -> DeviceChoice {
    match choice {
        DeviceChoice::Auto if tch::Cuda::is_available() => DeviceChoice::Cuda(0),
        DeviceChoice::Auto => DeviceChoice::Cpu,
        DeviceChoice::Cpu | DeviceChoice::Cuda(_) | DeviceChoice::Flex => choice,
    }
}

fn limit_threads(threads: u32) {
    // libtorch takes the number of inter-operation threads once, before the first parallel work.
    static INTEROP: Once = Once::new();
    INTEROP.call_once(|| tch::set_num_interop_threads(1));
    tch::set_num_threads(threads.max(1) as i32);
}

#[expect(deprecated, reason = "libtorch is the backend this program is for; when burn drops it, this file changes")]
fn cpu() -> Device {
    Device::libtorch()
}

#[expect(deprecated, reason = "libtorch is the backend this program is for; when burn drops it, this file changes")]
fn cuda(index: u32) -> Result<Device, EngineError> {
    let found = gpus();
    if i64::from(index) >= found {
        return Err(EngineError::NoSuchGpu { index, found });
    }
    Ok(Device::libtorch_cuda(index as usize))
}

/// Returns the instruction set libtorch chooses here, by the same rule as `at::get_cpu_capability`, which tch does not expose.
pub fn cpu_capability() -> &'static str {
    let detected = detected_capability();
    match std::env::var("ATEN_CPU_CAPABILITY").as_deref() {
        Ok("default") => "DEFAULT",
        Ok("avx2") if detected == "AVX512" => "AVX2",
        Ok(_) | Err(_) => detected,
    }
}

#[cfg(target_arch = "x86_64")]
fn detected_capability() -> &'static str {
    use std::arch::is_x86_feature_detected as has;
    if has!("avx512vl") && has!("avx512bw") && has!("avx512dq") && has!("fma") {
        "AVX512"
    } else if has!("avx2") && has!("fma") {
        "AVX2"
    } else {
        "DEFAULT"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detected_capability() -> &'static str {
    "DEFAULT"
}

fn host() -> Machine {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name").and_then(|rest| rest.split_once(':')))
        .map_or("unknown", |(_, name)| name.trim());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    Machine {
        cpu: cpu.to_owned(),
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        host: host.unwrap_or_else(|| "unknown".into()),
        ..Machine::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gpu_that_is_not_there_is_the_callers_mistake() {
        let error = open(DeviceChoice::Cuda(99), 1).unwrap_err();
        assert_eq!(error.class(), crate::record::FailureClass::BadInput);
    }

    #[test]
    fn flex_depends_on_no_libtorch() {
        assert_eq!(machine(DeviceChoice::Flex, 2).libtorch, "none");
        assert_ne!(machine(DeviceChoice::Cpu, 2).libtorch, "none");
    }
}
