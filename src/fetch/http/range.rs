//! `Content-Range` (RFC 9110, 14.4).

/// What a `206` or a `416` says of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRange {
    /// Bytes from `first` to `last`, both counted, of `total` where that is known.
    Part {
        /// The first byte, from 0.
        first: u64,
        /// The last byte, from 0.
        last: u64,
        /// The size of the whole, in bytes.
        total: Option<u64>,
    },
    /// Nothing, of so many bytes.
    Nothing {
        /// The size of the whole, in bytes.
        total: u64,
    },
}

impl ContentRange {
    /// Reads the header; `None` where it is none, or contradicts itself.
    pub fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { text.parse::<u64>().ok() } else { None }
        };
        if range == "*" {
            return Some(Self::Nothing { total: number(total)? });
        }
        let total = if total == "*" { None } else { Some(number(total)?) };
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let is_possible = first <= last && total.is_none_or(|total| last < total);
        is_possible.then_some(Self::Part { first, last, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_nonsense_is_none() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        assert_eq!(ContentRange::parse("bytes 0-9/10"), part(0, 9, Some(10)));
        assert_eq!(ContentRange::parse("bytes 5-9/*"), part(5, 9, None));
        assert_eq!(ContentRange::parse("bytes */10"), Some(ContentRange::Nothing { total: 10 }));
        for text in
            ["", "bytes", "bytes 0-9", "bytes 9-0/10", "bytes 0-10/10", "bytes +1-2/9", "bytes 0-/9", "lines 0-9/10"]
        {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
        assert_eq!(ContentRange::parse("bytes 0-99999999999999999999999/*"), None);
    }
}
