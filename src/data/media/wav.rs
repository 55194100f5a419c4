//! WAV files of 16-bit integers.

use crate::data::media::sound::Sound;

/// Returns the bytes of a WAV file; samples are rounded to 16 bits, and those beyond full scale are cut to it.
pub fn encode(sound: &Sound) -> Vec<u8> {
    let Sound { rate, channels, samples } = sound;
    let size = 2 * samples.len() as u32;
    let (channels, frame_bytes) = (*channels as u16, 2 * *channels as u16);
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(36 + size).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend_from_slice(&channels.to_le_bytes());
    bytes.extend_from_slice(&rate.to_le_bytes());
    bytes.extend_from_slice(&(rate * u32::from(frame_bytes)).to_le_bytes());
    bytes.extend_from_slice(&frame_bytes.to_le_bytes());
    bytes.extend_from_slice(&16_u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&size.to_le_bytes());
    for sample in samples {
        let sample = (f64::from(*sample) * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
        bytes.extend_from_slice(&sample.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::media::sound::decode;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sixteen_bits_come_back_as_they_were(values in prop::collection::vec(any::<i16>(), 1..50), channels in 1_usize..9) {
            let samples: Vec<f32> = values.iter().map(|value| f32::from(*value) / 32_768.0).collect();
            let samples = samples.repeat(channels);
            let sound = Sound { rate: 8000, channels, samples };
            prop_assert_eq!(decode(&encode(&sound)).unwrap(), sound);
        }
    }

    #[test]
    fn samples_beyond_full_scale_are_cut_to_it() {
        let sound = Sound { rate: 8000, channels: 1, samples: vec![1.5, -1.5] };
        assert_eq!(decode(&encode(&sound)).unwrap().samples, [32_767.0 / 32_768.0, -1.0]);
    }
}
