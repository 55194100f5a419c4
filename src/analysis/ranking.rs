//! The variants of a sweep, ranked by what they scored.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::analysis::statistics::Summary;
use crate::id::{Digest, Name, RunId};
use crate::recipe::evaluation::Metric;

/// A variant in a run: what it is, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The run.
    pub run: RunId,
    /// The model.
    pub model: Name,
    /// The entry it is a copy of, as it was typed.
    pub of: Name,
    /// The value of each variable of the matrix it depends on.
    pub values: BTreeMap<String, String>,
    /// What makes it the same variant in another run: the digest of its recipe.
    pub identity: Digest,
    /// What it scored, by the fingerprint of the measurement: the same measurement, taken by two runs, is one.
    pub scores: BTreeMap<Digest, f64>,
    /// Its parameters, once it is trained.
    pub parameters: Option<u64>,
    /// The steps of its training.
    pub steps: Option<u64>,
    /// How long its training took, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Why it has no score, where it has none.
    pub without: Option<String>,
}

/// The variants of a sweep, the best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ranking {
    /// The entries that are ranked, as they were typed.
    pub models: Vec<Name>,
    /// The evaluation they are ranked by, as it was typed.
    pub evaluation: Name,
    /// What it measures.
    pub metric: Metric,
    /// Whether a smaller value is a better one.
    pub lower_is_better: bool,
    /// The runs the scores are from.
    pub runs: Vec<RunId>,
    /// The variables of the matrix that differ between the variants.
    pub variables: Vec<String>,
    /// The variants with a score, the best first.
    pub ranked: Vec<Ranked>,
    /// The variants without one.
    pub unranked: Vec<Unranked>,
}

/// A variant with a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ranked {
    /// Its rank, from 1; variants with the same mean share one.
    pub rank: usize,
    /// The model's name in the first run that has it.
    pub model: Name,
    /// The entry it is a copy of.
    pub of: Name,
    /// The value of each variable it depends on.
    pub values: BTreeMap<String, String>,
    /// The runs it was scored in.
    pub runs: Vec<RunId>,
    /// What it scored.
    #[serde(flatten)]
    pub score: Summary,
    /// Its mean less that of the best.
    pub difference: f64,
    /// The same in percent of the best.
    pub difference_percent: Option<f64>,
    /// Its parameters.
    pub parameters: Option<u64>,
    /// The steps of its trainings, on average.
    pub steps: Option<u64>,
    /// How long its trainings took, on average, in milliseconds.
    pub duration_ms: Option<u64>,
}

/// A variant without a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unranked {
    /// The model.
    pub model: Name,
    /// The run.
    pub run: RunId,
    /// The value of each variable it depends on.
    pub values: BTreeMap<String, String>,
    /// Why it has none.
    pub why: String,
}

/// Ranks variants; those that are the same in several runs are pooled.
pub fn rank(evaluation: Name, metric: Metric, trials: Vec<Trial>) -> Ranking {
    let runs: BTreeSet<RunId> = trials.iter().map(|trial| trial.run).collect();
    let models: BTreeSet<Name> = trials.iter().map(|trial| trial.of.clone()).collect();
    let variables = varying(&trials);
    let mut pools: Vec<Vec<Trial>> = Vec::new();
    for trial in trials {
        let is_same = |pool: &&mut Vec<Trial>| {
            let first = &pool[0];
            (first.identity, &first.of, &first.values) == (trial.identity, &trial.of, &trial.values)
        };
        match pools.iter_mut().find(is_same) {
            Some(pool) => pool.push(trial),
            None => pools.push(vec![trial]),
        }
    }
    let (mut ranked, mut unranked) = (Vec::new(), Vec::new());
    for pool in pools {
        match scored(&pool) {
            Some(one) => ranked.push(one),
            None => unranked.extend(pool.into_iter().map(without)),
        }
    }
    place(&mut ranked, metric);
    Ranking {
        models: models.into_iter().collect(),
        evaluation,
        metric,
        lower_is_better: metric.lower_is_better(),
        runs: runs.into_iter().collect(),
        variables,
        ranked,
        unranked,
    }
}

