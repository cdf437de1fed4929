"""Parse crops: `FILE=x,y,w,h`, `FILE=top`, or `top` of the only picture or clip → `FixOptions.crop_of`."""

import re
from collections.abc import Iterable, Sequence
from typing import get_args

from preflight.errors import CallError
from preflight.plan.marks import named
from preflight.values.assets import Asset, shown
from preflight.values.choices import Where
from preflight.values.facts import Area
from preflight.values.phrase import joined, phrase

PART = re.compile(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})")
EXPECTED = phrase("x,y,width,height in pixels, or {l}", l=joined(get_args(Where)))


def read_crop(text: str) -> Where | Area:
    """Parse a crop: "120,0,640,480", or the side it is taken from, "top".

    Raises:
        CallError: it is neither, or empty.
    """
    sides: dict[str, Where] = {side: side for side in get_args(Where)}
    if side := sides.get(text.strip().lower()):
        return side
    found = PART.fullmatch(re.sub(r"\s", "", text))
    left, top, width, height = map(int, found.groups()) if found else (0, 0, 0, 0)
    if not (width and height):
        raise CallError(phrase("crop: expected {what}, got {q}", what=EXPECTED, q=repr(text)))
    return Area(left_px=left, top_px=top, width_px=width, height_px=height)


def crops_of(texts: Iterable[str], assets: Sequence[Asset]) -> dict[str, Where | Area]:
    """Map path → crop, from texts such as "wide.png=top" or "top"; the last for a file counts.

    Raises:
        CallError: a text is no crop, names none of the assets, several, or a sound.
    """
    found: dict[str, Where | Area] = {}
    for text in texts:
        name, equals, part = text.rpartition("=")
        if equals and not name:
            raise CallError(phrase("crop: expected FILE={what}, got {q}", what=EXPECTED, q=repr(text)))
        part_of = read_crop(part)
        for place in named(name, f"{shown(name)}={part}" if name else part, assets):
            if assets[place].expected_kind == "audio":
                raise CallError(phrase("crop: {q}: a sound has no picture", q=shown(name)))
            found[assets[place].path] = part_of
    return found
