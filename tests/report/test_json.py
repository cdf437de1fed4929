"""JSON: the contract's fields, exactly; new ones may be added, these never change."""

import io
import json
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import __version__
from preflight.plan import FixOptions, Plan, plan
from preflight.plan.result import FixResult
from preflight.report import Header, open_writer, write_report
from preflight.report.json import dump, facts_json, facts_report, finding_json, fix_report, plan_report, report_json
from preflight.rules import judge
from preflight.values.assets import Asset, Role
from preflight.values.findings import Finding, Judged, Report
from preflight.values.probed import Fault
from tests import made
from tests.report.fixed import ASSETS, REMARKS, REQUEST, written
from tests.specimens import PROFILE, judged, media, probed


def read(value: dict[str, Any]) -> dict[str, Any]:
    """Write JSON and read it back, as a program at the other end does."""
    found = json.loads(dump(value))
    assert isinstance(found, dict)
    return found


LONG = made.video(
    duration_s=Fraction("20.02"),
    header_duration_s=Fraction("20.02"),
    frame_rate_hz=Fraction(30000, 1001),
    frames=600,
)


def test_a_report_has_the_contracts_fields() -> None:
    one = judge(made.measured(LONG, "clip.mov", role=Role("video", 1)), PROFILE)
    found = read(report_json(Report(profile=PROFILE.name, assets=(one,))))
    assert list(found) == ["schema", "tool", "profile", "verdict", "assets", "findings", "passed_over"]
    assert found["tool"] == {"name": "preflight", "version": __version__}
    assert (found["schema"], found["profile"], found["verdict"]) == ("preflight.report/1", PROFILE.name, "fail")
    (asset,) = found["assets"]
    assert list(asset) == ["path", "kind", "role", "verdict", "facts", "findings"]
    assert (asset["path"], asset["kind"], asset["role"], asset["verdict"]) == ("clip.mov", "video", "video 1", "fail")
    assert found["findings"] == []


def test_a_report_that_is_written_as_it_comes_says_the_same() -> None:
    whole = read(report_json(Report(profile="house-2026", assets=ASSETS, findings=REQUEST)))
    streamed = json.loads(written("json", ASSETS, REQUEST, Header(profile="house-2026")))
    assert streamed == whole
    assert json.loads(written("json", (), REQUEST[1:])) | {"tool": None} == {
        "schema": "preflight.report/1",
        "tool": None,
        "profile": "house-2026",
        "assets": [],
        "findings": [finding_json(REQUEST[1])],
        "passed_over": 0,
        "verdict": "pass",
    }


def test_an_interrupted_report_is_closed_and_says_so() -> None:
    out = io.StringIO()

    def stopped() -> Iterator[Judged]:
        yield ASSETS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_report([open_writer("json", Header(profile="p"), out)], stopped())
    found = json.loads(out.getvalue())
    assert (found["verdict"], found["interrupted"], len(found["assets"])) == ("unsure", True, 1)


def test_a_finding_has_the_contracts_fields() -> None:
    found = read(finding_json(made.findings(LONG)["video/duration"]))
    assert {key: found[key] for key in found if key not in ("margin", "how", "severity_before", "ignored")} == {
        "rule": "video/duration",
        "severity": "error",
        "measured": 20.02,
        "limit": "2..15",
        "unit": "s",
        "message": "20.02 s long; 2 to 15 s allowed",
        "source": "reference-to-video document, 'Video': 2-15 seconds a clip",
        "fix": "lossy",
        "doubtful": False,
    }
    assert found["margin"] == -5.02


def test_facts_of_a_clip_have_the_contracts_names_and_numbers() -> None:
    facts = read(facts_json(made.video(frame_rate_hz=Fraction(24000, 1001), duration_s=Fraction("5.005"))) or {})
    assert (facts["format"], facts["bytes"], facts["width_px"], facts["height_px"]) == ("mp4", 100_000, 1280, 720)
    assert (facts["duration_s"], facts["frame_rate_hz"], facts["frame_rate"]) == (5.005, 23.976, "24000/1001")
    assert (facts["pixels"], facts["header_duration_s"], facts["codec"]) == (921_600, 5, "h264")
    assert abs(facts["aspect_ratio"] - 16 / 9) < 1e-6
    assert facts["measured_by"] == {}


def test_facts_of_pictures_and_sounds_have_the_contracts_names() -> None:
    picture, sound = read(facts_json(made.IMAGE) or {}), read(facts_json(made.AUDIO) or {})
    assert {"format", "bytes", "width_px", "height_px", "orientation", "mode", "alpha", "location"} <= set(picture)
    assert {"format", "bytes", "duration_s", "stored_duration_s", "header_duration_s", "codec"} <= set(sound)
    assert "aspect_ratio" not in sound


def test_what_was_not_measured_is_null() -> None:
    facts = read(facts_json(made.video(frame_rate_hz=None, duration_s=None)) or {})
    assert facts["frame_rate_hz"] is facts["frame_rate"] is facts["duration_s"] is None
    assert facts_json(None) is None


