//! `min-length`: too short to teach anything.

use crate::data::record::Record;

/// Keeps the records whose texts have at least `chars` characters together, white space at the ends aside.
pub fn keep(mut records: Vec<Record>, chars: u32) -> Vec<Record> {
    records.retain(|record| record.texts().map(|text| text.trim().chars().count()).sum::<usize>() >= chars as usize);
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    #[test]
    fn characters_count_and_bytes_and_blanks_do_not() {
        let records = vec![text_record(0, "ééé"), text_record(1, " éé   "), text_record(2, "")];
        assert_eq!(keep(records, 3), [text_record(0, "ééé")]);
    }
}
