//! Pictures, sounds and IDX files that are damaged, cut off, or lie: each is told with its file, and none is too much.

use std::fs;
use std::path::Path;

use flate2::Crc;
use flate2::write::GzEncoder;
use image::DynamicImage;
use pedigree::data::media::{picture, sound};
use pedigree::recipe::dataset::Source;
use proptest::prelude::*;

use crate::support::media::{Wav, audio_folder, fixture, idx, image_folder, painted, rows};

/// A bad file: its name, its bytes, and how what is told of it may begin.
struct Case {
    name: String,
    bytes: Vec<u8>,
    told: Vec<&'static str>,
}

fn case(name: &str, bytes: impl Into<Vec<u8>>, told: &'static str) -> Case {
    Case { name: name.to_owned(), bytes: bytes.into(), told: vec![told] }
}

const NO_PICTURE: &str = "expected PNG, JPEG, GIF, WebP or BMP";
const NO_SOUND: &str = "expected WAV or FLAC";
const EMPTY: &str = "the file is empty";
const TOO_LARGE: &str = "too large: expected sides of at most 16384 pixels and at most 256 MiB of pixels";

/// Cuts a file off at a dozen places.
fn cut(name: &str, bytes: &[u8], told: &[&'static str]) -> Vec<Case> {
    let ends = (0..11).map(|i| bytes.len() * i / 11).chain([bytes.len() - 1]);
    ends.map(|end| Case { name: format!("{end}-bytes-of-{name}"), bytes: bytes[..end].to_vec(), told: told.to_vec() })
        .collect()
}

/// Changes bytes of a PNG file's header, with the checksum it then has.
fn with_header(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut png = picture::encode(&painted(24, 16));
    png[16 + at..16 + at + bytes.len()].copy_from_slice(bytes);
    let mut crc = Crc::new();
    crc.update(&png[12..29]);
    png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    png
}

fn with(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// Returns where the size of a JPEG file's picture stands.
fn jpeg_size_at(bytes: &[u8]) -> usize {
    let marker = bytes.windows(2).position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1]));
    marker.unwrap() + 5
}

