//! Any archive is unpacked into its folder and nowhere else, or is told what is wrong with it.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_archive"),
    |bytes: &[u8]| pedigree_fuzz::archive::unpack(bytes)
);
