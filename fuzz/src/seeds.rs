//! What a target begins with: small sound files, made by the libraries and by Pedigree itself.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::data::media::{picture, sound::Sound, wav};
use crate::data::table::{Shape, Writer};
use crate::data::{Content, Media, MediaKind, Record, Shard, Turn, template};
use crate::{kept, scratch, tokens};

/// Writes the seeds of a target into the folder of inputs that the fuzzer was given.
pub fn write(target: &str) {
    let Some(folder) = std::env::args().skip(1).map(std::path::PathBuf::from).find(|path| path.is_dir()) else {
        return;
    };
    for (i, seed) in of(target).iter().enumerate() {
        fs::write(folder.join(format!("seed-{i:03}")), seed).expect("there is room for a small file");
    }
}

fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "data_rows" => rows(),
        "data_columns" => columns(),
        "data_image" => media("png", [1, 3, 4].map(png)),
        "data_audio" => media("wav", [1, 2, 8].map(sound)),
        "data_idx" => idx(),
        "data_archive" => archives(),
        "data_tokenizer" => vec![[tokens::small(), b"\0system: be kind\nuser: the hat\nassistant: well"].concat()],
        "data_template" => templates(),
        "data_extract" => extractions(),
        "data_clean" => texts(),
        "data_redact" => vec![PRIVATE.as_bytes().to_vec()],
        "data_table" => tables(),
        "data_part" => parts(),
        "data_shard" => shards(),
        target => panic!("`{target}` has no seeds"),
    }
}

const PRIVATE: &str = "jane@example.org +1 (555) 123-4567 13912345678 11010519491231002X 4111 1111 1111 1111 8.8.8.8 fe80::1cc0:3e8c:119f:c2e1 \
    https://me:pass1@mail.example.org password=hunter2hunter2 AKIAIOSFODNN7EXAMPLE eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2ln";

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("memory takes it")
}

fn rows() -> Vec<Vec<u8>> {
    let tables = [
        "{\"text\": \"QZXJ one\", \"label\": 1}\n{\"text\": \"two\\u00e9\", \"n\": [1, {\"a\": null}]}\n{\"text\": \"QZXJ\n",
        "text,label\n\"QZXJ, \"\"one\"\"\",1\ntwo,\"2\n3\"\nQZXJ,3,4\n",
        "QZXJ;1\n\"two\";2\n\"QZXJ\"x;3\n",
        "text\tlabel\nQZXJ one\t1\ntwo\t2\nQZXJ\n",
        "QZXJ one\t1\ntwo\t2\nQZXJ\n",
        "QZXJ one\r\ntwo\n\nthree",
        "QZXJ one\t0\ntwo\t1\nQZXJ\t7\n",
        "QZXJ one\n二\n",
    ];
    let mut seeds = Vec::new();
    for (kind, text) in tables.iter().enumerate() {
        for form in 0..14_u8 {
            seeds.push([&[kind as u8, form], text.as_bytes()].concat());
        }
        seeds.push([&[kind as u8, 0x80], &*gz(text.as_bytes())].concat());
        seeds.push([&[kind as u8, 0xc0], &*zst(text.as_bytes())].concat());
    }
    seeds
}

fn columns() -> Vec<Vec<u8>> {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["QZXJ one", "two", "three three three"]));
    let label: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3]));
    let batch = RecordBatch::try_from_iter([("text", text), ("label", label)]).expect("columns of one length");
    let mut seeds: Vec<Vec<u8>> =
        [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::ZSTD(ZstdLevel::default())]
            .into_iter()
            .map(|compression| {
                let properties = WriterProperties::builder().set_compression(compression).build();
                let mut bytes = vec![0];
                let writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties));
                let mut writer = writer.expect("columns of plain types");
                writer.write(&batch).expect("memory takes it");
                writer.close().expect("memory takes it");
                // What counts places from the beginning of the file must not count the byte in front.
                let mut seed = vec![0];
                let start = bytes.windows(4).position(|word| word == b"PAR1").expect("it begins so");
                seed.extend_from_slice(&bytes[start..]);
                seed
            })
            .collect();
    seeds.extend(tables().into_iter().map(|table| [&[0], &*table].concat()));
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).expect("memory takes it");
    file.write(&batch).expect("memory takes it");
    seeds.push([&[1], &*file.into_inner().expect("memory takes it")].concat());
    let mut stream = arrow_ipc::writer::StreamWriter::try_new(Vec::new(), &batch.schema()).expect("memory takes it");
    stream.write(&batch).expect("memory takes it");
    seeds.push([&[1], &*stream.into_inner().expect("memory takes it")].concat());
    seeds
}