def test_what_of_a_policy_did_nothing_is_told_and_else_nothing_is_said_of_it() -> None:
    told = json.loads(written("json", ASSETS, unused_ignores=REMARKS))
    assert told["policy"] == [
        {
            "place": "ignore.0",
            "state": "expired",
            "rules": ["video/*"],
            "paths": [],
            "reason": "old",
            "until": "2026-01-31",
        },
        {
            "place": "override.1",
            "state": "unreached",
            "rules": ["image/side"],
            "paths": ["{0}/\\x1b[31m/[a](b)/**"],
            "reason": None,
            "until": None,
        },
    ]
    assert "policy" not in json.loads(written("json", ASSETS))
    assert json.loads(written("jsonl", ASSETS, unused_ignores=REMARKS).splitlines()[-1])["policy"] == told["policy"]


def test_facts_alone_have_no_verdict_but_say_why_they_are_missing() -> None:
    found = read(facts_report([probed("image-ok.png"), probed("empty.mp4")]))
    assert found["schema"] == "preflight.facts/1"
    good, bad = found["assets"]
    assert list(good) == ["path", "kind", "facts", "fault"]
    assert (good["kind"], good["fault"], bad["facts"]) == ("image", None, None)
    assert bad["fault"] == {"kind": "unreadable", "message": "is empty (0 bytes)"}


@pytest.mark.parametrize(
    ("name", "outcome", "loss"),
    [("image-ok.png", "untouched", "none"), ("image-200x200.png", None, "lossy"), ("empty.png", "unfixable", "none")],
)
def test_a_plan_is_told_before_it_is_carried_out(name: str, outcome: str | None, loss: str) -> None:
    verdict = judged(name)
    found = read(plan_report(PROFILE.name, [(verdict, plan(verdict, PROFILE, FixOptions()), None)]))
    assert found["schema"] == "preflight.fix/1"
    (asset,) = found["assets"]
    assert (asset["outcome"], asset["output"], asset["loss"]) == (outcome, None, loss)
    assert [finding["rule"] for finding in asset["findings_before"]] == [f.rule for f in verdict.findings]


def test_a_fix_has_the_contracts_fields() -> None:
    before, after = judged("image-200x200.png"), judged("image-300x300.png")
    treated = FixResult(plan=plan(before, PROFILE, FixOptions()), outcome="fixed", before=before, after=after)
    found = read(fix_report(PROFILE.name, [treated]))
    (asset,) = found["assets"]
    contract = {"path", "outcome", "output", "loss", "steps", "findings_before", "findings_after"}
    assert contract <= set(asset)
    assert (asset["path"], asset["output"]) == (media("image-200x200.png"), media("image-300x300.png"))
    assert (asset["outcome"], asset["loss"], asset["findings_after"]) == ("fixed", "lossy", [])
    assert [step["do"] for step in asset["steps"]] == ["resize", "write"]
    assert asset["steps"][0] == {
        "do": "resize",
        "loss": "lossy",
        "clears": ["image/side"],
        "width_px": 300,
        "height_px": 300,
        "rounded": False,
        "words": "scale to 300 x 300 px",
    }


def test_a_fix_that_failed_keeps_its_findings_and_says_why() -> None:
    before = judged("image-200x200.png")
    treated = FixResult(plan=plan(before, PROFILE, FixOptions()), outcome="failed", before=before, message="a\x1b[2J")
    (asset,) = read(fix_report(PROFILE.name, [treated]))["assets"]
    assert (asset["outcome"], asset["output"], asset["message"]) == ("failed", None, "a\\x1b[2J")
    assert asset["findings_after"] == asset["findings_before"] != []


@pytest.mark.parametrize("name", [os.fsdecode(b"\xff.mp4"), "a\x1b[31m.mp4", "\u202egpj.mp4", "\ud800.mp4"])
def test_a_name_that_is_no_text_is_still_json(name: str) -> None:
    one = judge(made.measured(None, name, fault=Fault("unmeasured", f"{name}: no")), PROFILE)
    found = read(report_json(Report(profile=PROFILE.name, assets=(one,))))
    assert found["assets"][0]["path"].isprintable()
    assert found["assets"][0]["findings"][0]["message"].isprintable()
    assert read(facts_report([made.measured(None, name)]))


def test_a_measured_word_that_is_no_text_is_still_json() -> None:
    found = Finding(rule="request/quality", severity="error", message="x", measured=os.fsdecode(b"\xff"))
    assert read(finding_json(found))["measured"] == "\\udcff"


def test_output_ends_with_a_newline_and_is_indented() -> None:
    assert dump({"a": [1]}) == '{\n  "a": [\n    1\n  ]\n}\n'


@given(st.fractions(0, 10**5, max_denominator=10**6))
def test_a_length_in_json_is_true_to_a_microsecond(length: Fraction) -> None:
    facts = read(facts_json(made.video(duration_s=length)) or {})
    assert abs(Fraction(facts["duration_s"]) - length) <= Fraction(1, 10**6)


def test_every_specimen_can_be_told_in_json() -> None:
    folder = Path(media("image-ok.png")).parent
    verdicts = tuple(judged(path.name) for path in sorted(folder.iterdir())[::5])
    found = read(report_json(Report(profile=PROFILE.name, assets=verdicts)))
    assert len(found["assets"]) == len(verdicts)
    plans = [(one, plan(one, PROFILE, FixOptions(allow="creative"))) for one in verdicts]
    assert len(read(plan_report(PROFILE.name, [(*one, None) for one in plans]))["assets"]) == len(verdicts)


def test_a_value_that_json_does_not_know_is_a_mistake() -> None:
    with pytest.raises(NotImplementedError):
        dump({"a": object()})
    assert msgspec.structs.asdict(Plan(asset=Asset(path="a"), kind="image"))["steps"] == ()
