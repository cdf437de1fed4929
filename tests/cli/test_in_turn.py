"""Each plan in turn: what may be chosen instead, and which key is which part."""

from fractions import Fraction
from pathlib import Path

import pytest

from preflight.cli.in_turn import _numbers, _offer_lines, _question
from preflight.flow.turns import Turn
from preflight.media.windows import Candidate
from preflight.plan import Plan
from preflight.plan.steps import Write
from preflight.values.assets import Asset, Window

PLAN = Plan(asset=Asset(path="a.mp4"), kind="video", steps=(Write(format="mp4", loss="lossless", clears=()),))


def turn(count: int) -> Turn:
    parts = [Window(Fraction(at), Fraction(at) + Fraction(9, 2)) for at in range(count)]
    return Turn(candidates=tuple(Candidate(window=one, score=Fraction(1), why="most motion") for one in parts))


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (None, "a.mp4 (lossless)? [y]es, [n]o: "),
        (0, "a.mp4 (lossless)? [y]es, [n]o: "),
        (1, "a.mp4 (lossless)? [y]es, [n]o, [1] that part instead: "),
        (3, "a.mp4 (lossless)? [y]es, [n]o, [1]-[3] that part instead: "),
    ],
)
def test_the_keys_are_those_of_the_parts_there_are(count: int | None, said: str) -> None:
    assert _question(PLAN, None if count is None else turn(count), quiet=True) == said


@pytest.mark.parametrize("count", [0, 1, 9, 12])
def test_each_key_is_one_digit(count: int) -> None:
    keys = _numbers(turn(count))
    assert len(keys) == min(count, 9)
    assert all(len(key) == 1 for key in keys)


def test_each_part_is_told_with_its_reason_and_why_there_is_less() -> None:
    assert _offer_lines(turn(2)) == ["    [1] 0-4.5 s: most motion", "    [2] 1-5.5 s: most motion"]
    less = Turn(picture=Path("/tmp/sheet.jpg"), fault="no frame can be decoded")  # noqa: S108 - a name
    assert _offer_lines(less) == [
        "    picture: /tmp/sheet.jpg",
        "    could not be looked into: no frame can be decoded",
    ]
