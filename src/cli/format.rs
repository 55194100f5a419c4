//! Numbers, times and tables as people read them.

use comfy_table::{CellAlignment, Table};

/// Returns a count with thousands apart: `12,345`.
pub fn count(n: u64) -> String {
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

/// Returns a large number in short: `3.1 M`.
pub fn short(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..1_000_000 => format!("{:.1} k", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", n as f64 / 1e6),
        1_000_000_000..1_000_000_000_000 => format!("{:.1} G", n as f64 / 1e9),
        _ => format!("{:.1} T", n as f64 / 1e12),
    }
}

/// Returns a size: `1.2 MB`.
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        1_000_000_000..1_000_000_000_000 => format!("{:.2} GB", n as f64 / 1e9),
        _ => format!("{:.2} TB", n as f64 / 1e12),
    }
}

/// Returns a duration: `8 m 12 s`.
pub fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds {
        0 => format!("{ms} ms"),
        1..60 => format!("{:.1} s", ms as f64 / 1000.0),
        60..3600 => format!("{} m {:02} s", seconds / 60, seconds % 60),
        3600..172_800 => format!("{} h {:02} m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// Returns a duration in seconds: `8 m 12 s`.
pub fn seconds(seconds: f64) -> String {
    duration((seconds * 1000.0).round() as u64)
}

/// Returns floating-point operations: `3.14e23`.
pub fn operations(n: f64) -> String {
    if n < 1e6 { format!("{n:.0}") } else { format!("{n:.2e}") }
}

/// Returns floating-point operations a second: `195.0 TFLOP/s`.
pub fn rate(per_second: f64) -> String {
    let units = [(1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s")];
    let (size, unit) = units.into_iter().find(|(size, _)| per_second >= *size).unwrap_or((1.0, "FLOP/s"));
    format!("{:.1} {unit}", per_second / size)
}

/// Returns energy: `12.3 kWh`, `4.5 Wh`.
pub fn energy(kwh: f64) -> String {
    match kwh {
        _ if kwh >= 1e6 => format!("{:.1} GWh", kwh / 1e6),
        _ if kwh >= 1e3 => format!("{:.1} MWh", kwh / 1e3),
        _ if kwh >= 1.0 => format!("{kwh:.1} kWh"),
        _ => format!("{:.2} Wh", kwh * 1e3),
    }
}

/// Returns a time in UTC: `2026-01-31 12:00:00`.
pub fn time(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map_or_else(|_| at_ms.to_string(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// Returns a metric with as many digits as mean something.
pub fn metric(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if size >= 1000.0 => format!("{value:.0}"),
        _ if size >= 100.0 => format!("{value:.1}"),
        _ if size >= 10.0 => format!("{value:.2}"),
        _ if size > 0.0 && size < 0.01 => format!("{value:.2e}"),
        _ => format!("{value:.3}"),
    }
}

/// Returns rows under a header, without lines, fit to the terminal; the columns in `right` are numbers.
pub fn table(header: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(header.iter().copied());
    table.add_rows(rows.iter().cloned());
    for column in right {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Returns `1 stage` or `3 stages`.
pub fn plural(n: usize, word: &str) -> String {
    if n == 1 { format!("1 {word}") } else { format!("{} {word}s", count(n as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(123), "123");
        assert_eq!(short(3_100_000), "3.1 M");
        assert_eq!(duration(492_000), "8 m 12 s");
        assert_eq!([seconds(3.2e6), seconds(0.25)], ["37 d 00 h", "250 ms"]);
        assert_eq!([rate(1.95e14), rate(9.83e10), operations(3.14e23)], ["195.0 TFLOP/s", "98.3 GFLOP/s", "3.14e23"]);
        assert_eq!([energy(0.0034), energy(1.26e6)], ["3.40 Wh", "1.3 GWh"]);
        assert_eq!(
            (metric(0.000_123_4), metric(0.0), metric(0.25)),
            ("1.23e-4".into(), "0.000".into(), "0.250".into())
        );
        assert_eq!(plural(1, "stage"), "1 stage");
    }
}
