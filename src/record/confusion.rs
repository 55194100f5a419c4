//! Which classes a classifier takes for which, and what follows from that.

use serde::{Deserialize, Serialize};

/// The records of every class, by the class they were taken for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confusion {
    /// A row for every class, in it the number of its records taken for every class.
    pub counts: Vec<Vec<u64>>,
}

/// How one class is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassReport {
    /// The class.
    pub class: String,
    /// The records that belong to it.
    pub records: u64,
    /// The share of those taken for it that belong to it; 0 where none was taken for it.
    pub precision: f64,
    /// The share of its records that were taken for it; 0 where it has none.
    pub recall: f64,
    /// The harmonic mean of both; 0 where both are.
    pub f1: f64,
}

impl Confusion {
    /// Returns nothing counted, of so many classes.
    pub fn new(n_classes: usize) -> Self {
        Self { counts: vec![vec![0; n_classes]; n_classes] }
    }

    /// Counts a record of a class that was taken for a class.
    pub fn add(&mut self, class: usize, taken_for: usize) {
        self.counts[class][taken_for] += 1;
    }

    /// Returns the number of records.
    pub fn records(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// Returns the share of the records that were taken for their own class; 0 without records.
    pub fn accuracy(&self) -> f64 {
        let right: u64 = (0..self.counts.len()).map(|class| self.counts[class][class]).sum();
        share(right, self.records())
    }

    /// Returns the mean of the classes' F1, each counting as much as the others (Sokolova & Lapalme 2009); a class that has
    /// neither records nor guesses is left out.
    pub fn macro_f1(&self) -> f64 {
        let there = (0..self.counts.len()).filter(|class| self.of(*class) + self.taken_for(*class) > 0);
        let all: Vec<f64> = there.map(|class| self.f1(class)).collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    }

    /// Returns how every class is told, by their names.
    pub fn by_class(&self, classes: &[String]) -> Vec<ClassReport> {
        let one = |(i, class): (usize, &String)| ClassReport {
            class: class.clone(),
            records: self.of(i),
            precision: share(self.counts[i][i], self.taken_for(i)),
            recall: share(self.counts[i][i], self.of(i)),
            f1: self.f1(i),
        };
        classes.iter().enumerate().map(one).collect()
    }

    fn of(&self, class: usize) -> u64 {
        self.counts[class].iter().sum()
    }

    fn taken_for(&self, class: usize) -> u64 {
        self.counts.iter().map(|row| row[class]).sum()
    }

    fn f1(&self, class: usize) -> f64 {
        share(2 * self.counts[class][class], self.of(class) + self.taken_for(class))
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_recall_are_those_of_the_book() {
        let confusion = Confusion { counts: vec![vec![8, 2, 0], vec![1, 4, 0], vec![0, 0, 0]] };
        assert_eq!((confusion.records(), confusion.accuracy()), (15, 0.8));
        let classes = ["a", "b", "c"].map(str::to_owned);
        let [a, b, c] = confusion.by_class(&classes).try_into().unwrap();
        assert_eq!((a.records, a.precision, a.recall), (10, 8.0 / 9.0, 0.8));
        assert_eq!((b.records, b.precision, b.recall, b.f1), (5, 4.0 / 6.0, 0.8, 8.0 / 11.0));
        assert_eq!((c.records, c.precision, c.recall, c.f1), (0, 0.0, 0.0, 0.0));
        // The class nobody has and nobody guessed says nothing.
        assert!((confusion.macro_f1() - (16.0 / 19.0 + 8.0 / 11.0) / 2.0).abs() < 1e-12);
        assert_eq!((Confusion::new(2).accuracy(), Confusion::new(2).macro_f1()), (0.0, 0.0));
    }
}
