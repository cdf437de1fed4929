"""Plans at a terminal: the worst first, each in a line, and one key for what is carried out."""

import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import click
import pytest

from preflight.cli.agree import PATH_CHARACTERS, _about, _badness, _becomes, _cells, _ending, chosen
from preflight.cli.question import Plans
from preflight.errors import CallError
from preflight.plan import Plan
from preflight.plan.estimate import OutputEstimate
from preflight.plan.steps import Crop, Step, Write
from preflight.values.assets import Asset
from preflight.values.findings import Judged
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


def test_the_worst_stands_first_and_what_stays_as_it_is_last() -> None:
    beyond = Plan(asset=Asset(path="b"), kind="video", beyond_mending=tuple(made.findings(ODD.facts).values()))
    fault = Plan(asset=Asset(path="f"), kind="video", fault="it broke")
    ranked = sorted([(ODD, plan()), (ODD, plan(COPY)), (ODD, plan(CROP)), (ODD, beyond), (ODD, fault)], key=_badness)
    assert [one.loss for _, one in ranked] == ["none", "none", "creative", "lossless", "none"]
    assert [bool(one.beyond_mending or one.fault) for _, one in ranked] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("path", "ending"),
    [
        ("a.mp4", "a.mp4"),
        ("x" * PATH_CHARACTERS, "x" * PATH_CHARACTERS),
        ("y" + "x" * PATH_CHARACTERS, "\u2026" + "x" * (PATH_CHARACTERS - 1)),
    ],
)
def test_a_long_path_is_told_by_its_end(path: str, ending: str) -> None:
    assert _ending(path) == ending
    assert len(_ending(path)) <= PATH_CHARACTERS


def test_what_comes_out_is_told_where_it_is_known() -> None:
    known = OutputEstimate(size_px=(854, 480), length_s=Fraction(29, 2), seconds=Fraction(9, 4))
    assert (_becomes(known), _about(known.seconds)) == ("854 x 480 px, 14.5 s", "2 s")
    assert (_becomes(OutputEstimate()), _about(None)) == ("", "")
    assert _about(Fraction(9, 10)) == "a moment"


def test_what_passes_and_what_nothing_mends_say_so() -> None:
    fine = Judged(asset=Asset(path="a"), kind="video", facts=ODD.facts, findings=())
    assert _cells(fine, plan(), Fraction(1)) == ["nothing", "stays as it is", "none", "", ""]
    beyond = Plan(asset=Asset(path="b"), kind="video", beyond_mending=ODD.findings)
    assert _cells(ODD, beyond, Fraction(1))[2:] == ["", "", ""]
