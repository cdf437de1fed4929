"""Video features of a clip: shots, motion, sharpness and black.

Motion is the mean absolute frame difference, sharpness the variance of the Laplacian (Pech-Pacheco et al. 2000), both
of frames made small. A clip of more frames than are worth decoding is looked at by its keyframes: what it shows between
them is told by how many bytes that takes, which is much where much moves.
"""

import re
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.media.exact import Reader, Rough, exact_cuts
from preflight.media.footage import open_video, timed
from preflight.media.progress import Part, Within
from preflight.media.reel import SOUGHT
from preflight.media.shots import GLANCE_PX, cuts_of, far_cuts_of, shots_between, transitions, without_flashes
from preflight.media.timeline import STEP_S
from preflight.probe.faults import Unreadable
from preflight.values.assets import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av import VideoFrame
    from av.container import InputContainer
    from av.video.plane import VideoPlane
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    Floats = NDArray[Any]
    Glance = NDArray[Any]

DETAIL_PX = 320
"""Width for sharpness; narrower clips as they are."""
LEAST_PX = 3
"""Sides of an image below which no pixel has neighbors all around."""
DETAIL_STEPS = 5
"""Steps per sharpness sample."""
BLACK_OF = 98
BLACK = 32
"""Luma of this percentile below which a frame is black; black is 16 in most video."""
PLANAR = re.compile(r"yuvj?4(20|22|44)p(10le)?")
"""Pixel formats read without conversion."""
WIDE = "10le"
PLANES = ("luma", "blue difference", "red difference")
EIGHT = 8
INTRA = 1
"""libav's code of an intra frame."""

MOST_PX = 4_000_000_000
"""Most pixels decoded in full: a minute of 1080p at 30 fps."""
FRAME_PX = 100_000
"""What a frame costs beside its pixels, in pixels."""
SPARSE_S, LONG_SPARSE_S = Fraction(5), Fraction(12)
"""Mean keyframe distance above which all frames are decoded all the same, and of what is twice too much; x264 lets
250 frames pass."""
NEAR_S = Fraction(1, 2)
"""Mean sample distance up to which motion is measured between samples."""


class VideoFeatures(msgspec.Struct, frozen=True, kw_only=True):
    """Video features, named as in `Timeline`."""

    motion: tuple[float, ...]
    sharpness: tuple[float, ...]
    is_black: tuple[bool, ...]
    shots: tuple[Window, ...]
    zero_s: Fraction
    """Presentation time of the first frame."""


class Packets(msgspec.Struct, frozen=True, kw_only=True):
    """Packet times and sizes of a video stream."""

    times_s: tuple[float, ...]
    sizes: tuple[int, ...]
    keyframes: int

    def sparse(self, pixels: int, duration_s: Fraction) -> bool:
        """Tell whether to decode keyframes only: too many frames, and enough keyframes."""
        cost = len(self.times_s) * (pixels + FRAME_PX)
        most_s = LONG_SPARSE_S if cost > 2 * MOST_PX else SPARSE_S
        return cost > MOST_PX and self.keyframes * most_s >= duration_s


def watch(path: str, format_name: str, duration_s: Fraction, part: Part) -> VideoFeatures:
    """Measure the video features of a clip.

    Args:
        path: a clip.
        format_name: the format that was measured.
        duration_s: its duration.
        part: progress and deadline.

    Raises:
        Unmeasured: it cannot be opened, or changed since it was measured.
        Unreadable: no frame can be decoded.
    """
    sampler = Sampler()
    with open_video(path, format_name) as (container, track):
        found = _packets(container, track) if _cost(track, duration_s) > MOST_PX else None
        sparse = found is not None and found.sparse(track.width * track.height, duration_s)
        track.codec_context.options = {"skip_loop_filter": "all"}
        frames = _keyframes(container, track) if sparse else _references(container, track)
        glances = sampler.glances(frames, duration_s, part)
        far = found is not None and sparse and found.keyframes * NEAR_S < duration_s
        at = far_cuts_of(glances) if far else cuts_of(glances, sampler.times_s)
        cuts = [sampler.times_s[one] for one in at] if sparse else sampler.exact(container, track, at)
    if not sampler.times_s:
        raise Unreadable("no picture can be decoded")
    return sampler.seen(duration_s, [one - sampler.times_s[0] for one in cuts], found if sparse else None)


def _cost(track: "VideoStream", duration_s: Fraction) -> Fraction:
    """Estimate the cost of all frames in pixels from the header."""
    return duration_s * Fraction(track.average_rate or 25) * (track.width * track.height + FRAME_PX)


