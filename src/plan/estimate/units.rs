//! Durations and sizes as people type them: `2h`, `1h30m`, `8GiB`, `500MB`.

/// Returns a duration in seconds: numbers with `d`, `h`, `m` or `s`, one behind the other.
///
/// # Errors
/// With what was expected.
pub fn seconds(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{}` is no duration: expected such as `2h`, `30m`, `1h30m` or `90s`", shown(text));
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let (number, unit) = split_number(rest).ok_or_else(wrong)?;
        let (word, behind) = unit.split_at(unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len()));
        sum += number
            * match word {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" | "min" => 60.0,
                "s" => 1.0,
                _ => return Err(wrong()),
            };
        rest = behind;
    }
    Ok(sum)
}

/// Returns a size in bytes: a number with `kB`, `MB`, `GB`, `TB` (powers of 1000) or `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024).
///
/// # Errors
/// With what was expected.
pub fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{}` is no size: expected such as `8GiB`, `500MB` or a number of bytes", shown(text));
    let (number, unit) = split_number(text.trim()).ok_or_else(wrong)?;
    let factor = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(wrong()),
    };
    Ok((number * factor) as u64)
}

/// Returns an amount of money.
///
/// # Errors
/// With what was expected.
pub fn amount(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(amount) if amount.is_finite() && amount >= 0.0 => Ok(amount),
        Ok(_) | Err(_) => {
            Err(format!("`{}` is no amount: expected a number, in the currency of the settings", shown(text)))
        }
    }
}

/// Returns the number at the beginning of a text, and what stands behind it.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    Some((number.parse().ok()?, rest))
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_and_sizes_mean_what_they_say() {
        assert_eq!(
            [seconds("2h"), seconds("90s"), seconds("1h30m"), seconds("0.5d")].map(Result::unwrap),
            [7200.0, 90.0, 5400.0, 43_200.0]
        );
        assert_eq!(
            [bytes("8GiB"), bytes("500MB"), bytes("1.5 kB"), bytes("7")].map(Result::unwrap),
            [8 << 30, 500_000_000, 1500, 7]
        );
        assert_eq!(amount("12.50"), Ok(12.5));
    }

    #[test]
    fn what_is_no_unit_is_told_with_what_is() {
        for text in ["", "2", "h", "2 hours", "2w", "-2h", "1h30"] {
            assert!(seconds(text).unwrap_err().contains("`1h30m`"), "{text}");
        }
        for text in ["", "GB", "8 giga", "-1MB", "1..2MB"] {
            assert!(bytes(text).unwrap_err().contains("`8GiB`"), "{text}");
        }
        for text in ["", "-1", "inf", "ten"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_parsers(text in ".{0,20}") {
            let sizes = (seconds(&text).ok(), bytes(&text).ok(), amount(&text).ok());
            prop_assert!(sizes.0.is_none_or(|seconds| seconds >= 0.0) && sizes.2.is_none_or(|amount| amount >= 0.0));
        }
    }
}
