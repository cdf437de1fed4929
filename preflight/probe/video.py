"""Clips: an open file in, `VideoFacts` out, by PyAV without a decoder.

MP4 and MOV have a sample index, which libav reads with edit lists applied: it gives each frame's time and offset
without reading media. Fragmented files and other containers are read packet by packet.
"""

from fractions import Fraction
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.appearance import Appearance, appearance, dolby_vision, told_by_container
from preflight.probe.bare import CLOCKLESS
from preflight.probe.bitstream.codec_header import CodecHeader
from preflight.probe.bitstream.fields import Reader
from preflight.probe.bitstream.sps import holds_picture_sets, read_codec_header
from preflight.probe.boxes import Boxes, read_boxes
from preflight.probe.clip_audio import audio_tracks, heard
from preflight.probe.container import FrameSize, codec_name, decoded_size, known_codec, opened
from preflight.probe.display import Display, Track, orientation_by_codec, read_display
from preflight.probe.evidence import Evidence, foresee, read_evidence, track_of
from preflight.probe.faults import Unreadable
from preflight.probe.location import tells_place
from preflight.probe.movie import Movie, read_movie
from preflight.probe.movie import Track as BoxedTrack
from preflight.probe.orientation import UPRIGHT, Orientation
from preflight.probe.remote import remote
from preflight.probe.sniff import Sniffed
from preflight.probe.timing import Timing, claimed, indexed, walked
from preflight.values.facts import AudioTrack, VideoFacts
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.video.stream import VideoStream

SELF_DESCRIBED = {"h264", "hevc"}
"""Codecs that cannot be decoded without parameter sets."""
RECORDED = {b"avc1", b"hvc1"}
"""Sample entries with parameter sets in the configuration only: ISO 14496-15, 5.4.2.1.1 and 8.4.1."""
SHAPED = {"mpeg1video", "mpeg2video", "mpeg4"}
"""Codecs that state the sample aspect ratio themselves."""
ATTACHED = 1 << 10
"""libav's flag of cover art."""
AV_TIME_BASE = Fraction(1, 1_000_000)
FIELD_ASPECT = Fraction(3, 4)
"""Sample aspect ratio up to which a container means that of a field."""
FIELD_ORDERS_INTERLACED = range(2, 6)


def probe_video(
    stream: BinaryIO, size: int, sniffed: Sniffed, *, measure: bool, movie: Movie | None = None
) -> VideoFacts | None:
    """Measure a clip; return None for a container with no video but cover art.

    Raises:
        Unreadable: the container is broken, truncated, or its frames have no size.
    """
    if movie is None and sniffed.opener == "mov":
        movie = read_movie(stream, size)
    boxes = read_boxes(movie) if movie is not None else None
    stream.seek(0)
    told_whole = movie is not None and all(map(_is_record_complete, movie.tracks))
    indexed_whole = told_whole and movie is not None and not movie.fragmented
    parsing = measure or not told_whole
    with opened(stream, sniffed.opener, parsing=parsing, indexed=indexed_whole, brief=not measure) as container:
        videos = video_streams(container)
        if not videos:
            return None
        if not known_codec(videos[0]):
            raise Unreadable("its pictures are in a codec that is not known here")
        video = videos[0]
        told = told_by_container(video)
        evidence = foresee(stream, sniffed.opener, video, movie, measure=measure)
        known = Known(sniffed.format, size, boxes, _header(video, evidence))
        reader = _reader(video, known.header)
        if measure:
            timing = _timing(container, video, stream, known, reader)
        else:
            timing = _claimed(container, video, known)
            _begin(video, stream, boxes, reader)
        if sniffed.opener in CLOCKLESS:
            timing = Timing(duration_s=None, frames=timing.frames, how="a stream without times", fields=timing.fields)
        if measure and not timing.frames:
            raise Unreadable("holds no frames")
        if measure and movie is not None:
            evidence = read_evidence(stream, video, movie)
            known = msgspec.structs.replace(known, header=_header(video, evidence))
        coded = _coded(video, known.header, evidence, stream, sniffed.opener)
        coded = _framed(coded, timing, codec_name(video))
        whole = boxes is not None and not boxes.fragmented
        tracks = audio_tracks(container, indexed=whole, measure=measure)
        boxed = track_of(movie, video.index) if movie is not None else None
        dolby = dolby_vision(stream, size, video, boxed)
        look = appearance(video, told, known.header, evidence.formats, dolby)
        turned = _turned(video, boxes, reader)
        track = Track(size=size, demuxer=sniffed.opener, number=_track_number(container, video, boxes), boxes=boxed)
        display = read_display(stream, track, coded, turned)
        known = msgspec.structs.replace(known, audio_tracks=tracks, look=look)
        return _facts(container, videos, timing, known, Stored(coded, display))


