"""Compile plans of clips and audio into the arguments of one ffmpeg run, by ffmpeg-python. Runs nothing."""

import math
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.apply.addresses import SOURCE, TARGET, named
from preflight.apply.clip_audio import audio_options, joined_with
from preflight.apply.color import TONE_FILTERS, tag_filters, tone_filters, unread_filters
from preflight.apply.extend import AUDIO_FILTERS, VIDEO_FILTERS, Filter, audio_filters, video_filters
from preflight.apply.ground import BACKGROUND_FILTERS, FLATTEN_FILTERS, around_blur, chained, on_blur, on_color, square
from preflight.apply.mixdown import simpler
from preflight.apply.remux import DOLBY_TAG, HEVC_TAG
from preflight.apply.shown import OF_FIRST_LAYER, SHOWN, shown_filters
from preflight.apply.start_offset import begins_whole, start_offset_s
from preflight.apply.steady import constant_rate, copied_times, held, placed, silent
from preflight.apply.verification import planned_s
from preflight.media.reading import Colors
from preflight.plan.clip_audio import kept_after
from preflight.plan.steps import (
    BLUR,
    Aperture,
    Crop,
    Cut,
    Deinterlace,
    Encode,
    Extend,
    Flatten,
    JoinAudio,
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
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.workers.processors import processors

if TYPE_CHECKING:
    from collections.abc import Collection

VIDEO_ENCODERS = {"libx264"}
DEMUXERS = {"mp4": "mov", "m4a": "mov", "3gp": "mov", "mp1": "mp3", "mp2": "mp3"}
"""Sniffed format → libav's demuxer, where they differ. The input format is named, never guessed."""
NOT_SOUGHT = {"mpegts", "mpeg", "mpegvideo", "flv", "asf", "ogg"}
"""Demuxers that seek inexactly and lose frames up to the next keyframe: frames before a cut are decoded and dropped
instead."""
MUXERS = {"mp4": "mp4", "mov": "mov", "wav": "wav", "mp3": "mp3"}
QUALITY = {"preset": "superfast", "crf": 14, "aq-mode": 0, "g": 60, "pix_fmt": "yuv420p", "profile:v": "high"}
"""A reference clip is a hint to a model: bytes are spent, not seconds. Measurements stand in `apply.quality`."""
LAST_KEY_S = Fraction(1, 10)
"""Seconds before the end at which a keyframe is forced, so that the last frame is decoded soon for comparison."""
COMPARABLE: tuple[Filter, ...] = (
    ("scale", {"out_range": "tv"}),
    ("format", {"pix_fmts": "yuv420p"}),
    ("settb", {"": ["AVTB"]}),
    ("setpts", {"": ["PTS-STARTPTS"]}),
)
"""Bring two video streams to one range, format and time base."""


class Job(msgspec.Struct, frozen=True):
    """One ffmpeg run."""

    arguments: list[str]
    needs: frozenset[str]
    """Encoders and filters required."""
    length_s: Fraction
    """Seconds of output, for progress."""


def compile_copy(source: Path, demuxer: str, target: Path, plan: Plan, facts: VideoFacts) -> list[str]:
    """Compile the run that copies the video stream and the kept audio into another container.

    Args:
        source: the clip.
        demuxer: libav's name of its format.
        target: the new file.
        plan: steps for the audio, and the output format.
        facts: facts of the clip.
    """
    import ffmpeg

    given = ffmpeg.input(SOURCE, f=demuxer, protocol_whitelist="file")
    uncut = msgspec.structs.replace(plan, steps=tuple(s for s in plan.steps if not isinstance(s, Cut)))
    streams = [given["V:0"], *_audios(given, uncut, facts)]
    audio = audio_options(facts, plan.steps, _audio_encode(plan.steps))
    options = {"f": muxer_of(plan, facts), **_copied(facts), **audio, "map_metadata": -1}
    made = ffmpeg.output(*streams, TARGET, movflags="+faststart", **options).overwrite_output()
    return named(made.get_args(), source, target)


def compile_comparison(
    plan: Plan, facts: VideoFacts, made: Path, log: Path, *, colors: Colors | None = None
) -> list[str]:
    """Compile the libvmaf run that compares a new clip with its encoder's input, into a JSON log.

    Frames are paired by nearest time: container ticks move them by less than half a frame.
    """
    import ffmpeg

    source = ffmpeg.input(SOURCE, **_input_options(plan, facts, find(plan.steps, Cut)))
    ideal = _counted(_filtered(_begun(source["V:0"], plan, facts), plan.steps, facts, colors), plan.steps, facts)
    result = ffmpeg.input(TARGET, f="mov", protocol_whitelist="file")["V:0"]
    options = {"log_fmt": "json", "log_path": str(log), "n_threads": processors()}
    pairing = {"ts_sync_mode": "nearest", "shortest": 1}
    pair = [chained(stream, COMPARABLE) for stream in (result, ideal)]
    compared = ffmpeg.filter(pair, "libvmaf", **options, **pairing)
    return named(ffmpeg.output(compared, "-", f="null").get_args(), Path(plan.asset.path), made)


def encodes_video(plan: Plan) -> bool:
    """Tell whether a plan encodes the video stream."""
    return _video_encode(plan.steps) is not None


def compile_job(
    plan: Plan,
    facts: VideoFacts | AudioFacts,
    target: Path,
    *,
    threads: int | None = None,
    colors: Colors | None = None,
) -> Job:
    """Compile a plan into one ffmpeg run from the source to `target`.

    Args:
        plan: the steps.
        facts: facts of the source.
        target: the new file.
        threads: threads for decoding and encoding; ffmpeg's choice when None.
        colors: colours of the frames, to convert and tag them; left to ffmpeg when None.
    """
    import ffmpeg

    cut = find(plan.steps, Cut)
    source = ffmpeg.input(SOURCE, **_input_options(plan, facts, cut))
    streams = (
        _video_streams(source, plan, facts, colors)
        if isinstance(facts, VideoFacts)
        else [_audio_stream(source["a:0"], plan, facts)]
    )
    length = planned_s(plan, facts) or Fraction(1)
    options = _output_options(plan, facts, cut) | ({"threads": threads} if threads else {})
    if encodes_video(plan):
        options["force_key_frames"] = _seconds(max(length - LAST_KEY_S, Fraction(0)))
    output = ffmpeg.output(*streams, TARGET, **options).overwrite_output()
    arguments = named(output.get_args(), Path(plan.asset.path), target)
    return Job(arguments=arguments, needs=needs(plan.steps), length_s=length)


def muxer_of(plan: Plan, facts: VideoFacts | AudioFacts) -> str:
    """Name libav's muxer for the output format."""
    write = find(plan.steps, Write)
    return MUXERS[write.format if write else facts.format]


def needs(steps: tuple[Step, ...]) -> frozenset[str]:
    """List the encoders and filters that steps use."""
    names = {step.codec for step in steps if isinstance(step, Encode)}
    return frozenset(names.union(*map(_filters_of, steps)))


def _filters_of(step: Step) -> frozenset[str]:
    if isinstance(step, Pad):
        return BACKGROUND_FILTERS if step.fill == BLUR else frozenset({"pad"})
    if isinstance(step, Flatten):
        return FLATTEN_FILTERS
    if isinstance(step, Extend):
        return AUDIO_FILTERS | (VIDEO_FILTERS if step.frame_rate_hz else frozenset())
    if isinstance(step, Encode):
        return frozenset(name for name, _ in simpler(step))
    if isinstance(step, JoinAudio):
        return frozenset({"join"})
    fixed: dict[type, Collection[str]] = {Resize: {"scale", "setsar"}, Crop: {"crop"}, Retime: {"fps"}, **SHOWN}
    return TONE_FILTERS if isinstance(step, ToneMap) else frozenset(fixed.get(type(step), ()))


def _input_options(plan: Plan, facts: VideoFacts | AudioFacts, cut: Cut | None) -> dict[str, Any]:
    options: dict[str, Any] = {"f": DEMUXERS.get(facts.format, facts.format), "protocol_whitelist": "file"}
    begin = _begin_s(plan, facts, cut)
    if begin and not _decoded_on(plan, facts):
        options["ss"] = _seconds(begin)
    if isinstance(facts, VideoFacts):
        options["noautorotate"] = None
        if find(plan.steps, Turn):
            # A message beside the first frame alone would end the filters behind it, and with them a frame.
            options["reinit_filter"] = 0
    return options


def _video_streams(source: Any, plan: Plan, facts: VideoFacts, colors: Colors | None) -> list[Any]:  # noqa: ANN401 - ffmpeg-python has no types
    """Build the video stream, filtered when encoded, and the kept audio streams.

    A cut counts frames and trims audio: a limit in seconds on both would shorten the last frame.
    """
    video = source["V:0"]
    if _video_encode(plan.steps):
        video = _counted(_filtered(_begun(video, plan, facts), plan.steps, facts, colors), plan.steps, facts)
    return [video, *_audios(source, plan, facts)]


def _audios(source: Any, plan: Plan, facts: VideoFacts) -> list[Any]:  # noqa: ANN401 - ffmpeg-python has no types
    """Build the kept audio streams, the default track first."""
    import ffmpeg

    found = []
    for track in kept_after(facts, plan.steps):
        right = joined_with(track, plan.steps)
        stream = source[f"a:{track.place}"]
        if right is not None:
            stream = ffmpeg.filter([stream, source[f"a:{right}"]], "join", inputs=2, channel_layout="stereo")
        found.append(_audio_stream(stream, plan, facts))
    return found


def _audio_stream(stream: Any, plan: Plan, facts: VideoFacts | AudioFacts) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Build an audio stream of the planned length; a stream copy is cut by the output's `-t` instead."""
    cut, extend = find(plan.steps, Cut), find(plan.steps, Extend)
    audio = _begun(stream, plan, facts, "a")
    if extend:
        audio = chained(audio, audio_filters(extend, cut, getattr(facts, "sample_rate_hz", None)))
    elif cut and (isinstance(facts, VideoFacts) or _decoded_on(plan, facts)):
        audio = audio.filter("atrim", end=_seconds(cut.length_s))
    encode = _audio_encode(plan.steps)
    if encode is None:
        return audio
    return chained(audio, (*(() if encode.tracks else silent(plan.steps)), *simpler(encode)))


def _begin_s(plan: Plan, facts: VideoFacts | AudioFacts, cut: Cut | None) -> Fraction:
    """Compute the seconds to skip, counted from the container's start."""
    if cut is None or isinstance(facts, AudioFacts):
        return cut.start_s if cut else Fraction(0)
    return cut.start_s + start_offset_s(plan.asset.path, DEMUXERS.get(facts.format, facts.format))


def _decoded_on(plan: Plan, facts: VideoFacts | AudioFacts) -> bool:
    """Tell whether what comes before a cut is decoded and dropped.

    Audio decoded from the start has the right decoder state at the cut; audio after a seek has not.
    """
    if isinstance(facts, AudioFacts):
        return _audio_encode(plan.steps) is not None
    demuxer = DEMUXERS.get(facts.format, facts.format)
    begin = _begin_s(plan, facts, find(plan.steps, Cut))
    return demuxer in NOT_SOUGHT or not begins_whole(plan.asset.path, demuxer, begin)


def _begun(stream: Any, plan: Plan, facts: VideoFacts | AudioFacts, kind: str = "") -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Trim what comes before a cut, where the input could not seek there.

    Args:
        stream: video or audio.
        plan: the steps.
        facts: facts of the source.
        kind: "a" for audio.
    """
    begin = _begin_s(plan, facts, find(plan.steps, Cut))
    if not begin or not _decoded_on(plan, facts):
        return stream
    at = _seconds(begin)
    return stream.filter(f"{kind}trim", start=at).filter(f"{kind}setpts", f"PTS-{at}/TB")


def _filtered(video: Any, steps: tuple[Step, ...], facts: VideoFacts, colors: Colors | None) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Apply all filters of the steps to the video stream."""
    cut, flatten = find(steps, Cut), find(steps, Flatten)
    before, blurred, after = around_blur(steps)
    steady = constant_rate(steps, facts)
    video = chained(video, OF_FIRST_LAYER if facts.alpha_layer else [])
    video = chained(video, unread_filters(colors))
    video = chained(video, [] if steady else placed(steps, facts))
    counted = facts.duration_s is not None
    if blurred is None:
        video = chained(chained(video, filters(steps, cut, colors, counted=counted)), steady)
    else:
        retimed = tuple(step for step in after if isinstance(step, Retime))
        video = chained(chained(video, filters((*before, *retimed), cut, colors, counted=counted)), steady)
        rest = tuple(step for step in after if not isinstance(step, Retime))
        video = chained(on_blur(video, blurred), filters(rest, cut, colors))
    if flatten and not facts.alpha_layer:
        video = on_color(video, flatten.color, colors)
    return chained(video, tag_filters(colors, mapped=find(steps, ToneMap) is not None))


def _counted(video: Any, steps: tuple[Step, ...], facts: VideoFacts) -> Any:  # noqa: ANN401 - ffmpeg-python has no types
    """Trim to the planned number of frames at their constant rate; `-frames:v` would end the audio with them."""
    made, retime = find(steps, Extend) or find(steps, Cut), find(steps, Retime)
    rate = retime.frame_rate_hz if retime else facts.frame_rate_hz
    if made is None and retime and facts.duration_s:
        # Two versions of ffmpeg round the end differently: all frames are made, and counted.
        video = video.filter("trim", end_frame=math.floor(facts.duration_s * retime.frame_rate_hz + Fraction(1, 2)))
    video = chained(video, held(steps, facts))
    if made is None or rate is None:
        return video
    return video.filter("trim", end_frame=int(made.length_s * rate))


def filters(
    steps: tuple[Step, ...], cut: Cut | None = None, colors: Colors | None = None, *, counted: bool = False
) -> list[Filter]:
    """List the video filters of steps, in order.

    Args:
        steps: the steps.
        cut: the part kept.
        colors: colours of the source, where known.
        counted: whether the frames of a new rate are counted afterwards.
    """
    found: list[Filter] = []
    for step in steps:
        match step:
            case Deinterlace() | Aperture() | Turn():
                found += shown_filters(step)
            case ToneMap():
                found += tone_filters(colors)
            case Crop():
                found += [*square(), ("crop", _part(step))]
            case Pad(width_px=width, height_px=height, fill=color):
                middle = {"x": "(ow-iw)/2", "y": "(oh-ih)/2", "color": color.replace("#", "0x")}
                found += [*square(), ("pad", {"w": width, "h": height, **middle})]
            case Resize(width_px=width, height_px=height):
                found += [("scale", {"w": width, "h": height, "flags": "lanczos"}), ("setsar", {"": [1]})]
            case Retime(frame_rate_hz=rate):
                ends = {"eof_action": "pass"} if counted else {}
                found.append(("fps", {"fps": str(rate), **ends} | ({"start_time": 0} if cut else {})))
            case Extend():
                found += video_filters(step, cut)
            case _:
                pass
    return found or [("null", {})]


def _part(step: Crop) -> dict[str, Any]:
    """Build the arguments of the crop filter."""
    placed = {} if step.left_px is None or step.top_px is None else {"x": step.left_px, "y": step.top_px}
    return {"w": step.width_px, "h": step.height_px, **placed}


def _output_options(plan: Plan, facts: VideoFacts | AudioFacts, cut: Cut | None) -> dict[str, Any]:
    options: dict[str, Any] = {"f": muxer_of(plan, facts), "map_metadata": -1, "map_chapters": -1}
    if cut and not isinstance(facts, VideoFacts) and not _decoded_on(plan, facts):
        options["t"] = _seconds(cut.length_s)
    if isinstance(facts, VideoFacts):
        options |= _video_options(plan.steps, facts)
        options |= audio_options(facts, plan.steps, _audio_encode(plan.steps))
        options["movflags"] = "+faststart"
    else:
        pcm = facts.codec if facts.format == "wav" and cut and (facts.codec or "").startswith("pcm_") else "copy"
        options |= _audio_options(plan.steps, pcm or "copy")
    return options


def _copied(facts: VideoFacts) -> dict[str, Any]:
    """Build the options for stream copy; HEVC with parameter sets in the sample entry is tagged `hvc1`.

    Source: ISO 14496-15, 8.4.1; Apple players refuse `hev1`. A Dolby Vision record is copied, too.
    """
    hevc = DOLBY_TAG if facts.only_dolby_vision else HEVC_TAG
    tag = {"tag:v": hevc} if facts.codec == "hevc" else {}
    return {"c:v": "copy", **tag, **copied_times(facts), **({"strict": "unofficial"} if facts.dolby_vision else {})}


def _video_options(steps: tuple[Step, ...], facts: VideoFacts) -> dict[str, Any]:
    encode = _video_encode(steps)
    if encode is None:
        return _copied(facts)
    options: dict[str, Any] = {"c:v": encode.codec, **QUALITY}
    if encode.max_bit_rate:
        options |= {"maxrate": encode.max_bit_rate, "bufsize": encode.max_bit_rate}
    return options


def _audio_options(steps: tuple[Step, ...], otherwise: str) -> dict[str, Any]:
    encode = _audio_encode(steps)
    if encode is None:
        return {"c:a": otherwise}
    return {"c:a": encode.codec} | ({"b:a": encode.max_bit_rate} if encode.max_bit_rate else {})


def _audio_encode(steps: tuple[Step, ...]) -> Encode | None:
    return next((s for s in steps if isinstance(s, Encode) and s.codec not in VIDEO_ENCODERS), None)


def _video_encode(steps: tuple[Step, ...]) -> Encode | None:
    return next((s for s in steps if isinstance(s, Encode) and s.codec in VIDEO_ENCODERS), None)


def _seconds(value: Fraction) -> str:
    """Format seconds for ffmpeg, rounded down to microseconds: rounding up would lose a frame."""
    microseconds = math.floor(value * 1_000_000)
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06}"
