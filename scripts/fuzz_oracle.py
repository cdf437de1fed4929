"""The second opinion: a file that passed and the facts it passed by in, what speaks against the pass out.

Everything is decoded from the beginning by code that the program does not use, and held against the sandbox's reading
of the documents. An opinion counts only where it is beyond doubt: 0.05 s beyond a limit of length, 2 % beyond one of
rate. Damage that a decoder paints over is no false pass; that a tenth is missing is.

| kind | means |
|---|---|
| length, rate, size | it is beyond a limit, and the facts say that it is within |
| undecodable | less than nine tenths of what the facts promise can be decoded |
| format | by its first bytes it is of another kind than the facts say |
"""

import io
import subprocess
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import IO

import av
import imageio_ffmpeg
import msgspec
from av.stream import Disposition
from PIL import Image, ImageChops

from preflight.sandbox.documents import documents
from preflight.sandbox.sniff import HEAD_BYTES, media_type
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from scripts.fuzz_mutate import parts_of

SLACK_S = Fraction(5, 100)
SLACK_RATE = Fraction(2, 100)
ENOUGH = Fraction(9, 10)
"""What must come out of a decoder for a file to be called readable."""
TOO_LONG_S = 60
LONGEST_S = 120
"""Nothing is decoded further than this."""
EDITION = "2026-04"
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "wav": "audio/wav", "mp3": "audio/mpeg"}
PIECE = 8
"""Bytes that are unpacked at once: what comes before an error counts."""
PIPES = {"png": "png_pipe", "jpeg": "jpeg_pipe", "webp": "webp_pipe"}
BROKEN = (av.FFmpegError, ValueError, OSError, SyntaxError, EOFError, LookupError, TypeError, RuntimeError, zlib.error)
NOISE = Random(0).randbytes(512).replace(b"\xff", b"\x7f")  # noqa: S311 - entropy-coded bytes that are no marker
JPEG_SCAN = "scan"
JPEG_PROGRESSIVE = "FFC2"
"""What a scan lacks there costs detail, not rows."""


class Doubt(msgspec.Struct, frozen=True):
    """One thing that speaks against a pass."""

    kind: str
    words: str


def doubts(path: Path, facts: Facts) -> list[Doubt]:
    """Look at a file anew and say what in these facts would be a false pass."""
    av.logging.set_level(None)
    with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
        kind = list(_of_kind(file.read(HEAD_BYTES), facts))
        file.seek(0)
        if isinstance(facts, ImageFacts):
            return [*kind, *_by_ffmpeg(path, facts), *_of_image(path.read_bytes(), facts)]
        seen = list(_of_clip(file, facts) if isinstance(facts, VideoFacts) else _of_sound(file, facts))
        if any(one.kind == "size" for one in seen) and _is_clean_aperture(path, facts):
            seen = [one for one in seen if one.kind != "size"]
        return [*kind, *_by_ffmpeg(path, facts), *seen]


def _is_clean_aperture(path: Path, facts: Facts) -> bool:
    """Tell whether a clip's facts are the part of its frames that ffmpeg shows: libav leaves the cut to its caller."""
    if not isinstance(facts, VideoFacts) or b"clap" not in path.read_bytes():
        return False
    played = decoded_by_ffmpeg(path, "0:V:0")
    if played.size_px is None:
        return False
    width_px, height_px = map(Fraction, played.size_px)
    shown = ((width_px * played.pixel_aspect, height_px), (width_px, height_px / played.pixel_aspect))
    return any(abs(width - facts.width_px) <= 1 and abs(height - facts.height_px) <= 1 for width, height in shown)


def _of_kind(head: bytes, facts: Facts) -> Iterator[Doubt]:
    found = media_type(head)
    expected = TYPES.get(facts.format, "video/")
    if found is not None and not found.startswith(expected):
        yield Doubt("format", f"{facts.format} by the facts, {found} by the first bytes")


def _outside(value: Fraction, limits: Iterable[Fraction | int], slack: Fraction | int = 0) -> bool:
    low, high = limits
    return value < low - slack or value > high + slack


def _share(there: Fraction | int, promised: Fraction | int | None, what: str) -> Iterator[Doubt]:
    if promised and there < ENOUGH * promised:
        yield Doubt("undecodable", f"{float(there):g} of {float(promised):g} {what} can be decoded")


def _by_ffmpeg(path: Path, facts: Facts) -> Iterator[Doubt]:
    """Let ffmpeg itself decode all of a file, and count what comes out."""
    if isinstance(facts, ImageFacts) and facts.coding:  # that few know it is a warning, which stands there
        return
    seen = decoded_by_ffmpeg(path, "0:a:0" if isinstance(facts, AudioFacts) else "0:V:0")
    if isinstance(facts, AudioFacts):
        yield from _share(seen.seconds, facts.duration_s, "s, by ffmpeg,")
    else:
        yield from _share(seen.frames, facts.frames if isinstance(facts, VideoFacts) else 1, "frames, by ffmpeg,")


