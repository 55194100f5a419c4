//! The classes of records, as numbers.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::record::Record;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::Content;
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
    fn a_foreign_label_and_none_name_the_record_and_never_the_label() {
        let classes = ["finance", "realty"].map(str::to_owned);
        let foreign = indices(&[record(Some("Finanse"))], &classes).unwrap_err();
        assert_eq!(foreign.to_string(), "the label of the record `news.txt:7` is none of the classes");
        assert_eq!(foreign.hint().unwrap(), "the nearest class is `finance`; `classes` names every label of the data");
        let none = indices(&[record(None)], &classes).unwrap_err();
        assert_eq!(none.to_string(), "the record `news.txt:7` has no label, and a classifier learns from labels");
    }
}
