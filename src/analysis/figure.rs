//! A law as an SVG: one self-contained file, readable on light and on dark, the same bytes for the same law.

use plotters::coord::Shift;
use plotters::coord::combinators::{BindKeyPoints, IntoLogRange};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::{
    ChartBuilder, Circle, Color, DrawingArea, DrawingBackend, EmptyElement, IntoDrawingArea, LineSeries, PathElement,
    RGBColor, SVGBackend, Text,
};
use plotters::style::{IntoFont, TextStyle};

use crate::analysis::law::ScalingLaw;
use crate::analysis::plot::{Span, spans};
use crate::analysis::ticks::{logarithmic, short};

const SIZE: (u32, u32) = (760, 480);
const PAPER: RGBColor = RGBColor(255, 255, 255);
const INK: RGBColor = RGBColor(32, 32, 36);
const FAINT: RGBColor = RGBColor(222, 222, 228);
const CURVE: RGBColor = RGBColor(31, 95, 191);
const POINT: RGBColor = RGBColor(196, 69, 22);

/// The colours on dark, by those on light: a style sheet goes before the attributes the drawing is made of.
const DARK: [(RGBColor, &str); 5] =
    [(PAPER, "#16181D"), (INK, "#E6E6EA"), (FAINT, "#3A3D46"), (CURVE, "#7FB0FF"), (POINT, "#FF9466")];

/// Returns the figure of a law of the losses on `measured`, as the text of an SVG file.
pub fn svg(law: &ScalingLaw, measured: &str) -> String {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        draw(&area, law, measured).expect("text in memory takes every drawing");
    }
    with_dark_colours(&text)
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    law: &ScalingLaw,
    measured: &str,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let (x, y) = spans(law);
    let (y, x) = (with_intervals(law, y), x);
    area.fill(&PAPER)?;
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .caption(formula(law), font(20))
        .x_label_area_size(52)
        .y_label_area_size(64)
        .build_cartesian_2d(
            (x.low..x.high).log_scale().with_key_points(logarithmic(x.low, x.high, 8)),
            (y.low..y.high).log_scale().with_key_points(logarithmic(y.low, y.high, 7)),
        )?;
    chart
        .configure_mesh()
        .bold_line_style(FAINT)
        .max_light_lines(0)
        .axis_style(INK)
        .label_style(font(14))
        .axis_desc_style(font(15))
        .x_desc("training compute C = 6·N·D (FLOP)")
        .y_desc(format!("loss on {} (nats a token)", measured))
        .x_label_formatter(&|value| short(*value, 3))
        .y_label_formatter(&|value| short(*value, 3))
        .draw()?;
    let most = law.points.last().map_or(x.high, |point| point.compute);
    chart.draw_series(LineSeries::new(curve(law, Span { high: most, ..x }), CURVE.stroke_width(2)))?;
    chart.draw_series(
        dashes(&curve(law, Span { low: most, ..x })).map(|dash| PathElement::new(dash, CURVE.stroke_width(2))),
    )?;
    let bars = law.near_predictions().filter_map(|one| Some(vec![(one.compute, one.low?), (one.compute, one.high?)]));
    chart.draw_series(bars.map(|bar| PathElement::new(bar, CURVE.stroke_width(1))))?;
    let predicted = law.near_predictions().map(|one| (one.compute, one.loss));
    chart.draw_series(predicted.clone().map(|at| Circle::new(at, 5, PAPER.filled())))?;
    chart.draw_series(predicted.map(|at| Circle::new(at, 5, CURVE.stroke_width(2))))?;
    chart.draw_series(law.points.iter().map(|point| Circle::new((point.compute, point.loss), 5, POINT.filled())))?;
    let below = |at: (f64, f64), text: String| EmptyElement::at(at) + Text::new(text, (8, -16), font(13));
    let names = law.points.iter().map(|point| below((point.compute, point.loss), point.model.to_string()));
    chart.draw_series(names)?;
    area.present()
}

