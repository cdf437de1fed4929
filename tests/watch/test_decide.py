"""Where a judged file goes, and what is written beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from preflight.apply.record import beside
from preflight.files.opened import Opened
from preflight.plan.result import FixResult
from preflight.plan.steps import Deinterlace, Plan
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Severity
from preflight.watch.arrivals import Arrival
from preflight.watch.decide import Fixed, Ruling, decide, rules_of, successor_of
from preflight.watch.folders import Folders
from tests.made import VIDEO
from tests.made import judged as made_up

STATE = (1, 2, 3, 4)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = {name: tmp_path / name for name in ("incoming", "ready", "rejected", "done")}
    for folder in (*made.values(), made["incoming"] / "sub"):
        folder.mkdir()
    return Folders(**made)


@pytest.fixture
def at(folders: Folders, tmp_path: Path) -> Iterator[Opened]:
    with Opened(folders.incoming, folders.ready, folders.rejected, folders.done, tmp_path / "made") as opened:
        yield opened


def finding(rule: str, severity: Severity = "error") -> Finding:
    return Finding(rule=rule, severity=severity, message="no")


def ruled(folders: Folders, *findings: Finding, **more: Any) -> Ruling:  # noqa: ANN401 - any field of a ruling
    path = str(folders.incoming / "sub" / "a.mov")
    judged = msgspec.structs.replace(made_up(VIDEO, path), findings=findings)
    return Ruling(arrival=Arrival(path, STATE), plain=judged, judged=judged, profile="house", **more)


def report_of(note: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(note)
    return found


def test_what_passes_goes_to_ready_with_its_report(folders: Folders, at: Opened) -> None:
    handling, ((report,),) = decide(ruled(folders, finding("video/hdr", "warning")), folders, at)
    (parcel,) = handling.parcels
    assert (handling.outcome, handling.verdict, handling.state, handling.rules) == ("ready", "pass", STATE, ())
    assert parcel.target == str(folders.ready / "sub" / "a.mov")
    assert report_of(report)["assets"][0]["path"] == parcel.target


def test_what_fails_goes_to_rejected_and_its_report_says_what_was_tried(folders: Folders, at: Opened) -> None:
    bad = finding("video/codec")
    steps = (Deinterlace(loss="lossy", clears=()),)
    judged = ruled(folders, bad).judged
    result = FixResult(
        plan=Plan(asset=judged.asset, kind="video", steps=steps), outcome="failed", before=judged, message="no room"
    )
    handling, ((report,),) = decide(ruled(folders, bad, result=result), folders, at)
    assert (handling.outcome, handling.rules) == ("rejected", ("video/codec",))
    assert handling.parcels[0].target == str(folders.rejected / "sub" / "a.mov")
    fix = report_of(report)["fix"]
    assert (fix["outcome"], fix["steps"], fix["message"], fix["output"]) == ("failed", ["deinterlace"], "no room", None)


def test_of_a_fixed_file_the_new_one_goes_to_ready_and_the_original_is_kept(
    folders: Folders, at: Opened, tmp_path: Path
) -> None:
    made = tmp_path / "made" / "x.mp4"
    record = beside(made)
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"output": {"name": "x.mp4"}}))
    new: Judged = made_up(VIDEO, str(made))
    handling, (successor, original) = decide(
        ruled(folders, finding("video/codec"), fixed=Fixed(str(made), new)), folders, at
    )
    first, second = handling.parcels
    assert handling.outcome == "fixed"
    assert (first.origin, first.target) == (str(made), str(folders.ready / "sub" / "a.mp4"))
    assert second.target == str(folders.done / "sub" / "a.mov")
    assert (first.notes, second.notes) == (("record", "report"), ("report",))
    assert report_of(successor[0])["output"]["name"] == "a.mp4"
    assert report_of(successor[1])["assets"][0]["path"] == first.target
    assert report_of(original[0])["assets"][0]["path"] == second.target


def test_a_name_that_is_taken_gets_a_number(folders: Folders, at: Opened) -> None:
    (folders.ready / "sub").mkdir()
    (folders.ready / "sub" / "a.mov").touch()
    handling, _ = decide(ruled(folders), folders, at)
    assert handling.parcels[0].target == str(folders.ready / "sub" / "a-2.mov")


@pytest.mark.parametrize(
    ("path", "made", "new"),
    [
        ("ready/a.mov", "x/b.mp4", "ready/a.mp4"),
        ("ready/a.b.mov", "x.mp4", "ready/a.b.mp4"),
        ("ready/a", "x.png", "ready/a.png"),
        ("ready/\udcff.mov", "x.mp4", "ready/\udcff.mp4"),
    ],
)
def test_a_new_file_keeps_the_name_and_has_the_new_ending(path: str, made: str, new: str) -> None:
    assert successor_of(path, made) == new


def test_only_rules_that_count_are_told_each_once_in_their_order() -> None:
    found = (finding("b/b"), finding("a/a", "warning"), finding("b/b"), finding("c/c", "info"))
    judged = msgspec.structs.replace(made_up(VIDEO), findings=found)
    assert rules_of(judged) == ("b/b",)
    assert rules_of(msgspec.structs.replace(judged, fail_on="warning")) == ("a/a", "b/b")
