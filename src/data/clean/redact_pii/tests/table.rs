//! The table: what has to be found, and what must not be.

use super::*;

const POSITIVE: &str = include_str!("positive.txt");
const NEGATIVE: &str = include_str!("negative.txt");

fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with("# "))
}

fn unescaped(text: &str) -> String {
    text.replace('·', "").replace("\\n", "\n")
}

/// Returns the text of a line without its brackets, and the places between them.
fn marked(line: &str) -> (String, Vec<Range<usize>>) {
    let (mut text, mut places, mut start) = (String::new(), Vec::new(), 0);
    for c in unescaped(line).chars() {
        match c {
            '⟨' => start = text.len(),
            '⟩' => places.push(start..text.len()),
            c => text.push(c),
        }
    }
    (text, places)
}

#[test]
fn everything_private_in_the_table_is_found_exactly() {
    let (mut n, mut missed) = (0, Vec::new());
    for line in lines(POSITIVE) {
        let (kind, text) = line.split_once('\t').unwrap();
        let (text, places) = marked(text);
        let found = find(&text, &ORDER, None);
        let is_right = found.iter().all(|found| found.kind.word() == kind)
            && found.iter().map(|found| found.place.clone()).eq(places.iter().cloned());
        n += places.len();
        if !is_right {
            missed.push(format!(
                "{line}\n    found {:?}",
                found.iter().map(|found| (found.kind, &text[found.place.clone()])).collect::<Vec<_>>()
            ));
        }
    }
    assert!(n >= 180, "only {n} cases");
    assert!(missed.is_empty(), "{} are not found:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn nothing_is_found_in_what_only_looks_private() {
    assert!(lines(NEGATIVE).count() >= 200, "only {} cases", lines(NEGATIVE).count());
    let mut wrong = Vec::new();
    for line in lines(NEGATIVE) {
        let text = unescaped(line);
        for found in find(&text, &ORDER, None) {
            wrong.push(format!("{line}: {:?} {}", found.kind, &text[found.place]));
        }
    }
    assert!(wrong.is_empty(), "{} are found:\n{}", wrong.len(), wrong.join("\n"));
}
