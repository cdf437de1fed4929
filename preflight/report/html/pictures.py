"""Pictures of an asset: a verdict in; a thumbnail, a filmstrip or a waveform out, or words where there can be none.

A file is looked into in a child that may crash or hang alone; whatever becomes of it, the report is written.
"""

import base64
import os
from fractions import Fraction

import msgspec

from preflight.media.frames import Still, frames_at, thumbnail
from preflight.media.waveform import envelope
from preflight.report.html.drawings import Outline, waveform
from preflight.values.assets import shown
from preflight.values.bounds import Bounds
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.findings import Judged
from preflight.values.units import decimal
from preflight.workers.isolated import alone

BOUNDS = Bounds(seconds=10.0, memory_bytes=2 << 30)
PICTURE_PX = 320
STILL_PX = 200
"""The longer side of a still of a filmstrip."""
STILLS = 6
BUCKETS = 240
"""Points of a waveform."""

Seen = tuple[Still, ...] | tuple[float, ...]


class Small(msgspec.Struct, frozen=True):
    """A small picture, as a page holds it."""

    source: str
    width_px: int
    height_px: int
    time: str


class See(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to see of an asset, or why there is nothing."""

    name: str = ""
    instead: str = ""
    stills: tuple[Small, ...] = ()
    strip: bool = False
    """Whether the stills are moments of a clip."""
    outline: Outline | None = None


def pictures(judged: Judged) -> See:
    """Return what there is to see of an asset, or why there is nothing."""
    asset, facts = judged.asset, judged.facts
    if asset.is_url:
        return See(instead="No picture: it lies at an address, and is not kept here.")
    if facts is None:
        return See(instead="No picture: it could not be measured.")
    if not os.path.isfile(asset.path):  # noqa: PTH113 - a name with a NUL is no file, and no error
        return See(instead="No picture: the file is not here any more.")
    try:
        seen = _seen(asset.path, facts)
    except Exception as fault:  # noqa: BLE001 - a picture is an extra: whatever fails, the verdict is written
        return See(instead=f"No picture: {fault}.")
    return _figure(shown(os.path.basename(asset.path)), facts, seen)  # noqa: PTH119 - bytes that are no UTF-8


def _seen(path: str, facts: Facts) -> Seen:
    """Look into a file, in a child."""
    return alone(look, path, facts, bounds=BOUNDS)


def look(path: str, facts: Facts) -> Seen:
    """Return a picture's thumbnail, some stills of a clip, or the outline of a sound."""
    if isinstance(facts, ImageFacts):
        return (thumbnail(path, facts, PICTURE_PX),)
    if isinstance(facts, AudioFacts):
        return envelope(path, facts.format, BUCKETS)
    length = facts.duration_s or Fraction(0)
    moments = [length * (2 * at + 1) / (2 * STILLS) for at in range(STILLS)]
    return tuple({still.time_s: still for still in frames_at(path, facts.format, moments, STILL_PX)}.values())


def _figure(name: str, facts: Facts, seen: Seen) -> See:
    """Return what was seen, with words for who cannot see it."""
    if not isinstance(facts, AudioFacts):
        stills = tuple(_small(still) for still in seen if isinstance(still, Still))
        return See(name=name, stills=stills, strip=not isinstance(facts, ImageFacts))
    outline = [one for one in seen if isinstance(one, float)]
    length = "" if facts.duration_s is None else f" over {decimal(facts.duration_s)} s"
    said = f"{length}; the loudest sample is {decimal(Fraction(max(outline)) * 100, 0)} % of full scale"
    return See(name=name, outline=waveform(outline, said))


def _small(still: Still) -> Small:
    source = f"data:image/jpeg;base64,{base64.b64encode(still.jpeg).decode()}"
    return Small(source, still.width_px, still.height_px, decimal(still.time_s, 2))
