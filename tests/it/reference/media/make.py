#!/usr/bin/env python3
"""Makes the files beside it, against which pictures, sounds and their features are held.

    python3 -m venv venv && venv/bin/pip install librosa==0.11.0 soundfile==0.14.0 pillow==13.0.0 scipy==1.17.1 && venv/bin/python make.py

Everything is computed from formulas, so that a test can make the same signal; the numbers are those of librosa, SciPy and Pillow.
"""
import base64, io, json, pathlib

import librosa, numpy as np, scipy.signal, soundfile
from PIL import Image

HERE = pathlib.Path(__file__).parent


def tone(n, rate):
    """A chirp over two tones, rounded to 16 bits."""
    t = np.arange(n) / rate
    signal = 0.4 * np.sin(2 * np.pi * (200 * t + 900 * t * t)) + 0.2 * np.sin(2 * np.pi * 440 * t) + 0.1 * np.sin(2 * np.pi * 2500 * t)
    return np.round(signal * 32768).astype(np.int16)


def noise(n):
    """Numbers of a linear congruential generator (Numerical Recipes), as 16 bits."""
    state, values = 1, []
    for _ in range(n):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 16) - 32768)
    return (np.array(values) // 4).astype(np.int16)


def log_mel(samples, rate, n_fft, hop, mels, f_min, f_max):
    # 64 bits: in 32 the library's own rounding is larger than what is compared.
    signal = samples.astype(np.float64) / 32768
    mel = librosa.feature.melspectrogram(y=signal, sr=rate, n_fft=n_fft, hop_length=hop, n_mels=mels, fmin=f_min, fmax=f_max)
    return librosa.power_to_db(mel).T


def picture(width, height):
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.stack([(x * 7 + y * 3) % 256, (x * x + 5 * y) % 256, (x * y * 3) % 256], axis=2).astype(np.uint8)


def rounded(values):
    return [round(float(value), 5) for value in np.asarray(values).ravel()]


mels = []
for name, samples, rate, options in [
    ("tone", tone(4000, 8000), 8000, (512, 160, 20, 0.0, 4000.0)),
    ("tone", tone(6000, 16000), 16000, (400, 400, 32, 60.0, 7600.0)),
    ("noise", noise(3000), 16000, (1024, 256, 24, 0.0, 8000.0)),
    ("tone", tone(100, 8000), 8000, (256, 64, 10, 0.0, 4000.0)),
]:
    n_fft, hop, n_mels, f_min, f_max = options
    values = log_mel(samples, rate, *options)
    mels.append(dict(signal=name, samples=len(samples), rate=rate, n_fft=n_fft, hop=hop, mels=n_mels, f_min=f_min, f_max=f_max,
                     shape=list(values.shape), values=rounded(values)))

resampled = []
for old, new, n in [(8000, 16000, 400), (16000, 8000, 900), (44100, 16000, 1764), (16000, 22050, 500)]:
    # Tones far below half of the lower rate, so that filters of different makes agree.
    t = np.arange(n) / old
    signal = 0.4 * np.sin(2 * np.pi * 300 * t) + 0.3 * np.sin(2 * np.pi * 1100 * t)
    divisor = np.gcd(old, new)
    by_scipy = scipy.signal.resample_poly(signal, new // divisor, old // divisor, window=("kaiser", 12.0))
    by_librosa = librosa.resample(signal, orig_sr=old, target_sr=new, res_type="soxr_vhq")
    resampled.append(dict(old=old, new=new, samples=n, scipy=rounded(by_scipy), librosa=rounded(by_librosa)))

resized = []
for (width, height), (to_width, to_height) in [((40, 30), (16, 12)), ((9, 7), (20, 15)), ((28, 28), (28, 14)), ((50, 20), (7, 11))]:
    image = Image.fromarray(picture(width, height))
    of = lambda image, filter: base64.b64encode(image.resize((to_width, to_height), filter).tobytes()).decode()
    resized.append(dict(size=[width, height], to=[to_width, to_height], bilinear=of(image, Image.Resampling.BILINEAR),
                        lanczos=of(image, Image.Resampling.LANCZOS), gray=of(image.convert("L"), Image.Resampling.BILINEAR)))

json.dump(dict(mels=mels, resampled=resampled, resized=resized), open(HERE / "numbers.json", "w"))

# Files of real encoders.
soundfile.write(HERE / "tone.flac", tone(2000, 8000), 8000, subtype="PCM_16")
soundfile.write(HERE / "stereo24.flac", np.stack([tone(600, 16000), noise(600)], axis=1).astype(np.int32) << 16, 16000, subtype="PCM_24")
for name, subtype in [("mu-law", "ULAW"), ("a-law", "ALAW"), ("float", "FLOAT"), ("int24", "PCM_24"), ("int8", "PCM_U8"), ("adpcm", "IMA_ADPCM")]:
    soundfile.write(HERE / f"{name}.wav", tone(200, 8000) / 32768, 8000, subtype=subtype)
rgb = Image.fromarray(picture(24, 16))
rgb.save(HERE / "baseline.jpg", quality=80)
rgb.save(HERE / "progressive.jpg", quality=80, progressive=True)
rgb.convert("CMYK").save(HERE / "cmyk.jpg", quality=80)
rgb.convert("L").save(HERE / "gray.jpg", quality=80)
rgb.save(HERE / "lossy.webp", quality=60)
rgb.save(HERE / "lossless.webp", lossless=True)
rgb.save(HERE / "plain.bmp")
rgb.save(HERE / "palette.gif", save_all=True, append_images=[rgb.transpose(Image.Transpose.FLIP_LEFT_RIGHT)], duration=40)
Image.fromarray(picture(24, 16)[:, :, 0].astype(np.uint16) * 257).save(HERE / "deep.png")
rgb.convert("P").save(HERE / "palette.png")
