//! `docs/extending.md` shows a real difference: every line it adds stands in the file it names, in that order.

use std::fs;
use std::path::Path;

#[test]
fn what_the_page_adds_stands_in_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/extending.md")).unwrap();
    let diff = page.split("```diff\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has a diff");
    let (mut source, mut name, mut n_lines) = (String::new(), "", 0);
    for line in diff.lines() {
        if let Some(file) = line.strip_prefix("+++ ") {
            (source, name) = (fs::read_to_string(root.join(file)).unwrap(), file);
        } else if let Some(added) = line.strip_prefix('+') {
            let place = source.find(&format!("{added}\n"));
            source.drain(..place.unwrap_or_else(|| panic!("`{name}` has no line `{added}` there")));
            n_lines += 1;
        }
    }
    assert!(n_lines > 30, "{n_lines}");
}