def _is_record_complete(track: BoxedTrack) -> bool:
    """Tell whether the codec configuration of an MP4 or MOV is complete without parsing samples."""
    return track.handler != b"vide" or (len(track.entries) == 1 and track.entries[0].format in RECORDED)


def _reader(video: "VideoStream", header: CodecHeader | None) -> Reader:
    """Return the header reader for a stream's samples."""
    record = video.codec_context.extradata or b""
    return Reader(codec_name(video), record, header.fields if header else None)


def _track_number(container: "InputContainer", video: "VideoStream", boxes: Boxes | None) -> int:
    """Return track_ID in MP4 and MOV, elsewhere the index among video tracks."""
    return video.id if boxes is not None else [s.index for s in container.streams.video].index(video.index)


def _turned(video: "VideoStream", boxes: Boxes | None, reader: Reader) -> Orientation:
    """Return a track's orientation by the container, or else by its first frame.

    Tracks of MP4 and MOV and libav's streams have the same order.
    """
    told = boxes.turns[video.index] if boxes is not None and len(boxes.turns) > video.index else UPRIGHT
    return told if told != UPRIGHT else orientation_by_codec(codec_name(video), reader.first)


def _framed(coded: FrameSize, timing: Timing, codec: str) -> FrameSize:
    """Return the frame size where HEVC codes each field as a picture: H.265, E.3.1, field_seq_flag.

    A container's sample aspect ratio of fields is doubled for frames.
    """
    if not timing.fields or codec != "hevc":
        return coded
    aspect = coded.pixel_aspect
    field = aspect is not None and aspect <= FIELD_ASPECT
    return FrameSize(coded.width_px, 2 * coded.height_px, aspect * 2 if aspect and field else aspect)


def _header(video: "VideoStream", evidence: Evidence) -> CodecHeader | None:
    """Return the active parameter set, or else the container's first."""
    return evidence.header or read_codec_header(codec_name(video), video.codec_context.extradata)


def _coded(
    video: "VideoStream", header: CodecHeader | None, evidence: Evidence, stream: BinaryIO, demuxer: str
) -> FrameSize:
    """Return coded size and sample aspect ratio, by samples, codec header, container or a decoded frame."""
    context, aspect = video.codec_context, video.sample_aspect_ratio
    codec, record = codec_name(video), context.extradata or b""
    if evidence.size_px:
        return FrameSize(*evidence.size_px, aspect or evidence.pixel_aspect)
    if header and holds_picture_sets(codec, record):
        return FrameSize(header.width_px, header.height_px, aspect or header.pixel_aspect)
    told = context.width and context.height and (aspect or codec not in SHAPED)
    if told and (demuxer != "mov" or codec not in SELF_DESCRIBED):
        return FrameSize(context.width, context.height, aspect)
    stream.seek(0)
    seen = decoded_size(stream, demuxer, video.index)
    stream.seek(0)
    return msgspec.structs.replace(seen, pixel_aspect=aspect or seen.pixel_aspect)


def video_streams(container: "InputContainer") -> "list[VideoStream]":
    """Return the video streams without cover art."""
    return [s for s in container.streams.video if not s.disposition.value & ATTACHED]


class Known(msgspec.Struct, frozen=True):
    """Properties of a clip before its frames are read."""

    format: str
    bytes: int
    boxes: Boxes | None
    header: CodecHeader | None
    """Parameter sets of H.264 and H.265."""
    audio_tracks: tuple[AudioTrack, ...] = ()
    look: Appearance | None = None


class Stored(msgspec.Struct, frozen=True):
    """The stored frame and its displayed part."""

    coded: FrameSize
    display: Display


def _timing(
    container: "InputContainer", video: "VideoStream", stream: BinaryIO, known: Known, reader: Reader
) -> Timing:
    """Measure the timing of the frames; sample headers tell fields."""
    if known.boxes is None or known.boxes.fragmented or not len(video.index_entries):
        return walked(container, video, reader)
    for track in (*container.streams.video, *container.streams.audio):
        _refuse_cut(track.index_entries, known.bytes, track.type)
    return indexed(stream, known.bytes, video, reader) or _walked(container, video, stream, reader)


def _walked(container: "InputContainer", video: "VideoStream", stream: BinaryIO, reader: Reader) -> Timing:
    """Walk the packets; of a file elsewhere, whose samples may not have been brought, from a new start."""
    if remote(stream) is None:
        return walked(container, video, reader)
    stream.seek(0)
    with opened(stream, "mov") as again:
        return walked(again, again.streams.video[video_streams(container).index(video)], reader)


LISTS = {
    "video": "its index lists {n1} video samples, the file holds {n2} of them",
    "audio": "its index lists {n1} audio samples, the file holds {n2} of them",
}
"""Type of a stream → words for one whose samples are not there."""


