"""Sheets that a person chooses by."""

import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from preflight.media.sheet import GAP, LINE_PX, MARGIN, TONES, WAVE_PX, Row, clipped, contact_sheet, row_of, waveform
from preflight.media.windows import Candidate
from preflight.values.assets import Window
from preflight.values.still import Still

F = Fraction


def still(color: str, width: int = 120, height: int = 68) -> Still:
    target = io.BytesIO()
    Image.new("RGB", (width, height), color).save(target, "JPEG", quality=95)
    return Still(time_s=F(0), width_px=width, height_px=height, jpeg=target.getvalue())


def candidate(start: int, end: int, why: str = "shot 1 of 2, whole") -> Candidate:
    return Candidate(window=Window(F(start), F(end)), score=F(2, 3), why=why)


def opened(content: bytes) -> Image.Image:
    sheet = Image.open(io.BytesIO(content))
    sheet.load()
    assert (sheet.format, sheet.mode) == ("PNG", "RGB")
    return sheet


def near(sheet: Image.Image, place: tuple[int, int], color: tuple[int, int, int]) -> bool:
    found = sheet.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(a - b) < 12 for a, b in zip(found, color, strict=True))


def inked(sheet: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Tell whether anything but paper is in a part of a sheet."""
    return sheet.crop(box).convert("L").getextrema() != (255, 255)


def test_each_candidate_has_a_row_with_its_stills_from_left_to_right() -> None:
    rows = [
        row_of(1, candidate(0, 5), (still("red"), still("green"), still("blue"))),
        row_of(2, candidate(5, 9), (still("yellow"),)),
    ]
    sheet = opened(contact_sheet(rows, "clip.mp4"))
    first = MARGIN + LINE_PX + GAP + LINE_PX + 34
    second = first + 68 + GAP + LINE_PX
    assert near(sheet, (MARGIN + 60, first), (255, 0, 0))
    assert near(sheet, (MARGIN + 120 + GAP + 60, first), (0, 128, 0))
    assert near(sheet, (MARGIN + 2 * (120 + GAP) + 60, first), (0, 0, 255))
    assert near(sheet, (MARGIN + 60, second), (255, 255, 0))


def test_a_row_says_its_number_window_length_score_and_reason() -> None:
    row = row_of(3, Candidate(window=Window(F(5, 2), F(10)), score=F(2, 3), why="shots 2 to 3 of 7, whole"))
    assert row.words == "3.  2.5-10 s  (7.5 s, score 0.67)  shots 2 to 3 of 7, whole"


def test_title_and_words_are_drawn() -> None:
    sheet = opened(contact_sheet([Row(words="words")], "title"))
    assert inked(sheet, (0, MARGIN, sheet.width, MARGIN + LINE_PX))
    assert inked(sheet, (0, MARGIN + LINE_PX + GAP, sheet.width, MARGIN + 2 * LINE_PX + GAP))
    assert not inked(opened(contact_sheet([], "")), (0, 0, sheet.width, 20))


@pytest.mark.parametrize(
    "title",
    ["a" * 100_000, "\x1b[31mred\x07", "\u202egnp.exe", "\udcff.mp4", "日本語.mp4", "two\nlines", "", "\0"],
    ids=["long", "escape", "override", "not-utf-8", "unknown-letters", "lines", "nothing", "nul"],
)
def test_hostile_names_are_drawn_within_the_sheet(title: str) -> None:
    sheet = opened(contact_sheet([Row(words=title)], title))
    assert sheet.width <= 1000
    assert sheet.height <= 200
    assert not inked(sheet, (sheet.width - MARGIN, 0, sheet.width, sheet.height))
    assert opened(waveform([0.5], [candidate(0, 5, why=title)], F(10), title)).width == sheet.width + 360


def test_a_sound_s_loud_part_is_taller_than_its_quiet_one() -> None:
    sheet = opened(waveform([0.1] * 50 + [0.9] * 50, [], F(10)))
    top = MARGIN + LINE_PX + GAP
    assert not inked(sheet, (MARGIN, top, MARGIN + 490, top + 60))
    assert inked(sheet, (MARGIN + 510, top, MARGIN + 990, top + 60))


def test_each_candidate_of_a_sound_has_a_band_below_where_it_lies() -> None:
    sheet = opened(waveform([0.2] * 10, [candidate(0, 5), candidate(5, 10)], F(10)))
    colors = [tuple(int(tone[at : at + 2], 16) for at in (1, 3, 5)) for tone in TONES[:2]]
    for column, color, other in ((250, colors[0], colors[1]), (750, colors[1], colors[0])):
        strip = sheet.crop((MARGIN + column, 0, MARGIN + column + 1, sheet.height))
        seen = {found for _, found in strip.getcolors(10_000) or []}
        assert color in seen
        assert other not in seen


def test_a_sound_without_length_or_outline_is_drawn_all_the_same() -> None:
    for sheet in (waveform([], [], F(0)), waveform([2.0, -1.0], [candidate(-3, 50)], F(0))):
        assert opened(sheet).width == WAVE_PX[0] + 2 * MARGIN


@given(st.text(max_size=600), st.integers(0, 300))
def test_clipped_texts_have_room_or_are_as_short_as_can_be(text: str, room: int) -> None:
    found = clipped(text, room, len)
    assert len(found) <= max(room, len("..."))
    assert found == text or found.count("...") >= 1


def test_clipping_keeps_both_ends_of_a_name() -> None:
    assert clipped("a-very-long-name.mp4", 11, len) == "a-ve....mp4"
