//! Sources of pictures and sounds: labels, fields and captions of what is sound, and what is told of the rest.

use std::fs;
use std::path::{Path, PathBuf};

use pedigree::data::row::{Row, Value};
use pedigree::data::{BadRow, MediaKind, Sample};
use pedigree::recipe::dataset::{MediaWord, Source};

use crate::support::media::{Wav, audio_folder, fixture, idx, image_folder, rows};

fn sample(row: &Result<Row, BadRow>) -> &Sample {
    let Value::Media(sample) = &row.as_ref().unwrap().value else { panic!("no medium") };
    sample
}

fn label(row: &Result<Row, BadRow>) -> &str {
    row.as_ref().unwrap().label.as_deref().unwrap_or("-")
}

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
}

#[test]
fn pictures_have_the_label_of_their_folder_and_a_bad_one_is_told_among_good_ones() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "rose/1.png", fixture("palette.png"));
    put(folder.path(), "rose/2.jpg", fixture("gray.jpg"));
    put(folder.path(), "lily/1.gif", fixture("palette.gif"));
    put(folder.path(), "lily/2.webp", &fixture("lossy.webp")[..90]);
    let rows = rows(&image_folder(folder.path(), "folder"));
    let bad = rows[1].as_ref().unwrap_err().to_string();
    assert!(bad.ends_with("lily/2.webp: the WebP file ends too early"), "{bad}");
    let told: Vec<_> = [0, 2, 3].map(|i| (label(&rows[i]), sample(&rows[i]).fields["channels"].as_str())).into();
    assert_eq!(told[1..], [("rose", "3"), ("rose", "1")]);
    assert_eq!((told[0].0, sample(&rows[0]).fields["width"].as_str()), ("lily", "24"));
    assert_eq!(sample(&rows[2]).media.bytes, fixture("palette.png"));
}

#[test]
fn sounds_have_the_fields_of_their_names() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "7_ann_0.wav", Wav { channels: 2, ..Wav::default() }.bytes());
    put(folder.path(), "nine.flac", fixture("tone.flac"));
    let rows = rows(&audio_folder(folder.path(), "{label}_{speaker}_{n}.wav"));
    let Sample { media, fields } = sample(&rows[0]);
    assert_eq!((label(&rows[0]), media.kind), ("7", MediaKind::Audio));
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(fields, ["channels=2", "n=0", "sample-rate=8000", "seconds=0.013", "speaker=ann"]);
    let bad = rows[1].as_ref().unwrap_err().to_string();
    assert!(bad.ends_with("nine.flac: has no label: its name is not `{label}_{speaker}_{n}.wav`"), "{bad}");
}

#[test]
fn pictures_of_idx_files_are_png_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "d/images", idx(&[2, 2, 3], &[0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]));
    put(folder.path(), "d/labels", idx(&[2], &[7, 0]));
    let root = folder.path().display().to_string();
    let rows = rows(&Source::Idx { root, images: "d/images".to_owned(), labels: "d/labels".to_owned() });
    let ids: Vec<_> = rows.iter().map(|row| row.as_ref().unwrap().document.as_str()).collect();
    assert_eq!(ids, ["d/images#1", "d/images#2"]);
    assert_eq!((label(&rows[0]), label(&rows[1])), ("7", "0"));
    let image = pedigree::data::media::picture::decode(&sample(&rows[1]).media.bytes).unwrap();
    assert_eq!((image.width(), image.height(), image.as_bytes()), (3, 2, &[250, 251, 252, 253, 254, 255][..]));
}

fn pairs(root: &Path, table: &str) -> Source {
    let include = vec!["**/*.png".to_owned()];
    let (root, table, exclude) = (root.display().to_string(), table.to_owned(), vec!["secret/**".to_owned()]);
    Source::Pairs { root, table, media: MediaWord::Image, include, exclude }
}

#[test]
fn captions_of_every_kind_of_table_go_with_their_pictures() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "i/1.png", fixture("palette.png"));
    put(folder.path(), "i/2.png", fixture("deep.png"));
    put(folder.path(), "a.csv", "label,file,caption\nbird,i/1.png,\"a bird, blue\nand small\"\n,i/2.png,two\n");
    put(folder.path(), "a.tsv", "file\tcaption\ni/1.png\ta \"bird\"\ni/2.png\ttwo\n");
    put(
        folder.path(),
        "a.jsonl",
        "{\"file\":\"i/1.png\",\"caption\":\"one\",\"label\":3}\n\n{\"caption\":\"two\",\"file\":\"i/2.png\"}",
    );
    let told = |table: &str| -> Vec<String> {
        let rows = rows(&pairs(folder.path(), table));
        let told = |row| format!("{} {} {}", row_id(row), label(row), sample(row).media.caption);
        rows.iter().map(told).collect()
    };
    fn row_id(row: &Result<Row, BadRow>) -> &str {
        &row.as_ref().unwrap().id
    }
    assert_eq!(told("a.csv"), ["a.csv:2 bird a bird, blue\nand small", "a.csv:4 - two"]);
    assert_eq!(told("a.tsv"), ["a.tsv:2 - a \"bird\"", "a.tsv:3 - two"]);
    assert_eq!(told("a.jsonl"), ["a.jsonl:1 3 one", "a.jsonl:3 - two"]);
}

