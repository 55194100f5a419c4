//! From rows to a batch: what stands in one behind the other, filled up to one length.

use crate::engine::sampler::{Batch, Features, Kind, Row, Rows};

impl Rows {
    /// Returns the batch of some of these rows.
    pub fn batch(&self, rows: &[Row]) -> Batch {
        let mut batch = match self.kind {
            Kind::Text | Kind::Records | Kind::Masked => Batch::of(rows, self.context),
            Kind::Labelled | Kind::Numbered | Kind::Captions | Kind::Unlabelled | Kind::Views => {
                Batch::of_records(rows)
            }
            Kind::Pairs => Batch::of_pairs(rows),
        };
        batch.kind = self.kind;
        let shape = self.shape().unwrap_or_default();
        batch.features = together(rows, shape, |row| row.features.as_deref());
        batch.second_view = together(rows, shape, |row| row.second_view.as_deref());
        batch
    }
}

impl Batch {
    /// Returns the batch of some rows of one length: each one token longer than the context, or as long where tokens are hidden.
    pub fn of(rows: &[Row], context: usize) -> Self {
        let mut batch = Self { rows: rows.len(), keys: keys(rows), ..Self::empty(Kind::Text, context) };
        for row in rows {
            let told = usize::from(row.shown.is_none());
            let shown = row.shown.as_ref().unwrap_or(&row.tokens);
            batch.inputs.extend(shown[..context].iter().map(|token| i64::from(*token)));
            batch.targets.extend(row.tokens[told..].iter().map(|token| i64::from(*token)));
            batch.mask.extend(row.is_target[told..].iter().map(|is| f32::from(u8::from(*is))));
            if let Some(starts) = &row.starts {
                let (numbers, places) = batch.documents.get_or_insert_default();
                let (mut number, mut first) = (0, 0);
                for place in 0..context {
                    if starts.contains(&place) {
                        (number, first) = (number + 1, place);
                    }
                    numbers.push(number);
                    places.push((place - first) as i64);
                }
            }
        }
        batch
    }

    /// Returns the batch of some records: texts filled up to the longest of them, and what is told of each.
    pub fn of_records(rows: &[Row]) -> Self {
        let longest = rows.iter().map(Row::len).max().unwrap_or(0);
        let is_text = longest > 0;
        let mut batch = Self { rows: rows.len(), keys: keys(rows), ..Self::empty(Kind::Labelled, longest.max(1)) };
        if is_text {
            batch.inputs = rows.iter().flat_map(|row| filled(&row.tokens, longest)).collect();
            batch.lengths = Some(rows.iter().map(|row| row.tokens.len()).collect());
        }
        batch.classes = rows.iter().map(|row| row.class.map(i64::from)).collect();
        batch.numbers = rows.iter().map(|row| row.number).collect();
        batch
    }

    /// Returns the batch of some pairs: the chosen answer and the rejected one of each, one behind the other.
    pub fn of_pairs(pairs: &[Row]) -> Self {
        let rows: Vec<&Row> =
            pairs.iter().flat_map(|row| std::iter::once(row).chain(row.rejected.as_deref())).collect();
        let longest = pairs.iter().map(Row::len).max().unwrap_or(1).max(2) - 1;
        let mut batch = Self { rows: rows.len(), ..Self::empty(Kind::Pairs, longest) };
        batch.keys = pairs.iter().flat_map(|row| [row.key, row.key]).collect();
        for row in &rows {
            let n = row.tokens.len().saturating_sub(1);
            batch.inputs.extend(filled(&row.tokens[..n], longest));
            batch.targets.extend(filled(&row.tokens[row.tokens.len() - n..], longest));
            let mask = row.is_target.iter().skip(1).map(|is| f32::from(u8::from(*is)));
            batch.mask.extend(mask.chain(std::iter::repeat_n(0.0, longest - n)));
        }
        batch.lengths = Some(rows.iter().map(|row| row.tokens.len().saturating_sub(1).max(1)).collect());
        batch
    }
}

fn keys(rows: &[Row]) -> Vec<u64> {
    rows.iter().map(|row| row.key).collect()
}

fn filled(tokens: &[u32], length: usize) -> impl Iterator<Item = i64> {
    let filling = std::iter::repeat_n(0, length - tokens.len());
    tokens.iter().map(|token| i64::from(*token)).chain(filling)
}

/// Returns the features of some rows one behind the other, where every row has some.
fn together<'r>(rows: &'r [Row], shape: &[usize], of: impl Fn(&'r Row) -> Option<&'r [f32]>) -> Option<Features> {
    let parts: Vec<&[f32]> = rows.iter().map(of).collect::<Option<_>>()?;
    (!parts.is_empty()).then(|| Features { values: parts.concat(), shape: shape.to_vec() })
}
