//! Signatures of records, made once for each part and kept beside its records.

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use rayon::prelude::*;

use crate::data::clean::minhash::{self, Permutations, SHORT_BYTES, Short};
use crate::data::error::DataError;
use crate::data::prepare::made::{Made, write_whole};
use crate::data::prepare::watch::Halt;
use crate::id::Digest;

/// The most signatures that are held in memory: 256 MB of them; beyond that each is read when it is looked at.
const IN_MEMORY: usize = 1 << 20;
/// The signatures that are read together.
const TOGETHER: usize = 4096;

/// The signatures of all records that are alive.
pub(super) struct Signatures {
    /// For each record its part, and its number there.
    places: Vec<(u32, u32)>,
    files: Vec<File>,
    held: Vec<Short>,
}

impl Signatures {
    /// Opens the signatures of parts, after making those that are not there yet.
    pub(super) fn open(
        parts: &[Made],
        alive: &[Vec<bool>],
        go_on: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<Self, Halt> {
        let permutations = Permutations::new();
        let files: Vec<Result<File, Halt>> =
            parts.par_iter().map(|part| open_one(part, &permutations, go_on)).collect();
        let files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut places = Vec::new();
        for (part, alive) in alive.iter().enumerate() {
            places.extend((0..alive.len()).filter(|i| alive[*i]).map(|i| (part as u32, i as u32)));
        }
        let mut signatures = Self { places, files, held: Vec::new() };
        if signatures.len() <= IN_MEMORY {
            let held =
                (0..signatures.len() as u32).into_par_iter().map(|i| signatures.read(i)).collect::<Result<_, _>>()?;
            signatures.held = held;
        }
        Ok(signatures)
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Returns the part of a record, and its number there.
    pub(super) fn place(&self, i: u32) -> (usize, usize) {
        let (part, record) = self.places[i as usize];
        (part as usize, record as usize)
    }

    pub(super) fn get(&self, i: u32) -> Result<Short, DataError> {
        match self.held.get(i as usize) {
            Some(signature) => Ok(*signature),
            None => self.read(i),
        }
    }

    fn read(&self, i: u32) -> Result<Short, DataError> {
        let (part, record) = self.places[i as usize];
        let mut bytes = [0; SHORT_BYTES];
        let read = self.files[part as usize].read_exact_at(&mut bytes, u64::from(record) * SHORT_BYTES as u64);
        read.map_err(|source| DataError::io("signatures", source))?;
        Ok(minhash::short_from_bytes(&bytes))
    }

    /// Returns for each record and each of these bands what records of the same bucket share, and the record.
    pub(super) fn bands(&self, rows: usize, bands: Range<usize>) -> Result<Vec<(u64, u32)>, DataError> {
        let n_chunks = self.len().div_ceil(TOGETHER);
        let chunks = (0..n_chunks).into_par_iter().map(|chunk| {
            let mut keys = Vec::with_capacity(TOGETHER * bands.len());
            for i in chunk * TOGETHER..((chunk + 1) * TOGETHER).min(self.len()) {
                let signature = self.get(i as u32)?;
                keys.extend(bands.clone().map(|band| (minhash::band(&signature, rows, band), i as u32)));
            }
            Ok(keys)
        });
        let chunks = chunks.collect::<Result<Vec<_>, DataError>>()?;
        let mut keys = Vec::with_capacity(self.len() * bands.len());
        chunks.into_iter().for_each(|chunk| keys.extend(chunk));
        Ok(keys)
    }
}

fn open_one(part: &Made, permutations: &Permutations, go_on: &(dyn Fn(u64) -> bool + Sync)) -> Result<File, Halt> {
    let path = part.file("near");
    let size = part.facts.n as usize * SHORT_BYTES;
    let is_sound = |bytes: Vec<u8>| {
        bytes.split_at_checked(size).is_some_and(|(all, digest)| Digest::of(all).to_string().as_bytes() == digest)
    };
    if !fs::read(&path).is_ok_and(is_sound) {
        let mut bytes = Vec::with_capacity(size + 64);
        let (mut is_going, mut n_bytes) = (true, 0);
        part.each(&vec![true; part.facts.n as usize], |_, record| {
            let signature = minhash::short(&permutations.signature(record.texts()));
            bytes.extend_from_slice(&minhash::short_to_bytes(&signature));
            n_bytes += record.bytes();
            if n_bytes > 1 << 22 {
                is_going = go_on(std::mem::take(&mut n_bytes));
            }
            Ok(is_going)
        })?;
        if !is_going {
            return Err(Halt::Stopped);
        }
        go_on(n_bytes);
        let digest = Digest::of(&bytes).to_string();
        bytes.extend_from_slice(digest.as_bytes());
        write_whole(&path, &bytes).map_err(|source| DataError::io(&path, source))?;
    }
    File::open(&path).map_err(|source| DataError::io(&path, source).into())
}
