"""Sheets: stills or the outline of a sound in, one PNG picture for a person out.

Titles are names from outside: what is not printable is escaped, what is too long is clipped.
"""

import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from preflight.media.windows import Candidate
from preflight.values.assets import Window, printable
from preflight.values.still import Still
from preflight.values.units import decimal

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

MARGIN, GAP = 16, 6
TITLE_PX, TEXT_PX = 20, 14
"""Heights of letters."""
LINE_PX = 22
LEAST_WIDTH_PX = 640
WAVE_PX = (1000, 160)
BAND_PX = 20
"""The height of the strip on which one window of a sound is marked."""
MOST_LETTERS = 400
"""Letters of a text that are looked at."""
PAPER, INK, PALE = "white", "#202020", "#707070"
TONES = ("#1b6ec2", "#c2571b", "#2a8a4a", "#8a3fa0", "#a08a00")
"""One for each candidate, in turn."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of words and the stills that stand below it."""

    words: str
    stills: tuple[Still, ...] = ()


def row_of(number: int, candidate: Candidate, stills: tuple[Still, ...] = ()) -> Row:
    """Return the row of a candidate: its number from 1, its window, its score and what speaks for it."""
    return Row(words=_words(number, candidate), stills=stills)


def contact_sheet(rows: Sequence[Row], title: str) -> bytes:
    """Return a PNG with a title and, for each row, its words over its stills."""
    from PIL import Image

    width = max([LEAST_WIDTH_PX, *(_breadth(row) for row in rows)]) + 2 * MARGIN
    height = 2 * MARGIN + LINE_PX + GAP + sum(LINE_PX + _tallness(row) + GAP for row in rows)
    sheet, draw = _blank(width, height, title)
    top = MARGIN + LINE_PX + GAP
    for row in rows:
        _write(draw, top, row.words, TEXT_PX)
        left, top = MARGIN, top + LINE_PX
        for still in row.stills:
            with Image.open(io.BytesIO(still.jpeg), formats=["JPEG"]) as picture:
                sheet.paste(picture, (left, top))
            left += still.width_px + GAP
        top += _tallness(row) + GAP
    return _png(sheet)


def waveform(
    envelope: Sequence[float], candidates: Sequence[Candidate], duration_s: Fraction, title: str = ""
) -> bytes:
    """Return a PNG with the outline of a sound, each candidate as a band below it, and their words.

    Args:
        envelope: the highest sample, 0 to 1, in each of so many equal parts.
        candidates: the parts that are marked, best first.
        duration_s: the whole.
        title: what stands above.
    """
    width, height = WAVE_PX[0] + 2 * MARGIN, WAVE_PX[1]
    top = MARGIN + LINE_PX + GAP
    sheet, draw = _blank(width, top + height + GAP + len(candidates) * (BAND_PX + LINE_PX) + MARGIN, title)
    _outline(draw, envelope, top)
    below = top + height + GAP
    for number, candidate in enumerate(candidates, start=1):
        tone = TONES[(number - 1) % len(TONES)]
        left, right = (MARGIN + _across(moment, duration_s) for moment in _ends(candidate.window))
        draw.rectangle((left, below + GAP, max(right, left + 1), below + BAND_PX - GAP), fill=tone)
        draw.line([(left, top), (left, top + height)], fill=tone)
        draw.line([(right, top), (right, top + height)], fill=tone)
        _write(draw, below + BAND_PX, _words(number, candidate), TEXT_PX, tone)
        below += BAND_PX + LINE_PX
    return _png(sheet)


def _outline(draw: "ImageDraw.ImageDraw", envelope: Sequence[float], top: int) -> None:
    """Draw a line for each column: as tall as the highest sample that falls into it."""
    middle = top + WAVE_PX[1] // 2
    for column in range(WAVE_PX[0] if envelope else 0):
        first, last = (at * len(envelope) // WAVE_PX[0] for at in (column, column + 1))
        peak = max(envelope[first : max(last, first + 1)])
        reach = round(min(max(peak, 0.0), 1.0) * WAVE_PX[1] / 2)
        draw.line([(MARGIN + column, middle - reach), (MARGIN + column, middle + reach)], fill=PALE)


def _across(moment_s: Fraction, duration_s: Fraction) -> int:
    """Return the column of a moment."""
    part = moment_s / duration_s if duration_s > 0 else Fraction(0)
    return round(min(max(part, Fraction(0)), Fraction(1)) * (WAVE_PX[0] - 1))


def _ends(window: Window) -> tuple[Fraction, Fraction]:
    return window.start_s, window.end_s


def _words(number: int, candidate: Candidate) -> str:
    start, end = _ends(candidate.window)
    return (
        f"{number}.  {decimal(start)}-{decimal(end)} s  ({decimal(end - start)} s, "
        f"score {decimal(candidate.score, 2)})  {candidate.why}"
    )


def _breadth(row: Row) -> int:
    return sum(still.width_px for still in row.stills) + GAP * max(len(row.stills) - 1, 0)


def _tallness(row: Row) -> int:
    return max((still.height_px for still in row.stills), default=0)


def _blank(width: int, height: int, title: str) -> "tuple[Image.Image, ImageDraw.ImageDraw]":
    """Return a sheet with its title on it."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    _write(draw, MARGIN, title, TITLE_PX)
    return sheet, draw


def _write(draw: "ImageDraw.ImageDraw", top: int, text: str, size_px: int, tone: str = INK) -> None:
    """Write a line between the margins of a sheet."""
    from PIL import ImageFont

    font = ImageFont.load_default(size_px)
    room = draw.im.size[0] - 2 * MARGIN
    draw.text((MARGIN, top), clipped(printable(text), room, font.getlength), font=font, fill=tone)


def clipped(text: str, room: float, length: Callable[[str], float]) -> str:
    """Return as much of a text as there is room for, its middle left out."""
    kept = min(len(text), MOST_LETTERS)
    shown = text if kept == len(text) else f"{text[: kept // 2]}...{text[-kept // 2 :]}"
    while length(shown) > room and kept > 0:
        kept -= 1
        shown = f"{text[: (kept + 1) // 2]}...{text[len(text) - kept // 2 :]}"
    return shown


def _png(sheet: "Image.Image") -> bytes:
    target = io.BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()
