"""What of a policy did nothing in a run, and that to watch it changes nothing."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.policy.policy import (
    NAMED,
    Policy,
    UnusedIgnore,
    Usage,
    apply,
    apply_to_report,
    expired,
    unused_ignores,
    unused_words,
)
from preflight.values.assets import Asset
from preflight.values.findings import Finding, Judged, Report
from tests.policy.test_policy import LARGE, TODAY, UNTOLD, WITH_PLACE, only, policy
from tests.specimens import EDITIONS, copied


def states(house: Policy, *assets: Judged, today: dt.date = TODAY) -> dict[str, str]:
    """Weigh assets, and return what is said of the exceptions that did nothing."""
    usage = Usage()
    for judged in assets:
        assert apply(house, judged, today, usage) == apply(house, judged, today)
    return {one.place: one.state for one in unused_ignores(house, usage, today)}


def row(rule: str, *paths: str, until: dt.date = TODAY) -> dict[str, Any]:
    return {"rule": rule, "paths": list(paths), "until": until, "reason": "old footage"}


def test_an_ignore_that_means_no_finding_is_told_and_one_that_does_is_not() -> None:
    house = policy(ignore=[row("video/pixels"), row("audio/*"), row("video/*")])
    assert states(house, LARGE, WITH_PLACE) == {"ignore.1": "unmatched"}
    assert states(house, WITH_PLACE) == {"ignore.0": "unmatched", "ignore.1": "unmatched"}


def test_an_exception_beside_what_was_judged_is_told_from_one_that_is_stale() -> None:
    house = policy(
        ignore=[row("video/codec", "legacy/**"), row("video/pixels", "legcy/**")],
        override=[
            {"paths": ["legacy/**"], "severity": {"video/codec": "error"}},
            {"paths": ["finals/**"], "severity": {"video/codec": "error"}},
        ],
    )
    assert states(house, LARGE) == {"ignore.0": "unmatched", "ignore.1": "unreached", "override.1": "unreached"}
    assert states(house, WITH_PLACE)["ignore.0"] == "unreached"


def test_an_ignore_that_has_ended_is_told_whether_it_meant_a_finding_or_not() -> None:
    house = policy(ignore=[row("video/pixels"), row("audio/*")])
    tomorrow = TODAY + dt.timedelta(days=1)
    assert states(house, LARGE, today=tomorrow) == {"ignore.0": "expired", "ignore.1": "expired"}
    assert len(list(expired(house, tomorrow))) == 2


def test_an_ignore_in_the_shadow_of_another_is_not_called_stale() -> None:
    assert states(policy(ignore=[row("video/pixels"), row("video/*")]), LARGE) == {}


def test_an_exception_for_what_no_policy_reaches_does_nothing() -> None:
    untold = Judged(asset=Asset(path="a.mp4"), kind="video", findings=(UNTOLD,))
    assert states(policy(ignore=[row("video/*")]), untold) == {"ignore.0": "unmatched"}


def test_an_address_has_no_path_that_a_glob_could_mean() -> None:
    there = msgspec.structs.replace(LARGE, asset=Asset(path="https://example.com/legacy/a.mp4"))
    assert states(policy(ignore=[row("video/*", "**")]), there) == {"ignore.0": "unreached"}


def test_a_finding_of_the_set_is_one_that_an_ignore_may_mean() -> None:
    total = Finding(rule="request/video-total-duration", severity="error", message="16 s; 15 s", source="a document")
    report, usage = Report(profile="p", assets=(), findings=(total,)), Usage()
    house = policy(ignore=[row("request/*"), row("request/*", "**")])
    assert apply_to_report(house, report, TODAY, usage) == apply_to_report(house, report, TODAY)
    assert [one.place for one in unused_ignores(house, usage, TODAY)] == ["ignore.1"]


def test_what_did_nothing_is_one_sentence_and_not_an_endless_one() -> None:
    house = policy(ignore=[row("audio/*"), row("video/codec", "legcy/**")])
    found = list(unused_ignores(house, Usage(), TODAY))
    said = "ignore.0 (audio/*) met no file of this run; ignore.1 (video/codec, legcy/**) met no file of this run"
    assert unused_words(found) == f"policy: {said}"
    assert unused_words([]) == ""
    many = [UnusedIgnore(place=f"ignore.{at}", state="unmatched", rules=("audio/*",)) for at in range(NAMED + 1200)]
    assert unused_words(many).endswith("; and 1,200 more")
    assert unused_words(many).count("audio/*") == NAMED


def test_of_what_has_ended_the_sentence_is_silent_since_another_one_says_it() -> None:
    ended = UnusedIgnore(place="ignore.0", state="expired", rules=("audio/*",), until=TODAY)
    assert unused_words([ended]) == ""
    assert ended.words() == "ignore.0 (audio/*) has ended, and counts for nothing"


@given(st.lists(st.sampled_from(["**", "legacy/**", "new/", "*.mp4", "nowhere/**"]), max_size=3), st.booleans())
def test_to_watch_what_is_of_use_changes_no_verdict(paths: list[str], ended: bool) -> None:
    until = TODAY - dt.timedelta(days=1) if ended else TODAY
    house = policy(ignore=[row("video/pixels", *paths, until=until), row("audio/*")])
    told = states(house, LARGE)
    ignored = only(apply(house, LARGE, TODAY)).ignored is not None
    assert ("ignore.0" not in told) == ignored
    assert told["ignore.1"] == "unmatched"


STALE = r"""
[[ignore]]
rule = "video/pixels"
reason = "old \u202e footage"
until = 2020-01-31

[[ignore]]
rule = "audio/*"
paths = ["legacy/\u001b[31m**"]
reason = "once"
until = 2999-12-31
"""


@pytest.mark.parametrize("format_name", ["text", "json", "jsonl", "sarif"])
def test_a_run_says_once_what_of_its_policy_did_nothing_and_ends_as_it_would(format_name: str, tmp_path: Path) -> None:
    copied("image-ok.jpeg", tmp_path)
    (tmp_path / "preflight.toml").write_text(STALE, encoding="utf-8")
    command = [sys.executable, "-c", "from preflight.cli import main; main()", "check", ".", "--format", format_name]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines() == [
        "preflight: policy: video/pixels was ignored until 2020-01-31, and counts again (old \\u202e footage)",
        "preflight: policy: ignore.1 (audio/*, legacy/\\x1b[31m**) met no file of this run",
    ]
    if format_name == "text":
        assert "policy" not in ended.stdout
        return
    last = json.loads(ended.stdout.splitlines()[-1] if format_name == "jsonl" else ended.stdout)
    told = (
        last["runs"][0]["invocations"][0]["toolConfigurationNotifications"]
        if format_name == "sarif"
        else last["policy"]
    )
    assert len(told) == 2


def test_several_editions_side_by_side_say_it_once(tmp_path: Path) -> None:
    copied("image-ok.jpeg", tmp_path)
    (tmp_path / "preflight.toml").write_text(STALE, encoding="utf-8")
    editions = [word for name in EDITIONS[:2] for word in ("--profile", name)]
    command = [sys.executable, "-c", "from preflight.cli import main; main()", "check", ".", "--format", "json"]
    ended = subprocess.run([*command, *editions], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count("met no file of this run") == 1
    assert [one["place"] for one in json.loads(ended.stdout)["policy"]] == ["ignore.0", "ignore.1"]
