"""The frames that a player shows of a stream: its samples in the order of decoding in, frames in that of showing out.

samples ── from the first keyframe on ── without those that lean on what lies before it ── fields in pairs ──► frames
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from preflight.probe.bitstream.fields import EITHER, FRAME


class Sample(msgspec.Struct, frozen=True):
    """A sample of a stream."""

    start: int
    """When it is shown, in ticks."""
    length: int
    """For how long, in ticks; 0 where that is not told."""
    is_key: bool = True
    structure: int = FRAME
    """Whether it holds a frame or a field, as `fields` tells it."""
    stands_alone: bool = False
    """Whether it needs nothing from before the keyframe that it is shown before; of a keyframe, whether none does."""
    is_hidden: bool = False
    """Whether an edit list hides it; it is decoded all the same."""
    timed: bool = True
    """Whether its time was told."""


class Frame(msgspec.Struct, frozen=True):
    """A frame: when it is shown and for how long, in ticks."""

    start: int
    length: int


def frames_of(samples: Sequence[Sample]) -> list[Frame]:
    """Return the frames that are shown, in the order of showing."""
    return list(_paired(by_time(samples)))


def by_time(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples that are shown, in the order of showing."""
    shown = (sample for sample in _decodable(samples) if not sample.is_hidden)
    return sorted(shown, key=lambda sample: sample.start)


def _decodable(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return what a decoder shows that begins here: where no keyframe is marked, all of it."""
    first = next((place for place, sample in enumerate(samples) if sample.is_key), 0)
    key = samples[first] if samples else None
    if key is None or not key.is_key:
        return samples
    rest = samples[first:]
    if all(sample.start >= key.start for sample in rest):
        return rest
    return [sample for sample in rest if sample.start >= key.start or sample.stands_alone or key.stands_alone]


def _paired(shown: Iterable[Sample]) -> Iterator[Frame]:
    """Yield frames, two fields of opposite parity as one; a field without a partner is a frame by itself."""
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
    """Tell whether a field is the other one of a frame."""
    if FRAME in (first.structure, second.structure):
        return False
    return first.structure != second.structure or first.structure == EITHER
