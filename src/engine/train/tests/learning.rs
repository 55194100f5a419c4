//! Language models: golden losses, and that something is learnt.

use super::*;

#[test]
fn golden_losses_hold_on_flex() {
    let golden = [
        (fixture::llama(), [3.4237103462, 3.3741614819, 3.2483682632, 3.1592497826]),
        (fixture::gpt2(), [3.4549170732, 3.4211242199, 3.3554762602, 3.3051495552]),
    ];
    for (architecture, golden) in golden {
        let mut heard = Heard::default();
        let setting = of(architecture, DeviceChoice::Flex, config(4));
        finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("train/loss");
        for (loss, golden) in losses.iter().zip(golden) {
            assert!((loss / golden - 1.0).abs() < 1e-5, "{losses:?}");
        }
    }
}

#[test]
fn a_model_learns() {
    for architecture in fixture::architectures() {
        let mut heard = Heard::default();
        let setting = of(architecture, DeviceChoice::Cpu, config(60));
        finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("validation/loss");
        assert!(losses[losses.len() - 1] < losses[0] - 1.0, "{losses:?}");
    }
}
