use pedigree::data::tokenizer::{self, Budget, Corpus};
use pedigree::recipe::tokenizer::{Chinese, Tokenizer, Trained};
use rayon::prelude::*;
use std::time::Instant;

fn corpora() -> Vec<(&'static str, Vec<String>)> {
    let shakespeare: String = std::fs::read_dir("/work/shared/data/tinyshakespeare")
        .unwrap()
        .flatten()
        .filter(|e| e.path().extension().is_some_and(|x| x == "txt"))
        .map(|e| std::fs::read_to_string(e.path()).unwrap())
        .collect();
    let shakespeare: Vec<String> = shakespeare.split("\n\n").map(|t| format!("{t}\n\n")).collect();
    let news: Vec<String> = ["dev.txt", "test.txt"]
        .iter()
        .flat_map(|f| {
            let text = std::fs::read_to_string(format!("/work/shared/data/thucnews/{f}")).unwrap();
            text.lines().map(|l| l.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let mut rust = Vec::new();
    let mut stack = vec![
        std::path::PathBuf::from("/tmp/wt/tokens/src"),
        std::path::PathBuf::from(std::env::var("HOME").unwrap() + "/.cargo/registry/src"),
    ];
    let mut bytes = 0;
    while let Some(p) = stack.pop() {
        let mut all: Vec<_> = std::fs::read_dir(&p).unwrap().flatten().map(|e| e.path()).collect();
        all.sort();
        for q in all {
            if q.is_dir() {
                stack.push(q)
            } else if q.extension().is_some_and(|x| x == "rs") && bytes < 40_000_000 {
                if let Ok(t) = std::fs::read_to_string(&q) {
                    if t.len() < 200_000 {
                        bytes += t.len();
                        rust.push(t);
                    }
                }
            }
        }
    }
    vec![("shakespeare", shakespeare), ("thucnews", news), ("rust", rust)]
}

fn main() {
    rayon::ThreadPoolBuilder::new().num_threads(2).build_global().unwrap();
    let what = std::env::args().nth(1).unwrap();
    let corpora = corpora();
    if what == "dump" {
        for (name, texts) in &corpora {
            let refs: Vec<&str> = texts.iter().map(String::as_str).collect();
            let at = Instant::now();
            let bytes =
                tokenizer::train(&Tokenizer::ByteBpe(Trained::on(vec![], 8192)), Corpus::of(&refs), Budget::default())
                    .unwrap();
            println!("{name}: trained in {:?}", at.elapsed());
            std::fs::write(format!("/tmp/scratch-tok/{name}.json"), bytes).unwrap();
            let out: String = texts.iter().map(|t| format!("{}\u{1}", t)).collect();
            std::fs::write(format!("/tmp/scratch-tok/{name}.txt"), out).unwrap();
        }
    }
    if what == "speed" {
        for (name, texts) in &corpora {
            let times = if *name == "rust" { 1 } else { 50 };
            let many: Vec<&str> = (0..times).flat_map(|_| texts.iter().map(String::as_str)).collect();
            let bytes: usize = many.iter().map(|t| t.len()).sum();
            let json = std::fs::read(format!("/tmp/scratch-tok/{name}.json")).unwrap();
            let mut runs = Vec::new();
            let mut sum = 0u64;
            for _ in 0..5 {
                let t = tokenizer::load(&json).unwrap();
                let at = Instant::now();
                let ids: Vec<Vec<u32>> = many.par_iter().map(|x| t.encode(x).unwrap()).collect();
                runs.push(bytes as f64 / 1e6 / at.elapsed().as_secs_f64());
                sum = ids.iter().flatten().enumerate().fold(0u64, |h, (i, id)| {
                    (h.wrapping_mul(31).wrapping_add(*id as u64 + i as u64 % 7)) & 0xffff_ffff_ffff
                });
            }
            runs.sort_by(f64::total_cmp);
            println!("{name}: ours median {:.1} MB/s of {:.1} MB ({runs:.1?}) sum {sum}", runs[2], bytes as f64 / 1e6);
        }
    }
    if what == "chinese" {
        let texts = &corpora[1].1;
        let (train, test) = texts.split_at(texts.len() * 9 / 10);
        let refs: Vec<&str> = train.iter().map(String::as_str).collect();
        let chars: usize = test.iter().map(|t| t.chars().count()).sum();
        for size in [4096, 8192] {
            let plain = || Trained::on(vec![], size);
            let chars_only = || Trained { chinese: Chinese::Characters, ..plain() };
            for (name, recipe) in [
                ("byte-bpe", Tokenizer::ByteBpe(plain())),
                ("bpe", Tokenizer::Bpe(plain())),
                ("unigram", Tokenizer::Unigram(plain())),
                ("character", Tokenizer::Character(plain())),
                ("word-piece", Tokenizer::WordPiece(chars_only())),
                ("byte-bpe chars", Tokenizer::ByteBpe(chars_only())),
            ] {
                let at = Instant::now();
                let t =
                    tokenizer::load(&tokenizer::train(&recipe, Corpus::of(&refs), Budget::default()).unwrap()).unwrap();
                let took = at.elapsed();
                let ids: Vec<Vec<u32>> = test.iter().map(|x| t.encode(x).unwrap()).collect();
                let n: usize = ids.iter().map(Vec::len).sum();
                let lossless = test.iter().zip(&ids).filter(|(x, i)| t.decode(i).unwrap() == **x).count();
                let longest = (0..t.vocab_size())
                    .filter_map(|i| t.decode(&[i]).ok())
                    .filter(|s| !s.contains('\u{fffd}'))
                    .max_by_key(|s| s.chars().count())
                    .unwrap();
                println!(
                    "{name} {size}: {} tokens, {:.3} tokens/char, round trip {lossless}/{}, longest {longest:?}, {took:?}",
                    t.vocab_size(),
                    n as f64 / chars as f64,
                    test.len()
                );
            }
        }
        let rust = &corpora[2].1;
        let (train, test) = rust.split_at(rust.len() * 9 / 10);
        let refs: Vec<&str> = train.iter().map(String::as_str).collect();
        let bytes: usize = test.iter().map(String::len).sum();
        for indentation in [false, true] {
            let recipe = Tokenizer::ByteBpe(Trained { indentation, ..Trained::on(vec![], 8192) });
            let t = tokenizer::load(&tokenizer::train(&recipe, Corpus::of(&refs), Budget::default()).unwrap()).unwrap();
            let n: usize = test.iter().map(|x| t.encode(x).unwrap().len()).sum();
            println!("rust, indentation {indentation}: {:.3} bytes/token", bytes as f64 / n as f64);
        }
    }
}
