"""Contact sheets: stills or a waveform in, one PNG out.

Titles come from file names: unprintable characters are escaped, long ones cut.
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
"""Font heights."""
LINE_PX = 22
LEAST_WIDTH_PX = 640
WAVE_PX = (1000, 160)
BAND_PX = 20
"""Height of the band that marks one window of a waveform."""
MOST_LETTERS = 400
"""Most characters of a text to measure."""
PAPER, INK, PALE = "white", "#202020", "#707070"
TONES = ("#1b6ec2", "#c2571b", "#2a8a4a", "#8a3fa0", "#a08a00")
"""Colors of the candidates, in turn."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A caption and the stills below it."""

    words: str
    stills: tuple[Still, ...] = ()


def row_of(number: int, candidate: Candidate, stills: tuple[Still, ...] = ()) -> Row:
    """Make a candidate's row: its number from 1, its window, its score and the reasons for it."""
    return Row(words=_words(number, candidate), stills=stills)


def contact_sheet(rows: Sequence[Row], title: str) -> bytes:
    """Draw a PNG with a title and rows of captions and stills."""
    from PIL import Image

    width = max([LEAST_WIDTH_PX, *(_breadth(row) for row in rows)]) + 2 * MARGIN
    height = 2 * MARGIN + LINE_PX + GAP + sum(LINE_PX + _tallness(row) + GAP for row in rows)
    sheet, draw = _blank(width, height, title)
    top = MARGIN + LINE_PX + GAP
    for row in rows:
        _write(draw, top, row.words, TEXT_PX)
        left, top = MARGIN, top + LINE_PX
        for still in row.stills:
            with Image.open(io.BytesIO(still.jpeg), formats=["JPEG"]) as image:
                sheet.paste(image, (left, top))
            left += still.width_px + GAP
        top += _tallness(row) + GAP
    return _png(sheet)


def waveform(
    envelope: Sequence[float], candidates: Sequence[Candidate], duration_s: Fraction, title: str = ""
) -> bytes:
    """Draw a PNG with a waveform, a band for each candidate, and their captions.

    Args:
        envelope: the peak of each equal part, 0 to 1.
        candidates: the marked parts, best first.
        duration_s: the whole duration.
        title: the heading.
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
    """Draw a line per column, as tall as its highest peak."""
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
    """Return an empty sheet with its title."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(sheet)
    _write(draw, MARGIN, title, TITLE_PX)
    return sheet, draw


def _write(draw: "ImageDraw.ImageDraw", top: int, text: str, size_px: int, tone: str = INK) -> None:
    """Write a line between the margins."""
    from PIL import ImageFont

    font = ImageFont.load_default(size_px)
    room = draw.im.size[0] - 2 * MARGIN
    draw.text((MARGIN, top), clipped(printable(text), room, font.getlength), font=font, fill=tone)


def clipped(text: str, room: float, length: Callable[[str], float]) -> str:
    """Shorten a text in the middle to fit."""
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
