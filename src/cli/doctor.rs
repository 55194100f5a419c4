//! `pedigree doctor`: is everything there that Pedigree needs?

mod measure;

use std::path::PathBuf;
use std::process::Command;

use serde::Serialize;
use serde_json::Value;

use crate::cli::arguments::DoctorArgs;
use crate::cli::format::bytes;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::find_engine;

/// The free space below which a run is likely to fail, in bytes.
const LITTLE_SPACE: u64 = 2_000_000_000;

/// What was found out about one thing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Finding {
    thing: &'static str,
    is_good: bool,
    found: String,
    hint: Option<String>,
}

/// Looks over the environment.
///
/// # Errors
/// Never: what is wrong is an answer.
pub fn run(session: &Session, arguments: &DoctorArgs) -> anyhow::Result<Exit> {
    let mut findings = vec![good("pedigree", env!("CARGO_PKG_VERSION").to_owned())];
    findings.extend(engine());
    if arguments.measure {
        findings.push(measure::rates(session));
    }
    findings.push(workspace(session));
    findings.push(space(session));
    findings.push(git(session));
    let is_good = findings.iter().all(|finding| finding.is_good);
    session.printer.answer(&findings, || {
        let line = |finding: &Finding| {
            let mark = session.printer.verdict(finding.is_good, if finding.is_good { "✓" } else { "✗" });
            let hint = finding.hint.as_ref().map(|hint| format!("\n    hint: {hint}")).unwrap_or_default();
            format!("{mark} {:<10} {}{hint}", finding.thing, finding.found)
        };
        findings.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(if is_good { Exit::Done } else { Exit::Resources })
}

fn good(thing: &'static str, found: String) -> Finding {
    Finding { thing, is_good: true, found, hint: None }
}

fn bad(thing: &'static str, found: String, hint: &str) -> Finding {
    Finding { thing, is_good: false, found, hint: Some(hint.to_owned()) }
}

fn engine() -> Vec<Finding> {
    let path = match find_engine(std::env::var_os("PEDIGREE_ENGINE").map(PathBuf::from).as_deref()) {
        Ok(path) => path,
        Err(error) => {
            return vec![bad("engine", error.to_string(), "`cargo build --release` builds it beside `pedigree`")];
        }
    };
    let output = match Command::new(&path).args(["--version", "--json"]).output() {
        Ok(output) => output,
        Err(error) => {
            return vec![bad(
                "engine",
                format!("`{}`: {error}", path.display()),
                "build it again with `cargo build --release`",
            )];
        }
    };
    let Ok(versions) = serde_json::from_slice::<Value>(&output.stdout) else {
        let said = String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("it says nothing").to_owned();
        let hint = "the libtorch it was built with is gone or is another: run `.ci/libtorch`, or set LIBTORCH, and build again";
        return vec![bad("engine", format!("`{}` does not start: {said}", path.display()), hint)];
    };
    let text = |key: &str| versions[key].as_str().unwrap_or("unknown").to_owned();
    let mut findings = vec![good("engine", path.display().to_string())];
    findings.push(match text("pedigree") == env!("CARGO_PKG_VERSION") {
        true => good("burn", text("burn")),
        false => bad(
            "burn",
            format!("the engine is of Pedigree {}", text("pedigree")),
            "build both with `cargo build --release`",
        ),
    });
    findings.push(match text("libtorch").starts_with("2.9.") {
        true => good("libtorch", format!("{} ({})", text("libtorch"), text("cpu_capability"))),
        false => {
            bad("libtorch", text("libtorch"), "Pedigree is built for libtorch 2.9: run `.ci/libtorch` and build again")
        }
    });
    findings.push(good(
        "gpu",
        match versions["cuda"].as_u64() {
            Some(0) | None => "none seen by libtorch; training runs on the processor".to_owned(),
            Some(n) => format!("{n} seen by libtorch"),
        },
    ));
    findings
}

fn workspace(session: &Session) -> Finding {
    match session.workspace() {
        Ok(workspace) => good("workspace", workspace.folder().display().to_string()),
        Err(error) if session.root.join(crate::artifact::Workspace::FOLDER).exists() => {
            bad("workspace", error.to_string(), "it has to be yours, and closed to others: `chmod 700 .pedigree`")
        }
        Err(_) => good("workspace", "none here yet: the first run makes it".to_owned()),
    }
}

fn space(session: &Session) -> Finding {
    match nix::sys::statvfs::statvfs(&session.root) {
        Ok(stat) => {
            #[expect(clippy::useless_conversion, reason = "the fields are narrower on some platforms")]
            let free = u64::from(stat.blocks_available()) * u64::from(stat.fragment_size());
            match free {
                0..LITTLE_SPACE => bad(
                    "disk",
                    format!("{} free", bytes(free)),
                    "checkpoints and datasets need room: free some, or `pedigree gc`",
                ),
                _ => good("disk", format!("{} free", bytes(free))),
            }
        }
        Err(error) => bad(
            "disk",
            format!("`{}`: {error}", session.root.display()),
            "name a folder that is there with `--workspace`",
        ),
    }
}

fn git(session: &Session) -> Finding {
    match crate::provenance::collect(&session.root).git {
        crate::provenance::Git::Known(state) => {
            good("git", state.commit.unwrap_or_else(|| "a repository without commits".to_owned()))
        }
        crate::provenance::Git::Unknown { reason } => good("git", format!("not recorded: {reason}")),
    }
}
