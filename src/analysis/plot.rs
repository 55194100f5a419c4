//! A law as text: a log-log plot of braille dots that fits a terminal.
//!
//! Drawn here, and not by a plotting crate for terminals: those have linear axes with a number at each end, and this is all of it.

use crate::analysis::law::ScalingLaw;
use crate::analysis::ticks::{logarithmic, short};

/// The size of the drawing, in characters; each is two dots wide and four high.
const COLUMNS: usize = 60;
const ROWS: usize = 14;

/// The dots of a braille character by column and row, as Unicode numbers them.
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// A range of values on a logarithmic axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
}

impl Span {
    /// Returns the span of some values, with a margin of a share of it on both sides; never empty.
    pub fn of(values: impl Iterator<Item = f64>, margin: f64) -> Self {
        let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        let share = (high / low).ln().max(0.02) * margin;
        Self { low: low * (-share).exp(), high: high * share.exp() }
    }

    /// Returns where a value stands between 0 and 1.
    fn share(&self, value: f64) -> f64 {
        (value / self.low).ln() / (self.high / self.low).ln()
    }

    /// Returns the value at a share between 0 and 1.
    pub fn at(&self, share: f64) -> f64 {
        self.low * (self.high / self.low).powf(share)
    }
}

/// Returns the computes and the losses a picture of a law shows: the trainings, and the predictions near them.
pub fn spans(law: &ScalingLaw) -> (Span, Span) {
    let computes = law.points.iter().map(|point| point.compute).chain(law.near_predictions().map(|one| one.compute));
    let x = Span::of(computes, 0.06);
    let losses = law.points.iter().map(|point| point.loss);
    let y = Span::of(losses.chain([law.at(x.low), law.at(x.high)]).filter(|loss| *loss > 0.0), 0.06);
    (x, y)
}

/// Returns the plot: trainings as `●`, predictions as `○`, the law as a line of dots.
pub fn plot(law: &ScalingLaw) -> String {
    let (x, y) = spans(law);
    let mut canvas = vec![[0u32; COLUMNS]; ROWS];
    for i in 0..COLUMNS * 2 {
        let share = i as f64 / (COLUMNS * 2 - 1) as f64;
        let height = (1.0 - y.share(law.at(x.at(share)))) * (ROWS * 4 - 1) as f64;
        if (0.0..(ROWS * 4) as f64).contains(&height) {
            let row = height.round() as usize;
            canvas[row / 4][i / 2] |= DOTS[i % 2][row % 4];
        }
    }
    let braille = |dots: u32| if dots == 0 { ' ' } else { char::from_u32(0x2800 + dots).unwrap_or(' ') };
    let mut picture: Vec<Vec<char>> =
        canvas.iter().map(|row| row.iter().map(|dots| braille(*dots)).collect()).collect();
    let cell = |compute: f64, loss: f64| {
        let column = (x.share(compute) * (COLUMNS - 1) as f64).round().clamp(0.0, (COLUMNS - 1) as f64) as usize;
        let row = ((1.0 - y.share(loss)) * (ROWS - 1) as f64).round().clamp(0.0, (ROWS - 1) as f64) as usize;
        (row, column)
    };
    let predicted = law.near_predictions().map(|one| (cell(one.compute, one.loss), '○'));
    for ((row, column), mark) in predicted.chain(law.points.iter().map(|one| (cell(one.compute, one.loss), '●'))) {
        picture[row][column] = mark;
    }
    framed(&picture, x, y)
}

/// Returns the drawing with its axes.
fn framed(picture: &[Vec<char>], x: Span, y: Span) -> String {
    let mut labels = vec![String::new(); ROWS];
    for value in logarithmic(y.low, y.high, ROWS / 3) {
        labels[((1.0 - y.share(value)) * (ROWS - 1) as f64).round() as usize] = short(value, 3);
    }
    let width = labels.iter().map(String::len).max().unwrap_or(0);
    let mut lines = vec![format!("{:>width$}   loss, in nats a token", "")];
    for (label, row) in labels.iter().zip(picture) {
        let mark = if label.is_empty() { '│' } else { '┤' };
        let row: String = row.iter().collect();
        lines.push(format!("{label:>width$} {mark}{row}").trim_end().to_owned());
    }
    let (mut axis, mut numbers) = (vec!['─'; COLUMNS], vec![' '; COLUMNS + 8]);
    for value in logarithmic(x.low, x.high, COLUMNS / 9) {
        let column = (x.share(value) * (COLUMNS - 1) as f64).round() as usize;
        axis[column] = '┬';
        let text = short(value, 3);
        let start = column.saturating_sub(text.len() / 2);
        // A number that would touch the one before it is left out.
        if numbers[start.saturating_sub(1)..start + text.len()].iter().all(|c| *c == ' ') {
            numbers.splice(start..start + text.len(), text.chars());
        }
    }
    lines.push(format!("{:>width$} └{}", "", axis.iter().collect::<String>()));
    lines.push(format!("{:>width$}  {}", "", numbers.iter().collect::<String>()).trim_end().to_owned());
    lines.push(format!("{:>width$}  training compute C = 6·N·D, in FLOP", ""));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::law::{Training, fit};
    use crate::recipe::analysis::Target;

    fn law() -> ScalingLaw {
        let training = |i: u32| {
            let (parameters, tokens) = (100_000 << i, 100_000 << i);
            let loss = 60.0 * (6.0 * parameters as f64 * tokens as f64).powf(-0.09);
            Training { model: format!("m{i}").parse().unwrap(), parameters, tokens, loss }
        };
        fit((0..4).map(training).collect(), &[Target { parameters: 4_000_000, tokens: 4_000_000 }]).unwrap()
    }

    #[test]
    fn a_law_is_drawn_with_its_trainings_and_its_predictions() {
        insta::assert_snapshot!(plot(&law()), @r#"
            loss, in nats a token
          │⣀
          │ ⠉⠒●⢄⣀
        6 ┤      ⠉⠒⠤⢄⡀
          │          ⠈⠉⠒●⣀⡀
          │               ⠈⠑⠒⠤⣀⡀
        5 ┤                    ⠈⠑⠢●⣀
          │                         ⠉⠑⠢⠤⣀
          │                              ⠉⠒⠢●⣀
          │                                   ⠉⠒⠢⢄⡀
        4 ┤                                       ⠈⠉⠒⠤⢄⡀
          │                                            ⠈⠉⠒⠤⣀⡀
          │                                                 ⠈⠑⠒⠤⣀
          │                                                      ⠉⠑○⠤⣀
          │                                                           ⠉
          └───────┬───────────────┬────────────────┬───────────────┬───
                1e11            1e12             1e13            1e14
           training compute C = 6·N·D, in FLOP
        "#);
    }

    #[test]
    fn marks_stand_where_the_numbers_say() {
        let text = plot(&law());
        assert_eq!((text.matches('●').count(), text.matches('○').count()), (4, 1));
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(plot(&law()), text);
    }
}
