//! The metrics against what the reference programs say to the same inputs.

use serde_json::Value;

use super::*;

fn reference() -> Value {
    serde_json::from_str(include_str!("../../../tests/it/reference/metrics/metrics.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn floats(value: &Value) -> Vec<f32> {
    numbers(value).into_iter().map(|value| value as f32).collect()
}

fn is(found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-6 * expected.abs().max(1.0), "{found}, expected {expected}");
}

#[test]
fn classifiers_are_measured_as_by_scikit_learn() {
    for case in reference()["classifiers"].as_array().unwrap() {
        let shares: Vec<Vec<f32>> = case["shares"].as_array().unwrap().iter().map(floats).collect();
        let shares: Vec<&[f32]> = shares.iter().map(Vec::as_slice).collect();
        let classes: Vec<usize> = numbers(&case["classes"]).into_iter().map(|class| class as usize).collect();
        let counts: Vec<Vec<u64>> = serde_json::from_value(case["confusion"].clone()).unwrap();
        for (name, found) in [("macro", averages::macro_of(&counts)), ("weighted", averages::weighted_of(&counts))] {
            is(found.precision, &case[name][0]);
            is(found.recall, &case[name][1]);
            is(found.f1, &case[name][2]);
        }
        is(roc_auc::of_classes(&shares, &classes).unwrap(), &case["auc"]);
        let pairs = || shares.iter().zip(&classes);
        is(mean(pairs().map(|(shares, class)| likelihood::surprise(shares[*class]))), &case["log_loss"]);
        for (k, expected) in case["top_k"].as_object().unwrap() {
            let k = k.parse().unwrap();
            is(mean(pairs().map(|(shares, class)| f64::from(u8::from(top_k::is_within(shares, *class, k))))), expected);
        }
        let certainties: Vec<f32> = shares.iter().map(|shares| shares.iter().copied().fold(0.0, f32::max)).collect();
        let is_right: Vec<bool> = pairs().map(|(shares, class)| top_k::is_within(shares, *class, 1)).collect();
        is(calibration::expected_error(&certainties, &is_right, calibration::BINS), &case["calibration"]);
    }
}

#[test]
fn equal_scores_count_half() {
    let case = &reference()["tied_auc"];
    let is_of: Vec<bool> = serde_json::from_value(case["is_of"].clone()).unwrap();
    is(roc_auc::binary(&floats(&case["scores"]), &is_of).unwrap(), &case["auc"]);
    assert_eq!(roc_auc::binary(&[0.1, 0.2], &[true, true]), None);
    assert_eq!(roc_auc::binary(&[0.1, f32::NAN], &[true, false]), None);
}

#[test]
fn numbers_are_measured_as_by_scikit_learn() {
    let case = &reference()["regression"];
    let (told, right) = (numbers(&case["told"]), numbers(&case["right"]));
    is(regression::mean_absolute_error(&told, &right), &case["mae"]);
    is(regression::root_mean_squared_error(&told, &right), &case["rmse"]);
    is(regression::r_squared(&told, &right), &case["r2"]);
    assert_eq!(regression::r_squared(&[2.0, 2.0], &[2.0, 2.0]), 1.0);
    assert_eq!(regression::r_squared(&[2.0, 3.0], &[2.0, 2.0]), 0.0);
    assert!(regression::r_squared(&[], &[]).is_nan());
}

#[test]
fn the_distance_of_embeddings_is_that_of_scipy() {
    for case in reference()["frechet"].as_array().unwrap() {
        let width = case["width"].as_u64().unwrap() as usize;
        let (one, other) = (floats(&case["one"]), floats(&case["other"]));
        is(frechet::distance(&one, &other, width), &case["distance"]);
        assert!(frechet::distance(&one, &one, width) < 1e-6);
    }
    assert!(frechet::distance(&[1.0], &[2.0], 1).is_nan());
    // Fewer embeddings than numbers: the covariances have no inverse, and the distance is there all the same.
    let few: Vec<f32> = (0..30).map(|i| ((i * 7) % 11) as f32).collect();
    assert!(frechet::distance(&few, &few, 10).abs() < 1e-6);
}

#[test]
fn percentiles_are_those_of_numpy() {
    let case = &reference()["percentiles"];
    for (share, expected) in case["p"].as_object().unwrap() {
        let share: f64 = share.parse().unwrap();
        is(percentile::percentile(&numbers(&case["values"]), share / 100.0), expected);
    }
}

#[test]
fn bleu_is_that_of_sacrebleu() {
    let reference = reference();
    for case in reference["bleu"].as_array().unwrap() {
        let kind = match case["tokenize"].as_str().unwrap() {
            "13a" => bleu::Words::Wmt,
            "zh" => bleu::Words::Chinese,
            "intl" => bleu::Words::International,
            _ => bleu::Words::Spaces,
        };
        let pairs: Vec<(String, String)> = serde_json::from_value(case["pairs"].clone()).unwrap();
        let counts: bleu::Counts = pairs.iter().map(|(text, right)| bleu::counts(text, &[right], kind)).sum();
        is(counts.score(), &case["score"]);
    }
    let case = &reference["bleu_two"];
    let pairs: Vec<(String, Vec<String>)> = serde_json::from_value(case["pairs"].clone()).unwrap();
    let counts = |(text, right): &(String, Vec<String>)| {
        bleu::counts(text, &right.iter().map(String::as_str).collect::<Vec<_>>(), bleu::Words::Wmt)
    };
    is(pairs.iter().map(counts).sum::<bleu::Counts>().score(), &case["score"]);
}

#[test]
fn rouge_is_that_of_rouge_score_and_reads_chinese_where_asked() {
    for case in reference()["rouge"].as_array().unwrap() {
        let of = |key: &str| rouge::words(case[key].as_str().unwrap(), rouge::Words::Latin);
        let (right, text) = (of("reference"), of("text"));
        is(rouge::rouge_n(&right, &text, 1), &case["f"][0]);
        is(rouge::rouge_n(&right, &text, 2), &case["f"][1]);
        is(rouge::rouge_l(&right, &text), &case["f"][2]);
    }
    let of = |text| rouge::words(text, rouge::Words::Characters);
    assert_eq!(of("用Rust写的"), ["用", "rust", "写", "的"]);
    // 天气 of 4 and 3 characters: precision 2/4, recall 2/3.
    assert!((rouge::rouge_l(&of("好天气"), &of("天气不错")) - 4.0 / 7.0).abs() < 1e-12);
}

#[test]
fn a_perplexity_and_bits_per_byte_follow_from_surprises() {
    assert!((likelihood::perplexity(7_f64.ln()) - 7.0).abs() < 1e-12);
    assert!((likelihood::bits_per_byte(16.0 * std::f64::consts::LN_2, 2.0) - 8.0).abs() < 1e-12);
    assert!(likelihood::surprise(0.0) > 80.0 && likelihood::surprise(f32::NAN).is_nan());
}

#[test]
fn the_likeliest_choice_is_the_first_of_the_largest() {
    assert_eq!(choice::likeliest(&[-3.0, -1.0, -1.0]), Some(1));
    assert_eq!((choice::likeliest(&[]), choice::likeliest(&[f64::NAN])), (None, None));
    // A long choice is not less likely only because it is long.
    assert_eq!(choice::likeliest(&choice::normalised(&[-3.0, -4.0], &[2, 8])), Some(1));
}

#[test]
fn retrieval_finds_what_has_the_same_number() {
    let (pictures, texts) = ([1.0, 0.0, 0.0, 1.0, 3.0, 3.0], [2.0, 0.1, 1.0, 1.0, 0.1, 2.0]);
    let cosines = retrieval::cosines(&pictures, &texts, 2);
    assert!((cosines[7] - 1.0).abs() < 1e-6);
    assert_eq!(retrieval::is_found(&cosines, 3, &[0, 1, 2], 1), [true, false, false]);
    assert_eq!(retrieval::is_found(&cosines, 3, &[0, 1, 2], 2), [true, true, false]);
}

#[test]
fn the_interval_of_a_mean_is_as_wide_as_theory_says_and_the_same_every_time() {
    let normals = crate::engine::seed::normals(&mut crate::engine::seed::stream(3, "n"), 400, 2.0);
    let values: Vec<f64> = normals.into_iter().map(f64::from).collect();
    let found = bootstrap::of_mean(&values).unwrap();
    let middle = mean(values.iter().copied());
    let error = 1.96 * (mean(values.iter().map(|value| (value - middle).powi(2))) / 400.0).sqrt();
    assert!((found.low - (middle - error)).abs() < 0.15 * error, "{found:?}, {middle} ± {error}");
    assert!((found.high - (middle + error)).abs() < 0.15 * error, "{found:?}, {middle} ± {error}");
    assert_eq!(bootstrap::of_mean(&values), Some(found));
    assert_eq!((found.confidence, found.resamples), (0.95, 1000));
    assert_eq!((bootstrap::of_mean(&[1.0]), bootstrap::of_mean(&[f64::NAN; 9])), (None, None));
    assert_eq!(bootstrap::of_mean(&[4.0, 4.0]).map(|found| (found.low, found.high)), Some((4.0, 4.0)));
}

#[test]
fn an_exact_match_is_one_to_the_character() {
    assert!(exact_match::is_one_of("a", &["b", "a"]) && !exact_match::is_one_of("A", &["a"]));
}