class Played(msgspec.Struct, frozen=True):
    """What ffmpeg plays of a stream."""

    frames: int
    seconds: Fraction
    size_px: tuple[int, int] | None
    """What it shows of a frame."""
    pixel_aspect: Fraction = Fraction(1)


def decoded_by_ffmpeg(path: Path, stream: str) -> Played:
    """Let an ffmpeg of its own decode a stream."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "quiet", "-threads", "1", "-i", f"file:{path}"]
    ended = subprocess.run(
        [*command, "-map", stream, "-t", str(LONGEST_S), "-fps_mode", "passthrough", "-f", "framecrc", "-"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=TOO_LONG_S,
    )
    lines = ended.stdout.decode("ascii", "replace").splitlines()
    base = next((Fraction(line.split()[-1]) for line in lines if line.startswith("#tb 0:")), Fraction(1))
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    sides = next((line.split()[-1].split("x") for line in lines if line.startswith("#dimensions 0:")), None)
    size_px = (int(sides[0]), int(sides[1])) if sides else None
    told = next((Fraction(line.split()[-1]) for line in lines if line.startswith("#sar 0:") and "/0" not in line), None)
    return Played(len(rows), sum(int(row[3]) for row in rows) * base, size_px, told or Fraction(1))


# ---- clips ----------------------------------------------------------------------------------------------------------


class _Watched(msgspec.Struct):
    """What was seen of a clip. Times in the stream's time base."""

    shown: int = 0
    """Packets that are not hidden by an edit list."""
    starts: list[int] = []
    ends: list[int] = []
    sizes: Counter[tuple[int, int]] = msgspec.field(default_factory=Counter)
    """Width and height of decoded frames."""


def _of_clip(file: IO[bytes], facts: VideoFacts) -> Iterator[Doubt]:
    try:
        with av.open(file, format="mov", mode="r", metadata_errors="replace") as container:
            pictures = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
            if not pictures:
                yield Doubt("undecodable", "it has no pictures")
                return
            picture = pictures[0]
            watched = _watch(container, picture)
            base, aspect = picture.time_base or Fraction(1), picture.sample_aspect_ratio or Fraction(1)
    except BROKEN as error:
        yield Doubt("undecodable", f"{type(error).__name__}: {error}")
        return
    yield from _share(watched.sizes.total(), facts.frames, "frames")
    if watched.starts:
        yield from _of_time(watched, base, facts)
    yield from _of_frame(watched.sizes, aspect, facts)


def _watch(container: av.container.InputContainer, picture: av.VideoStream) -> _Watched:
    """Read every packet and decode every frame; a packet that cannot be decoded is passed over."""
    watched = _Watched()
    for packet in container.demux(picture):
        if packet.size and not packet.is_discard:
            watched.shown += 1
        if packet.size and packet.pts is not None and not packet.is_discard:
            watched.starts.append(packet.pts)
            watched.ends.append(packet.pts + (packet.duration or 0))
        try:
            frames = packet.decode()
        except (av.FFmpegError, ValueError):
            continue
        watched.sizes.update((frame.width, frame.height) for frame in frames)
    return watched


def _of_time(watched: _Watched, base: Fraction, facts: VideoFacts) -> Iterator[Doubt]:
    seen_s = (max(watched.ends) - min(watched.starts)) * base
    lengths = documents().lengths["strict"].clip_s
    if _outside(seen_s, lengths, SLACK_S):
        yield Doubt("length", f"{float(seen_s):.3f} s, {float(facts.duration_s or 0):.3f} s by the facts")
    low, high = documents().limits.video_frame_rate_hz
    rate = watched.shown / seen_s if seen_s > 0 else Fraction(0)
    if _outside(rate, (low * (1 - SLACK_RATE), high * (1 + SLACK_RATE))):
        yield Doubt("rate", f"{float(rate):.3f} fps, {float(facts.frame_rate_hz or 0):.3f} by the facts")


def _of_frame(sizes: Counter[tuple[int, int]], aspect: Fraction, facts: VideoFacts) -> Iterator[Doubt]:
    """Doubt the size when a tenth of the frames is beyond a limit. A turn swaps the sides, which no limit minds."""
    limits, most = documents().limits, documents().editions[EDITION].video_max_pixels
    beyond: Counter[tuple[int, int]] = Counter()
    for (width, height), frames in sizes.items():
        wide = round(width * aspect)
        if (wide, 2 * height) == (facts.width_px, facts.height_px):  # ffmpeg shows the fields of HEVC one by one
            continue
        sides = any(_outside(Fraction(side), limits.video_side_px) for side in (wide, height))
        shape = wide * height == 0 or _outside(Fraction(wide, height), limits.video_ratio)
        if sides or shape or _outside(Fraction(wide * height), (limits.video_min_pixels, most)):
            beyond[wide, height] += frames
    if beyond and beyond.total() > (1 - ENOUGH) * sizes.total():
        size = beyond.most_common(1)[0][0]
        yield Doubt("size", f"{size[0]} x {size[1]}, {facts.width_px} x {facts.height_px} by the facts")


