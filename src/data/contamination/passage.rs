//! From n-grams to passages: how much of a record they cover, and the longest stretch they make.

/// An n-gram of a record that stands in the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its first word in the record.
    pub(super) word: u32,
    /// The training document, by number.
    pub(super) document: u32,
    /// Where it stands in that, in bytes.
    pub(super) offset: usize,
}

/// How much of a record stands in the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cover {
    /// The words that do.
    pub(super) n_words: usize,
    /// The beginning of the longest passage.
    pub(super) longest: Hit,
    /// The words of it.
    pub(super) longest_words: usize,
}

/// Returns what n-grams of `length` words, in the order of the record, cover of it; there has to be one.
///
/// A passage goes on as long as every word begins a further n-gram of the same document that stands further on in it.
pub(super) fn cover(hits: impl Iterator<Item = Hit>, length: usize) -> Cover {
    let mut hits = hits.peekable();
    let first = *hits.peek().expect("there is a hit");
    let mut cover = Cover { n_words: 0, longest: first, longest_words: 0 };
    let (mut end, mut passage, mut last) = (0, first, first);
    for hit in hits {
        let (from, to) = (hit.word as usize, hit.word as usize + length);
        cover.n_words += to - end.clamp(from, to);
        end = to;
        let goes_on = hit.word == last.word + 1 && hit.document == last.document && hit.offset > last.offset;
        if !goes_on {
            passage = hit;
        }
        last = hit;
        let n_words = to - passage.word as usize;
        if n_words > cover.longest_words {
            (cover.longest, cover.longest_words) = (passage, n_words);
        }
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(words: &[(u32, u32)]) -> (usize, u32, usize) {
        let hits =
            words.iter().map(|(word, document)| Hit { word: *word, document: *document, offset: *word as usize });
        let cover = cover(hits, 5);
        (cover.n_words, cover.longest.word, cover.longest_words)
    }

    #[test]
    fn words_count_once_and_the_longest_passage_is_of_one_document() {
        assert_eq!(covered(&[(3, 0)]), (5, 3, 5));
        assert_eq!(covered(&[(0, 0), (1, 0), (2, 0)]), (7, 0, 7));
        assert_eq!(covered(&[(0, 0), (9, 0), (10, 0)]), (11, 9, 6));
        assert_eq!(covered(&[(0, 0), (3, 0)]), (8, 0, 5));
        assert_eq!(covered(&[(0, 0), (1, 1), (2, 1)]), (7, 1, 6));
    }
}
