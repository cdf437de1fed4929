"""A plan is data that an agent may keep, edit and hand back; what it names is read below the roots alone."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.errors import CallError, NotDone, PreflightError
from preflight.mcp.arguments import ApplyFix, PlanFix
from preflight.mcp.calls import Call
from preflight.mcp.fixing import apply_fix, plan_fix
from preflight.mcp.words import BRIEF_BYTES, DATA
from preflight.report.schemas import schema_of
from tests.mcp.called import call, root, shared
from tests.specimens import probed

GIF, CLEAN, TALL, BROKEN = "image-gif.gif", "image-ok.png", "image-299x750.png", "image-truncated.jpg"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "output").mkdir()
    return root(tmp_path / "root", GIF, CLEAN, TALL, BROKEN)


@pytest.fixture
def one(place: Path) -> Call:
    return call(shared(place))


def planned(one: Call, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of `PlanFix`
    told = plan_fix(one, PlanFix(**asked))
    jsonschema.validate(told.json, schema_of("plan"))
    assert len(told.text.encode()) <= BRIEF_BYTES
    return told.json


# ---- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_has_an_id_by_which_it_is_found_and_changes_nothing(one: Call, place: Path) -> None:
    before = sorted(path.name for path in place.parent.rglob("*"))
    plan = planned(one, paths=["."])
    assert one.shared.plans.find(plan["plan_id"]) == plan
    assert plan["plan_id"] != planned(one, paths=[GIF])["plan_id"]
    assert plan["plan_id"] == planned(one, paths=["."])["plan_id"]
    assert sorted(path.name for path in place.parent.rglob("*")) == before


def test_what_cannot_be_mended_stands_first_with_what_would(one: Call) -> None:
    told = plan_fix(one, PlanFix(paths=[GIF, CLEAN, TALL, BROKEN]))
    head, what, *rows = told.text.splitlines()
    assert head.startswith("1 of 4 files are made anew, 2 cannot be mended.")
    assert (DATA in head, "apply_fix" in what) == (True, True)
    assert "cannot be mended" in rows[0]
    assert any("crop, pad or blur" in row for row in rows)
    assert GIF in rows[-1]


def test_a_choice_is_made_in_the_plan(one: Call) -> None:
    plan = planned(one, paths=[TALL], fit="pad", pad_color="#112233", allow="creative")
    steps = json.dumps(plan["assets"][0]["steps"])
    assert "#112233" in steps


def test_a_plan_of_a_request_holds_the_request(one: Call) -> None:
    plan = planned(one, request={"prompt": "Image 1.", "images": [GIF]})
    assert plan["request"]["images"][0].endswith(GIF)
    assert "request" not in planned(one, paths=[GIF])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "either"),
        ({"paths": [GIF], "request": {"prompt": "x"}}, "either"),
        ({"paths": [GIF], "keep": ["longest"]}, "keep"),
        ({"paths": [GIF], "keep": ["a=5-1"]}, ""),
        ({"paths": [GIF], "keep": ["12"]}, ""),
        ({"paths": [GIF], "pad_color": "pinkish"}, "pinkish"),
        ({"paths": [GIF], "also": ["nothing"]}, "nothing"),
        ({"paths": [GIF], "crop": ["x"]}, ""),
        ({"paths": ["../secret"]}, ""),
        ({"paths": [GIF], "profile": "../x"}, "no edition"),
    ],
)
def test_a_choice_that_is_none_is_refused(one: Call, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(CallError) as refused:
        plan_fix(one, PlanFix(**asked))
    assert words in refused.value.message


# ---- carrying out ---------------------------------------------------------------------------------------------------


def applied(one: Call, plan: str | dict[str, Any]) -> dict[str, Any]:
    told = apply_fix(one, ApplyFix(plan=plan))
    jsonschema.validate(told.json, schema_of("fix"))
    assert told.is_error is any(asset["outcome"] != "fixed" for asset in told.json["assets"])
    return told.json


@pytest.mark.parametrize("how", ["id", "object", "text"])
def test_a_plan_is_applied_by_its_id_or_itself_beside_the_root(one: Call, place: Path, how: str) -> None:
    plan = planned(one, paths=[GIF])
    given = {"id": plan["plan_id"], "object": plan, "text": json.dumps(plan)}[how]
    (asset,) = applied(one, given)["assets"]
    new = Path(asset["after"]["path"]) if asset.get("after") else None
    made = [path for path in (place.parent / "output").rglob("*") if path.is_file() and path.suffix in (".png", ".jpg")]
    assert len(made) == 1
    assert new is None or new.name == made[0].name
    assert probed(made[0]).fault is None
    assert (place / GIF).exists()


def test_a_request_with_its_new_files_is_written_when_all_of_them_are_made(one: Call) -> None:
    plan = planned(one, request={"prompt": "Image 1 and image 2.", "images": [GIF, CLEAN]})
    found = applied(one, plan)
    assert found["request_path"], found
    text = Path(found["request_path"]).read_text()
    assert CLEAN in text
    assert GIF not in text
    assert one.spec(found["request_path"], None).prompt == "Image 1 and image 2."


def test_a_plan_of_another_request_is_refused(one: Call) -> None:
    plan = planned(one, request={"prompt": "Image 1.", "images": [GIF]})
    with pytest.raises(CallError, match="own request"):
        applied(one, {**plan, "request": {"prompt": "x", "images": [GIF, CLEAN]}})


def test_a_source_that_changed_since_is_not_fixed(one: Call, place: Path) -> None:
    plan = planned(one, paths=[GIF])
    (place / GIF).write_bytes((place / GIF).read_bytes() + b"x")
    with pytest.raises(PreflightError):
        applied(one, plan)
    assert not [path for path in (place.parent / "output").iterdir() if path.suffix == ".png"]


def test_a_plan_that_does_nothing_or_is_none_is_refused(one: Call) -> None:
    nothing: list[str | dict[str, Any]] = [
        planned(one, paths=[CLEAN]),
        {},
        "plan-nothing",
        "{",
        {"schema": "preflight.plan/1"},
    ]
    for plan in nothing:
        with pytest.raises(CallError):
            apply_fix(one, ApplyFix(plan=plan))


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.gif", "nothing.gif"])
def test_a_plan_leads_to_no_file_elsewhere(one: Call, place: Path, path: str) -> None:
    (place.parent / "secret.gif").write_bytes((place / GIF).read_bytes())
    plan = planned(one, paths=[GIF])
    plan["assets"][0]["source"]["path"] = path
    with pytest.raises(PreflightError):
        apply_fix(one, ApplyFix(plan=plan))
    assert [*(place.parent / "output").iterdir()] == []


def test_a_plan_for_an_edition_that_is_none_is_refused(one: Call) -> None:
    plan = planned(one, paths=[GIF])
    with pytest.raises(CallError):
        applied(one, {**plan, "profile": "../x"})


def test_a_call_that_was_cancelled_writes_no_request(one: Call, place: Path) -> None:
    plan = planned(one, request={"prompt": "Image 1.", "images": [GIF]})
    one.run.stop()
    with pytest.raises(NotDone):
        applied(one, plan)
    assert not [*(place.parent / "output").glob("request*")]
