"""Which parts stay: what a person marked stands over the rest, and what is chosen is told."""

from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.check import Measuring
from preflight.flow.choosing import Choice, ChoosingCallbacks, marked_spec, plan_files, plan_spec
from preflight.plan import FixOptions
from preflight.plan.marks import Mark
from preflight.plan.steps import Cut, find
from preflight.profiles import load
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset, Window
from tests.specimens import media

PROFILE = load()
LONG = str(media("audio-15.001s.wav"))


class Said:
    """What a face hears."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.noted: list[str] = []
        self.heard = ChoosingCallbacks(tell=self.told.append, note=self.noted.append)


def marked(part: str) -> Choice:
    return Choice(marks=(Mark(LONG, Window.parse(part)),))


def cut_of(choice: Choice, said: Said | None = None) -> Cut | None:
    planned = plan_files([Asset(path=LONG)], choice, PROFILE, Measuring(), said.heard if said else None)
    ((_, plan),) = planned.plans
    return find(plan.steps, Cut)


def test_a_marked_part_stays() -> None:
    cut = cut_of(marked("3.0-9.0"))
    assert cut is not None
    assert cut.start_s == 3
    assert cut.length_s == 6


def test_without_marks_the_words_count() -> None:
    start, end = cut_of(Choice()), cut_of(Choice(fix_options=FixOptions(keep="end")))
    assert start is not None
    assert end is not None
    assert start.start_s == 0 < end.start_s


def test_a_part_that_cannot_be_kept_whole_is_told() -> None:
    said = Said()
    assert cut_of(marked("9.0-30.0"), said) is not None
    (told,) = said.told
    assert "cannot be kept whole: there are only 15.001 s" in told


def test_a_mark_stands_over_that_of_the_request() -> None:
    said, spec = Said(), RequestSpec(assets=tuple(with_roles("audio", [LONG])), prompt="Audio 1.")
    once = marked_spec(spec, marked("1.0-4.0"))
    assert marked_spec(once, marked("2.0-5.0"), said.heard).assets[0].keep == Window.parse("2.0-5.0")
    assert said.told == [f"{LONG}: 2-5 s stay, as this call says, not 1-4 s, as the request does"]
    plans = plan_spec(spec, marked("2.0-5.0"), PROFILE, Measuring()).plans
    assert plans[0][1].asset.keep == Window.parse("2.0-5.0")


def test_a_mark_on_a_picture_is_refused() -> None:
    picture = str(media("image-ok.png"))
    choice = Choice(marks=(Mark(picture, Window.parse("0-1")),))
    with pytest.raises(CallError, match="no part"):
        plan_files([Asset(path=picture)], choice, PROFILE, Measuring())


def test_what_cannot_be_looked_into_keeps_its_start_and_pictures_are_told_of(tmp_path: Path) -> None:
    said = Said()
    assert cut_of(Choice(best=True, preview=tmp_path), said) is not None
    assert len(said.noted) == len(list(tmp_path.iterdir())) == 1
    assert said.noted[0].startswith("preview written: ")
