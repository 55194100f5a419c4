//! `min-length`: too short to teach anything.

use crate::data::clean::{Counts, Fate, Step};
use crate::data::record::{Content, Record};

/// Keeps the records whose texts have at least so many characters together, white space at the ends aside.
pub struct MinLength {
    /// The least number of characters.
    pub chars: u32,
}

impl Step for MinLength {
    fn one(&self, record: Record, _: &mut Counts) -> Fate {
        // A picture or a sound is not short because its caption is.
        if matches!(record.content, Content::Media(_)) {
            return Fate::Keep(record);
        }
        let chars: usize = record.texts().map(|text| text.trim().chars().count()).sum();
        match chars >= self.chars as usize {
            true => Fate::Keep(record),
            false => Fate::Drop { record, reason: "too short" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;

    #[test]
    fn characters_count_and_bytes_and_blanks_do_not() {
        let step = MinLength { chars: 3 };
        let is_kept = |text| matches!(step.one(text_record(0, text), &mut Counts::new()), Fate::Keep(_));
        assert_eq!(["ééé", " éé   ", ""].map(is_kept), [true, false, false]);
    }
}