fn png(channels: usize) -> Vec<u8> {
    let pixels: Vec<u8> = (0..8 * 6 * channels).map(|i| (i * 37) as u8).collect();
    let image: Option<image::DynamicImage> = match channels {
        1 => image::GrayImage::from_raw(8, 6, pixels).map(Into::into),
        3 => image::RgbImage::from_raw(8, 6, pixels).map(Into::into),
        _ => image::RgbaImage::from_raw(8, 6, pixels).map(Into::into),
    };
    picture::encode(&image.expect("as many bytes as pixels want"))
}

fn sound(channels: usize) -> Vec<u8> {
    let samples = (0..200 * channels).map(|i| (i as f32 * 0.1).sin() * 0.5).collect();
    wav::encode(&Sound { rate: 8000, channels, samples })
}

/// The reference files of the tests, and what is made here.
fn media(kind: &str, made: [Vec<u8>; 3]) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = made.into();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/it/reference/media");
    let kinds: &[&str] = if kind == "png" { &["png", "jpg", "jpeg", "gif", "webp", "bmp"] } else { &["wav", "flac"] };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_meant = entry.path().extension().and_then(|end| end.to_str()).is_some_and(|end| kinds.contains(&end));
        seeds.extend(is_meant.then(|| fs::read(entry.path()).ok()).flatten());
    }
    if kind == "png" {
        let small = picture::decode(&seeds[1]).expect("it was made here");
        use image::ImageFormat::{Bmp, Gif, Jpeg, WebP};
        for format in [Jpeg, Gif, WebP, Bmp] {
            let mut bytes = std::io::Cursor::new(Vec::new());
            if small.write_to(&mut bytes, format).is_ok() {
                seeds.push(bytes.into_inner());
            }
        }
    }
    seeds
}

fn idx() -> Vec<Vec<u8>> {
    let images = [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3][..], &[9; 12]].concat();
    let labels = vec![0, 0, 8, 1, 0, 0, 0, 2, 4, 5];
    let both = |images: Vec<u8>, labels: Vec<u8>| [&(images.len() as u16).to_be_bytes()[..], &images, &labels].concat();
    vec![both(images.clone(), labels.clone()), both(gz(&images), gz(&labels))]
}

fn archives() -> Vec<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let long = format!("a/{}.txt", "long".repeat(40));
    for name in ["a/b.txt", "c", long.as_str()] {
        let mut header = tar::Header::new_gnu();
        header.set_size(5);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &b"hello"[..]).expect("memory takes it");
    }
    let tar = tar.into_inner().expect("memory takes it");
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, method) in [("a/b.txt", zip::CompressionMethod::Deflated), ("c", zip::CompressionMethod::Stored)] {
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(name, options).expect("memory takes it");
        zip.write_all(b"hello hello hello").expect("memory takes it");
    }
    let zip = zip.finish().expect("memory takes it").into_inner();
    let contents = [tar.clone(), gz(&tar), zst(&tar), zip, gz(b"hello"), zst(b"hello"), b"hello".to_vec()];
    contents.into_iter().enumerate().map(|(kind, content)| [&[kind as u8], &*content].concat()).collect()
}

fn templates() -> Vec<Vec<u8>> {
    let others = [
        "{{ bos_token }}{% for m in messages %}{% if m.role not in ['user','assistant'] %}{{ raise_exception('no ' ~ m.role) }}\
         {% endif %}{{ '[INST] ' + m.content|trim + ' [/INST]' if m.role == 'user' else m.content + eos_token }}{% endfor %}",
        "{% macro turn(m, n=3) %}{{ m.role.upper() }}: {{ m['content'].strip().split('x')[0] }}{{ 'ab' * n }}{% endmacro %}\
         {%- for m in messages[::-1] %}{{ turn(m) }}{% set ns = namespace(x=loop.index) %}{% endfor %}{{ messages|tojson }}",
    ];
    let said = "system: be kind\nuser: QZXJ\nassistant: well";
    [template::CHATML].iter().chain(&others).map(|template| format!("{template}\0{said}").into_bytes()).collect()
}

