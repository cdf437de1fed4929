"""Asset → facts: the only module that opens files to measure them.

    path ── open once ── sniff ──┬─ pillow ── probe_image ── ImageFacts
                                 └─ av ──┬─── probe_video ── VideoFacts
                                         └─── probe_audio ── AudioFacts   (no video but cover art)

Measuring never raises for the content of a file: `Probed` has facts, a fault, or both.
"""

import io
import os
import stat
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from preflight.probe.faults import Unmeasured, Unreadable
from preflight.probe.remote import remote
from preflight.probe.shortage import SHORT_OF_MEMORY, in_doubt
from preflight.probe.sniff import Sniffed, sniff
from preflight.system.files import NO_WAIT, READ
from preflight.values.assets import Asset, Kind
from preflight.values.choices import Depth as Depth
from preflight.values.facts import AudioFacts, Facts, Identity, VideoFacts
from preflight.values.phrase import error_words, phrase
from preflight.values.probed import Fault, Probed

if TYPE_CHECKING:
    from preflight.probe.movie import Movie

SMALL_BYTES = 1 << 17
"""Size up to which a file is read at once."""


def probe(asset: Asset, depth: Depth = "exact") -> Probed:
    """Measure one local file."""
    try:
        with _open_regular(asset.path) as stream:
            before = identity(os.fstat(stream.fileno()))
            probed = probe_stream(asset, _at_hand(stream, before[2]), before[2], depth, before)
            after = identity(os.fstat(stream.fileno()))
    except OSError as error:
        return Probed(
            asset=asset, fault=Fault("unmeasured", phrase("cannot be read: {rest}", rest=error.strerror or error))
        )
    except MemoryError:
        return Probed(asset=asset, fault=Fault("unmeasured", "needs more memory than there is"))
    if not unchanged(before, after):
        return Probed(asset=asset, fault=Fault("unmeasured", "changed while it was measured; still being written?"))
    return probed


