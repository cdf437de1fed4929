"""Words of the editions and readers, which are data and no messages: their text in, the same as a message out.

What a limit is from, what an edition is called and how a value was measured stand in files and facts as English text.
Their shapes are few, so each is matched with its template here; text of another shape stays as it is.
"""

import re
from functools import cache

from preflight.values.phrase import Phrase, joined, phrase

SHAPES = (
    "{place} (documents of commit {w}, about {when})",
    "{page} ({age}): {what}",
    "reference-to-video document, '{q}': {what}",
    "reference-to-video document, '{q}'",
    "image limits as in reference-to-video: {what}",
    "provider's page of {w}",
    "{first}; {then}",
    "{q} at {w}, by copies of its pages",
    "{q} at {where}, its model page of {when}",
    "{q} at {where}, its page of {when}",
    "{q} at {where}, its SDK of {when}",
    "{q} at {where}, page of {when}",
    "{q}, provider's page of {when}",
    "{q}, provider's pages of {when}",
    "{q}, document of {when}",
)
"""Shapes of sources and titles, the first that matches counts."""
READINGS = (
    "EXIF orientation {n}",
    "XMP orientation {n}",
    "turned {n} degrees",
    "pixel shape {w}",
    "the {n1} x {n2} px that are shown of it",
    "every frame within half a tick ({q}) of {n} fps",
)
"""Shapes of the parts of how a value was measured."""
PARTS = re.compile(r"(, |: )")
GAP = re.compile(r"\{(\w+)\}")


def cited(text: str) -> str:
    """Word a source or a title as a message; what is within it likewise."""
    return _shaped(text, SHAPES)


def reading(how: str) -> str:
    """Word how a value was measured as a message."""
    parts = PARTS.split(how)
    said = [_shaped(part, READINGS) for part in parts[::2]]
    whole: str = said[0]
    for sign, part in zip(parts[1::2], said[1:], strict=True):
        whole = joined([whole, part], sign)
    return whole


def _shaped(text: str, shapes: tuple[str, ...]) -> str:
    """Make text a phrase by the first shape that it has."""
    for shape in shapes:
        if found := _pattern(shape).fullmatch(text):
            return _phrase(shape, found.groupdict(), shapes)
    return text


def _phrase(shape: str, found: dict[str, str], shapes: tuple[str, ...]) -> Phrase:
    return phrase(shape, **{name: value if len(name) == 1 else _shaped(value, shapes) for name, value in found.items()})


@cache
def _pattern(shape: str) -> re.Pattern[str]:
    """Compile a shape; what stands in braces is any text."""
    parts = GAP.split(shape)
    return re.compile("".join(f"(?P<{one}>.+?)" if at % 2 else re.escape(one) for at, one in enumerate(parts)))