/// Returns the variables that have more than one value, or are not there in all variants.
fn varying(trials: &[Trial]) -> Vec<String> {
    let names: BTreeSet<&String> = trials.iter().flat_map(|trial| trial.values.keys()).collect();
    let varies = |name: &&String| {
        let values: BTreeSet<Option<&String>> = trials.iter().map(|trial| trial.values.get(*name)).collect();
        values.len() > 1
    };
    names.into_iter().filter(varies).cloned().collect()
}

/// Returns what a variant scored over its runs; the place comes later.
fn scored(pool: &[Trial]) -> Option<Ranked> {
    let scores: BTreeMap<Digest, f64> = pool.iter().flat_map(|trial| trial.scores.clone()).collect();
    let scores: Vec<f64> = scores.into_values().filter(|score| score.is_finite()).collect();
    let score = Summary::of(&scores)?;
    let mean = |value: fn(&Trial) -> Option<u64>| {
        let values: Vec<f64> = pool.iter().filter_map(value).map(|value| value as f64).collect();
        Summary::of(&values).map(|summary| summary.mean.round() as u64)
    };
    let first = &pool[0];
    Some(Ranked {
        rank: 0,
        model: first.model.clone(),
        of: first.of.clone(),
        values: first.values.clone(),
        runs: pool.iter().filter(|trial| !trial.scores.is_empty()).map(|trial| trial.run).collect(),
        score,
        difference: 0.0,
        difference_percent: None,
        parameters: pool.iter().find_map(|trial| trial.parameters),
        steps: mean(|trial| trial.steps),
        duration_ms: mean(|trial| trial.duration_ms),
    })
}

fn without(Trial { run, model, values, without, .. }: Trial) -> Unranked {
    Unranked { model, run, values, why: without.unwrap_or_else(|| "it was not measured".to_owned()) }
}

