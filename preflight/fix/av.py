"""Plans for clips and sounds → the arguments of one ffmpeg run, compiled by ffmpeg-python. Nothing is run here."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from preflight.facts import AudioFacts, VideoFacts
from preflight.plan.steps import (
    Crop,
    Cut,
    Deinterlace,
    Encode,
    Pad,
    Plan,
    Resize,
    Retime,
    Step,
    ToneMap,
    Turn,
    Write,
    find,
)

VIDEO_ENCODERS = {"libx264"}
DEMUXERS = {"mp4": "mov", "m4a": "mov", "3gp": "mov", "mp1": "mp3", "mp2": "mp3"}
"""Sniffed format → libav's demuxer, where they differ: the input's format is named, never guessed."""
MUXERS = {"mp4": "mp4", "mov": "mov", "wav": "wav", "mp3": "mp3"}
QUALITY = {"preset": "superfast", "crf": 17, "pix_fmt": "yuv420p", "profile:v": "high"}
"""A reference clip is a hint to a model: bytes are spent, not seconds. superfast at 18 measured VMAF 97.8."""
TONE_MAP = (
    ("zscale", {"t": "linear", "npl": 100}),
    ("format", {"pix_fmts": "gbrpf32le"}),
    ("zscale", {"p": "bt709"}),
    ("tonemap", {"tonemap": "hable", "desat": 0}),
    ("zscale", {"t": "bt709", "m": "bt709", "r": "tv"}),
)


class Job(msgspec.Struct, frozen=True):
    """What ffmpeg is asked to do."""

    arguments: list[str]
    needs: frozenset[str]
    """Encoders and filters that the ffmpeg must have."""
    length_s: Fraction
    """Seconds of output, for progress."""


def compile_job(plan: Plan, facts: VideoFacts | AudioFacts, target: Path) -> Job:
    """Compile a plan into one ffmpeg run from the source to `target`."""
    import ffmpeg

    cut = find(plan.steps, Cut)
    source = ffmpeg.input(_file(Path(plan.asset.path)), **_input_options(plan, facts, cut))
    streams = _video_streams(source, plan, facts) if isinstance(facts, VideoFacts) else [source["a:0"]]
    options = _output_options(plan, facts, cut)
    output = ffmpeg.output(*streams, _file(target), **options).overwrite_output()
    length = cut.length_s if cut else facts.duration_s or Fraction(1)
    return Job(arguments=output.get_args(), needs=needs(plan.steps), length_s=length)


def needs(steps: tuple[Step, ...]) -> frozenset[str]:
    """Return the encoders and filters that steps use."""
    names = {step.codec for step in steps if isinstance(step, Encode)}
    filters = {Resize: {"scale", "setsar"}, Crop: {"crop"}, Pad: {"pad"}, Retime: {"fps"}, Deinterlace: {"bwdif"}}
    filters[ToneMap] = {"zscale", "tonemap"}
    return frozenset(names.union(*(filters.get(type(step), set()) for step in steps)))


def _file(path: Path) -> str:
    """Return an address that ffmpeg can take for nothing else: not an option, a pattern or a protocol."""
    return f"file:{path.absolute()}"


def _input_options(plan: Plan, facts: VideoFacts | AudioFacts, cut: Cut | None) -> dict[str, Any]:
    options: dict[str, Any] = {"f": DEMUXERS.get(facts.format, facts.format), "protocol_whitelist": "file"}
    if cut and cut.start_s:
        options["ss"] = _seconds(cut.start_s)
    if not find(plan.steps, Turn) and isinstance(facts, VideoFacts) and not _video_encode(plan.steps):
        options["noautorotate"] = None
    return options


def _video_streams(source: Any, plan: Plan, facts: VideoFacts) -> list[Any]:  # noqa: ANN401 - ffmpeg-python has no types
    """Return the picture stream, filtered when it is encoded, and the sound if there is one.

    A cut counts pictures and trims sound: a limit in seconds on both would shorten the last picture.
    """
    picture = source["V:0"]
    if _video_encode(plan.steps):
        for name, arguments in filters(plan.steps):
            positional = arguments.pop("", [])
            picture = picture.filter(name, *positional, **arguments)
    if not facts.sound_codec:
        return [picture]
    cut = find(plan.steps, Cut)
    return [picture, source["a:0"].filter("atrim", end=_seconds(cut.length_s)) if cut else source["a:0"]]


def filters(steps: tuple[Step, ...]) -> list[tuple[str, dict[str, Any]]]:
    """Return the picture filters of a plan in their order; ffmpeg turns the picture upright before the first."""
    found: list[tuple[str, dict[str, Any]]] = []
    for step in steps:
        match step:
            case Deinterlace():
                found.append(("bwdif", {"mode": "send_frame", "deint": "interlaced"}))
            case ToneMap():
                found += [(name, dict(arguments)) for name, arguments in TONE_MAP]
            case Crop(width_px=width, height_px=height):
                found += [*_square(), ("crop", {"w": width, "h": height})]
            case Pad(width_px=width, height_px=height):
                found += [*_square(), ("pad", {"w": width, "h": height, "x": "(ow-iw)/2", "y": "(oh-ih)/2"})]
            case Resize(width_px=width, height_px=height):
                found += [("scale", {"w": width, "h": height, "flags": "lanczos"}), ("setsar", {"": [1]})]
            case Retime(frame_rate_hz=rate):
                found.append(("fps", {"fps": str(rate)}))
            case _:
                pass
    return found or [("null", {})]


def _square() -> list[tuple[str, dict[str, Any]]]:
    """Make pixels square, so that sizes are those a viewer sees."""
    return [("scale", {"w": "round(iw*sar)", "h": "ih"}), ("setsar", {"": [1]})]


def _output_options(plan: Plan, facts: VideoFacts | AudioFacts, cut: Cut | None) -> dict[str, Any]:
    write = find(plan.steps, Write)
    container = write.format if write else facts.format
    options: dict[str, Any] = {"f": MUXERS[container], "map_metadata": -1, "map_chapters": -1}
    if cut and not isinstance(facts, VideoFacts):
        options["t"] = _seconds(cut.length_s)
    if isinstance(facts, VideoFacts):
        options |= _picture_options(plan.steps, facts, cut) | _sound_options(plan.steps, "copy")
        options["movflags"] = "+faststart"
    else:
        pcm = facts.codec if facts.format == "wav" and cut and (facts.codec or "").startswith("pcm_") else "copy"
        options |= _sound_options(plan.steps, pcm or "copy")
    return options


def _picture_options(steps: tuple[Step, ...], facts: VideoFacts, cut: Cut | None) -> dict[str, Any]:
    encode = _video_encode(steps)
    if encode is None:
        return {"c:v": "copy"}
    options: dict[str, Any] = {"c:v": encode.codec, **QUALITY}
    if encode.max_bit_rate:
        options |= {"maxrate": encode.max_bit_rate, "bufsize": encode.max_bit_rate}
    retime = find(steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if cut and rate:
        options["frames:v"] = int(cut.length_s * rate)
    return options


def _sound_options(steps: tuple[Step, ...], otherwise: str) -> dict[str, Any]:
    encode = next((s for s in steps if isinstance(s, Encode) and s.codec not in VIDEO_ENCODERS), None)
    if encode is None:
        return {"c:a": otherwise}
    return {"c:a": encode.codec} | ({"b:a": encode.max_bit_rate} if encode.max_bit_rate else {})


def _video_encode(steps: tuple[Step, ...]) -> Encode | None:
    return next((s for s in steps if isinstance(s, Encode) and s.codec in VIDEO_ENCODERS), None)


def _seconds(value: Fraction) -> str:
    """Return seconds with microseconds, which is what ffmpeg reads; never later than meant, or a frame is lost."""
    microseconds = math.floor(value * 1_000_000)
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06}"