fn pictures() -> Vec<Case> {
    let png = picture::encode(&painted(24, 16));
    let [baseline, progressive, cmyk, gif, lossy, lossless, bmp] =
        ["baseline.jpg", "progressive.jpg", "cmyk.jpg", "palette.gif", "lossy.webp", "lossless.webp", "plain.bmp"]
            .map(fixture);
    let mut cases = Vec::new();
    cases.extend(cut("a.png", &png, &[EMPTY, NO_PICTURE, "the PNG file ends too early"]));
    let jpeg = [EMPTY, NO_PICTURE, "the JPEG file ends too early"];
    cases.extend(cut("baseline.jpg", &baseline, &jpeg));
    cases.extend(cut("progressive.jpg", &progressive, &jpeg));
    cases.extend(cut("cmyk.jpg", &cmyk, &jpeg));
    cases.extend(cut("a.gif", &gif, &[EMPTY, NO_PICTURE, "the GIF file ends too early"]));
    let webp = [EMPTY, NO_PICTURE, "the WebP file ends too early"];
    cases.extend(cut("lossy.webp", &lossy, &webp));
    cases.extend(cut("lossless.webp", &lossless, &webp));
    cases.extend(cut("a.bmp", &bmp, &[EMPTY, NO_PICTURE, "the BMP file ends too early"]));

    let size = jpeg_size_at(&baseline);
    let scan = baseline.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let checksum = png.len() - 20;
    cases.extend([
        case("text.png", "a text, and no picture at all", NO_PICTURE),
        case("sound.png", Wav::default().bytes(), NO_PICTURE),
        case("zeros.png", vec![0; 4096], NO_PICTURE),
        case("wide.png", with_header(0, &20_000_u32.to_be_bytes()), TOO_LARGE),
        case("widest.png", with_header(0, &0x7fff_ffff_u32.to_be_bytes()), TOO_LARGE),
        case("high.png", with_header(4, &20_000_u32.to_be_bytes()), TOO_LARGE),
        case("bomb.png", with_header(0, &[0, 0, 0x40, 0, 0, 0, 0x40, 0]), TOO_LARGE),
        case("flat.png", with_header(0, &[0; 4]), "not a sound PNG file"),
        case("thin.png", with_header(4, &[0; 4]), "not a sound PNG file"),
        case("higher-than-its-pixels.png", with_header(4, &32_u32.to_be_bytes()), "not a sound PNG file"),
        case("depth-3.png", with_header(8, &[3]), "not a sound PNG file"),
        case("colour-9.png", with_header(9, &[9]), "not a sound PNG file"),
        case("compression-7.png", with_header(10, &[7]), "not a sound PNG file"),
        case("checksum.png", with(png.clone(), checksum, &[png[checksum] ^ 1]), "not a sound PNG file"),
        case("header-checksum.png", with(png.clone(), 30, &[png[30] ^ 1]), "not a sound PNG file"),
        case("length.png", with(png.clone(), 33, &[0x7f, 0xff, 0xff, 0xff]), "the PNG file ends too early"),
        case("without-an-end.png", png[..png.len() - 12].to_vec(), "the PNG file ends too early"),
        case("twice-as-high.jpg", with(baseline.clone(), size, &32_u16.to_be_bytes()), "not a sound JPEG file"),
        case("largest.jpg", with(baseline.clone(), size, &[0xff; 4]), TOO_LARGE),
        case("bomb.jpg", with(baseline.clone(), size, &[0x40, 0, 0x40, 0]), TOO_LARGE),
        case("flat.jpg", with(baseline.clone(), size, &[0, 0]), "not a sound JPEG file"),
        case("thin.jpg", with(baseline.clone(), size + 2, &[0, 0]), "not a sound JPEG file"),
        case("no-components.jpg", with(baseline.clone(), size + 4, &[0]), "not a sound JPEG file"),
        case("no-scan.jpg", [&baseline[..scan], &[0xff, 0xd9]].concat(), "not a sound JPEG file: it has no scan"),
        case("an-empty-scan.jpg", [&baseline[..scan + 14], &[0xff, 0xd9]].concat(), "not a sound JPEG file"),
        case(
            "between-segments.jpg",
            [&baseline[..size - 5], b"xx", &baseline[size - 5..]].concat(),
            "not a sound JPEG file: expected a marker",
        ),
        case("long-segment.jpg", with(baseline.clone(), 4, &[0xff, 0xff]), "the JPEG file ends too early"),
        case("flat.gif", with(gif.clone(), 8, &[0, 0]), "the picture has no pixels"),
        case("odd-block.gif", with(gif.clone(), 13 + 768, &[0x77]), "not a sound GIF file: a block of an unknown kind"),
        case("long.webp", with(lossy.clone(), 4, &[0xff, 0xff, 0xff, 0x7f]), "the WebP file ends too early"),
        case("odd.webp", with(lossy.clone(), 12, b"XXXX"), "not a sound WebP file"),
        case("wide.bmp", with(bmp.clone(), 18, &20_000_u32.to_le_bytes()), TOO_LARGE),
        case("widest.bmp", with(bmp.clone(), 18, &[0xff, 0xff, 0xff, 0x7f]), "not a sound BMP file"),
        case("bomb.bmp", with(bmp.clone(), 18, &[0, 0x40, 0, 0, 0, 0x40, 0, 0]), TOO_LARGE),
        case("flat.bmp", with(bmp.clone(), 18, &[0; 4]), "a kind of BMP that is not read"),
        case("depth-7.bmp", with(bmp.clone(), 28, &[7]), "not a sound BMP file"),
    ]);
    cases
}