def _refuse_cut(entries: "object", size: int, kind: str) -> None:
    """Raise Unreadable when an index points past the end of the file."""
    total = present = 0
    for entry in entries:  # type: ignore[attr-defined] # PyAV's IndexEntries iterates but does not say so
        total += 1
        present += entry.pos + entry.size <= size
    if present < total:
        raise Unreadable(phrase("cut short: {how}", how=phrase(LISTS[kind], n1=total, n2=present)))


def _claimed(container: "InputContainer", video: "VideoStream", known: Known) -> Timing:
    """Use the header's timing; where HEVC codes fields as pictures, two are a frame."""
    base, ticks, rate = _base(video), video.duration, video.average_rate
    duration = Fraction(ticks * base.numerator, base.denominator) if ticks else _container_length(container)
    if not (known.header and known.header.fields and known.header.fields.always):
        return claimed(duration, video.frames or None, base, rate or None)
    timing = claimed(duration, video.frames // 2 or None, base, rate / 2 if rate else None)
    return msgspec.structs.replace(timing, fields="top")


def _begin(video: "VideoStream", stream: BinaryIO, boxes: Boxes | None, reader: Reader) -> None:
    """Read the first sample, where an index locates it and its codec may state an orientation."""
    if boxes is None or codec_name(video) not in SELF_DESCRIBED:
        return
    first = next(iter(video.index_entries), None)
    if first is not None:
        reader.begin_at(stream, first.pos, first.size)


def _facts(
    container: "InputContainer", videos: "list[VideoStream]", timing: Timing, known: Known, stored: Stored
) -> VideoFacts:
    video = videos[0]
    width, height, display = stored.coded.width_px, stored.coded.height_px, stored.display
    header = known.header
    shown = display.size_px((width, height))
    played = heard(known.audio_tracks)
    audio = container.streams.audio[played.place] if played else None
    size_how = _size_how(display)
    return VideoFacts(
        format=known.format,
        bytes=known.bytes,
        width_px=shown[0],
        height_px=shown[1],
        coded_width_px=width,
        coded_height_px=height,
        pixel_aspect=display.pixel_aspect,
        aperture=display.area,
        rotation_deg=display.orientation.degrees,
        mirrored=display.orientation.mirrored,
        duration_s=timing.duration_s,
        header_duration_s=known.boxes.claimed_s if known.boxes else _container_length(container),
        start_offset_s=_offset(timing, audio),
        frames=timing.frames,
        frame_rate_hz=timing.rate_hz,
        frame_rate_constant=None if not timing.frames else timing.grid is not None,
        fields=timing.fields,
        reordered=timing.reordered,
        codec=codec_name(video),
        bit_depth=known.look.bit_depth if known.look else None,
        transfer=known.look.transfer if known.look else None,
        dolby_vision=known.look.dolby_vision if known.look else None,
        alpha=known.look is not None and known.look.alpha,
        interlaced=_interlaced(video, timing, header),
        video_streams=len(videos),
        sound_codec=codec_name(audio) if audio else None,
        sound_duration_s=_audio_length(audio) if audio else None,
        sounds=known.audio_tracks,
        location=(known.boxes is not None and known.boxes.location) or tells_place(container.metadata.items()),
        measured_by={
            "duration_s": timing.duration_how,
            "frame_rate_hz": timing.rate_how,
            "header_duration_s": "movie header" if known.boxes else "PyAV, container header",
            "width_px": size_how,
            "height_px": size_how,
            "format": "first bytes",
            "bytes": "file system",
        },
    )


def _offset(timing: Timing, audio: "AudioStream | None") -> Fraction:
    """Return the first frame's start after the audio's, in seconds; 0 if unknown."""
    if audio is None or timing.start_s is None or audio.start_time is None:
        return Fraction(0)
    return timing.start_s - audio.start_time * _base(audio)


def _interlaced(video: "VideoStream", timing: Timing, header: CodecHeader | None) -> bool | None:
    """Tell whether frames may be interlaced, or None."""
    ordered = int(video.codec_context.field_order) in FIELD_ORDERS_INTERLACED
    return timing.fields is not None or ordered or (header.interlaced if header else None)


def _size_how(display: Display) -> str:
    parts = ["PyAV, sample description"]
    if area := display.area:
        parts.append(f"the {area.width_px} x {area.height_px} px that are shown of it")
    if display.pixel_aspect != 1:
        parts.append(f"pixel shape {display.pixel_aspect}")
    if display.orientation.degrees:
        parts.append(f"turned {display.orientation.degrees} degrees")
    return ", ".join([*parts, *(["mirrored"] if display.orientation.mirrored else [])])


def _base(stream: "VideoStream | AudioStream") -> Fraction:
    return stream.time_base or Fraction(1)


def _container_length(container: "InputContainer") -> Fraction | None:
    return container.duration * AV_TIME_BASE if container.duration else None


def _audio_length(audio: "AudioStream") -> Fraction | None:
    ticks, base = audio.duration, _base(audio)
    return Fraction(ticks * base.numerator, base.denominator) if ticks else None
