//! Problems as people read them: the line, the caret, the hint.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::recipe::problem::{Problem, Problems, Severity, SourceText};

/// Renders every problem with the source line under it.
pub fn render(problems: &Problems, coloured: bool) -> String {
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let mut rendered: Vec<_> = problems.problems.iter().map(|problem| one(problems, problem, &renderer)).collect();
    if problems.left_out > 0 {
        rendered.push(format!("… and {} more", problems.left_out));
    }
    rendered.join("\n\n")
}

fn one(problems: &Problems, problem: &Problem, renderer: &Renderer) -> String {
    let title = match problem.path.as_str() {
        "" => problem.message.clone(),
        path => format!("{path}: {}", problem.message),
    };
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let unknown = SourceText::default();
    let source = problems.sources.get(problem.place.source as usize).unwrap_or(&unknown);
    let start = problem.place.start.min(source.text.len());
    let end = first_line_end(&source.text, start, problem.place.end);
    let mut group = Group::with_title(level.primary_title(title.as_str()).id(problem.code.word()));
    if problem.place.line == 0 {
        group = group.element(Origin::path(source.name.as_str()));
    } else {
        let annotation = AnnotationKind::Primary.span(start..end);
        group = group.element(Snippet::source(source.text.as_str()).path(source.name.as_str()).annotation(annotation));
    }
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    group = group.element(Level::NOTE.with_name("docs").message(problem.docs.as_str()));
    renderer.render(&[group])
}

/// A value of many lines is marked on its first line only.
fn first_line_end(text: &str, start: usize, end: usize) -> usize {
    let end = end.clamp(start, text.len());
    let cut = text.get(start..end).and_then(|span| span.find('\n')).map_or(end, |newline| start + newline);
    if text.is_char_boundary(cut) { cut } else { start }
}
