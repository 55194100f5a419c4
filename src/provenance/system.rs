//! The machine the manager runs on.

use serde::{Deserialize, Serialize};

/// The machine the manager runs on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct System {
    /// The operating system and architecture, such as `linux x86_64`.
    pub platform: String,
    /// The host's name.
    pub host: String,
    /// The processor's name.
    pub cpu: String,
    /// The processor's instruction sets that change how tensors are computed.
    pub cpu_features: Vec<String>,
    /// The processor cores this process may use.
    pub cores: u32,
    /// The memory of the machine, in bytes, where it is known.
    pub memory_bytes: Option<u64>,
}

/// Returns the machine this process runs on; what it does not tell is `unknown`.
pub fn system() -> System {
    System {
        platform: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        host: read("/proc/sys/kernel/hostname").map_or_else(unknown, |text| text.trim().to_owned()),
        cpu: read("/proc/cpuinfo").and_then(|text| field(&text, "model name")).unwrap_or_else(unknown),
        cpu_features: cpu_features().into_iter().map(str::to_owned).collect(),
        cores: std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32),
        memory_bytes: read("/proc/meminfo").and_then(|text| kilobytes(&field(&text, "MemTotal")?)),
    }
}

fn unknown() -> String {
    "unknown".to_owned()
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// Returns the value of the first line `key : value`.
fn field(text: &str, key: &str) -> Option<String> {
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().to_owned())
}

fn kilobytes(text: &str) -> Option<u64> {
    text.strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(target_arch = "x86_64")]
fn cpu_features() -> Vec<&'static str> {
    let known = [
        ("sse4.2", std::is_x86_feature_detected!("sse4.2")),
        ("avx", std::is_x86_feature_detected!("avx")),
        ("avx2", std::is_x86_feature_detected!("avx2")),
        ("fma", std::is_x86_feature_detected!("fma")),
        ("avx512f", std::is_x86_feature_detected!("avx512f")),
        ("avx512vnni", std::is_x86_feature_detected!("avx512vnni")),
        ("avx512bf16", std::is_x86_feature_detected!("avx512bf16")),
    ];
    known.into_iter().filter_map(|(name, is_there)| is_there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_features() -> Vec<&'static str> {
    if cfg!(target_arch = "aarch64") { vec!["neon"] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_their_name() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2.0GHz\nMemTotal:       16 kB\n";
        assert_eq!(field(text, "model name").as_deref(), Some("Some CPU @ 2.0GHz"));
        assert_eq!(field(text, "MemTotal").and_then(|text| kilobytes(&text)), Some(16_384));
        assert_eq!(field(text, "flags"), None);
    }
}
