"""Make previews of assets: thumbnails, stills or a waveform, or words instead.

The report is written even where a preview fails.
"""

import base64
import os
from collections.abc import Callable
from fractions import Fraction

import msgspec

from preflight.probe.faults import TimedOut
from preflight.report.html.drawings import Outline, waveform
from preflight.values.assets import Asset, shown
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.findings import Judged
from preflight.values.phrase import error_words, phrase
from preflight.values.still import Still
from preflight.values.units import decimal

Seen = tuple[Still, ...] | tuple[float, ...]
Thumbnails = Callable[[str, Facts], Seen]
"""Makes a thumbnail or stills, or the peaks of audio, 0 to 1."""


class Thumbnail(msgspec.Struct, frozen=True):
    """A small image in the page."""

    source: str
    width_px: int
    height_px: int
    time: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Preview of an asset, or why there is none."""

    name: str = ""
    instead: str = ""
    stills: tuple[Thumbnail, ...] = ()
    strip: bool = False
    """Whether the stills are moments of a clip."""
    outline: Outline | None = None


def preview(judged: Judged, thumbnails: Thumbnails | None) -> Preview | None:
    """Make the preview of an asset, or say why not; None where previews are off."""
    asset, facts = judged.asset, judged.facts
    if thumbnails is None:
        return None
    if facts is None or (missing := _missing(asset)):
        return Preview(
            instead=phrase("No picture: {why}.", why="it could not be measured" if facts is None else missing)
        )
    try:
        seen = thumbnails(asset.path, facts)
    except TimedOut:
        return Preview(instead="No picture: it takes too long.")
    except Exception as fault:  # noqa: BLE001 - a preview is optional: the verdict is written in any case
        return Preview(instead=phrase("No picture: {why}.", why=error_words(fault)))
    return _figure(shown(os.path.basename(asset.path)), facts, seen)  # noqa: PTH119 - bytes that are no UTF-8


def _missing(asset: Asset) -> str:
    """Explain why there is no file to preview, or return an empty string."""
    if asset.is_url:
        return "it lies at an address, and is not kept here"
    there = os.path.isfile(asset.path)  # noqa: PTH113 - a name with a NUL is no file, and no error
    return "" if there else "the file is not here any more"


def _figure(name: str, facts: Facts, seen: Seen) -> Preview:
    """Build a preview with a text alternative."""
    if not isinstance(facts, AudioFacts):
        stills = tuple(_thumbnail(still) for still in seen if isinstance(still, Still))
        return Preview(name=name, stills=stills, strip=not isinstance(facts, ImageFacts))
    outline = [one for one in seen if isinstance(one, float)]
    loudest = decimal(Fraction(max(outline)) * 100, 0)
    said: str = phrase("; the loudest sample is {n} % of full scale", n=loudest)
    if facts.duration_s is not None:
        said = phrase(
            " over {n1} s; the loudest sample is {n2} % of full scale", n1=decimal(facts.duration_s), n2=loudest
        )
    return Preview(name=name, outline=waveform(outline, said))


def _thumbnail(still: Still) -> Thumbnail:
    source = f"data:image/jpeg;base64,{base64.b64encode(still.jpeg).decode()}"
    return Thumbnail(source, still.width_px, still.height_px, decimal(still.time_s, 2))
