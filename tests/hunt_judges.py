"""Judges of what a fix made: by Pillow, PyAV's decoders and arithmetic, and by nothing of the program.

Each takes the new file, its kind and what the truth says of it (`must`), and yields what is wrong.
"""

import io
import itertools
import re
import struct
import subprocess
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import av
import imageio_ffmpeg
import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image

Pixels = npt.NDArray[np.float64]
INSETS = (0.02, 0.06, 0.125)
"""How far from each corner the card is looked at, as parts of the sides."""
PLACES = {"tl": (0, 0), "tr": (1, 0), "bl": (0, 1), "br": (1, 1)}
MIDDLES = {"mid": (0.5, 0.5), "back": (0.5, 0.08), "left": (0.25, 0.5), "right": (0.75, 0.5)}
WHITE = 200
FLASH = 0.5
PCM = 1


def ffmpeg(*arguments: str) -> bytes:
    """Run the carried ffmpeg and return what it wrote."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "error", *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=300).stdout


@lru_cache(maxsize=1)
def shown(path: Path, kind: str) -> Pixels:
    """Decode a picture, or a frame one second into a clip, as red, green and blue.

    Several judges look at the same one, a new file never has the name of another.
    """
    if kind == "image":
        pillow_heif.register_heif_opener()
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.float64)
    taken = ffmpeg(
        "-i", f"file:{path}", "-vf", "select=gte(t\\,1)", "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "-"
    )
    return np.asarray(Image.open(io.BytesIO(taken)).convert("RGB"), dtype=np.float64)


def at(pixels: Pixels, x: float, y: float) -> Pixels:
    """Return the mean color around a place that is given in parts of the sides."""
    height, width = pixels.shape[:2]
    left, top = round(x * (width - 1)), round(y * (height - 1))
    part: Pixels = pixels[max(top - 2, 0) : top + 3, max(left - 2, 0) : left + 3].reshape(-1, 3).mean(axis=0)
    return part


def corner(pixels: Pixels, name: str, inset: float) -> Pixels:
    """Return the color at a corner of the card, some way in."""
    right, bottom = PLACES[name]
    return at(pixels, 1 - inset if right else inset, 1 - inset if bottom else inset)


def patches(path: Path, kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield the places of the card that have other colors."""
    pixels = shown(path, kind)
    for name, wanted in must["patches"].items():
        cornered = [corner(pixels, name, inset) for inset in INSETS] if name in PLACES else []
        seen = cornered or [at(pixels, *MIDDLES[name])]
        apart = max(float(np.abs(color - wanted).max()) for color in seen)
        if apart > must["tol"]:
            yield f"{name} is {[c.round().tolist() for c in seen]} and should be {wanted}"
    for name, least in must.get("spread", {}).items():
        color = corner(pixels, name, INSETS[1])
        if color.max() - color.min() < least:
            yield f"{name} is faded: {color.round().tolist()}"


