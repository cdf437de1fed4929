"""Plans at a terminal: the worst first, each in a line, and one key for what is carried out."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from preflight.cli.agree import chosen
from preflight.cli.question import Plans
from preflight.errors import CallError
from preflight.plan import Plan
from preflight.plan.steps import Crop, Step, Write
from preflight.values.assets import Asset
from tests import made

COPY = Write(format="mp4", loss="lossless", clears=())
CROP = Crop(width_px=854, height_px=480, loss="creative", clears=())
ODD = made.judged(made.video(width_px=100))

Press = Callable[[str], None]


def plan(*steps: Step, name: str = "a.mp4", asked: bool = True) -> Plan:
    return Plan(asset=Asset(path=name), kind="video", steps=steps, cut_asked=asked)


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    """Somebody at the terminal, who presses these keys one after the other."""

    def keys(pressed: str) -> None:
        waiting: Iterator[str] = iter(pressed)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(click, "getchar", lambda: next(waiting))

    return keys


def goes(plans: Plans) -> list[str]:
    return [one.asset.path for one in chosen(plans, Path("out"), quiet=True)[1]]


PLANS: Plans = [(ODD, plan(CROP, COPY, name="crop")), (ODD, plan(COPY, name="copy")), (ODD, plan(name="none"))]


@pytest.mark.parametrize(
    ("keys", "carried"),
    [
        ("a", ["crop", "copy"]),
        ("\r", ["crop", "copy"]),
        ("n", []),
        ("\x1b", []),
        ("l", ["copy"]),
        ("xda", ["crop", "copy"]),
        ("\u3141", ["crop", "copy"]),
        ("eyn", ["crop"]),
        ("enY", ["copy"]),
    ],
)
def test_one_key_says_which_plans_are_carried_out(keys: str, carried: list[str], press: Press) -> None:
    press(keys)
    assert goes(PLANS) == carried


def test_where_nobody_is_nothing_is_carried_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(CallError, match="there is nobody to ask"):
        goes(PLANS)


def test_the_question_says_how_many_files_go_where(press: Press, capsys: pytest.CaptureFixture[str]) -> None:
    press("n")
    goes(PLANS)
    assert "Write 2 new files to out? [a] all of them" in capsys.readouterr().err
    press("n")
    goes(PLANS[1:])
    assert "Write 1 new file to out?" in capsys.readouterr().err


def many(count: int) -> Plans:
    return [(ODD, plan(COPY, name=f"{at}.mp4")) for at in range(count)]


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 120 by 24 characters."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("LINES", "24")


@pytest.mark.usefixtures("screen")
@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (" n", ["17 to 32 of 40"]),
        ("  n", ["17 to 32 of 40", "33 to 40 of 40"]),
        ("   bn", ["17 to 32 of 40", "33 to 40 of 40", "33 to 40 of 40", "17 to 32 of 40"]),
        ("\u3160n", ["1 to 16 of 40"]),
    ],
)
def test_keys_turn_the_pages_of_what_is_longer_than_the_screen(
    keys: str, shown: list[str], press: Press, capsys: pytest.CaptureFixture[str]
) -> None:
    press(keys)
    assert goes(many(40)) == []
    said = capsys.readouterr().err
    assert "[space] more, [b] back: " in said
    assert [line for line in said.splitlines() if " of 40" in line] == shown


@pytest.mark.usefixtures("screen")
def test_arrows_and_page_keys_turn_pages_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = iter(["\x1b[C", "\x1b[6~", "\x1b[D", "\x1b[Z", "\x1bOA", "l"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(click, "getchar", lambda: next(waiting))
    assert len(goes(many(40))) == 40
    firsts = [line.split()[0] for line in capsys.readouterr().err.splitlines() if " of 40" in line]
    assert firsts == ["17", "33", "17", "1"]


@pytest.mark.usefixtures("screen")
def test_what_fits_the_screen_has_no_pages(press: Press, capsys: pytest.CaptureFixture[str]) -> None:
    press(" bn")
    assert goes(many(16)) == []
    assert "more" not in capsys.readouterr().err