def _packets(container: "InputContainer", track: "VideoStream") -> "Packets | None":
    """Read all packet headers and seek back; None where seeking fails."""
    import av

    times, sizes, keyframes = [], [], 0
    try:
        for packet in container.demux(track):
            if packet.size and packet.pts is not None:
                times.append(float(packet.pts * packet.time_base))
                sizes.append(0 if packet.is_keyframe else packet.size)
                keyframes += packet.is_keyframe
    except (av.FFmpegError, ValueError, OSError):
        pass
    try:
        container.seek(container.start_time or 0)
    except (av.FFmpegError, ValueError, OSError):
        return None
    return Packets(times_s=tuple(times), sizes=tuple(sizes), keyframes=keyframes)


def _keyframes(container: "InputContainer", track: "VideoStream") -> "Iterator[tuple[Fraction, VideoFrame]]":
    """Decode keyframes only, at most one in two steps."""
    track.codec_context.skip_frame = "NONKEY"
    after: Fraction | None = None
    for moment, frame in timed(container, track):
        if after is None or moment >= after:
            after = moment + 2 * STEP_S
            yield moment, frame


def _references(container: "InputContainer", track: "VideoStream") -> "Iterator[tuple[Fraction, VideoFrame]]":
    """Decode the frames to which others refer, where seeking to the rest is exact; else all."""
    if SOUGHT & set(container.format.name.split(",")):
        track.codec_context.skip_frame = "NONREF"
    return timed(container, track)


