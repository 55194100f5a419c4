//! `pedigree doctor --measure`: lets the engine measure this machine, and keeps what it found for estimates.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::{Finding, bad, good};
use crate::cli::format::rate;
use crate::cli::session::Session;
use crate::execute::find_engine;
use crate::record::rate::MatrixRates;

/// Measures how fast the devices here multiply matrices, and keeps it in the workspace.
pub(super) fn rates(session: &Session) -> Finding {
    match measured(session) {
        Ok(rates) => {
            let shown = rates.rates.iter().map(|one| {
                let threads = if one.machine.threads == 1 {
                    "1 thread".to_owned()
                } else {
                    format!("{} threads", one.machine.threads)
                };
                format!("{} on {} with {threads}", rate(one.flops_per_second), one.machine.device)
            });
            good("rate", shown.collect::<Vec<_>>().join(", "))
        }
        Err(error) => {
            bad("rate", format!("{error:#}"), "estimates reckon with earlier runs or with data sheets instead")
        }
    }
}

fn measured(session: &Session) -> anyhow::Result<MatrixRates> {
    let engine = find_engine(std::env::var_os("PEDIGREE_ENGINE").map(PathBuf::from).as_deref())?;
    let output = Command::new(&engine)
        .arg("--rates")
        .env("OMP_WAIT_POLICY", "PASSIVE")
        .output()
        .with_context(|| format!("`{}`", engine.display()))?;
    let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let rates: MatrixRates = serde_json::from_slice(&output.stdout).with_context(said)?;
    let path = session.make_workspace()?.rates();
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(&session.root))?;
    file.write_all(&serde_json::to_vec_pretty(&rates)?)?;
    file.persist(&path).with_context(|| format!("`{}`", path.display()))?;
    Ok(rates)
}