fn sounds() -> Vec<Case> {
    let wav = Wav::default();
    let flac = fixture("tone.flac");
    let wav_told = [EMPTY, NO_SOUND, "the WAV file ends too early", "the WAV file states 444 bytes and ends after"];
    let flac_told = [
        EMPTY,
        NO_SOUND,
        "the FLAC file ends too early",
        "not a sound FLAC file",
        "the FLAC file states 2000 samples",
        "a kind of FLAC",
    ];
    let mut cases = cut("a.wav", &wav.bytes(), &wav_told);
    cases.extend(cut("a.flac", &flac, &flac_told));
    let lie = |name: &str, change: fn(&mut Wav), told| {
        let mut wav = Wav::default();
        change(&mut wav);
        case(name, wav.bytes(), told)
    };
    cases.extend([
        lie("riff-too-long.wav", |wav| wav.riff_size = Some(5000), "the WAV file states 5008 bytes and ends after 444"),
        lie(
            "riff-too-short.wav",
            |wav| wav.riff_size = Some(100),
            "a part of the WAV file states 400 bytes and has 64",
        ),
        lie("riff-of-nothing.wav", |wav| wav.riff_size = Some(0), "the WAV file states too few bytes"),
        lie("riff-unknown.wav", |wav| wav.riff_size = Some(u32::MAX), "the WAV file does not say how long it is"),
        lie(
            "data-too-long.wav",
            |wav| wav.data_size = Some(402),
            "a part of the WAV file states 402 bytes and has 400",
        ),
        lie(
            "data-far-too-long.wav",
            |wav| wav.data_size = Some(u32::MAX),
            "a part of the WAV file states 4294967295 bytes",
        ),
        lie("data-of-nothing.wav", |wav| wav.data_size = Some(0), "the WAV file has no samples"),
        lie("half-a-frame.wav", |wav| wav.data.truncate(399), "the last frame of the WAV file has 1 of 2 bytes"),
        lie("no-samples.wav", |wav| wav.data.clear(), "the WAV file has no samples"),
        lie("no-channels.wav", |wav| wav.channels = 0, "the WAV file states 0 channels: expected 1 to 8"),
        lie("many-channels.wav", |wav| wav.channels = 9, "the WAV file states 9 channels: expected 1 to 8"),
        lie("most-channels.wav", |wav| wav.channels = u16::MAX, "the WAV file states 65535 channels"),
        lie("no-rate.wav", |wav| wav.rate = 0, "the WAV file states 0 Hz: expected 1 to 768000"),
        lie("high-rate.wav", |wav| wav.rate = 800_000, "the WAV file states 800000 Hz"),
        lie("highest-rate.wav", |wav| wav.rate = u32::MAX, "the WAV file states 4294967295 Hz"),
        lie("no-bits.wav", |wav| wav.bits = 0, "the WAV file states samples of 0 bits: expected 8, 16, 24, 32 or 64"),
        lie("odd-bits.wav", |wav| wav.bits = 12, "the WAV file states samples of 12 bits"),
        lie("integers-of-64-bits.wav", |wav| wav.bits = 64, "not a sound WAV file: "),
        lie("frame-bytes.wav", |wav| wav.frame_bytes = Some(3), "the WAV file states 3 bytes a frame: expected 2"),
        lie("byte-rate.wav", |wav| wav.byte_rate = Some(1), "the WAV file states 1 bytes a second: expected 16000"),
        lie("kind-2.wav", |wav| wav.kind = 2, "WAV samples of kind 2 are not read"),
        lie("kind-mp3.wav", |wav| wav.kind = 0x55, "WAV samples of kind 85 are not read"),
        lie("floats-of-16-bits.wav", |wav| wav.kind = 3, "not a sound WAV file: "),
        lie(
            "a-long-part.wav",
            |wav| wav.before_data = b"LIST\xff\xff\xff\x7f".to_vec(),
            "a part of the WAV file states 2147483647 bytes",
        ),
        case("no-number.wav", floats(f32::NAN), "a sample is no finite number"),
        case("infinite.wav", floats(f32::INFINITY), "a sample is no finite number"),
        case("adpcm.wav", fixture("adpcm.wav"), "WAV samples of kind 17 are not read"),
        case(
            "no-format.wav",
            b"RIFF\x0e\0\0\0WAVEdata\x02\0\0\0ab".to_vec(),
            "the WAV file has no format before its samples",
        ),
        case("no-data.wav", b"RIFF\x04\0\0\0WAVE".to_vec(), "the WAV file has no samples"),
        case(
            "short-format.wav",
            b"RIFF\x10\0\0\0WAVEfmt \x04\0\0\0\x01\0\x01\0".to_vec(),
            "the format of the WAV file is too short",
        ),
        case("avi.wav", b"RIFF\x04\0\0\0AVI ".to_vec(), NO_SOUND),
        case("text.wav", "a text, and no sound at all", NO_SOUND),
        case("picture.wav", picture::encode(&painted(3, 3)), NO_SOUND),
        case("id3.flac", [b"ID3\x04\0\0\0\0\0\0".as_slice(), &flac].concat(), "begins with an ID3 tag"),
        case("zeros.flac", vec![0; 999], NO_SOUND),
        case("too-many.flac", with(flac.clone(), 22, &4000_u32.to_be_bytes()), "the FLAC file ends too early"),
        case(
            "too-few.flac",
            with(flac.clone(), 22, &1000_u32.to_be_bytes()),
            "the FLAC file states 1000 samples a channel and holds ",
        ),
        case("no-rate.flac", with(flac.clone(), 18, &[0, 0, flac[20] & 15]), "not a sound FLAC file: "),
        case(
            "digest.flac",
            with(flac.clone(), 26, &[flac[26] ^ 1]),
            "the FLAC file's checksum is not that of its samples",
        ),
        case("blocks.flac", with(flac.clone(), 8, &[0, 1, 0, 1]), "not a sound FLAC file: "),
        case("only-a-name.flac", b"fLaC".to_vec(), "the FLAC file ends too early"),
    ]);
    cases
}

