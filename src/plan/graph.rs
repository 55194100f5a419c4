//! The plan as a graph for other programs: Graphviz and Mermaid. Green is fresh, orange is to be done.

use std::fmt::Write as _;

use crate::plan::tree;
use crate::plan::{Plan, Stage};

const FRESH: (&str, &str) = ("#d5f0d5", "#3a7d3a");
const STALE: (&str, &str) = ("#ffe3c2", "#b3661a");

/// Returns the plan for Graphviz; needs that other needs imply are left out, as `tred` would.
pub fn dot(plan: &Plan) -> String {
    let mut text =
        format!("digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\"];\n", plan.recipe);
    for (place, stage) in plan.stages.iter().enumerate() {
        let ((fill, line), why) = (colours(stage), why(stage));
        let (id, why) = (stage.id.to_string(), escaped(&why));
        writeln!(text, "  n{place} [label=\"{id}\", tooltip=\"{why}\", fillcolor=\"{fill}\", color=\"{line}\"];")
            .expect("a text takes what is written");
    }
    edges(plan, |from, to| writeln!(text, "  n{from} -> n{to};").expect("a text takes what is written"));
    text.push_str("}\n");
    text
}

/// Returns the plan for Mermaid, as Markdown pages show it.
pub fn mermaid(plan: &Plan) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (place, stage) in plan.stages.iter().enumerate() {
        let class = if stage.is_fresh() { "fresh" } else { "stale" };
        writeln!(text, "  n{place}[\"{}\"]:::{class}", stage.id).expect("a text takes what is written");
    }
    edges(plan, |from, to| writeln!(text, "  n{from} --> n{to}").expect("a text takes what is written"));
    for (class, (fill, line)) in [("fresh", FRESH), ("stale", STALE)] {
        writeln!(text, "  classDef {class} fill:{fill},stroke:{line}").expect("a text takes what is written");
    }
    text
}

fn edges(plan: &Plan, mut edge: impl FnMut(usize, usize)) {
    for (to, needs) in tree::needs(plan).iter().enumerate() {
        needs.iter().for_each(|from| edge(*from, to));
    }
}

fn colours(stage: &Stage) -> (&'static str, &'static str) {
    if stage.is_fresh() { FRESH } else { STALE }
}

fn why(stage: &Stage) -> String {
    match &stage.freshness {
        crate::plan::Freshness::Fresh { run } => format!("fresh: run {}", run.short()),
        crate::plan::Freshness::Stale { reason } => format!("stale: {reason}"),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::RunId;
    use crate::plan::{Change, Freshness, Sources, StaleReason, build};
    use crate::recipe::fixture::recipe;

    #[test]
    fn every_stage_and_every_need_is_drawn_in_its_colour() {
        let mut plan = build(&recipe(""), &Sources::new());
        plan.stages[0].freshness = Freshness::Fresh { run: RunId::from_bits(1) };
        let change = Change { path: "a \"b\"".to_owned(), old: None, new: Some("c\\".to_owned()) };
        plan.stages[1].freshness = Freshness::Stale { reason: StaleReason::Changed { changes: vec![change] } };
        let n_edges: usize = tree::needs(&plan).iter().map(Vec::len).sum();
        let (dot, mermaid) = (dot(&plan), mermaid(&plan));
        assert_eq!((dot.matches(" -> ").count(), mermaid.matches(" --> ").count()), (n_edges, n_edges));
        assert_eq!((dot.matches(FRESH.0).count(), mermaid.matches(":::fresh").count()), (1, 1));
        assert_eq!(mermaid.matches(":::stale").count(), plan.stages.len() - 1);
        assert!(dot.contains(r#"tooltip="stale: a \"b\" c\\ added""#), "{dot}");
    }
}
