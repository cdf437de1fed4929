"""Pictures of an asset: a verdict and what looks into files in; what a page shows, or words in its place, out.

Whatever becomes of looking, the report is written.
"""

import base64
import os
from collections.abc import Callable
from fractions import Fraction

import msgspec

from preflight.report.html.drawings import Outline, waveform
from preflight.values.assets import shown
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.findings import Judged
from preflight.values.still import Still
from preflight.values.units import decimal

Seen = tuple[Still, ...] | tuple[float, ...]
Thumbnails = Callable[[str, Facts], Seen]
"""Looks into a file: a thumbnail or stills, or how loud a sound is from its beginning to its end, 0 to 1 each."""


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


def pictures(judged: Judged, thumbnails: Thumbnails | None) -> See | None:
    """Return what there is to see of an asset, or why there is nothing; None where nobody looks."""
    asset, facts = judged.asset, judged.facts
    if thumbnails is None:
        return None
    if asset.is_url:
        return See(instead="No picture: it lies at an address, and is not kept here.")
    if facts is None:
        return See(instead="No picture: it could not be measured.")
    if not os.path.isfile(asset.path):  # noqa: PTH113 - a name with a NUL is no file, and no error
        return See(instead="No picture: the file is not here any more.")
    try:
        seen = thumbnails(asset.path, facts)
    except Exception as fault:  # noqa: BLE001 - a picture is an extra: whatever fails, the verdict is written
        return See(instead=f"No picture: {fault}.")
    return _figure(shown(os.path.basename(asset.path)), facts, seen)  # noqa: PTH119 - bytes that are no UTF-8


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
