//! How a file is packed, as its name tells.

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packing {
    /// Many files in a tar archive.
    Tar(Pack),
    /// Many files in a zip archive.
    Zip,
    /// One file, compressed.
    Single(Pack),
}

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pack {
    /// Not at all.
    Plain,
    /// With gzip.
    Gzip,
    /// With Zstandard.
    Zstd,
}

impl Packing {
    /// The ends of names, longer ones first, and what they tell.
    const ENDS: [(&str, Self); 9] = [
        (".tar.gz", Self::Tar(Pack::Gzip)),
        (".tgz", Self::Tar(Pack::Gzip)),
        (".tar.zst", Self::Tar(Pack::Zstd)),
        (".tar.zstd", Self::Tar(Pack::Zstd)),
        (".tar", Self::Tar(Pack::Plain)),
        (".zip", Self::Zip),
        (".gz", Self::Single(Pack::Gzip)),
        (".zst", Self::Single(Pack::Zstd)),
        (".zstd", Self::Single(Pack::Zstd)),
    ];

    /// Returns how a file of this name is packed, and its name without that; `None` where it is not packed.
    pub fn of_name(name: &str) -> Option<(Self, &str)> {
        Self::ENDS.iter().find_map(|(end, packing)| {
            let at = name.len().checked_sub(end.len())?;
            let is_so = name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(end);
            is_so.then(|| (*packing, &name[..at]))
        })
    }

    /// Returns the word for this packing; names of single files are part of the data, so they have none.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Tar(Pack::Plain) => "tar",
            Self::Tar(Pack::Gzip) => "tar.gz",
            Self::Tar(Pack::Zstd) => "tar.zst",
            Self::Zip => "zip",
            Self::Single(Pack::Plain) => "file",
            Self::Single(Pack::Gzip) => "gz",
            Self::Single(Pack::Zstd) => "zst",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_how_a_file_is_packed() {
        let all = [
            ("a.tar.gz", Some((Packing::Tar(Pack::Gzip), "a"))),
            ("A.TGZ", Some((Packing::Tar(Pack::Gzip), "A"))),
            ("a.tar.zst", Some((Packing::Tar(Pack::Zstd), "a"))),
            ("a.tar", Some((Packing::Tar(Pack::Plain), "a"))),
            ("a.b.zip", Some((Packing::Zip, "a.b"))),
            ("x.jsonl.gz", Some((Packing::Single(Pack::Gzip), "x.jsonl"))),
            ("x.zst", Some((Packing::Single(Pack::Zstd), "x"))),
            ("é", None),
            ("gz", None),
            ("x.parquet", None),
        ];
        for (name, expected) in all {
            assert_eq!(Packing::of_name(name), expected, "{name}");
        }
    }
}
