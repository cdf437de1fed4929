"""What is offered of one plan after the other, and the plan for the part that is chosen."""

from pathlib import Path

import msgspec
from PIL import Image

from preflight.flow.choosing import Choice
from preflight.flow.turns import Turns
from preflight.plan import FixOptions, plan
from preflight.plan.steps import Cut, find
from preflight.values.assets import Window
from tests.specimens import PROFILE, judged

LONG, WIDE, GOOD = (judged(name) for name in ("video-20s.mp4", "video-1252x500.mp4", "video-5s.mp4"))
FIT = FixOptions(fit="pad", fit_named=True)


def turns(options: FixOptions) -> Turns:
    return Turns(Choice(fix_options=options), PROFILE, [LONG.asset, WIDE.asset])


def test_what_is_cut_is_offered_in_other_parts_with_a_picture(tmp_path: Path) -> None:
    heard: list[object] = []
    found = turns(FixOptions()).offered(LONG, plan(LONG, PROFILE, FixOptions()), tmp_path, lambda _: heard.append)
    assert found.picture
    assert found.picture.read_bytes().startswith(b"\x89PNG")
    assert found.candidates
    assert heard
    part = msgspec.structs.replace(found.candidates[0], window=Window.parse("3-9"))
    chosen = turns(FixOptions()).with_part(LONG, part)
    assert chosen.cut_asked
    assert (cut := find(chosen.steps, Cut))
    assert [cut.start_s, cut.length_s] == [3, 6]


def test_a_refused_shape_has_a_picture_and_no_parts(tmp_path: Path) -> None:
    found = turns(FIT).offered(WIDE, plan(WIDE, PROFILE, FIT), tmp_path)
    assert not found.candidates
    assert found.picture
    with Image.open(found.picture) as sheet:
        assert sheet.height > 300


def test_what_a_person_marked_is_not_looked_into_again(tmp_path: Path) -> None:
    asset = msgspec.structs.replace(LONG.asset, keep=Window.parse("3-9"))
    marked = msgspec.structs.replace(LONG, asset=asset)
    found = turns(FixOptions()).offered(marked, plan(marked, PROFILE, FixOptions()), tmp_path)
    assert (found.candidates, found.picture) == ((), None)


def test_what_is_neither_cut_nor_fitted_has_nothing_to_choose(tmp_path: Path) -> None:
    found = turns(FixOptions()).offered(GOOD, plan(GOOD, PROFILE, FixOptions()), tmp_path)
    assert (found.candidates, found.picture, found.fault) == ((), None, "")


def test_a_picture_that_cannot_be_written_costs_the_picture_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = turns(FixOptions()).offered(LONG, plan(LONG, PROFILE, FixOptions()), tmp_path / "file" / "in")
    assert found.candidates
    assert found.picture is None
    assert found.fault
