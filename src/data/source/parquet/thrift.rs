//! Thrift's compact protocol, passed over before the library reads it: the library goes through the elements of a list that it does not
//! know one by one, also where a few bytes count thousands of millions of them.
//!
//! Source: "Thrift compact protocol encoding" of Apache Thrift. Elements of two truths (`bool`) take no bytes here, as in the library.

use std::io::{self, Error, ErrorKind, Read};

/// How deep values may lie in each other, as in the library.
const MOST_DEPTH: u32 = 64;

/// Passes over a struct whose collections have at most `most_elements` in all; returns how many bytes it takes.
///
/// # Errors
/// When the bytes end before it does, are no struct, or count more elements.
pub(super) fn pass(input: &mut impl Read, most_elements: u64) -> io::Result<u64> {
    let mut pass = Pass { input, passed: 0, left: most_elements };
    pass.fields(MOST_DEPTH)?;
    Ok(pass.passed)
}

struct Pass<'a, R> {
    input: &'a mut R,
    /// How many bytes lie behind.
    passed: u64,
    /// How many elements there may still be.
    left: u64,
}

impl<R: Read> Pass<'_, R> {
    fn fields(&mut self, depth: u32) -> io::Result<()> {
        loop {
            let head = self.byte()?;
            if head & 0xf == 0 {
                return Ok(());
            }
            // The number of a field stands in its first byte, or behind it.
            if head >> 4 == 0 {
                self.number()?;
            }
            self.value(head & 0xf, depth)?;
        }
    }

    fn value(&mut self, kind: u8, depth: u32) -> io::Result<()> {
        let Some(depth) = depth.checked_sub(1) else { return Err(wrong()) };
        match kind {
            1 | 2 => Ok(()),
            3 => self.bytes(1),
            4..=6 => self.number().map(drop),
            7 => self.bytes(8),
            8 => self.number().and_then(|length| self.bytes(length)),
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 15 { self.number()? } else { u64::from(head >> 4) };
                self.elements(count, &[head & 0xf], depth)
            }
            11 => match self.number()? {
                0 => Ok(()),
                count => {
                    let kinds = self.byte()?;
                    self.elements(count, &[kinds >> 4, kinds & 0xf], depth)
                }
            },
            12 => self.fields(depth),
            13 => self.bytes(16),
            _ => Err(wrong()),
        }
    }

    fn elements(&mut self, count: u64, kinds: &[u8], depth: u32) -> io::Result<()> {
        self.left = self.left.checked_sub(count).ok_or_else(wrong)?;
        (0..count).flat_map(|_| kinds).try_for_each(|kind| self.value(*kind, depth))
    }

    /// Reads a number of seven bits a byte, the low ones first (ULEB128).
    fn number(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for i in 0..10 {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(wrong())
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.input.read_exact(&mut byte)?;
        self.passed += 1;
        Ok(byte[0])
    }

    fn bytes(&mut self, count: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.input.by_ref().take(count), &mut io::sink())?;
        self.passed += passed;
        if passed == count { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }
}

fn wrong() -> Error {
    ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_struct_takes_as_many_bytes_as_it_has() {
        // Field 1 is 300, field 2 is true, field 3 the text "ab", field 20 a list of two numbers, field 21 a map, field 22 a struct.
        let fields: [&[u8]; 6] = [
            &[0x15, 0xd8, 0x04],
            &[0x11],
            &[0x18, 2, b'a', b'b'],
            &[9, 40, 0x25, 1, 2],
            &[0x1b, 1, 0x35, 7, 8],
            &[0x1c, 0],
        ];
        let mut bytes = fields.concat();
        bytes.push(0);
        let length = bytes.len() as u64;
        assert_eq!(pass(&mut [&bytes[..], b"more"].concat().as_slice(), 3).unwrap(), length);
        assert_eq!(pass(&mut &bytes[..], 2).unwrap_err().kind(), ErrorKind::InvalidData);
        for end in 0..bytes.len() {
            assert_eq!(pass(&mut &bytes[..end], 3).unwrap_err().kind(), ErrorKind::UnexpectedEof, "{end}");
        }
    }

    #[test]
    fn what_counts_more_than_can_be_ends_at_once() {
        let most = [0xff, 0xff, 0xff, 0xff, 0x07];
        // Lists and maps of truths, of empty structs, and of lists.
        for kind in [&[0x19, 0xf1][..], &[0x19, 0xfc], &[0x19, 0xf9]] {
            let bytes = [kind, &most, &[0; 50]].concat();
            assert_eq!(pass(&mut &bytes[..], 1000).unwrap_err().kind(), ErrorKind::InvalidData);
        }
        let map = [&[0x1b], &most[..], &[0x11]].concat();
        assert_eq!(pass(&mut &map[..], 1000).unwrap_err().kind(), ErrorKind::InvalidData);
        let deep = vec![0x1c; 1000];
        assert_eq!(pass(&mut &deep[..], 1000).unwrap_err().kind(), ErrorKind::InvalidData);
        let number = vec![0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(pass(&mut &number[..], 1000).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
