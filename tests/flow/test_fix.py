"""Plans carried out by whoever asks: one way to fan them out, for every face of the program."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.flow.check import check_assets
from preflight.flow.fix import (
    FOUND,
    fix_all,
    fix_one,
    graded,
    made_before,
    order_of,
    plan_fixes,
    plan_report,
    with_passing,
    with_results,
    write_request,
)
from preflight.flow.fix import (
    _stamped as stamped,
)
from preflight.plan import FixOptions, Plan
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.plan.steps import Write
from preflight.profiles import DEFAULT, load
from preflight.request.file import MAX_BYTES, RequestSpec, load_spec, with_roles
from preflight.values.assets import Asset, Role
from preflight.values.findings import Finding, Judged, Report
from preflight.values.remedy import Remedy
from tests.made import IMAGE
from tests.made import judged as made_up
from tests.specimens import MEDIA

PROFILE = load(DEFAULT)
FINDING = Finding(rule="image/size", severity="error", message="too small")


def test_each_new_file_may_go_to_a_folder_of_its_own(tmp_path: Path) -> None:
    sources = [tmp_path / "a" / "take.wav", tmp_path / "b" / "take.wav"]
    for source in sources:
        source.parent.mkdir()
        shutil.copy(MEDIA / "audio-15.001s.wav", source)
    judged = check_assets([Asset(path=str(source)) for source in sources], PROFILE)
    done = fix_all(
        plan_fixes(judged, PROFILE, FixOptions()), PROFILE, lambda plan: Path(plan.asset.path).parent / "ready"
    )
    assert [one.outcome for one in done] == ["fixed", "fixed"]
    assert [Path(one.asset.path) for one in done] == [source.parent / "ready" / "take.wav" for source in sources]


# ---- one plan -------------------------------------------------------------------------------------------------------

STILL = MEDIA / "image-gif.gif"
"""Fails, and is fixed by one quick step."""


def plans_for(*paths: Path, **options: Any) -> list[tuple[Judged, Plan]]:  # noqa: ANN401 - any option of a fix
    judged = check_assets([Asset(path=str(path)) for path in paths], PROFILE)
    return plan_fixes(judged, PROFILE, FixOptions(**options))


@pytest.fixture(scope="module")
def still() -> tuple[Judged, Plan]:
    (one,) = plans_for(STILL)
    assert one[1].steps
    return one


@pytest.mark.parametrize(
    ("changes", "outcome", "message"),
    [
        ({"fault": "RuntimeError: no", "steps": ()}, "failed", "RuntimeError: no"),
        ({"beyond_mending": (FINDING,), "remedies": (Remedy("fit"),)}, "unfixable", ""),
        ({"steps": ()}, "untouched", ""),
        ({"fault": "first", "beyond_mending": (FINDING,), "steps": ()}, "failed", "first"),
    ],
)
def test_what_cannot_or_need_not_be_made_is_told_and_leaves_no_file(
    still: tuple[Judged, Plan], tmp_path: Path, changes: dict[str, Any], outcome: str, message: str
) -> None:
    judged, plan = still
    plan = msgspec.structs.replace(plan, **changes)
    done = fix_one(judged, plan, order_of(PROFILE, tmp_path / "new"))
    assert (done.outcome, done.message, done.after, done.remedies) == (outcome, message, None, plan.remedies)
    assert done.asset == judged.asset
    assert not (tmp_path / "new").exists()


def test_a_source_that_is_gone_costs_its_own_fix_alone(tmp_path: Path) -> None:
    for name in ("gone.gif", "here.gif"):
        shutil.copy(STILL, tmp_path / name)
    plans = plans_for(tmp_path / "gone.gif", tmp_path / "here.gif")
    (tmp_path / "gone.gif").unlink()
    gone, here = fix_all(plans, PROFILE, tmp_path / "new")
    assert (gone.outcome, here.outcome) == ("failed", "fixed")
    assert gone.message
    assert [path.stem for path in (tmp_path / "new").glob("[!.]*")] == ["here"]


def test_what_another_run_made_is_found_and_not_made_again(still: tuple[Judged, Plan], tmp_path: Path) -> None:
    folder, heard = tmp_path / "new", list[str]()
    planned = RequestPlan(plans=(still,))
    assert made_before(planned, PROFILE, folder) is None
    order = order_of(PROFILE, folder)
    first = fix_one(*still, order, lambda _, stage: heard.append(stage))
    made = Path(first.asset.path)
    before = made.stat()
    again = fix_one(*still, order)
    found = made_before(planned, PROFILE, folder)
    assert (first.message, again.message, heard[-1]) == ("", FOUND, "checking")
    assert (again.asset.path, made.stat().st_mtime_ns) == (first.asset.path, before.st_mtime_ns)
    assert found
    assert [(one.outcome, one.message, one.asset.path) for one in found] == [("fixed", FOUND, first.asset.path)]
    made.write_bytes(b"edited")
    assert made_before(planned, PROFILE, folder) is None


def test_nothing_was_made_before_where_nothing_is_to_be_made_or_nothing_can_be(
    still: tuple[Judged, Plan], tmp_path: Path
) -> None:
    judged, plan = still
    for changes in ({"steps": ()}, {"fault": "no"}, {"beyond_mending": (FINDING,)}):
        one = (judged, msgspec.structs.replace(plan, **changes))
        assert made_before(RequestPlan(plans=(one,)), PROFILE, tmp_path) is None


# ---- many -----------------------------------------------------------------------------------------------------------


@settings(max_examples=6)
@given(st.lists(st.sampled_from(["steps", "none", "fault"]), max_size=6), st.data())
def test_results_keep_the_order_of_their_plans_and_what_is_declined_is_not_begun(
    kinds: list[str], data: st.DataObject
) -> None:
    """Of plans with steps none is agreed to, so that nothing is made."""
    judged = msgspec.structs.replace(made_up(IMAGE), findings=())
    step = Write(loss="lossless", clears=(), format="png")
    one = {"steps": {"steps": (step,)}, "none": {}, "fault": {"fault": "no"}}
    names = data.draw(st.permutations(range(len(kinds))))
    plans = [
        (judged, Plan(asset=Asset(path=f"{name}.png"), kind="image", **one[kind]))  # type: ignore[arg-type] # of a table
        for name, kind in zip(names, kinds, strict=True)
    ]
    asked = list[str]()

    def never(plan: Plan) -> bool:
        asked.append(plan.asset.path)
        return False

    done = fix_all(plans, PROFILE, Path("never-made"), agree=never)
    assert [result.plan.asset.path for result in done] == [f"{name}.png" for name in names]
    outcomes = {"steps": "declined", "none": "untouched", "fault": "failed"}
    assert [result.outcome for result in done] == [outcomes[kind] for kind in kinds]
    assert asked == [f"{name}.png" for name, kind in zip(names, kinds, strict=True) if kind == "steps"]
    assert not Path("never-made").exists()


def test_a_report_is_planned_as_a_request_only_where_its_assets_have_roles() -> None:
    files = Report(profile=PROFILE.name, assets=(made_up(IMAGE), made_up(IMAGE)))
    request = Report(profile=PROFILE.name, assets=(made_up(IMAGE, "a.png", role=Role("image", 1)),))
    assert [plan.asset.role for _, plan in plan_report(files, PROFILE, FixOptions())] == [None, None]
    assert [str(plan.asset.role) for _, plan in plan_report(request, PROFILE, FixOptions())] == ["image 1"]


def test_what_needed_no_fix_is_put_beside_the_new_files_and_an_address_is_not(tmp_path: Path) -> None:
    (tmp_path / "ok.png").write_bytes(b"as it is")
    local, there = made_up(IMAGE, str(tmp_path / "ok.png")), made_up(IMAGE, "https://h/a.png")
    plan = Plan(asset=local.asset, kind="image")
    rows = [
        FixResult(plan=plan, outcome="untouched", before=local),
        FixResult(plan=plan, outcome="untouched", before=there),
        FixResult(plan=plan, outcome="failed", before=local),
    ]
    placed, url, failed = with_passing(rows, tmp_path / "new")
    assert Path(placed.asset.path).read_bytes() == b"as it is"
    assert Path(placed.asset.path).parent == tmp_path / "new"
    assert (url.asset, failed) == (there.asset, rows[2])


def test_a_result_without_a_new_file_has_no_quality_to_measure() -> None:
    one = FixResult(plan=Plan(asset=Asset(path="a"), kind="image"), outcome="untouched", before=made_up(IMAGE))
    assert graded(one) is one


# ---- the request file -----------------------------------------------------------------------------------------------

SPEC = RequestSpec(assets=tuple(with_roles("image", ["a.png"])), prompt="Image 1.", duration=4)


def other(prompt: str) -> RequestSpec:
    return msgspec.structs.replace(SPEC, prompt=prompt)


def test_a_request_is_written_once_and_is_the_same_the_next_time(tmp_path: Path) -> None:
    source = tmp_path / "mine.toml"
    first, again = (write_request(SPEC, tmp_path, source) for _ in range(2))
    assert (first.how, again.how, first.path, again.path) == ("new", "same", again.path, tmp_path / "request.toml")
    assert load_spec(first.path, PROFILE, absent=True).prompt == "Image 1."


def test_a_later_run_for_the_same_request_replaces_and_another_s_stays(tmp_path: Path) -> None:
    mine, yours = tmp_path / "mine.toml", tmp_path / "yours.toml"
    mine.touch()
    write_request(SPEC, tmp_path, mine)
    replaced = write_request(other("Image 1, later."), tmp_path, mine)
    beside = write_request(other("Image 1, of yours."), tmp_path, yours)
    assert (replaced.how, replaced.path, replaced.other) == ("replaced", tmp_path / "request.toml", None)
    assert (beside.how, beside.path.name, beside.other) == ("new", "request-2.toml", tmp_path / "request.toml")
    assert "later" in replaced.path.read_text(encoding="utf-8")


@pytest.mark.parametrize("edit", [b"# mine\n", b"\n", b" ", b"duration = 5\n"])
def test_what_a_person_edited_stays_however_little(tmp_path: Path, edit: bytes) -> None:
    path = write_request(SPEC, tmp_path, tmp_path / "mine.toml").path
    path.write_bytes(path.read_bytes() + edit)
    before = path.read_bytes()
    assert write_request(other("Image 1, later."), tmp_path, tmp_path / "mine.toml").path != path
    assert path.read_bytes() == before


@pytest.mark.parametrize("what", ["folder", "link", "large"])
def test_what_is_no_request_file_of_ours_stays(tmp_path: Path, what: str) -> None:
    wanted = tmp_path / "request.toml"
    if what == "folder":
        wanted.mkdir()
    elif what == "link":
        wanted.symlink_to(tmp_path / "nowhere")
    else:
        with wanted.open("wb") as stream:
            stream.truncate(MAX_BYTES + 1)
    written = write_request(SPEC, tmp_path, tmp_path / "mine.toml")
    assert (written.how, written.path.name, written.other) == ("new", "request-2.toml", wanted)


def test_the_request_that_it_was_made_from_is_never_replaced(tmp_path: Path) -> None:
    source = tmp_path / "request.toml"
    first = write_request(SPEC, tmp_path, source)
    assert write_request(other("Image 1, later."), tmp_path, first.path).path != first.path


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_stamp_is_one_line_that_shows_every_edit(one: str, two: str) -> None:
    line, _, rest = stamped("a.toml", one.encode()).partition(b"\n")
    assert rest == one.encode()
    assert line.startswith(b"# ")
    assert (stamped("a.toml", two.encode()).partition(b"\n")[0] == line) is (one == two)
    assert stamped("b.toml", one.encode()) != stamped("a.toml", one.encode())


def test_a_request_keeps_all_but_the_files_that_were_made(tmp_path: Path) -> None:
    new = made_up(IMAGE, str(tmp_path / "new.png"), role=Role("image", 1))
    done = FixResult(plan=Plan(asset=SPEC.assets[0], kind="image"), outcome="fixed", before=new, after=new)
    assert with_results(SPEC, [done]) == msgspec.structs.replace(SPEC, assets=(new.asset,))
