//! Bad data, of every format and every kind: each is told in its place, and never by what it says.
//!
//! The cases are made, not listed: faults × formats × positions × line ends × packings. What is good around a fault has to come through.

mod case;
mod lines;
mod fields;
mod tables;
mod packing;
mod encodings;
mod columnar;
mod classes;
mod made;
mod properties;

use std::collections::BTreeSet;

use case::{Case, SECRET};

fn all() -> Vec<Case> {
    [lines::cases(), fields::cases(), tables::cases(), packing::cases(), encodings::cases(), columnar::cases()].concat()
}

#[test]
fn every_fault_is_told_in_its_place_and_what_is_good_comes_through() {
    let cases = all();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    assert!(cases.len() >= 330, "only {} cases", cases.len());
    let wrong: Vec<_> = cases.iter().filter_map(|case| case.wrong()).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_is_far_too_large_is_refused_without_being_read_into_memory() {
    let cases = [lines::without_end(), packing::bombs()].concat();
    let wrong: Vec<_> = cases.iter().filter_map(|case| case.wrong()).collect();
    assert!(cases.len() >= 8 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pieces_of_any_size_hold_the_same_rows_and_the_same_faults() {
    let cases = all();
    let cut: Vec<_> = cases.iter().filter(|case| case.can_be_cut()).collect();
    assert!(cut.len() >= 200, "only {} cases can be cut", cut.len());
    for case in cut {
        let whole = case.outcome();
        for bytes in [1, 7, 64, 1000] {
            assert_eq!(case.outcome_in_pieces(bytes), whole, "{}, in pieces of {bytes} bytes", case.name);
        }
    }
}

#[test]
fn nothing_private_is_told() {
    for case in all() {
        for bad in case.outcome().bad {
            assert!(!bad.to_string().contains(SECRET), "{}: {bad}", case.name);
        }
    }
}
