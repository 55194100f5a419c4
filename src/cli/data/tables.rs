//! Tables, bars and texts that fit into a terminal of 80 columns.

use crate::card::dataset::{Bar, Bars, portion};
use crate::cli::format::{count, table};

/// The columns of a terminal nobody has widened.
pub const COLUMNS: usize = 80;
/// The columns of the longest bar.
const BAR: usize = 30;

/// Returns a text that takes at most so many columns.
pub fn fit(text: &str, columns: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    console::truncate_str(&text, columns, "…").into_owned()
}

/// Returns a table under a heading; nothing where it has no rows.
pub fn section(heading: String, header: &[&str], rows: &[Vec<String>], right: &[usize]) -> Option<String> {
    (!rows.is_empty()).then(|| format!("{heading}\n{}", table(header, rows, right)))
}

/// Returns lines under a heading; nothing where there are none.
pub fn lines(heading: String, lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| format!("{heading}\n{}", lines.join("\n")))
}

/// Returns a text behind a line, which sets what data says apart from what we say.
pub fn quote(text: &str) -> String {
    format!("  │ {}", fit(text, COLUMNS - 4))
}

/// Returns bars under a heading.
pub fn bars(heading: String, bars: &Bars) -> String {
    let label = bars.bars.iter().map(|bar| console::measure_text_width(&bar.label)).max().unwrap_or(0).min(24);
    let number = bars.bars.iter().map(|bar| count(bar.records).len()).max().unwrap_or(0);
    let line = |bar: &Bar| {
        let name = console::pad_str(&fit(&bar.label, label), label, console::Alignment::Left, None).into_owned();
        let share = portion(bar.share);
        format!("  {name}  {:>number$}  {share:>7}  {}", count(bar.records), drawn(bar.length)).trim_end().to_owned()
    };
    format!("{heading}\n{}", bars.bars.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// Returns a bar in eighths of a column; whatever is there is seen.
fn drawn(length: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (length * BAR as f64 * 8.0).round() as usize;
    let eighths = if length > 0.0 { eighths.max(1) } else { 0 };
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

/// Returns a share of a whole in percent; nothing of nothing is all of it.
pub fn percent(part: u64, whole: u64) -> String {
    portion(if whole == 0 { 1.0 } else { part as f64 / whole as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fit_and_bars_show_whatever_is_there() {
        assert_eq!(fit("a\nlong text", 6), "a lon…");
        assert_eq!(fit("中文字", 4), "中…");
        assert_eq!((drawn(0.0), drawn(1e-9), drawn(0.5)), (String::new(), "▏".to_owned(), "█".repeat(15)));
        assert_eq!([percent(1, 3), percent(1, 5000), percent(4999, 5000)], ["33.3 %", "<0.1 %", ">99.9 %"]);
    }
}
