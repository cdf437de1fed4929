"""Plans as a table: the worst first, each in a line, as many columns as there is room for."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from preflight.cli.plan_table import (
    PATH_CELLS,
    PlanTable,
    _about,
    _badness,
    _becomes,
    cells_of,
    columns,
    ending,
)
from preflight.plan import Plan
from preflight.plan.estimate import OutputEstimate, Pace
from preflight.plan.steps import Crop, Step, Write
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from tests import made

COPY = Write(format="mp4", loss="lossless", clears=())
CROP = Crop(width_px=854, height_px=480, loss="creative", clears=())
ODD = made.judged(made.video(width_px=100))


def plan(*steps: Step, name: str = "a.mp4") -> Plan:
    return Plan(asset=Asset(path=name), kind="video", steps=steps)


def test_the_worst_stands_first_and_what_stays_as_it_is_last() -> None:
    beyond = Plan(asset=Asset(path="b"), kind="video", beyond_mending=tuple(made.findings(ODD.facts).values()))
    fault = Plan(asset=Asset(path="f"), kind="video", fault="it broke")
    ranked = sorted([(ODD, plan()), (ODD, plan(COPY)), (ODD, plan(CROP)), (ODD, beyond), (ODD, fault)], key=_badness)
    assert [one.loss for _, one in ranked] == ["none", "none", "creative", "lossless", "none"]
    assert [bool(one.beyond_mending or one.fault) for _, one in ranked] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("a.mp4", "a.mp4"),
        ("x" * PATH_CELLS, "x" * PATH_CELLS),
        ("y" * 9 + "/" + "x" * 20, "\u2026yyyyyy/" + "x" * 20),
        ("y" * 20 + "x" * 20, "y" * 13 + "\u2026" + "x" * 14),
        ("\uc601\uc0c1" * 10 + ".mp4", "\uc601\uc0c1" * 3 + "\u2026" + "\uc0c1" + "\uc601\uc0c1" * 2 + ".mp4"),
    ],
)
def test_a_long_path_is_told_by_its_end_and_a_long_name_by_both(path: str, shown: str) -> None:
    assert ending(path) == shown
    assert cell_len(ending(path)) <= PATH_CELLS


def test_what_comes_out_is_told_where_it_is_known() -> None:
    known = OutputEstimate(size_px=(854, 480), length_s=Fraction(29, 2), seconds=Fraction(9, 4))
    assert (_becomes(known), _about(known.seconds)) == ("854 x 480 px, 14.5 s", "2 s")
    assert (_becomes(OutputEstimate()), _about(None)) == ("", "")
    assert _about(Fraction(9, 10)) == "a moment"


def test_what_passes_and_what_nothing_mends_say_so() -> None:
    fine = Judged(asset=Asset(path="a"), kind="video", facts=ODD.facts, findings=())
    assert cells_of(fine, plan(), Pace()) == ["nothing", "stays as it is", "none", "", ""]
    beyond = Plan(asset=Asset(path="b"), kind="video", beyond_mending=ODD.findings)
    assert cells_of(ODD, beyond, Pace())[2:] == ["", "", ""]


@pytest.mark.parametrize(
    ("width", "left_out"), [(120, []), (80, ["It becomes", "About"]), (60, ["What is wrong", "It becomes", "About"])]
)
def test_a_narrow_terminal_shows_what_matters_most(width: int, left_out: list[str]) -> None:
    assert [title for title in columns(120) if title not in columns(width)] == left_out


@pytest.mark.parametrize("width", [40, 60, 120])
@pytest.mark.parametrize("name", ["clip.mp4", "\ud55c\uad6d\uc5b4 \uc601\uc0c1 \u4e2d\u6587" * 6 + ".mp4"])
def test_a_plan_takes_one_line_of_the_terminal_however_its_file_is_called(
    width: int, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("LINES", "40")
    PlanTable([(made.judged(made.video(width_px=100), name), plan(CROP, COPY, name=name))] * 3, quiet=False).show()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 + 4
    assert all(cell_len(line) <= width for line in lines)


@given(st.text(min_size=1, max_size=60), st.integers(2, 40))
def test_an_ending_fits_whatever_the_characters(path: str, most: int) -> None:
    assert cell_len(ending(path, most)) <= most


def test_hundreds_of_plans_are_shown_by_pages_of_a_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")
    table = PlanTable([(ODD, plan(COPY, name=f"{at}.mp4")) for at in range(500)], quiet=False)
    pages = 0
    table.show()
    while "to 500 of 500" not in (said := capsys.readouterr().out):
        assert len(said.splitlines()) < 30
        assert table.turn(" ")
        pages += 1
    assert pages == -(-500 // 21) - 1
