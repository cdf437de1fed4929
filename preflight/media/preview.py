"""Previews: judged assets and what is proposed of them in, one PNG each in a folder out."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from preflight.files.atomic import commit, temporary
from preflight.media.frames import frames_at, thumbnail
from preflight.media.sheet import Row, contact_sheet, row_of, waveform
from preflight.media.waveform import envelope
from preflight.media.windows import Candidate
from preflight.probe.faults import Unmeasured, Unreadable
from preflight.values.assets import Asset, Window
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
from preflight.values.findings import Judged
from preflight.values.units import decimal
from preflight.workers.isolated import call_isolated

STILLS = 5
"""Stills of a window, from its beginning to its end."""
STILL_PX = 240
PICTURE_PX = 640
"""The longer side of a still, and of a picture's only one."""
BUCKETS = 1000
LAST_S = Fraction(1, 100)
"""How long before its end a window's last still is taken: at the end itself another shot may have begun."""
LONGEST_STEM = 200
"""Bytes of a name that are kept, so that a new name fits where the old one did."""


def preview(
    judged: Iterable[Judged],
    proposals: Mapping[str, tuple[Candidate, ...]],
    folder: Path,
    bounds: Bounds | None = None,
) -> list[Path]:
    """Write a sheet for each asset that has facts and is a file here; return their paths, in order.

    What cannot be looked into gets a sheet that says so. Nothing is overwritten: a taken name is followed by the next.

    Args:
        judged: the assets.
        proposals: path → what is proposed of it; what has no proposal is shown whole.
        folder: where the sheets go.
        bounds: what looking into one asset may cost.

    Raises:
        NotDone: the folder cannot be made or written.
    """
    return [_written(one.asset, one.facts, proposals, folder, bounds) for one in judged if _shown(one)]


def _shown(judged: Judged) -> bool:
    return judged.facts is not None and not judged.asset.is_url


def _written(
    asset: Asset,
    facts: Facts | None,
    proposals: Mapping[str, tuple[Candidate, ...]],
    folder: Path,
    bounds: Bounds | None,
) -> Path:
    """Make one asset's sheet in a child, and put it into the folder."""
    name = Path(asset.path).name
    parts = proposals.get(asset.path) or (_whole(asset, facts),)
    try:
        content = call_isolated(_sheet, asset.path, facts, parts, name, bounds=bounds)
    except (Unmeasured, Unreadable) as fault:
        content = contact_sheet([Row(words=f"could not be looked into: {fault}")], name)
    with temporary(folder, "png") as draft:
        draft.write_bytes(content)
        return commit(draft, folder / f"{_stem(name)}.preview.png")


def _whole(asset: Asset, facts: Facts | None) -> Candidate:
    """Return the part that a person marked, or else all of it."""
    length = facts.duration_s if isinstance(facts, VideoFacts | AudioFacts) else None
    if asset.keep:
        return Candidate(window=asset.keep, score=Fraction(1), why="marked by hand")
    why = "the whole" if length is not None else "its length is not known"
    return Candidate(window=Window(Fraction(0), length or Fraction(0)), score=Fraction(1), why=why)


def _sheet(path: str, facts: Facts, parts: tuple[Candidate, ...], title: str) -> bytes:
    """Draw what there is to see, or to hear, of a file."""
    if isinstance(facts, AudioFacts):
        outline = envelope(path, facts.format, BUCKETS)
        return waveform(outline, parts, facts.duration_s or Fraction(0), title)
    if isinstance(facts, ImageFacts):
        words = f"{decimal(facts.width_px)} x {decimal(facts.height_px)} px, {facts.format}"
        return contact_sheet([Row(words=words, stills=(thumbnail(path, facts, PICTURE_PX),))], title)
    return contact_sheet(list(_rows(path, facts, parts)), title)


def _rows(path: str, facts: VideoFacts, parts: tuple[Candidate, ...]) -> Iterator[Row]:
    """Yield a row with stills for each part; the clip is opened once for all of them."""
    moments = [moment for part in parts for moment in _moments(part.window)]
    stills = frames_at(path, facts.format, moments, STILL_PX)
    for at, part in enumerate(parts):
        yield row_of(at + 1, part, stills[at * STILLS : (at + 1) * STILLS])


def _moments(window: Window) -> list[Fraction]:
    """Return the moments of a window's stills, from its first frame to its last."""
    length = max(window.end_s - window.start_s - LAST_S, Fraction(0))
    return [window.start_s + length * at / (STILLS - 1) for at in range(STILLS)]


def _stem(name: str) -> str:
    """Return a name without its ending, clipped to what a file system takes."""
    kept = Path(name).stem.encode("utf-8", "surrogateescape")[:LONGEST_STEM]
    return kept.decode("utf-8", "ignore") or "asset"
