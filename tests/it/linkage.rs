//! The manager starts without libtorch: what the dynamic linker says of both programs.

use std::process::Command;

use crate::support::programs;

/// Returns the shared libraries a program asks for, or `None` where no tool can tell.
fn libraries(program: &str) -> Option<String> {
    let path = programs().join(program);
    let tool = if cfg!(target_os = "macos") { ["otool", "-L"] } else { ["readelf", "-d"] };
    let fallback = ["ldd", ""];
    [tool, fallback].into_iter().find_map(|[tool, flag]| {
        let mut command = Command::new(tool);
        if !flag.is_empty() {
            command.arg(flag);
        }
        let output = command.arg(&path).output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8_lossy(&output.stdout).to_lowercase();
        // Where libraries would be looked for is of no account.
        Some(text.lines().filter(|line| !line.contains("path)")).collect::<Vec<_>>().join("\n"))
    })
}

fn is_heavy(line: &str) -> bool {
    ["torch", "c10", "libgomp", "cuda"].iter().any(|word| line.contains(word))
}

#[test]
fn the_manager_needs_no_libtorch_and_the_engine_does() {
    let (Some(manager), Some(engine)) = (libraries("pedigree"), libraries("pedigree-engine")) else {
        println!("skipped: neither readelf, otool nor ldd is here");
        return;
    };
    let heavy: Vec<_> = manager.lines().filter(|line| is_heavy(line)).collect();
    assert!(heavy.is_empty(), "`pedigree` needs {heavy:?}");
    // The other way round, so that a tool which lists nothing is noticed.
    assert!(engine.lines().any(is_heavy), "`pedigree-engine` needs no libtorch? {engine}");
}