fn floats(value: f32) -> Vec<u8> {
    let data = [0.5, value, 0.25].iter().flat_map(|value: &f32| value.to_le_bytes()).collect();
    Wav { kind: 3, bits: 32, data, ..Wav::default() }.bytes()
}

/// Reads each file on its own, and returns what is told that should not be.
fn unexpected(cases: &[Case], source: impl Fn(&Path) -> Source) -> Vec<String> {
    let mut wrong = Vec::new();
    for Case { name, bytes, told } in cases {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        match &rows(&source(folder.path()))[..] {
            [Err(bad)] if bad.path.ends_with(name) && told.iter().any(|told| bad.reason.starts_with(told)) => {}
            [Err(bad)] => wrong.push(format!("{name}: {}", bad.reason)),
            other => wrong.push(format!("{name}: {} rows, read: {}", other.len(), other.iter().all(Result::is_ok))),
        }
    }
    wrong
}

#[test]
fn every_bad_picture_is_told_with_its_file() {
    let cases = pictures();
    assert!(cases.len() >= 130, "only {} bad pictures", cases.len());
    let wrong = unexpected(&cases, |folder| image_folder(folder, "none"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_bad_sound_is_told_with_its_file() {
    let cases = sounds();
    assert!(cases.len() >= 60, "only {} bad sounds", cases.len());
    let wrong = unexpected(&cases, |folder| audio_folder(folder, "none"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

/// Returns how many pictures are read of two IDX files, and what is told.
fn idx_told(images: &[u8], labels: &[u8]) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("images"), images).unwrap();
    fs::write(folder.path().join("labels"), labels).unwrap();
    let root = folder.path().display().to_string();
    let rows = rows(&Source::Idx { root, images: "images".to_owned(), labels: "labels".to_owned() });
    let told = rows.iter().filter_map(|row| row.as_ref().err());
    let told = told.map(|bad| bad.to_string().rsplit_once('/').unwrap().1.to_owned()).collect();
    (rows.iter().filter(|row| row.is_ok()).count(), told)
}

#[test]
fn idx_files_that_lie_are_told_with_the_number_of_the_picture() {
    let images = idx(&[3, 2, 2], &[9; 12]);
    let labels = idx(&[3], &[1, 2, 3]);
    assert_eq!(idx_told(&images, &labels), (3, vec![]));
    assert_eq!(idx_told(&packed(&images), &packed(&labels)), (3, vec![]));
    let cut_packed = packed(&images);
    let (cut_packed, torn) = (&cut_packed[..cut_packed.len() - 12], with(cut_packed.clone(), 10, &[0xff, 0xff]));
    let no_idx = "is no IDX file: expected two zeros at its beginning";
    let cases: Vec<(Vec<u8>, Vec<u8>, usize, String)> = vec![
        (images[..27].to_vec(), labels.clone(), 2, "images:3: ends within picture 3 of 3".into()),
        (images[..16].to_vec(), labels.clone(), 0, "images:1: ends within picture 1 of 3".into()),
        (images[..15].to_vec(), labels.clone(), 0, "images: ends within its header".into()),
        (images[..3].to_vec(), labels.clone(), 0, "images: ends within its header".into()),
        (vec![], labels.clone(), 0, "images: ends within its header".into()),
        (images.clone(), labels[..9].to_vec(), 1, "labels:2: ends within label 2 of 3".into()),
        (images.clone(), labels[..7].to_vec(), 0, "labels: ends within its header".into()),
        (images.clone(), idx(&[4], &[1; 4]), 0, "labels: states 4 labels, and there are 3 pictures".into()),
        (images.clone(), idx(&[2], &[1; 2]), 0, "labels: states 2 labels, and there are 3 pictures".into()),
        ([images.as_slice(), b"x"].concat(), labels.clone(), 3, "images: goes on after the 3 it states".into()),
        (images.clone(), [labels.as_slice(), b"x"].concat(), 3, "labels: goes on after the 3 it states".into()),
        (
            idx(&[3, 0, 2], &[]),
            labels.clone(),
            0,
            "images: states pictures of 2 × 0: expected sides of 1 to 16384 pixels".into(),
        ),
        (
            idx(&[3, 2, 99_999], &[]),
            labels.clone(),
            0,
            "images: states pictures of 99999 × 2: expected sides of 1 to 16384 pixels".into(),
        ),
        (
            idx(&[3, 2, 2, 1], &[0; 12]),
            labels.clone(),
            0,
            "images: has 4 dimensions of type 0x08: expected 3 of type 0x08 (bytes)".into(),
        ),
        (
            labels.clone(),
            labels.clone(),
            0,
            "images: has 1 dimensions of type 0x08: expected 3 of type 0x08 (bytes)".into(),
        ),
        (
            images.clone(),
            images.clone(),
            0,
            "labels: has 3 dimensions of type 0x08: expected 1 of type 0x08 (bytes)".into(),
        ),
        (
            with(images.clone(), 2, &[0x0d]),
            labels.clone(),
            0,
            "images: has 3 dimensions of type 0x0d: expected 3 of type 0x08 (bytes)".into(),
        ),
        (b"a text, and no IDX".to_vec(), labels.clone(), 0, format!("images: {no_idx}")),
        (images.clone(), b"a text, and no IDX".to_vec(), 0, format!("labels: {no_idx}")),
        (cut_packed.to_vec(), labels.clone(), 0, "images: ends within its header".into()),
        (torn, labels.clone(), 0, "images: is not packed soundly with gzip".into()),
        (
            idx(&[u32::MAX, 1, 1], &[7, 7]),
            idx(&[u32::MAX], &[1, 2]),
            2,
            "images:3: ends within picture 3 of 4294967295".into(),
        ),
    ];
    assert_eq!(cases.len(), 22);
    for (images, labels, n, told) in cases {
        assert_eq!(idx_told(&images, &labels), (n, vec![told]));
    }
}

/// Every kind of file, to be damaged.
fn good_files() -> Vec<(bool, Vec<u8>)> {
    let sounds = ["tone.flac", "stereo24.flac", "mu-law.wav", "a-law.wav", "float.wav", "int24.wav", "int8.wav"];
    let pictures = [
        "baseline.jpg",
        "progressive.jpg",
        "cmyk.jpg",
        "gray.jpg",
        "lossy.webp",
        "lossless.webp",
        "plain.bmp",
        "palette.gif",
        "deep.png",
        "palette.png",
    ];
    let sounds = sounds.into_iter().map(|name| (false, fixture(name)));
    sounds.chain(pictures.into_iter().map(|name| (true, fixture(name)))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn nothing_a_file_can_contain_makes_a_decoder_panic(
        which in 0_usize..17,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        is_head in prop::bool::weighted(0.5),
    ) {
        let (is_picture, mut bytes) = good_files().swap_remove(which);
        let span = if is_head { bytes.len().min(80) } else { bytes.len() };
        for (at, byte) in changes {
            bytes[at.index(span)] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        match is_picture {
            true => drop(picture::decode(&bytes)),
            false => drop(sound::decode(&bytes)),
        }
    }

    #[test]
    fn noise_is_neither_a_picture_nor_a_sound(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(picture::decode(&bytes).is_err() && sound::decode(&bytes).is_err());
    }
}

#[test]
fn what_stands_behind_a_sound_file_is_left_alone() {
    let bytes = [Wav::default().bytes().as_slice(), b"TAG an ID3 tag of old"].concat();
    assert_eq!(sound::facts(&bytes).unwrap().frames, 200);
    let mut listed = Wav { before_data: b"junk\x05\0\0\0hello\0".to_vec(), ..Wav::default() };
    assert_eq!(sound::facts(&listed.bytes()).unwrap().frames, 200);
    listed.channels = 2;
    assert_eq!(sound::facts(&listed.bytes()).unwrap().frames, 100);
    let DynamicImage::ImageRgb8(image) = picture::decode(&fixture("lossless.webp")).unwrap() else {
        panic!("no colours")
    };
    assert_eq!(image, painted(24, 16).to_rgb8());
}