def identity(status: os.stat_result) -> Identity:
    """Return the identity of a file's state."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def unchanged(before: Identity, now: Identity) -> bool:
    """Tell whether a file is unchanged; a new name or link changes only the last time and does not count."""
    return before[:4] == now[:4]


def open_without_waiting(path: str, flags: int) -> int:
    """Open a file for its descriptor, without blocking at a pipe that has no writer."""
    return os.open(path, flags | NO_WAIT)


def _open_regular(path: str) -> BinaryIO:
    """Open a regular file; a pipe or device could block or never end."""
    descriptor = open_without_waiting(path, READ)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "it is not a regular file")
    return io.BufferedReader(io.FileIO(descriptor))  # os.fdopen would also ask whether it is a terminal


def _at_hand(stream: BinaryIO, size: int) -> BinaryIO:
    """Load a small file into memory: readers seek in it, and each seek costs a system call."""
    return io.BytesIO(stream.read(size)) if 0 < size <= SMALL_BYTES else stream


def probe_stream(
    asset: Asset, stream: BinaryIO, size: int, depth: Depth = "exact", seen: Identity | None = None
) -> Probed:
    """Measure an open file.

    Args:
        asset: what is measured.
        stream: the file, at its start.
        size: in bytes.
        depth: how thoroughly.
        seen: the identity of the file's state, where it has one.
    """
    sniffed = None
    try:
        if size == 0:
            raise Unreadable("is empty (0 bytes)")  # noqa: TRY301 - one place turns faults into values
        sniffed = sniff(stream)
        _bring_whole(stream, sniffed, depth)
        if sniffed is None or _stands_in_another(stream, sniffed):
            raise _unknown(stream)
        stream.seek(0)
        return Probed(asset=asset, facts=_measure(stream, size, sniffed, depth), identity=seen)
    except Unreadable as fault:
        if sniffed is not None and in_doubt(fault):
            return Probed(
                asset=asset, fault=Fault("unmeasured", SHORT_OF_MEMORY), hint=_promised(sniffed), identity=seen
            )
        return Probed(
            asset=asset,
            fault=Fault("unreadable", error_words(fault)),
            hint=fault.kind or _held(stream, sniffed) or _promised(sniffed),
            identity=seen,
        )
    except Unmeasured as fault:
        known, hint = fault.facts, _promised(sniffed)
        return Probed(asset=asset, facts=known, fault=Fault("unmeasured", error_words(fault)), hint=hint, identity=seen)


def _bring_whole(stream: BinaryIO, sniffed: Sniffed | None, depth: Depth) -> None:
    """Bring the whole of a file elsewhere, where all of it is to be decoded."""
    far = remote(stream)
    if far and (depth == "full" or (depth == "exact" and sniffed is not None and sniffed.reader == "pillow")):
        far.download()


def _stands_in_another(stream: BinaryIO, sniffed: Sniffed) -> bool:
    """Tell whether audio frames were found inside a file of another format."""
    if sniffed.opener not in LOOKED_FOR:
        return False
    from preflight.probe.foreign import foreign

    stream.seek(0)
    head = stream.read(16)
    if head.startswith((b"ID3", b"\xff")):
        return False
    return head.startswith(PLAYLISTS) or foreign(stream) is not None


def _unknown(stream: BinaryIO) -> Unreadable:
    """Return the fault for a file that no reader knows."""
    from preflight.probe.foreign import foreign

    found = foreign(stream)
    if found is None:
        return Unreadable("its content is no picture, clip or sound that is known here")
    return Unreadable(
        phrase("is {what} by its content, a format that is not read here; convert it", what=found.name), kind=found.kind
    )


def _promised(sniffed: Sniffed | None) -> Kind | None:
    """Return the usual kind of a format."""
    if sniffed is None:
        return None
    if sniffed.reader == "pillow":
        return "image"
    return "audio" if sniffed.opener in AUDIO_ONLY or sniffed.format == "m4a" else "video"


def _held(stream: BinaryIO, sniffed: Sniffed | None) -> Kind | None:
    """Return "audio" where a container that may hold video has audio alone, as far as its header can be read."""
    if sniffed is None or sniffed.opener not in EITHER or sniffed.start:
        return None
    from preflight.probe.container import opened
    from preflight.probe.video import video_streams

    try:
        stream.seek(0)
        with opened(stream, sniffed.opener) as container:
            return "audio" if container.streams.audio and not video_streams(container) else None
    except (Unreadable, OSError, ValueError, LookupError):
        return None


def _measure(stream: BinaryIO, size: int, sniffed: Sniffed, depth: Depth) -> Facts:
    if sniffed.reader == "pillow":
        from preflight.probe.image import probe_image

        return probe_image(stream, size, sniffed, decode=depth != "header")
    if sniffed.start:
        from preflight.probe.part import part_of

        facts = _measure_medium(part_of(stream, sniffed.start, size), size - sniffed.start, sniffed, depth)
        return msgspec.structs.replace(facts, bytes=size, lead_bytes=sniffed.start)
    return _measure_medium(stream, size, sniffed, depth)


def _measure_medium(stream: BinaryIO, size: int, sniffed: Sniffed, depth: Depth) -> VideoFacts | AudioFacts:
    facts = _measure_container(stream, size, sniffed, measured=depth != "header")
    if depth == "full" and not (isinstance(facts, AudioFacts) and facts.obstacle):
        from preflight.probe.decode import refuse_damage
        from preflight.probe.mpeg_audio import only_frames

        stream.seek(0)
        clip = facts if isinstance(facts, VideoFacts) else None
        refuse_damage(only_frames(stream, size, sniffed), sniffed.opener, clip)
    return facts


def _measure_container(stream: BinaryIO, size: int, sniffed: Sniffed, *, measured: bool) -> VideoFacts | AudioFacts:
    from preflight.probe.admission import refuse_hopeless
    from preflight.probe.audio import probe_audio
    from preflight.probe.video import probe_video

    movie = refuse_hopeless(stream, size, sniffed.opener, measured=measured)
    if measured and (far := remote(stream)) and _reads_all(sniffed, movie):
        far.download()
    stream.seek(0)
    if sniffed.opener not in AUDIO_ONLY:
        clip = probe_video(stream, size, sniffed, measure=measured, movie=movie)
    else:
        clip = None
    if clip is not None:
        return clip
    stream.seek(0)
    return probe_audio(stream, size, sniffed, measure=measured)


def _reads_all(sniffed: Sniffed, movie: "Movie | None") -> bool:
    """Tell whether each packet is read for its measure: without an index of them, and of sounds."""
    if sniffed.opener == "wav":
        return False
    return movie is None or movie.fragmented or not any(track.handler == b"vide" for track in movie.tracks)


PLAYLISTS = (b"#EXTM3U", b"ffconcat version", b"WEBVTT", b"[Script Info]", b"<?xml")
"""First bytes of texts that demuxers accept by their start alone."""
LOOKED_FOR = {"mp3", "aac"}
"""Demuxers that search for a sequence of frames at any offset."""
EITHER = {"matroska", "asf"}
"""Demuxers of containers that hold clips and audio under one format."""
AUDIO_ONLY = {"wav", "mp3", "flac", "aac", "aiff", "amr"}
"""Demuxers whose video streams can only be cover art."""