fn extractions() -> Vec<Vec<u8>> {
    let turns =
        r#"{"messages": [{"role": "user", "content": "QZXJ"}, {"role": "assistant", "content": "b"}], "label": 1}"#;
    let shared = r#"{"conversations": [{"from": "human", "value": "QZXJ"}, {"from": "gpt", "value": "b"}]}"#;
    let cases: [(&str, &str); 10] = [
        (r"(?s)Q: (?<a>.*?)A:", "Q: QZXJ\nA: b"),
        (r"(?<a>\w+)=(?<b>.*)", "x=QZXJ\ny=2"),
        ("$.messages[*].content", turns),
        ("$['messages'][?@.role == 'user'].content", turns),
        ("{text} and {{ {label}", r#"{"text": "QZXJ", "label": 3}"#),
        ("messages", turns),
        ("conversations", shared),
        ("{instruction}\n{input}", r#"{"instruction": "do", "input": "QZXJ", "output": "done"}"#),
        ("aaaaaaaaaaaaaaaa", "One sentence. Another one! 第三句。And QZXJ.\n\nA paragraph."),
        ("", "/// Adds.\npub fn add(a: u8, b: u8) -> u8 {\n    a + b\n}\n"),
    ];
    let seed =
        |(kind, (said, row)): (usize, &(&str, &str))| [&[kind as u8], format!("{said}\0{row}").as_bytes()].concat();
    cases.iter().enumerate().map(seed).collect()
}

fn texts() -> Vec<Vec<u8>> {
    let texts = [
        "<html><head><title>t</title><script>x</script></head><body><nav><a href=/>Home</a></nav><p>Words &amp; more &lt;b&gt;.</p>\
         <table><tr><td>1</table><ul><li>a<li>b</ul><pre>x</pre></body></html>",
        "# Title\n\nSome *words* and `code` [link](http://x.org) ![p](q)\n\n```rust\nfn x() {}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n",
        "æ\u{9d}\u{a0}å¥½ donâ€™t Ã©tÃ© cafÃƒÂ© 锟斤拷 \u{fffd}\u{fffd} ｆｕｌｌ e\u{301}\u{200b}",
        "Home | About | Login\n\nHome | About | Login\n\nHome | About | Login\n\nA real sentence stands here, and it goes on for a while.\nCopyright 2020\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

fn tables() -> Vec<Vec<u8>> {
    let turn = |role: &str| Turn { role: role.to_owned(), content: "QZXJ".to_owned() };
    let media = |kind| Content::Media(Media { kind, bytes: vec![1, 2, 3], caption: "c".to_owned() });
    let contents = [
        Content::Text("QZXJ words".to_owned()),
        Content::Pair { prompt: "p".to_owned(), response: "r".to_owned() },
        Content::Chat(vec![turn("user"), turn("assistant")]),
        media(MediaKind::Image),
        media(MediaKind::Audio),
    ];
    let mut records: Vec<_> = contents.into_iter().map(|content| Record::new("i", "d", content)).collect();
    records[0].label = Some("l".to_owned());
    records[1].fields.insert("text".to_owned(), "f".to_owned());
    let one = records[..1].to_vec();
    [records, one]
        .map(|records| {
            let path = scratch::folder().join("seed.parquet");
            let mut shape = Shape::default();
            records.iter().for_each(|record| shape.add(record));
            let mut writer = Writer::create(&path, &shape).expect("there is room");
            records.into_iter().for_each(|record| writer.push(record).expect("there is room"));
            writer.finish().expect("there is room");
            fs::read(path).expect("it was written")
        })
        .into()
}

fn parts() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (file, bytes) in kept::files().values().enumerate() {
        seeds.push([&[file as u8, 0], &**bytes].concat());
        for at in [0, 1, 8, 12, 20, 40, 100, 200_u16] {
            seeds.push([&[file as u8, 1], &at.to_be_bytes()[..], &[0x31]].concat());
            seeds.push([&[file as u8, 2], &at.to_be_bytes()[..]].concat());
        }
    }
    seeds
}

fn shards() -> Vec<Vec<u8>> {
    let shard =
        Shard { tokens: vec![1, 2, 3], starts: vec![0, 2], loss_mask: Some(vec![0, 1, 1]), labels: Some(vec![0, 1]) };
    [(0, 300), (1, 70_000)].map(|(kind, size)| [&[kind], &*shard.to_bytes(size)].concat()).into()
}
