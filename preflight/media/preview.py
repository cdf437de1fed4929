"""Contact sheets: judged assets, their candidates and ways to fit in, one PNG each in a folder out."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import msgspec

from preflight.files.atomic import commit, temporary
from preflight.media.fitted import Fitting, fitted
from preflight.media.frames import frames_at, thumbnail
from preflight.media.sheet import Row, contact_sheet, row_of, waveform
from preflight.media.waveform import envelope
from preflight.media.windows import Candidate
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.assets import Asset, Window
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.phrase import phrase
from preflight.values.units import decimal
from preflight.workers.isolated import call_isolated

STILLS = 5
"""Stills per window, from start to end."""
STILL_PX = 240
IMAGE_PX = 640
"""Longest side of a still of a clip, and of an image."""
WAYS_PX = 420
"""Longest side of an image where ways to fit it are shown below each other."""
BUCKETS = 1000
LAST_S = Fraction(1, 100)
"""Distance of the last still from a window's end, where the next shot may begin."""
LONGEST_STEM = 200
"""Bytes kept of a name, so that the new one fits."""


class Offer(msgspec.Struct, frozen=True):
    """What there is to choose from for one asset."""

    parts: tuple[Candidate, ...] = ()
    """Parts to keep, best first; the whole is shown where there are none."""
    fittings: tuple[Fitting, ...] = ()
    """Ways to fit a refused shape."""


def preview(
    judged: Iterable[Judged], offers: Mapping[str, Offer], folder: Path, bounds: Bounds | None = None
) -> list[Path]:
    """Write a contact sheet for each local asset with facts; return the paths in order.

    A file that fails gets a sheet with the reason. Nothing is overwritten; taken names get a number.

    Args:
        judged: the assets.
        offers: path → what there is to choose from.
        folder: where the sheets go.
        bounds: bounds for one asset.

    Raises:
        NotDone: the folder cannot be made or written.
    """
    return [_written(one.asset, one.facts, offers, folder, bounds) for one in judged if _shown(one)]


def _shown(judged: Judged) -> bool:
    return judged.facts is not None and not judged.asset.is_url


def _written(
    asset: Asset, facts: Facts | None, offers: Mapping[str, Offer], folder: Path, bounds: Bounds | None
) -> Path:
    """Draw one asset's sheet in an isolated call, and commit it."""
    name, offer = Path(asset.path).name, offers.get(asset.path, Offer())
    offer = offer if offer.parts else Offer((_whole(asset, facts),), offer.fittings)
    try:
        content = call_isolated(_contact_sheet, asset.path, facts, offer, name, bounds=bounds)
    except (Unmeasured, Unreadable) as fault:
        content = contact_sheet([Row(words=phrase("could not be looked into: {fault}", fault=fault))], name)
    with temporary(folder, "png") as draft:
        draft.write_bytes(content)
        return commit(draft, folder / f"{_stem(name)}.preview.png")


def _whole(asset: Asset, facts: Facts | None) -> Candidate:
    """Return the part that the user marked, or the whole file."""
    length = facts.duration_s if isinstance(facts, VideoFacts | AudioFacts) else None
    if asset.keep:
        return Candidate(window=asset.keep, score=Fraction(1), why="marked by hand")
    why = "the whole" if length is not None else "its length is not known"
    return Candidate(window=Window(Fraction(0), length or Fraction(0)), score=Fraction(1), why=why)


def _contact_sheet(path: str, facts: Facts, offer: Offer, title: str) -> bytes:
    """Draw the stills or the waveform of a file."""
    if isinstance(facts, AudioFacts):
        outline = envelope(path, facts.format, BUCKETS)
        return waveform(outline, offer.parts, facts.duration_s or Fraction(0), title)
    if isinstance(facts, ImageFacts):
        words = f"{decimal(facts.width_px)} x {decimal(facts.height_px)} px, {facts.format}"
        size = WAYS_PX if offer.fittings else IMAGE_PX
        whole = Row(words=words, stills=(thumbnail(path, facts, size),))
        return contact_sheet([whole, *_fitted_rows(whole, offer.fittings, size)], title)
    rows = list(_rows(path, facts, offer.parts))
    return contact_sheet([*rows, *_fitted_rows(rows[0], offer.fittings, STILL_PX)], title)


def _rows(path: str, facts: VideoFacts, parts: tuple[Candidate, ...]) -> Iterator[Row]:
    """Yield a row of stills for each part; open the clip once."""
    moments = [moment for part in parts for moment in _moments(part.window)]
    stills = frames_at(path, facts.format, moments, STILL_PX)
    for at, part in enumerate(parts):
        yield row_of(at + 1, part, stills[at * STILLS : (at + 1) * STILLS])


def _fitted_rows(whole: Row, fittings: tuple[Fitting, ...], size_px: int) -> Iterator[Row]:
    """Yield the stills of a row again, fitted each way."""
    for how in fittings:
        yield Row(words=how.words, stills=tuple(fitted(still, how, size_px) for still in whole.stills))


def _moments(window: Window) -> list[Fraction]:
    """Return the times of a window's stills, from first to last frame."""
    length = max(window.end_s - window.start_s - LAST_S, Fraction(0))
    return [window.start_s + length * at / (STILLS - 1) for at in range(STILLS)]


def _stem(name: str) -> str:
    """Return a name without extension, cut to length."""
    kept = Path(name).stem.encode("utf-8", "surrogateescape")[:LONGEST_STEM]
    return kept.decode("utf-8", "ignore") or "asset"
