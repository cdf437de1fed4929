"""Displayed frames of a stream: samples in decoding order in, frames in display order out.

samples ── from the first keyframe ── without those that need earlier ones ── fields paired ──► frames
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from preflight.probe.bitstream.fields import EITHER, FRAME


class Sample(msgspec.Struct, frozen=True):
    """A sample of a stream."""

    start: int
    """Presentation time in ticks."""
    length: int
    """Duration in ticks; 0 if unknown."""
    is_key: bool = True
    structure: int = FRAME
    """A frame or a field, as in `fields`."""
    stands_alone: bool = False
    """Whether it needs nothing before its keyframe; of a keyframe, whether none of its leading frames does."""
    is_hidden: bool = False
    """Whether an edit list hides it; it is still decoded."""
    timed: bool = True
    """Whether its time is known."""
    is_reordered: bool = False
    """Whether it may be shown before a sample that is stored in front of it."""


class Frame(msgspec.Struct, frozen=True):
    """A frame's presentation time and duration, in ticks."""

    start: int
    length: int


def frames_of(samples: Sequence[Sample]) -> list[Frame]:
    """Return the displayed frames in display order."""
    return list(_paired(by_time(samples)))


def by_time(samples: Sequence[Sample]) -> list[Sample]:
    """Return the displayed samples in display order."""
    shown = (sample for sample in _decodable(samples) if not sample.is_hidden)
    return sorted(shown, key=lambda sample: sample.start)


def _decodable(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the samples that a decoder can display from here; all where no keyframe is marked."""
    first = next((place for place, sample in enumerate(samples) if sample.is_key), 0)
    key = samples[first] if samples else None
    if key is None or not key.is_key:
        return samples
    rest = samples[first:]
    if all(sample.start >= key.start for sample in rest):
        return rest
    return [sample for sample in rest if sample.start >= key.start or sample.stands_alone or key.stands_alone]


def _paired(shown: Iterable[Sample]) -> Iterator[Frame]:
    """Yield frames, pairing fields of opposite parity; a single field is a frame."""
    first: Sample | None = None
    for sample in shown:
        if first is not None and _completes(first, sample):
            yield Frame(first.start, first.length + sample.length)
            first = None
            continue
        if first is not None:
            yield Frame(first.start, first.length)
        first = sample if sample.structure else None
        if first is None:
            yield Frame(sample.start, sample.length)
    if first is not None:
        yield Frame(first.start, first.length)


def _completes(first: Sample, second: Sample) -> bool:
    """Tell whether a field completes another to a frame."""
    if FRAME in (first.structure, second.structure):
        return False
    return first.structure != second.structure or first.structure == EITHER