# ---- sounds ---------------------------------------------------------------------------------------------------------


def _of_sound(file: IO[bytes], facts: AudioFacts) -> Iterator[Doubt]:
    try:
        played = _played_s(file, facts.format)
    except BROKEN as error:
        yield Doubt("undecodable", f"{type(error).__name__}: {error}")
        return
    missing = list(_share(played, facts.duration_s, "s"))
    yield from missing
    lengths = documents().lengths["strict"].clip_s
    if not missing and _outside(played, lengths, SLACK_S):
        yield Doubt("length", f"{float(played):.3f} s, {float(facts.duration_s or 0):.3f} s by the facts")


def _played_s(file: IO[bytes], demuxer: str) -> Fraction:
    """Decode every sample; a packet that cannot be decoded is passed over."""
    played_s = Fraction(0)
    with av.open(file, format=demuxer, mode="r", metadata_errors="replace") as container:
        for packet in container.demux(audio=0):
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                continue
            played_s += sum(
                (Fraction(frame.samples, frame.sample_rate) for frame in frames),
                Fraction(0),
            )
            if played_s > LONGEST_S:
                break
    return played_s


# ---- pictures -------------------------------------------------------------------------------------------------------


def _of_image(data: bytes, facts: ImageFacts) -> Iterator[Doubt]:
    seen = _size_by_ffmpeg(data, facts.format) or _size_by_pillow(data)
    if seen is None:
        yield Doubt("undecodable", "no decoder makes a picture of it")
        return
    limits = documents().limits
    beyond = any(_outside(Fraction(side), limits.image_side_px) for side in seen)
    if beyond or _outside(Fraction(*seen), limits.image_ratio):
        yield Doubt("size", f"{seen[0]} x {seen[1]}, {facts.width_px} x {facts.height_px} by the facts")
    if facts.format == "png":
        yield from _share(_png_bytes_there(data), _png_bytes_promised(data), "bytes of rows")
    if facts.format == "jpeg" and not facts.coding and all(part.name != JPEG_PROGRESSIVE for part in parts_of(data)):
        there, whole = _jpeg_rows_there(data) or (1, 1)
        yield from _share(there, whole, "rows")


def _size_by_ffmpeg(data: bytes, name: str) -> tuple[int, int] | None:
    try:
        with av.open(io.BytesIO(data), format=PIPES[name], mode="r", metadata_errors="replace") as container:
            frame = next(container.decode(video=0), None)
    except BROKEN:
        return None
    return (frame.width, frame.height) if isinstance(frame, av.VideoFrame) else None


def _size_by_pillow(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            image.load()
            return image.size
    except Exception:  # noqa: BLE001 - on broken files Pillow raises ten kinds at least, with no base in common
        return None


def _png_bytes_there(data: bytes) -> int:
    """Return how many bytes of rows the picture data unpacks to."""
    unpacker, had = zlib.decompressobj(), 0
    try:
        for part in parts_of(data):
            if part.name == "IDAT":
                pieces = (data[at : min(at + PIECE, part.end)] for at in range(part.start, part.end, PIECE))
                for piece in pieces:
                    had += len(unpacker.decompress(piece))
    except zlib.error:
        return had
    return had


def _png_bytes_promised(data: bytes) -> int:
    """Return how many bytes of rows the header promises, at least: an interlaced picture takes a few more."""
    width, height, depth, color = (*(int.from_bytes(data[at : at + 4], "big") for at in (16, 20)), data[24], data[25])
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(color, 1)
    return height * (1 + (width * depth * samples + 7) // 8)


def _jpeg_rows_there(data: bytes) -> tuple[int, int] | None:
    """Return how many rows of a JPEG come from its data, and its height; None where Pillow does not know its like.

    A decoder that runs out of data paints the rest gray. Noise put in where the data ends changes what is painted
    there, and nothing else: of a picture that is whole the decoder reads no further.
    """
    noisy = bytearray(data)
    ends = [part.tail for part in parts_of(data) if part.name == JPEG_SCAN]
    for end in reversed(ends):
        noisy[end:end] = NOISE
    try:
        Image.open(io.BytesIO(data)).close()
    except Exception:  # noqa: BLE001 - the same
        return None
    try:
        with Image.open(io.BytesIO(data)) as plain, Image.open(io.BytesIO(noisy)) as other:
            changed = ImageChops.difference(plain.convert("RGB"), other.convert("RGB")).getbbox()
            return (changed[1] if changed else plain.height), plain.height
    except Exception:  # noqa: BLE001 - the same
        return int(_is_whole_to_ffmpeg(data)), 1


def _is_whole_to_ffmpeg(data: bytes) -> bool:
    """Tell whether ffmpeg, at its strictest, decodes a JPEG that Pillow does not open: coded rarely or framed oddly."""
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options = {"err_detect": "explode"}
    try:
        return bool(decoder.decode(av.Packet(data)))
    except BROKEN:
        return False
