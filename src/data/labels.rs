//! The classes of records, as numbers.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::record::{Content, Record};
use crate::recipe::problem::nearest;

/// Returns the place of every record's label among the classes.
///
/// # Errors
/// When a record has no label or one that is no class; the error names the record and the nearest class, never the label.
pub fn indices(records: &[Record], classes: &[String]) -> Result<Vec<u32>, DataError> {
    let places: BTreeMap<&str, u32> = classes.iter().map(String::as_str).zip(0..).collect();
    let place = |record: &Record| {
        let found = record.label.as_ref().map(|label| places.get(label.as_str()).copied());
        match found {
            Some(Some(place)) => Ok(place),
            None | Some(None) => Err(DataError::NoClass {
                record: record.id.clone(),
                is_labelled: record.label.is_some(),
                nearest: record
                    .label
                    .as_ref()
                    .and_then(|label| nearest(label, classes.iter().map(String::as_str)).map(str::to_owned)),
            }),
        }
    };
    records.iter().map(place).collect()
}

/// Returns the label of every record as a number.
///
/// # Errors
/// When a record has no label, or one that is no finite number; the error names the record, never the label.
pub fn numbers(records: &[Record]) -> Result<Vec<f32>, DataError> {
    let number = |record: &Record| {
        let found =
            record.label.as_ref().map(|label| label.trim().parse::<f32>().ok().filter(|found| found.is_finite()));
        let what = match found {
            Some(Some(number)) => return Ok(number),
            Some(None) => "has a label that is no finite number",
            None => "has no label, and a regression learns from labels",
        };
        let hint = "let the label of every record be a number such as `3.5` or `-2`";
        Err(DataError::Lacks { record: record.id.clone(), what, hint })
    };
    records.iter().map(number).collect()
}

/// Checks that every record is a picture or a sound with a caption.
///
/// # Errors
/// When one is none, or nobody tells what it shows.
pub fn captions(records: &[Record]) -> Result<(), DataError> {
    let has_caption =
        |record: &&Record| matches!(&record.content, Content::Media(media) if !media.caption.trim().is_empty());
    let Some(record) = records.iter().find(|record| !has_caption(record)) else { return Ok(()) };
    let hint = "say in the dataset's source where the caption of a picture stands";
    Err(DataError::Lacks { record: record.id.clone(), what: "is no picture or sound with a caption", hint })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Explain as _;

    fn record(label: Option<&str>) -> Record {
        let record = Record::new("news.txt:7", "news.txt", Content::Text("A headline.".to_owned()));
        Record { label: label.map(str::to_owned), ..record }
    }

    #[test]
    fn a_label_is_the_place_of_its_class() {
        let classes = ["finance", "realty"].map(str::to_owned);
        assert_eq!(indices(&[record(Some("realty")), record(Some("finance"))], &classes).unwrap(), [1, 0]);
    }

    #[test]
    fn words_and_what_is_not_finite_are_no_numbers() {
        assert_eq!(numbers(&[record(Some(" 3.5 ")), record(Some("-2"))]).unwrap(), [3.5, -2.0]);
        for label in [Some("NaN"), Some("inf"), Some("1e99"), Some("much"), Some(""), None] {
            let error = numbers(&[record(Some("1")), record(label)]).unwrap_err();
            assert!(error.to_string().starts_with("the record `news.txt:7` has"), "{error}");
        }
    }

    #[test]
    fn a_text_is_no_caption() {
        assert!(captions(&[record(None)]).is_err());
    }

    #[test]
    fn a_foreign_label_and_none_name_the_record_and_never_the_label() {
        let classes = ["finance", "realty"].map(str::to_owned);
        let foreign = indices(&[record(Some("Finanse"))], &classes).unwrap_err();
        assert_eq!(foreign.to_string(), "the label of the record `news.txt:7` is none of the classes");
        assert_eq!(foreign.hint().unwrap(), "the nearest class is `finance`; `classes` names every label of the data");
        let none = indices(&[record(None)], &classes).unwrap_err();
        assert_eq!(none.to_string(), "the record `news.txt:7` has no label, and a classifier learns from labels");
    }
}