class Sampler:
    """Samples a stream of frames, one per step."""

    def __init__(self) -> None:
        from av.video.reformatter import VideoReformatter

        self.times_s: list[Fraction] = []
        self._are_intra: list[bool] = []
        self._keys_s: list[Fraction] = []
        self._reformatter = VideoReformatter()
        self._next_s: Fraction | None = None
        self._at: list[int] = []
        self._thumbs: list[Glance] = []
        self._sharpness: list[float] = []
        self._is_black: list[bool] = []

    def glances(
        self, frames: "Iterator[tuple[Fraction, VideoFrame]]", duration_s: Fraction, part: Part
    ) -> "Iterator[Glance]":
        """Yield each frame made small, and measure one per step."""
        import av

        for moment, frame in frames:
            try:
                glance = self._glance(frame)
                self.times_s.append(moment)
                self._are_intra.append(frame.pict_type == INTRA)
                self._keys_s += [moment] if frame.key_frame else []
                self._sample(moment - self.times_s[0], glance, frame)
            except (av.FFmpegError, ValueError):
                continue
            yield glance
            if part.is_over(Within(moment - self.times_s[0], duration_s)):
                return

    def exact(self, container: "InputContainer", track: "VideoStream", at: "Sequence[int]") -> list[Fraction]:
        """Find the times of the frames that begin shots, of those that were sampled and those that were left out."""
        pairs = ((self.times_s[one - 1], self.times_s[one], self._are_intra[one]) for one in at)
        rough = [Rough(before_s=before, cut_s=cut, is_intra=intra) for before, cut, intra in pairs]
        return exact_cuts(Reader(container, track, self._keys_s), rough, self._glance)

    def _glance(self, frame: "VideoFrame") -> "Glance":
        """Pick luma and chroma samples of a frame, three planes of one size."""
        import numpy as np

        if not _is_planar(frame.format.name):
            frame = self._reformatter.reformat(frame, *GLANCE_PX, "yuv444p", interpolation="FAST_BILINEAR")
        glance = np.empty((len(PLANES), GLANCE_PX[1], GLANCE_PX[0]), np.uint8)
        for picked, plane in zip(glance, frame.planes, strict=False):
            _pick(plane, picked, wide=frame.format.name.endswith(WIDE))
        return glance

    def _sample(self, moment: Fraction, glance: "Glance", frame: "VideoFrame") -> None:
        import numpy as np

        if self._next_s is not None and moment < self._next_s:
            return
        step = int(moment / STEP_S)
        self._next_s = (step + 1) * STEP_S
        gray = glance[0]
        self._at.append(step)
        self._thumbs.append(gray.reshape(GLANCE_PX[1] // 2, 2, GLANCE_PX[0] // 2, 2).mean(axis=(1, 3)).astype(np.uint8))
        self._is_black.append(np.count_nonzero(gray >= BLACK) * 100 < (100 - BLACK_OF) * gray.size)
        again = len(self._sharpness) % DETAIL_STEPS and self._sharpness
        self._sharpness.append(self._sharpness[-1] if again else self._detail(frame))

    def _detail(self, frame: "VideoFrame") -> float:
        if not _is_planar(frame.format.name):
            frame = self._reformatter.reformat(frame, format="gray")
        return laplacian_variance(_shrunk(_samples(frame)[0]))

    def seen(self, duration_s: Fraction, cuts: "Sequence[Fraction]", told: "Packets | None") -> VideoFeatures:
        """Collect the features of all steps; a step without a frame repeats the previous one."""
        import numpy as np

        count = max(int(-(-duration_s // STEP_S)), 1)
        at = np.asarray(self._at)
        shown = np.maximum(np.searchsorted(at, np.arange(count), "right") - 1, 0)
        thumbs = np.stack(self._thumbs)
        moved = motion_of(thumbs, at)
        near = float(np.diff(at).mean()) * float(STEP_S) <= NEAR_S if len(at) > 1 else True
        motion = moved[shown] if told is None or near else _busyness(told, count, float(self.times_s[0]))
        even = thumbs[shown]
        cuts = without_flashes(cuts, even)
        gradual = transitions(even, cuts) if told is None else []
        return VideoFeatures(
            motion=tuple(motion.tolist()),
            sharpness=tuple(np.asarray(self._sharpness)[shown].tolist()),
            is_black=tuple(np.asarray(self._is_black)[shown].tolist()),
            shots=shots_between(duration_s, cuts, gradual),
            zero_s=self.times_s[0],
        )


def _samples(frame: "VideoFrame") -> "list[NDArray[Any]]":
    """View the samples of the first three planes, or of as many as there are."""
    import numpy as np

    kind = np.uint16 if frame.format.components[0].bits > EIGHT else np.uint8
    planes = frame.planes[: len(PLANES)]
    return [np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)[:, : plane.width] for plane in planes]


def _pick(plane: "VideoPlane", picked: "Glance", *, wide: bool) -> None:
    """Pick evenly spaced samples of a plane, in eight bits; wide ones are of ten, in two bytes."""
    import numpy as np

    places = _places(plane.width, plane.height, plane.line_size // (2 if wide else 1))
    if wide:
        picked[:] = np.frombuffer(memoryview(plane), np.uint16).take(places, mode="clip") >> 2
    else:
        np.frombuffer(memoryview(plane), np.uint8).take(places, out=picked, mode="clip")


@cache
def _places(width: int, height: int, line: int) -> "NDArray[Any]":
    """List the places of the samples that are picked of a plane, whose lines take so many."""
    import numpy as np

    across, down = GLANCE_PX
    return (np.arange(down) * height // down * line)[:, None] + np.arange(across) * width // across


@cache
def _is_planar(name: str) -> bool:
    """Tell whether a pixel format is read without conversion."""
    return PLANAR.fullmatch(name) is not None


def _shrunk(luma: "NDArray[Any]") -> "Glance":
    """Subsample luma to about `DETAIL_PX`, in eight bits."""
    import numpy as np

    apart = max(luma.shape[1] // DETAIL_PX, 1)
    rows, columns = (max(size // apart, 1) * apart for size in luma.shape)
    corner = luma[:rows:apart, :columns:apart].astype(np.uint16)
    if apart > 1:
        corner = (corner + luma[apart // 2 : rows : apart, apart // 2 : columns : apart]) // 2
    return (corner if luma.dtype == np.uint8 else corner >> 2).astype(np.uint8)


def laplacian_variance(gray: "Glance") -> float:
    """Compute the variance of the Laplacian: large for sharp edges, near 0 for blur."""
    import numpy as np

    values = gray.astype(np.int16)
    if min(values.shape) < LEAST_PX:
        return 0.0
    around = values[:-2, 1:-1] + values[2:, 1:-1] + values[1:-1, :-2] + values[1:-1, 2:]
    return float((around - 4 * values[1:-1, 1:-1]).var())


def motion_of(thumbs: "Glance", at: "NDArray[Any]") -> "Floats":
    """Compute the mean absolute difference of successive samples, per step between them."""
    import numpy as np

    if len(thumbs) == 1:
        return np.zeros(1, np.float32)
    moved = np.abs(np.diff(thumbs.astype(np.int16), axis=0)).mean(axis=(1, 2)) / np.diff(at)
    return np.concatenate([moved[:1], moved]).astype(np.float32)


def _busyness(told: Packets, count: int, zero_s: float) -> "Floats":
    """Compute motion from packet sizes: bytes but keyframes per step, smoothed over a second, 10 at the median."""
    import numpy as np

    steps = ((np.asarray(told.times_s) - zero_s) / float(STEP_S)).astype(int).clip(0, count - 1)
    taken = np.bincount(steps, np.asarray(told.sizes), count)
    smooth = np.convolve(taken, np.full(10, 0.1), "same")
    return (smooth / (np.median(smooth[smooth > 0]) if (smooth > 0).any() else 1) * 10).astype(np.float32)


__all__ = ["DETAIL_PX", "VideoFeatures", "laplacian_variance", "motion_of", "watch"]
