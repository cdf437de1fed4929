"""Pictures of an asset: a verdict in; a thumbnail, a filmstrip or a waveform out, or words where there can be none.

A file is looked into in a child that may crash or hang alone; whatever becomes of it, the report is written.
"""

import base64
import os
from fractions import Fraction

from preflight.media.frames import Still, frames_at, thumbnail
from preflight.media.waveform import envelope
from preflight.report.html.drawings import waveform
from preflight.report.html.markup import Markup, block, tag
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


def pictures(judged: Judged) -> Markup:
    """Return what there is to see of an asset, or why there is nothing."""
    asset, facts = judged.asset, judged.facts
    if asset.is_url:
        return _instead("No picture: it lies at an address, and is not kept here.")
    if facts is None:
        return _instead("No picture: it could not be measured.")
    if not os.path.isfile(asset.path):  # noqa: PTH113 - a name with a NUL is no file, and no error
        return _instead("No picture: the file is not here any more.")
    try:
        seen = _seen(asset.path, facts)
    except Exception as fault:  # noqa: BLE001 - a picture is an extra: whatever fails, the verdict is written
        return _instead(f"No picture: {fault}.")
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


def _figure(name: str, facts: Facts, seen: Seen) -> Markup:
    """Return what was seen, with words for who cannot see it."""
    stills = [one for one in seen if isinstance(one, Still)]
    if isinstance(facts, ImageFacts):
        return block("figure", *(_image(still, f"The picture {name}, small") for still in stills), class_="picture")
    if not isinstance(facts, AudioFacts):
        images = [_image(still, f"{name} at {decimal(still.time_s, 2)} s") for still in stills]
        caption = f"Stills at {', '.join(decimal(still.time_s, 2) for still in stills)} s"
        return block("figure", tag("div", *images, class_="strip"), tag("figcaption", caption))
    outline = [one for one in seen if isinstance(one, float)]
    length = "" if facts.duration_s is None else f" over {decimal(facts.duration_s)} s"
    said = f"{length}; the loudest sample is {decimal(Fraction(max(outline)) * 100, 0)} % of full scale"
    drawing = waveform(outline, f"Loudness of {name}{said}")
    return block("figure", drawing, tag("figcaption", f"Loudness{said}"))


def _image(still: Still, words: str) -> Markup:
    source = f"data:image/jpeg;base64,{base64.b64encode(still.jpeg).decode()}"
    return tag("img", src=source, alt=words, width=still.width_px, height=still.height_px)


def _instead(words: str) -> Markup:
    return block("p", words, class_="instead")