fn font(size: u32) -> TextStyle<'static> {
    // The crate counts in pixels of another size than SVG does.
    ("sans-serif", f64::from(size) * 1.24).into_font().color(&INK)
}

/// Returns the law with its numbers: `L(C) = 1.7 + 43·C^(−0.11)`.
pub fn formula(law: &ScalingLaw) -> String {
    let floor = if law.floor.value > 0.0 { format!("{} + ", short(law.floor.value, 3)) } else { String::new() };
    let sign = if law.exponent.value < 0.0 { "" } else { "−" };
    format!("L(C) = {floor}{}·C^({sign}{})", short(law.scale.value, 3), short(law.exponent.value.abs(), 3))
}

/// Returns a span that shows the intervals too, but none that is beyond all measure.
fn with_intervals(law: &ScalingLaw, span: Span) -> Span {
    let ends = law.near_predictions().flat_map(|one| [one.low, one.high]).flatten();
    ends.fold(span, |span, end| Span {
        low: span.low.min(end.max(span.low / 1.5)),
        high: span.high.max(end.min(span.high * 1.5)),
    })
}

fn curve(law: &ScalingLaw, x: Span) -> Vec<(f64, f64)> {
    (0..=120).map(|i| x.at(f64::from(i) / 120.0)).map(|compute| (compute, law.at(compute))).collect()
}

/// Returns every other short piece of a line.
fn dashes(line: &[(f64, f64)]) -> impl Iterator<Item = Vec<(f64, f64)>> {
    line.chunks(4).step_by(2).map(<[_]>::to_vec)
}

/// Adds the colours on dark, and what the figure is for those who hear it.
fn with_dark_colours(text: &str) -> String {
    let mut style = String::from("<style>@media (prefers-color-scheme: dark){");
    for (RGBColor(red, green, blue), dark) in DARK {
        let light = format!("#{red:02X}{green:02X}{blue:02X}");
        style.push_str(&format!("[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}"));
    }
    style.push_str("}</style>\n");
    match text.split_once(">\n") {
        Some((head, rest)) => format!("{head} role=\"img\">\n{style}{rest}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::law::{Training, fit};
    use crate::recipe::analysis::Target;

    fn figure() -> String {
        let training = |i: u32| {
            let (parameters, tokens) = (100_000 << i, 100_000 << i);
            let loss = 60.0 * (6.0 * parameters as f64 * tokens as f64).powf(-0.09) * (1.0 + 0.01 * f64::from(i % 2));
            Training { model: format!("m{i}").parse().unwrap(), parameters, tokens, loss }
        };
        let law = fit((0..4).map(training).collect(), &[Target { parameters: 4_000_000, tokens: 4_000_000 }]).unwrap();
        svg(&law, "a <small> loss")
    }

    #[test]
    fn a_figure_stands_alone_and_says_its_units() {
        let text = figure();
        assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"), "{text}");
        for needed in
            ["(FLOP)", "(nats a token)", "a &lt;small&gt; loss", "prefers-color-scheme: dark", "L(C) = ", "m3"]
        {
            assert!(text.contains(needed), "no {needed}");
        }
        assert!(!text.contains("href") && !text.contains("url("), "nothing is fetched");
        assert!(text.matches("<circle").count() >= 6);
    }

    #[test]
    fn every_colour_has_one_on_dark() {
        let text = figure();
        let colour = regex::Regex::new("(?:fill|stroke)=\"(#[0-9A-F]{6})\"").unwrap();
        for found in colour.captures_iter(&text) {
            let known = DARK.iter().any(|(RGBColor(r, g, b), _)| format!("#{r:02X}{g:02X}{b:02X}") == found[1]);
            assert!(known, "{} is the same on light and on dark", &found[1]);
        }
    }

    #[test]
    fn the_same_law_gives_the_same_bytes() {
        assert_eq!(figure(), figure());
    }
}