/// Sorts the variants, the best first, and says how far each is from the best.
fn place(ranked: &mut [Ranked], metric: Metric) {
    let order = |one: &Ranked, other: &Ranked| match metric.lower_is_better() {
        true => one.score.mean.total_cmp(&other.score.mean),
        false => other.score.mean.total_cmp(&one.score.mean),
    };
    ranked.sort_by(|one, other| order(one, other).then_with(|| one.model.cmp(&other.model)));
    let Some(best) = ranked.first().map(|one| one.score.mean) else { return };
    for i in 0..ranked.len() {
        let is_tied = i > 0 && ranked[i].score.mean == ranked[i - 1].score.mean;
        ranked[i].rank = if is_tied { ranked[i - 1].rank } else { i + 1 };
        ranked[i].difference = ranked[i].score.mean - best;
        ranked[i].difference_percent = (best != 0.0).then(|| ranked[i].difference / best.abs() * 100.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(run: u128, rate: &str, width: &str, score: Option<f64>) -> Trial {
        let values =
            [("rate", rate), ("width", width), ("depth", "2")].map(|(name, value)| (name.into(), value.into()));
        let identity = Digest::of(format!("{rate} {width}").as_bytes());
        let key = |score: f64| Digest::of(format!("{run} {rate} {width} {score}").as_bytes());
        Trial {
            run: RunId::from_bits(run),
            model: format!("general-rate-{rate}-width-{width}").parse().unwrap(),
            of: "general".parse().unwrap(),
            values: values.into(),
            identity,
            scores: score.map(|score| (key(score), score)).into_iter().collect(),
            parameters: Some(100),
            steps: Some(10),
            duration_ms: Some(1000 * run as u64),
            without: score.is_none().then(|| "the training diverged".to_owned()),
        }
    }

    fn by(metric: Metric, trials: Vec<Trial>) -> Ranking {
        rank("loss".parse().unwrap(), metric, trials)
    }

    fn shown(ranking: &Ranking) -> Vec<(usize, &str, &str, usize)> {
        let row = |one: &'_ Ranked| (one.rank, one.score.n);
        ranking
            .ranked
            .iter()
            .map(|one| (row(one).0, one.values["rate"].as_str(), one.values["width"].as_str(), row(one).1))
            .collect()
    }

    #[test]
    fn the_best_comes_first_by_the_direction_of_the_metric() {
        let trials = || {
            vec![trial(1, "0.1", "16", Some(3.0)), trial(1, "0.2", "16", Some(2.0)), trial(1, "0.1", "32", Some(2.5))]
        };
        let loss = by(Metric::Loss, trials());
        assert_eq!(shown(&loss), [(1, "0.2", "16", 1), (2, "0.1", "32", 1), (3, "0.1", "16", 1)]);
        assert_eq!((loss.ranked[2].difference, loss.ranked[2].difference_percent), (1.0, Some(50.0)));
        let accuracy = by(Metric::Accuracy, trials());
        assert_eq!(accuracy.ranked[0].score.mean, 3.0);
        assert_eq!(loss.variables, ["rate", "width"], "the depth is the same in all");
    }

    #[test]
    fn the_same_variant_of_several_runs_is_pooled_with_its_spread() {
        let trials =
            vec![trial(1, "0.1", "16", Some(3.0)), trial(2, "0.1", "16", Some(5.0)), trial(2, "0.2", "16", Some(3.5))];
        let ranking = by(Metric::Loss, trials);
        assert_eq!(shown(&ranking), [(1, "0.2", "16", 1), (2, "0.1", "16", 2)]);
        let pooled = &ranking.ranked[1];
        assert_eq!((pooled.score.mean, pooled.score.spread), (4.0, Some(2f64.sqrt())));
        assert_eq!((pooled.runs.len(), pooled.duration_ms), (2, Some(1500)));
    }

    #[test]
    fn a_measurement_that_a_run_took_from_another_counts_once() {
        let mut again = trial(1, "0.1", "16", Some(3.0));
        again.run = RunId::from_bits(2);
        let ranking = by(Metric::Loss, vec![trial(1, "0.1", "16", Some(3.0)), again]);
        assert_eq!((ranking.ranked[0].score.n, ranking.runs.len()), (1, 2));
    }

    #[test]
    fn what_differs_beyond_the_matrix_is_not_pooled() {
        let mut other = trial(2, "0.1", "16", Some(4.0));
        other.identity = Digest::of(b"another budget");
        assert_eq!(by(Metric::Loss, vec![trial(1, "0.1", "16", Some(3.0)), other]).ranked.len(), 2);
    }

    #[test]
    fn a_variant_that_failed_is_told_and_the_rest_is_ranked() {
        let ranking = by(Metric::Loss, vec![trial(1, "0.1", "16", None), trial(1, "0.2", "16", Some(2.0))]);
        assert_eq!(shown(&ranking), [(1, "0.2", "16", 1)]);
        assert_eq!(ranking.unranked[0].why, "the training diverged");
        // Where another run has a score, the variant has one.
        let ranking = by(Metric::Loss, vec![trial(1, "0.1", "16", None), trial(2, "0.1", "16", Some(2.0))]);
        assert_eq!((ranking.ranked[0].score.n, ranking.unranked.len(), ranking.ranked[0].runs.len()), (1, 0, 1));
    }

    #[test]
    fn equal_means_share_a_rank() {
        let trials =
            ["0.1", "0.2", "0.3"].map(|rate| trial(1, rate, "16", Some(if rate == "0.3" { 2.0 } else { 1.0 })));
        let ranks: Vec<usize> = by(Metric::Loss, trials.into()).ranked.iter().map(|one| one.rank).collect();
        assert_eq!(ranks, [1, 1, 3]);
        assert!(by(Metric::Loss, Vec::new()).ranked.is_empty());
    }
}
