//! Private data planted in prose, among numbers of every other sort: how much of it is found, and how much else.

use super::*;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

type Random = ChaCha8Rng;

fn digits(random: &mut Random, n: usize) -> String {
    (0..n).map(|_| char::from(random.random_range(b'0'..=b'9'))).collect()
}

fn letters(random: &mut Random, n: usize, alphabet: &[u8]) -> String {
    (0..n).map(|_| char::from(*alphabet.choose(random).unwrap())).collect()
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const MIXED: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

fn id_card(random: &mut Random) -> String {
    let region = [110_105, 320_102, 440_308, 510_104, 610_113].choose(random).unwrap();
    let (year, month, day) =
        (random.random_range(1940..2015), random.random_range(1..=12), random.random_range(1..=28));
    let number = format!("{region}{year}{month:02}{day:02}{}", digits(random, 3));
    let sum: u32 = number.bytes().enumerate().map(|(i, digit)| u32::from(digit - b'0') * (1 << (17 - i)) % 11).sum();
    format!("{number}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

fn bank_card(random: &mut Random) -> String {
    let (prefix, n) = [("4", 15), ("52", 15), ("6222", 18), ("6217", 18), ("37", 14)].choose(random).unwrap();
    let body = format!("{prefix}{}", digits(random, n - prefix.len()));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(i, digit)| {
            let value = u32::from(digit - b'0') * if i % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn private(random: &mut Random, kind: PiiKind) -> String {
    match kind {
        PiiKind::Email => {
            let user =
                format!("{}.{}{}", letters(random, 5, LOWER), letters(random, 4, LOWER), random.random_range(0..99));
            format!(
                "{user}@{}.{}",
                letters(random, 7, LOWER),
                ["com", "cn", "com.cn", "org", "de"].choose(random).unwrap()
            )
        }
        PiiKind::Phone => match random.random_range(0..4) {
            0 => format!("13{}{}", random.random_range(0..9), digits(random, 8)),
            1 => format!("+86 15{} {} {}", random.random_range(0..9), digits(random, 4), digits(random, 4)),
            2 => format!("0{}-{}{}", random.random_range(20..30), random.random_range(2..9), digits(random, 7)),
            _ => format!("+44 20 {} {}", random.random_range(3000..8999), digits(random, 4)),
        },
        PiiKind::IdCard => id_card(random),
        PiiKind::BankCard => bank_card(random),
        PiiKind::IpAddress => match random.random_bool(0.8) {
            true => format!(
                "{}.{}.{}.{}",
                random.random_range(11..120),
                random.random_range(10..255),
                random.random_range(0..255),
                random.random_range(1..255)
            ),
            false => {
                format!("2001:db8:{}:{}::{}", letters(random, 4, HEX), letters(random, 4, HEX), letters(random, 2, HEX))
            }
        },
        PiiKind::Secret => match random.random_range(0..3) {
            0 => format!("gh{}{}", "p_", letters(random, 36, MIXED)),
            1 => format!("AK{}{}7Q", "IA", letters(random, 14, &MIXED[..26])),
            _ => format!("xox{}{}-{}", "b-", digits(random, 12), letters(random, 24, MIXED)),
        },
        PiiKind::UrlCredentials | PiiKind::Name => unreachable!("they are not planted"),
    }
}

/// A number or name of another sort.
fn decoy(random: &mut Random) -> String {
    match random.random_range(0..16) {
        0 => random.random_range(1_600_000_000_u64..1_800_000_000).to_string(),
        1 => random.random_range(1_600_000_000_000_u64..1_800_000_000_000).to_string(),
        2 => format!(
            "{}-{:02}-{:02}",
            random.random_range(1990..2030),
            random.random_range(1..12),
            random.random_range(1..28)
        ),
        3 => letters(random, 40, HEX),
        4 => letters(random, 64, HEX),
        5 => format!(
            "{}-{}-4{}-a{}-{}",
            letters(random, 8, HEX),
            letters(random, 4, HEX),
            letters(random, 3, HEX),
            letters(random, 3, HEX),
            letters(random, 12, HEX)
        ),
        6 => format!("v{}.{}.{}", random.random_range(0..20), random.random_range(0..30), random.random_range(0..100)),
        7 => format!("{}.{}", random.random_range(0..10_000), digits(random, 6)),
        8 => format!(
            "{:02}:{:02}:{:02}",
            random.random_range(0..24),
            random.random_range(0..60),
            random.random_range(0..60)
        ),
        9 => format!("{} 元", random.random_range(1..100_000)),
        10 => format!("978-7-{}-{}-{}", digits(random, 3), digits(random, 5), digits(random, 1)),
        11 => format!("2024{:02}{:02}{}", random.random_range(1..12), random.random_range(1..28), digits(random, 10)),
        12 => format!("@{}", letters(random, 8, LOWER)),
        13 => format!("std::{}::{}", letters(random, 4, LOWER), letters(random, 4, LOWER)),
        14 => format!("token_count = {}", random.random_range(1000..1_000_000)),
        _ => format!(
            "https://example.com/{}/{}?id={}",
            letters(random, 6, LOWER),
            letters(random, 6, MIXED),
            digits(random, 8)
        ),
    }
}

#[test]
fn planted_data_is_found_and_little_else() {
    const N: usize = 400;
    let kinds =
        [PiiKind::Email, PiiKind::Phone, PiiKind::IdCard, PiiKind::BankCard, PiiKind::IpAddress, PiiKind::Secret];
    let fillers = ["the report says ", "请联系 ", "as noted, ", "编号为 ", "see ", "，其中 ", "and then ", "地址是"];
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let (mut n_planted, mut n_right, mut n_found) = (0, 0, 0);
    for _ in 0..N {
        let (mut text, mut planted) = (String::new(), Vec::new());
        for kind in kinds {
            for _ in 0..8 {
                text.push_str(fillers.choose(&mut random).unwrap());
                text.push_str(&decoy(&mut random));
                text.push_str(["; ", "。", ", ", "\n"].choose(&mut random).unwrap());
            }
            text.push_str(fillers.choose(&mut random).unwrap());
            let value = private(&mut random, kind);
            planted.push(Found { kind, place: text.len()..text.len() + value.len() });
            text.push_str(&value);
            text.push_str([" ", "。", ", ", "\n"].choose(&mut random).unwrap());
        }
        let found = find(&text, &PiiKind::all(), None);
        n_planted += planted.len();
        n_found += found.len();
        n_right += found.iter().filter(|found| planted.contains(found)).count();
    }
    let (recall, precision) = (n_right as f64 / n_planted as f64, n_right as f64 / n_found as f64);
    println!("recall {recall:.4}, precision {precision:.4} of {n_planted} among {} decoys", n_planted * 8);
    assert!(recall >= 0.99, "recall {recall:.4}");
    assert!(precision >= 0.99, "precision {precision:.4}");
}
