//! `filter`: records of some classes stay, the others go.

use std::collections::BTreeSet;

use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::Record;

/// Keeps the records whose label, or whose further field, is one of some values.
pub struct Filter {
    /// `label`, or the name of a further field.
    pub field: String,
    /// What it may be.
    pub values: BTreeSet<String>,
}

impl Step for Filter {
    fn one(&self, record: Record, _: &mut Counts) -> Fate {
        match record.class(&self.field) {
            Some(value) if self.values.contains(value) => Fate::Keep(record),
            Some(_) => Fate::Drop { record, reason: "another class" },
            None => Fate::Drop { record, reason: "no class" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    fn reason(step: &Filter, record: Record) -> Option<&'static str> {
        if let Fate::Drop { reason, .. } = step.one(record, &mut Counts::new()) { Some(reason) } else { None }
    }

    #[test]
    fn records_of_other_classes_and_of_none_go() {
        let step = |field: &str| Filter { field: field.to_owned(), values: ["stocks".to_owned()].into() };
        let labelled = |label: &str| Record { label: Some(label.to_owned()), ..text_record(0, "a") };
        let found = [labelled("stocks"), labelled("sports"), text_record(0, "a")].map(|it| reason(&step("label"), it));
        assert_eq!(found, [None, Some("another class"), Some("no class")]);
        let mut record = labelled("sports");
        assert_eq!(reason(&step("domain"), record.clone()), Some("no class"));
        record.fields.insert("domain".to_owned(), "stocks".to_owned());
        assert_eq!(reason(&step("domain"), record), None);
    }
}
