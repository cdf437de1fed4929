"""A baseline holds what was there, counts what is new or worse, and is read as what anybody may have edited."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.policy.baseline import (
    SCHEMA,
    AppliedBaseline,
    Baseline,
    Entry,
    dump,
    entries_of,
    read_baseline,
    refuse_to_overwrite,
)
from preflight.values.assets import Asset
from preflight.values.findings import IN_BASELINE, Finding, Judged
from tests import made

FOLDER = "/library"
LARGE = made.judged(made.video(width_px=1920, height_px=1080), "/library/a.mp4")
"""One error: 2,073,600 pixels."""
LARGER = made.judged(made.video(width_px=2048, height_px=1080), "/library/a.mp4")
SMALLER = made.judged(made.video(width_px=1600, height_px=900), "/library/a.mp4")


def known(*judged: Judged) -> AppliedBaseline:
    entries = tuple(entry for one in judged for entry in entries_of(one, FOLDER))
    return AppliedBaseline(Baseline(schema=SCHEMA, profile="p", findings=entries), FOLDER)


def at(path: str, judged: Judged = LARGE) -> Judged:
    return msgspec.structs.replace(judged, asset=Asset(path=path))


def written(tmp_path: Path, *judged: Judged, profile: str = "p") -> Path:
    path = tmp_path / "known.json"
    path.write_text(dump(profile, [entry for one in judged for entry in entries_of(one, FOLDER)]))
    return path


# ---- what counts ----------------------------------------------------------------------------------------------------


def test_a_finding_of_the_baseline_stays_as_information_and_says_so() -> None:
    judged = known(LARGE).settle(LARGE)
    (finding,) = judged.findings
    assert (finding.severity, finding.severity_before, finding.ignored) == ("info", "error", IN_BASELINE)
    assert finding.message.endswith("(error, in the baseline)")
    assert (LARGE.verdict, judged.verdict) == ("fail", "pass")


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (LARGE, "pass"),
        (SMALLER, "pass"),
        (LARGER, "fail"),
        (at("/library/b.mp4"), "fail"),
        (at("/library/deep/../a.mp4"), "pass"),
        (made.judged(made.video(width_px=1920, height_px=1080, bytes=100_001), "/library/a.mp4"), "fail"),
        (made.judged(made.video(codec="vp9", width_px=1920, height_px=1080), "/library/a.mp4"), "pass"),
        (made.judged(made.video(width_px=1920, height_px=1080, frame_rate_hz=90), "/library/a.mp4"), "fail"),
    ],
    ids=["same", "better", "worse", "other-file", "same-by-another-way", "other-content", "new-warning", "new-error"],
)
def test_what_is_new_or_worse_or_of_another_content_counts(now: Judged, verdict: str) -> None:
    assert known(LARGE).settle(now).verdict == verdict


def test_a_word_that_is_another_counts() -> None:
    webm = made.judged(made.video(format="matroska"), "/library/a.mkv")
    avi = made.judged(made.video(format="avi"), "/library/a.mkv")
    assert known(webm).settle(webm).verdict == "pass"
    assert known(webm).settle(avi).verdict == "fail"


def test_two_findings_of_one_rule_each_need_an_entry() -> None:
    small = made.judged(made.image(width_px=100, height_px=150), "/library/a.png")
    sides = [finding for finding in small.findings if finding.rule == "image/side"]
    assert len(sides) == 2
    one = msgspec.structs.replace(small, findings=tuple(sides[1:]))
    assert known(small).settle(small).verdict == "pass"
    settled = known(one).settle(msgspec.structs.replace(small, findings=tuple(sides)))
    assert [finding.ignored for finding in settled.findings] == [None, IN_BASELINE]


def test_what_was_passed_over_counts_again_when_its_error_is_in_the_baseline() -> None:
    untold = Finding(rule="video/unjudged", severity="error", message="cannot be read")
    judged = msgspec.structs.replace(LARGE, untold=(untold,))
    assert known(LARGE).settle(judged).verdict == "unsure"


def test_what_could_not_be_told_is_never_in_a_baseline() -> None:
    for rule in ("video/unjudged", "video/readable"):
        finding = Finding(rule=rule, severity="error", message="no")
        judged = msgspec.structs.replace(LARGE, findings=(finding,))
        assert list(entries_of(judged, FOLDER)) == []
        assert known(LARGE).settle(judged).findings == (finding,)
    nothing = msgspec.structs.replace(LARGE, facts=None)
    assert list(entries_of(nothing, FOLDER)) == []


def test_a_url_is_never_in_a_baseline() -> None:
    assert list(entries_of(at("https://example.com/a.mp4"), FOLDER)) == []


def test_what_is_gone_and_what_was_not_met_are_told_apart() -> None:
    clean = made.judged(made.video(), "/library/a.mp4")
    gate = known(LARGE, at("/library/b.mp4"), at("/library/c.mp4"))
    gate.settle(clean)
    gate.settle(clean)
    gate.settle(at("/library/b.mp4"))
    assert (gate.gone, gate.unseen) == (1, 1)


def test_a_file_that_is_named_twice_is_settled_twice() -> None:
    gate = known(LARGE)
    assert [gate.settle(LARGE).verdict, gate.settle(LARGE).verdict] == ["pass", "pass"]


# ---- the file -------------------------------------------------------------------------------------------------------


def test_a_file_has_an_entry_a_line_in_an_order_that_does_not_depend_on_the_run(tmp_path: Path) -> None:
    some = [at("/library/b.mp4"), at("/library/a.mp4"), at("/x/c.mp4")]
    first = written(tmp_path, *some).read_text()
    assert first == written(tmp_path, *reversed(some)).read_text()
    assert first.splitlines() == [
        "{",
        f'"schema": "{SCHEMA}",',
        '"profile": "p",',
        '"findings": [',
        '{"path": "../x/c.mp4", "rule": "video/pixels", "bytes": 100000, "measured": "2073600", "margin": "-1146192"},',
        '{"path": "a.mp4", "rule": "video/pixels", "bytes": 100000, "measured": "2073600", "margin": "-1146192"},',
        '{"path": "b.mp4", "rule": "video/pixels", "bytes": 100000, "measured": "2073600", "margin": "-1146192"}',
        "]",
        "}",
    ]
    assert json.loads(first)["schema"] == SCHEMA


def test_an_empty_baseline_is_one(tmp_path: Path) -> None:
    assert read_baseline(written(tmp_path), "p").findings == ()


@given(
    st.binary(min_size=1, max_size=40).filter(
        lambda name: b"\0" not in name and b"/" not in name and name not in (b".", b"..")
    )
)
def test_any_name_is_written_and_found_again(tmp_path_factory: pytest.TempPathFactory, name: bytes) -> None:
    judged = at(f"/library/{os.fsdecode(name)}")
    path = written(tmp_path_factory.mktemp("names"), judged)
    text = path.read_text()
    assert all(line.isprintable() for line in text.splitlines())
    assert AppliedBaseline(read_baseline(path, "p"), FOLDER).settle(judged).verdict == "pass"


def test_what_is_no_baseline_is_not_overwritten(tmp_path: Path) -> None:
    refuse_to_overwrite(tmp_path / "absent.json")
    refuse_to_overwrite(written(tmp_path, LARGE))
    (tmp_path / "notes.json").write_text('{"a": 1}')
    with pytest.raises(CallError, match="is no baseline; it was left as it is"):
        refuse_to_overwrite(tmp_path / "notes.json")
    with pytest.raises(CallError, match="cannot be read: Is a directory"):
        refuse_to_overwrite(tmp_path)


GOOD = {"path": "a", "rule": "video/pixels", "bytes": 1, "measured": "1", "margin": "-1"}


def whole(*entries: dict[str, Any], **changes: Any) -> str:  # noqa: ANN401 - what JSON can say
    return json.dumps({"schema": SCHEMA, "profile": "p", "findings": list(entries), **changes})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "expected an object, got list"),
        ("{}", "is None, not 'preflight.baseline/1'"),
        (whole(schema="preflight.baseline/2"), "is 'preflight.baseline/2', not 'preflight.baseline/1'"),
        (whole(schema="preflight.report/1"), "is 'preflight.report/1', not 'preflight.baseline/1'"),
        (whole(profile="q"), "is of profile 'q', and this run judges by 'p'"),
        (whole(profile=3), "profile: expected text, got 3"),
        (whole(extra=1), "extra: unknown key"),
        (whole({**GOOD, "bytes": "1"}), "findings.0.bytes: expected a whole number, got '1'"),
        (whole(GOOD, {**GOOD, "byte": 1}), "findings.1.byte: unknown key; did you mean 'bytes'?"),
        (whole({**GOOD, "margin": "1e999999999"}), "expected an exact number such as -1/2 as margin"),
        (whole({**GOOD, "margin": "1/0"}), "expected an exact number such as -1/2 as margin"),
        (whole({**GOOD, "rule": "video/unjudged"}), "is never in a baseline"),
        (whole({**GOOD, "rule": "image/readable"}), "is never in a baseline"),
    ],
)
def test_a_baseline_that_cannot_be_used_is_refused_clearly(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(CallError) as refused:
        read_baseline(path, "p")
    assert refused.value.message.startswith(str(path))
    assert said in refused.value.message
    assert refused.value.advice


def test_a_baseline_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CallError, match="No such file"):
        read_baseline(tmp_path / "absent.json", "p")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(CallError, match="not JSON"):
        read_baseline(tmp_path / "bytes.json", "p")


def test_an_entry_written_by_hand_without_a_distance_has_to_be_the_same() -> None:
    entry = Entry(path="a.mp4", rule="video/pixels", bytes=100_000, measured="2073600")
    gate = AppliedBaseline(Baseline(schema=SCHEMA, profile="p", findings=(entry,)), FOLDER)
    assert gate.settle(LARGE).verdict == "pass"
    assert gate.settle(SMALLER).verdict == "fail"