def square(path: Path, kind: str, _must: dict[str, Any]) -> Iterator[str]:
    """Yield that the white square in the middle is none."""
    white = shown(path, kind).min(axis=2) > WHITE
    height, width = white.shape
    across, down = int(white[height // 2].sum()), int(white[:, width // 2].sum())
    if not down or abs(across / down - 1) > 0.04:
        yield f"the square is {across} x {down}"


def size_of(path: Path, kind: str) -> tuple[int, int]:
    height, width = shown(path, kind).shape[:2]
    return width, height


def sizes(path: Path, kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield in what the size is not as it should be."""
    width, height = size_of(path, kind)
    if "size" in must and [width, height] != must["size"]:
        yield f"is {width} x {height}, not {must['size']}"
    if "ratio" in must and abs(width / height / must["ratio"] - 1) > 0.01:
        yield f"is {width} x {height}, not of the shape {must['ratio']:.3f}"
    if must.get("even") and (width % 2 or height % 2):
        yield f"has an odd side: {width} x {height}"
    if min(width, height) < must.get("min_side", 0) or width * height < must.get("min_px", 0):
        yield f"is too small: {width} x {height}"


def timing(path: Path, _kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield in what rate, number of frames or length is not as it should be."""
    with av.open(str(path)) as container:
        stream = container.streams[0]
        times = sorted(float(p.pts * p.time_base) for p in container.demux(stream) if p.pts is not None)
        length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
        if "rate" in must and abs((len(times) - 1) / (times[-1] - times[0]) - must["rate"]) > 0.001:
            yield f"has {(len(times) - 1) / (times[-1] - times[0])} frames a second"
        if "frames" in must and len(times) != must["frames"]:
            yield f"has {len(times)} frames"
        if "seconds" in must and not must["seconds"][0] - 0.0006 <= length <= must["seconds"][1] + 0.0006:
            yield f"lasts {length} s"


def wave_format(path: Path) -> tuple[int, int]:
    """Return the format tag and the bits a sample of a WAV."""
    content = path.read_bytes()
    at_fmt = content.index(b"fmt ") + 8
    tag, _, _, _, _, bits = struct.unpack_from("<HHIIHH", content, at_fmt)
    return tag, bits


def wav16(path: Path, _kind: str, _must: dict[str, Any]) -> Iterator[str]:
    """Yield that a file is no plain WAV of sixteen bits."""
    if path.read_bytes()[:4] != b"RIFF" or wave_format(path) != (PCM, 16):
        yield "is no plain 16-bit WAV"


def wav16_or_mp3(path: Path, kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield that a file is neither."""
    if path.suffix != ".mp3":
        yield from wav16(path, kind, must)


def heard(path: Path, track: int = 0) -> Pixels:
    """Decode a sound track to mono at 48 kHz."""
    raw = ffmpeg("-i", f"file:{path}", "-map", f"0:a:{track}", "-ac", "1", "-ar", "48000", "-f", "f32le", "-")
    return np.frombuffer(raw, dtype=np.float32).astype(np.float64)


def loudest_hz(path: Path, track: int = 0) -> float:
    sound = heard(path, track)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(spectrum.argmax()) * 48000 / len(sound)


def tones(path: Path, _kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield the tones that are not heard, or not in their track."""
    wanted = must.get("hz") or [must["hz_first"]]
    if abs(loudest_hz(path) - wanted[0]) > 3:
        yield f"sounds at {loudest_hz(path):.0f} Hz, not {wanted[0]}"


def tracks(path: Path, _kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield that the sound tracks are not those that should be there."""
    with av.open(str(path)) as container:
        count = len(container.streams.audio)
    there = sorted(loudest_hz(path, track) for track in range(count))
    if count != len(must["hz_tracks"]) or any(abs(a - b) > 3 for a, b in zip(there, must["hz_tracks"], strict=True)):
        yield f"has tracks of {there} Hz"


def flashes(path: Path) -> list[float]:
    """Return when a clip becomes bright."""
    with av.open(str(path)) as container:
        seen = [(f.time or 0.0, float(f.to_ndarray(format="gray").mean())) for f in container.decode(video=0)]
    level = (max(v for _, v in seen) + min(v for _, v in seen)) * FLASH
    return [now[0] for before, now in itertools.pairwise(seen) if before[1] < level <= now[1]]


def beeps(path: Path) -> list[float]:
    """Return when a clip's sound begins."""
    with av.open(str(path)) as container:
        start = float((container.streams.audio[0].start_time or 0) * (container.streams.audio[0].time_base or 0))
    sound = np.abs(heard(path))
    loud = sound > sound.max() * 0.3
    quiet_s, last, found = 0.1, -1.0, []
    for index in np.flatnonzero(loud):
        now = float(index) / 48000
        if now - last > quiet_s:
            found.append(now + start)
        last = now
    return found


def sync(path: Path, _kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield that flashes and beeps do not fall together."""
    bright, loud = flashes(path), beeps(path)
    pairs = [min((abs(flash - beep) for beep in loud), default=9.0) for flash in bright]
    if not pairs or max(pairs) > must["sync"]:
        yield f"flashes at {bright}, beeps at {loud}"


def clip_stream(path: Path, kind: str, must: dict[str, Any]) -> Iterator[str]:
    """Yield in what codec, tag or color tags are not as they should be."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", f"file:{path}"]
    said = subprocess.run(command, capture_output=True, check=False, timeout=60).stderr.decode(errors="replace")
    told = "".join(line for line in said.splitlines() if "Video:" in line)
    if "codec" in must and not any(f"Video: {codec}" in told for codec in must["codec"]):
        yield f"codec: {told}"
    if "tag" in must and not any(tag in told for tag in must["tag"]):
        yield f"tag: {told}"
    if "tags" in must and must["tags"] not in told:
        yield f"colors: {told}"
    del kind


def picture_kept(path: Path, source: Path, must: dict[str, Any]) -> Iterator[str]:
    """Yield in what a picture is not as it should be: format, transparency, pixels."""
    content = path.read_bytes()
    with Image.open(path) as picture:
        name, alpha = (picture.format or "").lower(), picture.convert("RGBA").getchannel("A")
        if "format" in must and name not in must["format"]:
            yield f"is {name}"
        if must.get("webp_lossless") and name == "webp" and b"VP8L" not in content[:4096]:
            yield "is a lossy WebP"
        low, _ = alpha.getextrema()
        if must.get("alpha") and low == 255:
            yield "has lost its transparency"
        if must.get("opaque") and low != 255:
            yield "is transparent"
        if must.get("same_pixels"):
            with Image.open(source) as before:
                if before.convert("RGB").tobytes() != picture.convert("RGB").tobytes():
                    yield "has other pixels"


def samples(path: Path) -> bytes:
    content = path.read_bytes()
    return content[content.index(b"data", 12) + 8 :]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def kept(path: Path, source: Path, must: dict[str, Any]) -> Iterator[str]:
    """Yield that samples or packets are not those of the source."""
    if must.get("same_sound") and samples(path) not in source.read_bytes():
        yield "has other samples"
    if must.get("same_video") and packets(path) != packets(source):
        yield "has other packets"


def true_header(path: Path) -> Iterator[str]:
    """Yield that a header is not true."""
    content = path.read_bytes()
    if path.suffix == ".wav":
        riff, told = int.from_bytes(content[4:8], "little"), content.index(b"data", 12) + 4
        if riff != len(content) - 8 or int.from_bytes(content[told : told + 4], "little") > len(content) - told - 4:
            yield "has a false header"
        return
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        if abs(float(stream.duration or 0) * float(stream.time_base or 0) - (container.duration or 0) / 1e6) > 0.05:
            yield "has a false header"


JUDGES: tuple[tuple[frozenset[str], Callable[[Path, str, dict[str, Any]], Iterator[str]]], ...] = (
    (frozenset({"patches", "spread"}), patches),
    (frozenset({"square"}), square),
    (frozenset({"size", "ratio", "even", "min_side", "min_px"}), sizes),
    (frozenset({"rate", "frames", "seconds"}), timing),
    (frozenset({"wav16"}), wav16),
    (frozenset({"wav16_or_mp3"}), wav16_or_mp3),
    (frozenset({"hz", "hz_first"}), tones),
    (frozenset({"hz_tracks"}), tracks),
    (frozenset({"sync"}), sync),
    (frozenset({"codec", "tag", "tags"}), clip_stream),
)
OF_BOTH = frozenset({"format", "webp_lossless", "alpha", "opaque", "same_pixels"})


def wrong(path: Path, source: Path, kind: str, must: dict[str, Any], said: str) -> list[str]:
    """Return all that is wrong with a new file, by the truth's word of it."""
    found = [line for keys, judge in JUDGES if keys & must.keys() for line in judge(path, kind, must)]
    if OF_BOTH & must.keys():
        found += picture_kept(path, source, must)
    found += kept(path, source, must)
    if must.get("true_header"):
        found += true_header(path)
    if "says" in must and not re.search(must["says"], said):
        found.append(f"nothing said of {must['says']}")
    return found
