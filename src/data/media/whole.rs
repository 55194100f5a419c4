//! Whether the file of a picture is all there: decoders stop at the last pixel, and do not miss what should follow.

/// Returns whether a PNG file has all its chunks, up to its end.
pub(super) fn png(bytes: &[u8]) -> Result<(), String> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    loop {
        let Some((length, after)) = rest.split_at_checked(4) else { return Err(early("PNG")) };
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        // A name, the content, and a checksum, which the decoder compares.
        let Some(chunk) = after.get(..length.saturating_add(8)) else { return Err(early("PNG")) };
        if chunk.starts_with(b"IEND") {
            return Ok(());
        }
        rest = &after[chunk.len()..];
    }
}

/// Returns whether a WebP file is as long as it says.
pub(super) fn webp(bytes: &[u8]) -> Result<(), String> {
    let stated = bytes.get(4..8).map(|size| u64::from(u32::from_le_bytes([size[0], size[1], size[2], size[3]])));
    match stated {
        Some(stated) if stated + 8 <= bytes.len() as u64 => Ok(()),
        Some(_) | None => Err(early("WebP")),
    }
}

/// Returns where the end of a JPEG file stands: the marker after its last scan.
pub(super) fn jpeg(bytes: &[u8]) -> Result<usize, String> {
    let mut at = 2;
    let mut is_in_scan = false;
    loop {
        match bytes.get(at..).unwrap_or_default() {
            // Bytes that fill the space before a marker.
            [0xff, 0xff, ..] => at += 1,
            // A byte of a scan that looks like a marker, and the marks within a scan.
            [0xff, 0x00 | 0xd0..=0xd7, ..] if is_in_scan => at += 2,
            [0xff, 0xd9, ..] if is_in_scan => return Ok(at),
            [0xff, 0xd9, ..] => return Err("not a sound JPEG file: it has no scan".to_owned()),
            [0xff, marker, high, low, ..] => {
                is_in_scan = *marker == 0xda;
                at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
            }
            [0xff, ..] | [] => return Err(early("JPEG")),
            [_, ..] if is_in_scan => at += 1,
            [_, ..] => return Err("not a sound JPEG file: expected a marker between its segments".to_owned()),
        }
    }
}

/// Returns whether a GIF file has all its blocks, up to its end.
pub(super) fn gif(bytes: &[u8]) -> Result<(), String> {
    let table = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let flags = *bytes.get(10).ok_or_else(|| early("GIF"))?;
    let mut at: usize = 13 + table(flags);
    loop {
        match bytes.get(at) {
            Some(0x3b) => return Ok(()),
            Some(0x21) => at = sub_blocks(bytes, at + 2)?,
            Some(0x2c) => {
                let flags = *bytes.get(at + 9).ok_or_else(|| early("GIF"))?;
                // The table of colours, and the width of the first code.
                at = sub_blocks(bytes, at + 10 + table(flags) + 1)?;
            }
            Some(_) => return Err("not a sound GIF file: a block of an unknown kind".to_owned()),
            None => return Err(early("GIF")),
        }
    }
}

/// Returns where the blocks of data that begin at `at` end.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Result<usize, String> {
    loop {
        match bytes.get(at) {
            Some(0) => return Ok(at + 1),
            Some(length) => at += 1 + usize::from(*length),
            None => return Err(early("GIF")),
        }
    }
}

fn early(word: &str) -> String {
    format!("the {word} file ends too early")
}
