//! Any bytes are a picture, or are told why not.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: pedigree_fuzz::seeds::write("data_image"),
    |bytes: &[u8]| pedigree_fuzz::media::image(bytes)
);