#[test]
fn a_table_points_to_nothing_but_the_files_it_may() {
    let outside = tempfile::tempdir().unwrap();
    put(outside.path(), "o.png", fixture("palette.png"));
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "good.png", fixture("palette.png"));
    put(folder.path(), "bad.png", &fixture("palette.png")[..50]);
    put(folder.path(), "secret/1.png", fixture("palette.png"));
    std::os::unix::fs::symlink(outside.path().join("o.png"), folder.path().join("link.png")).unwrap();
    let away = format!("../{}/o.png", outside.path().file_name().unwrap().display());
    let absolute = outside.path().join("o.png").display().to_string();
    let files =
        ["good.png", "bad.png", "no.png", "secret/1.png", "link.png", "t.csv", &away, &absolute, "", "a//b.png"];
    let lines: String = files.iter().map(|file| format!("{file},private words\n")).collect();
    put(folder.path(), "t.csv", format!("file,caption\n{lines}good.png\n\u{fffd},x,y\n"));
    let rows = rows(&pairs(folder.path(), "t.csv"));
    let told: Vec<String> = rows
        .iter()
        .filter_map(|row| row.as_ref().err())
        .map(|bad| {
            let told = bad.to_string();
            assert!(!told.contains("private"), "{told}");
            told.rsplit_once("/t.csv").unwrap().1.to_owned()
        })
        .collect();
    let leaves = "`file` leaves the folder `root`: expected a path below it, such as `images/1.png`";
    assert_eq!(
        told,
        [
            ":3: `bad.png`: the PNG file ends too early".to_owned(),
            ":4: `file` does not exist".to_owned(),
            ":5: `file` is no file that `include` takes".to_owned(),
            ":6: `file` does not exist".to_owned(),
            ":7: `file` is no file that `include` takes".to_owned(),
            format!(":8: {leaves}"),
            format!(":9: {leaves}"),
            ":10: `file` is empty".to_owned(),
            format!(":11: {leaves}"),
            ":12: expected 2 columns, found 1".to_owned(),
            ":13: expected 2 columns, found 3".to_owned(),
        ]
    );
    put(folder.path(), "u.csv", "path,text\n");
    put(folder.path(), "u.jsonl", "{\"file\": 3}\n[]\n{\"file\":\"good.png\"}\n");
    let told = |table: &str| -> Vec<String> {
        let rows = self::rows(&pairs(folder.path(), table));
        rows.iter().map(|row| row.as_ref().unwrap_err().reason.clone()).collect()
    };
    assert_eq!(told("u.csv"), ["expected columns `file` and `caption`"]);
    let expected = "expected a JSON object with `file` and `caption` (column 0)";
    assert_eq!(told("u.jsonl"), ["`file` is no text", expected, "`caption` is missing"]);
}

/// Returns a folder of the data that lies beside the repository on some machines.
fn shared(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !folder.is_dir() {
        println!("skipped: `{}` is not there", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn ten_thousand_digits_of_mnist_are_read() {
    let Some(folder) = shared("mnist") else { return };
    let (images, labels) = ("t10k-images-idx3-ubyte.gz".to_owned(), "t10k-labels-idx1-ubyte.gz".to_owned());
    let rows = rows(&Source::Idx { root: folder.display().to_string(), images, labels });
    assert_eq!(rows.len(), 10_000);
    let of = |digit: &str| rows.iter().filter(|row| label(row) == digit).count();
    assert_eq!(
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"].map(of),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
}

#[test]
fn six_hundred_spoken_digits_are_read() {
    let Some(folder) = shared("spoken-digits") else { return };
    let rows = rows(&audio_folder(&folder, "{label}_{speaker}_{n}.wav"));
    assert_eq!(rows.len(), 600);
    let by = |speaker: &str| rows.iter().filter(|row| sample(row).fields["speaker"] == speaker).count();
    assert_eq!(["jackson", "lucas", "theo"].map(by), [200; 3]);
    assert!(rows.iter().all(|row| sample(row).fields["sample-rate"] == "8000"));
}
