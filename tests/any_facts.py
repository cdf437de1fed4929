"""Any facts that a file may have: clips, images and audio drawn for laws, and the editions that judge them."""

from fractions import Fraction
from pathlib import Path

from hypothesis import strategies as st

import preflight.profiles
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from tests.made import audio, image, video

EDITIONS = sorted(path.stem for path in (Path(preflight.profiles.__file__).parent / "editions").glob("*.toml"))
"""The names of all editions that are carried."""
NTSC = Fraction(24000, 1001)
RATIOS = st.sampled_from([Fraction(16, 9), Fraction(9, 16), Fraction(1), Fraction(5, 2), Fraction(2, 5)])
SHAPES = RATIOS | st.fractions(Fraction(1, 10), 10, max_denominator=100)
WIDTHS = st.sampled_from([299, 300, 479, 640, 854, 1280, 1281, 1920, 3840, 6000, 6001]) | st.integers(2, 9000)
RATES = st.sampled_from([Fraction(24), Fraction(25), NTSC, Fraction(30000, 1001), Fraction(12), Fraction(60)])
WEIGHTS = st.sampled_from([10**4, 10**5, 10**7, 31 * 10**6, 51 * 10**6, 3 * 10**8])


@st.composite
def clips(draw: st.DrawFn) -> VideoFacts:
    """Draw a clip that a camera, a phone or an editor could have written."""
    width, ratio = draw(WIDTHS), draw(SHAPES)
    height = max(1, round(width / ratio))
    rate = draw(RATES | st.integers(1, 240_000).map(lambda n: Fraction(n, 1001)))
    lasts = draw(st.integers(1, 2400)) / rate
    sound = draw(st.sampled_from([None, Fraction(0), Fraction(1)]))
    rotation = draw(st.sampled_from([0, 0, 90, 180, 270]))
    return video(
        width_px=width,
        height_px=height,
        coded_width_px=height if rotation in {90, 270} else width,
        coded_height_px=width if rotation in {90, 270} else height,
        rotation_deg=rotation,
        pixel_aspect=draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(4, 3)])),
        duration_s=lasts,
        header_duration_s=lasts + max(sound or 0, draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(9, 2)]))),
        sound_duration_s=None if sound is None else lasts + sound,
        frames=round(lasts * rate),
        frame_rate_hz=rate,
        frame_rate_constant=draw(st.sampled_from([None, True, False])),
        codec=draw(st.sampled_from(["h264", "h264", "hevc", "vp9"])),
        format=draw(st.sampled_from(["mp4", "mp4", "mov", "matroska", "avi"])),
        bytes=draw(WEIGHTS),
        bit_depth=draw(st.sampled_from([8, 8, 10])),
        transfer=draw(st.sampled_from([None, "bt709", "smpte2084"])),
        interlaced=draw(st.booleans()),
        alpha=draw(st.booleans()),
        reordered=draw(st.sampled_from([False, False, True])),
        start_offset_s=draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 2), Fraction(-1, 2)])),
        sound_codec=None if sound is None else draw(st.sampled_from(["aac", "mp3", "opus"])),
        location=draw(st.booleans()),
        video_streams=draw(st.sampled_from([1, 1, 2])),
    )


@st.composite
def images(draw: st.DrawFn) -> ImageFacts:
    """Draw an image of any format and shape."""
    width, ratio = draw(WIDTHS), draw(SHAPES)
    height = max(1, round(width / ratio))
    return image(
        width_px=width,
        height_px=height,
        stored_width_px=width,
        stored_height_px=height,
        format=draw(st.sampled_from(["png", "jpeg", "webp", "heic", "tiff", "gif", "avif", "bmp"])),
        bytes=draw(WEIGHTS),
        alpha=draw(st.booleans()),
        bit_depth=draw(st.sampled_from([8, 8, 16])),
        frames=draw(st.sampled_from([1, 1, 9])),
        lossless=draw(st.sampled_from([None, True, False])),
        mode=draw(st.sampled_from(["RGB", "RGB", "CMYK", "L"])),
        transfer=draw(st.sampled_from([None, None, "smpte2084"])),
        location=draw(st.booleans()),
    )


STORED = {"pcm_u8": 8, "pcm_s16le": 16, "pcm_s24le": 24, "pcm_f32le": 32, "adpcm_ms": 4}
CODED = {"mp3": "mp3", "m4a": "aac", "flac": "flac", "ogg": "vorbis"}


@st.composite
def sounds(draw: st.DrawFn) -> AudioFacts:
    """Draw an audio file: samples, or what a codec makes of them."""
    lasts = Fraction(draw(st.integers(1, 60_000)), 1000)
    format_ = draw(st.sampled_from(["wav", "wav", *CODED]))
    codec = CODED.get(format_) or draw(st.sampled_from(sorted(STORED)))
    rate, channels = draw(st.sampled_from([8000, 44_100, 48_000, 192_000])), draw(st.sampled_from([1, 2, 6]))
    bits = STORED.get(codec)
    plain = format_ == "wav" and codec.startswith("pcm_")
    a_second = rate * channels * (bits or 0) // 8 or draw(st.sampled_from([16_000, 40_000, 200_000]))
    return audio(
        format=format_,
        codec=codec,
        duration_s=lasts,
        stored_duration_s=lasts + (0 if bits else Fraction(1, 20)),
        header_duration_s=draw(st.sampled_from([lasts, lasts, None, lasts + 7, lasts / 2])),
        bytes=int(lasts * a_second) + 44,
        sample_rate_hz=rate,
        channels=channels,
        bit_depth=bits,
        sample_type="float" if codec == "pcm_f32le" else "integer" if plain else "coded",
        location=draw(st.booleans()),
    )
