//! `.pedigree/settings.yaml`: what a person sets about how runs are executed; nothing in it changes what comes out.

mod device;

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::artifact::Workspace;
use crate::execute::Settings;
use crate::recipe::problem::Problems;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::yaml;
use crate::schedule::Limits;

pub use device::DeviceSettings;

/// The name of the file in the workspace.
const FILE: &str = "settings.yaml";

/// Reads the settings of a workspace; without a file, and for what it leaves out, the defaults hold.
///
/// # Errors
/// With every mistake in the file.
pub fn read(workspace: &Workspace) -> Result<Settings, Problems> {
    Ok(whole(workspace)?.0)
}

/// Reads what the settings of a workspace say of the device that estimates reckon with.
///
/// # Errors
/// With every mistake in the file.
pub fn device(workspace: &Workspace) -> Result<DeviceSettings, Problems> {
    Ok(whole(workspace)?.1)
}

fn whole(workspace: &Workspace) -> Result<(Settings, DeviceSettings), Problems> {
    let path = workspace.folder().join(FILE);
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    match fs::read_to_string(&path) {
        Ok(text) => parse(&path, &text, cores),
        Err(_) => Ok((Settings::new(Limits::new(cores, 1)), DeviceSettings::default())),
    }
}

fn parse(path: &Path, text: &str, cores: u32) -> Result<(Settings, DeviceSettings), Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let wrong = |problems| Problems::of_text(&path.display().to_string(), text, problems);
    let root = yaml::parse(text).map_err(|problem| wrong(vec![*problem]))?;
    let mut reader = Reader::default();
    match (settings(&mut reader, &At { node: &root, path: String::new() }, cores), reader.problems) {
        (Some(settings), problems) if problems.is_empty() => Ok(settings),
        (_, problems) => Err(wrong(problems)),
    }
}

fn settings(reader: &mut Reader, at: &At<'_>, cores: u32) -> Option<(Settings, DeviceSettings)> {
    let mut fields = Fields::open(reader, at)?;
    let limits = fields.or(reader, "slots", Limits::new(cores, 1), |reader, at| slots(reader, at, cores));
    let mut settings = Settings::new(limits?);
    let retries = fields.or(reader, "retries", settings.policy.retries, |reader, at| reader.count(at, 0));
    let keeps = fields.or(reader, "keep-checkpoints", settings.keeps_checkpoints, |reader, at| reader.truth(at));
    let stall =
        fields.or(reader, "stall-seconds", settings.stall_timeout.as_secs(), |reader, at| reader.large_count(at, 1));
    let device = fields.or(reader, "device", DeviceSettings::default(), device::device);
    fields.finish(reader);
    settings.policy.retries = retries?;
    settings.keeps_checkpoints = keeps?;
    settings.stall_timeout = Duration::from_secs(stall?);
    Some((settings, device?))
}

fn slots(reader: &mut Reader, at: &At<'_>, cores: u32) -> Option<Limits> {
    let mut fields = Fields::open(reader, at)?;
    let cpu = fields.or(reader, "cpu", cores, |reader, at| reader.count(at, 1));
    let gpu = fields.or(reader, "gpu", 1, |reader, at| reader.count(at, 0));
    fields.finish(reader);
    Some(Limits::new(cpu?, gpu?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Slot;

    #[test]
    fn what_is_set_holds_and_the_rest_is_as_by_default() {
        let (settings, device) = parse(Path::new("s.yaml"), "\u{feff}slots: { cpu: 8 }\nretries: 0\n", 2).unwrap();
        assert_eq!(device, DeviceSettings::default());
        assert_eq!(settings.limits.capacity(Slot::Cpu), 8);
        assert_eq!(settings.policy.retries, 0);
        assert!(!settings.keeps_checkpoints);
    }

    #[test]
    fn every_mistake_is_told() {
        let problems = parse(Path::new("s.yaml"), "slot: { cpu: 8 }\nretries: many\n", 2).unwrap_err();
        let hints: Vec<_> = problems.problems.iter().map(|problem| problem.hint.as_deref()).collect();
        assert!(hints.contains(&Some("did you mean `slots`?")), "{hints:?}");
        assert_eq!(problems.problems.len(), 2);
    }
}
