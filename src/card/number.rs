//! Numbers as a card writes them, the same on every machine.

/// Returns a count with its thousands parted.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a number with about four significant digits.
pub(super) fn decimal(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size >= 1000.0 => format!("{value:.0}"),
        _ if size >= 100.0 => format!("{value:.1}"),
        _ if size >= 10.0 => format!("{value:.2}"),
        _ if size >= 0.01 || size == 0.0 => format!("{value:.4}"),
        _ => format!("{value:.3e}"),
    }
}

/// Returns a number with all its digits and no exponent, which some YAML readers take for text.
pub(super) fn exact(value: f64) -> String {
    let text = format!("{value}");
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// Returns a share as a percentage.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Returns a part of a whole as a percentage: what is nearly nothing is not told as nothing, and what is nearly all not as all.
pub fn portion(share: f64) -> String {
    match share {
        _ if share > 0.0 && share < 0.000_5 => "<0.1 %".to_owned(),
        _ if share > 0.999_5 && share < 1.0 => ">99.9 %".to_owned(),
        _ => percent(share),
    }
}

/// Returns a size in bytes, in a unit that leaves few digits.
pub(super) fn bytes(n: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = n as f64;
    let mut unit = "bytes";
    for next in UNITS {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    if unit == "bytes" { format!("{n} bytes") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([count(7), count(1_234), count(2_345_678)], ["7", "1,234", "2,345,678"]);
        assert_eq!([decimal(12.345_6), decimal(0.5), decimal(1e-5)], ["12.35", "0.5000", "1.000e-5"]);
        assert_eq!([bytes(999), bytes(1_500), bytes(2_340_000)], ["999 bytes", "1.5 kB", "2.3 MB"]);
        assert_eq!(percent(0.125), "12.5 %");
        assert_eq!([portion(0.125), portion(0.0), portion(1.0)], ["12.5 %", "0.0 %", "100.0 %"]);
        assert_eq!([portion(0.000_1), portion(0.999_9), portion(0.001)], ["<0.1 %", ">99.9 %", "0.1 %"]);
    }
}
