"""What a policy may say, and that nothing it says makes "could not tell" a yes."""

import datetime as dt
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.files.toml import TableError, convert_table
from preflight.policy.policy import (
    Ignore,
    Override,
    Policy,
    apply,
    apply_to_report,
    expired,
    is_untouchable,
    matches,
    refuse_wrong,
)
from preflight.rules import RULES
from preflight.values.assets import Asset
from preflight.values.findings import Finding, Judged, Report
from tests import made

TODAY = dt.date(2026, 6, 1)
LARGE = made.judged(made.video(width_px=1920, height_px=1080), "legacy/a.mp4")
"""One error against a documented limit."""
WITH_PLACE = made.judged(made.video(location=True), "new/b.mp4")
"""One warning that no document speaks of."""
UNTOLD = Finding(rule="video/unjudged", severity="error", message="cannot be read")


def policy(**tables: Any) -> Policy:  # noqa: ANN401 - as TOML has them
    found = convert_table({"folder": "/home/house", **tables}, Policy)
    refuse_wrong(found)
    return found


def ignore(rule: str = "video/pixels", until: dt.date = TODAY, reason: str = "old footage", *paths: str) -> Policy:
    return policy(ignore=[{"rule": rule, "until": until, "reason": reason, "paths": list(paths)}])


def only(judged: Judged) -> Finding:
    (finding,) = judged.findings
    return finding


# ---- what it does ---------------------------------------------------------------------------------------------------


def test_the_specimens_of_these_tests_are_what_they_say() -> None:
    assert (only(LARGE).rule, only(LARGE).severity, LARGE.verdict) == ("video/pixels", "error", "fail")
    assert only(LARGE).source
    assert (only(WITH_PLACE).rule, only(WITH_PLACE).severity, WITH_PLACE.verdict) == (
        "video/location",
        "warning",
        "pass",
    )


def test_an_empty_policy_changes_nothing() -> None:
    assert apply(Policy(), LARGE, TODAY) == LARGE
    assert apply(Policy(), WITH_PLACE, TODAY) == WITH_PLACE


@pytest.mark.parametrize("level", ["warning", "info"])
def test_a_documented_limit_that_is_lowered_stays_and_says_so(level: str) -> None:
    judged = apply(policy(severity={"video/pixels": level}), LARGE, TODAY)
    finding = only(judged)
    assert (finding.severity, finding.severity_before, finding.ignored) == (level, "error", None)
    assert finding.message == f"{only(LARGE).message} (error, lowered to {level} by policy)"
    assert finding.source == only(LARGE).source
    assert judged.verdict == "pass"


def test_a_documented_limit_that_is_turned_off_stays_and_says_so() -> None:
    judged = apply(policy(severity={"video/pixels": "off"}), LARGE, TODAY)
    finding = only(judged)
    assert (finding.severity, finding.severity_before) == ("info", "error")
    assert finding.ignored == "turned off by policy"
    assert finding.message.endswith("(error, turned off by policy)")
    assert judged.verdict == "pass"


def test_what_no_document_says_is_gone_when_it_is_turned_off() -> None:
    assert apply(policy(severity={"video/location": "off"}), WITH_PLACE, TODAY).findings == ()


def test_a_warning_that_is_raised_fails() -> None:
    judged = apply(policy(severity={"video/location": "error"}), WITH_PLACE, TODAY)
    assert (only(judged).severity, only(judged).severity_before) == ("error", "warning")
    assert only(judged).message == only(WITH_PLACE).message
    assert judged.verdict == "fail"


def test_to_say_of_a_rule_what_it_says_itself_changes_nothing() -> None:
    assert apply(policy(severity={"video/*": "error"}), LARGE, TODAY) == LARGE


def test_an_id_stands_over_a_glob_and_a_later_glob_over_an_earlier() -> None:
    by_id = policy(severity={"video/pixels": "warning", "video/*": "off"})
    assert only(apply(by_id, LARGE, TODAY)).severity == "warning"
    by_glob = policy(severity={"video/*": "off", "*/pixels": "warning"})
    assert only(apply(by_glob, LARGE, TODAY)).severity == "warning"


def test_an_override_holds_for_its_paths_and_stands_over_the_table_and_over_earlier_ones() -> None:
    house = policy(
        severity={"video/pixels": "info"},
        override=[
            {"paths": ["legacy/**"], "severity": {"video/*": "off"}},
            {"paths": ["**/a.mp4"], "severity": {"video/pixels": "warning"}},
        ],
    )
    assert only(apply(house, LARGE, TODAY)).severity == "warning"
    other = msgspec.structs.replace(LARGE, asset=Asset(path="legacy/c.mp4"))
    assert only(apply(house, other, TODAY)).ignored == "turned off by policy"
    new = msgspec.structs.replace(LARGE, asset=Asset(path="new/a2.mp4"))
    assert (only(apply(house, new, TODAY)).severity, only(apply(house, new, TODAY)).ignored) == ("info", None)


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("legacy/a.mp4", True),
        ("./legacy/deep/a.mp4", True),
        ("/home/house/legacy/a.mp4", True),
        ("/elsewhere/legacy/a.mp4", False),
        ("legacy/../new/a.mp4", False),
        ("../house/legacy/a.mp4", True),
        ("https://example.com/legacy/a.mp4", False),
    ],
)
def test_paths_are_those_below_the_folder_of_the_settings_by_their_words(path: str, holds: bool) -> None:
    house = ignore("video/pixels", TODAY, "old", "legacy/**")
    judged = msgspec.structs.replace(LARGE, asset=Asset(path=path))
    assert (only(apply(house, judged, TODAY)).ignored is not None) == holds


def test_what_is_ignored_stays_as_information_with_reason_and_day() -> None:
    judged = apply(ignore(), LARGE, TODAY)
    finding = only(judged)
    assert (finding.severity, finding.severity_before) == ("info", "error")
    assert finding.ignored == "ignored by policy until 2026-06-01: old footage"
    assert finding.message.endswith("(error, ignored by policy until 2026-06-01: old footage)")
    assert judged.verdict == "pass"


def test_an_ignore_works_through_its_last_day_and_no_longer() -> None:
    tomorrow = TODAY + dt.timedelta(days=1)
    assert apply(ignore(), LARGE, TODAY).verdict == "pass"
    judged = apply(ignore(), LARGE, tomorrow)
    assert (judged.verdict, only(judged).severity, only(judged).ignored) == ("fail", "error", None)
    assert only(judged).message.endswith("(was ignored by policy until 2026-06-01: old footage)")
    assert list(expired(ignore(), TODAY)) == []
    (said,) = expired(ignore(), tomorrow)
    assert said == "policy: video/pixels was ignored until 2026-06-01, and counts again (old footage)"


def test_of_two_ignores_the_one_that_still_works_is_heeded() -> None:
    old = {"rule": "video/pixels", "until": dt.date(2020, 1, 1), "reason": "once"}
    new = {"rule": "video/*", "until": dt.date(2030, 1, 1), "reason": "again"}
    assert only(apply(policy(ignore=[old, new]), LARGE, TODAY)).ignored == "ignored by policy until 2030-01-01: again"


def test_an_expired_ignore_leaves_the_table_of_severities_in_force() -> None:
    old = {"rule": "video/pixels", "until": dt.date(2020, 1, 1), "reason": "once"}
    judged = apply(policy(ignore=[old], severity={"video/pixels": "warning"}), LARGE, TODAY)
    assert only(judged).severity == "warning"


def test_fail_on_warning_fails_for_a_warning_and_not_for_information() -> None:
    strict = msgspec.structs.replace(Policy(), fail_on="warning")
    assert apply(strict, WITH_PLACE, TODAY).verdict == "fail"
    assert only(apply(strict, WITH_PLACE, TODAY)).severity == "warning"
    quiet = msgspec.structs.replace(policy(severity={"video/location": "info"}), fail_on="warning")
    assert apply(quiet, WITH_PLACE, TODAY).verdict == "pass"


# ---- what it cannot do ----------------------------------------------------------------------------------------------


def test_what_could_not_be_told_is_beyond_every_glob() -> None:
    untold = Judged(asset=Asset(path="a.mp4"), kind="video", findings=(UNTOLD,))
    for house in (ignore("*"), ignore("video/*"), policy(severity={"*": "off"}), policy(severity={"video/*": "info"})):
        assert apply(house, untold, TODAY) == untold


def test_what_was_passed_over_counts_again_when_its_error_is_ignored() -> None:
    both = msgspec.structs.replace(LARGE, untold=(UNTOLD,))
    judged = apply(ignore(), both, TODAY)
    assert judged.verdict == "unsure"
    assert judged.findings[-1] == UNTOLD
    assert apply(policy(severity={"video/pixels": "warning"}), both, TODAY).verdict == "unsure"
    assert apply(Policy(), both, TODAY) == both


def test_the_rules_keep_what_they_pass_over() -> None:
    from preflight.rules import judge
    from preflight.values.probed import Fault
    from tests.specimens import PROFILE

    facts = made.video(width_px=1920, height_px=1080)
    probed = made.measured(facts, fault=Fault("unmeasured", "its second half could not be read"))
    judged = judge(probed, PROFILE)
    assert [finding.rule for finding in judged.findings] == ["video/pixels"]
    assert [finding.rule for finding in judged.untold] == ["video/unjudged"]
    assert apply(ignore(), judged, TODAY).verdict == "unsure"


LEVELS = st.sampled_from(["error", "warning", "info", "off"])
PATTERNS = st.sampled_from([*(rule for rule in RULES if not is_untouchable(rule)), "*", "video/*", "*/*"])
FINDINGS = st.lists(
    st.builds(
        Finding,
        rule=st.sampled_from([*RULES]),
        severity=st.sampled_from(["error", "warning", "info"]),
        message=st.just("measured; allowed"),
        source=st.sampled_from([None, "the document"]),
    ),
    max_size=6,
)


@given(FINDINGS, st.dictionaries(PATTERNS, LEVELS), st.none() | PATTERNS)
def test_no_policy_loses_a_documented_error_or_makes_a_pass_of_what_could_not_be_told(
    findings: list[Finding], severity: dict[str, str], ignored: str | None
) -> None:
    rows = [{"rule": ignored, "reason": "because", "until": TODAY}] if ignored else []
    before = Judged(asset=Asset(path="a.mp4"), kind="video", findings=tuple(findings))
    after = apply(policy(severity=severity, ignore=rows), before, TODAY)
    kept = [(f.rule, f.severity_before or f.severity) for f in after.findings]
    for finding in findings:
        if finding.severity == "error" and finding.source:
            assert (finding.rule, "error") in kept
    errors = {finding.rule for finding in after.findings if finding.severity == "error"}
    if any(is_untouchable(finding.rule) and finding.severity == "error" for finding in findings):
        assert after.verdict != "pass"
    lowered = [f for f in after.findings if f.severity_before == "error" and f.source]
    assert all("by policy" in finding.message for finding in lowered)
    assert {f.rule for f in findings if is_untouchable(f.rule) and f.severity == "error"} <= errors


# ---- a whole request ------------------------------------------------------------------------------------------------


def test_the_findings_of_a_set_are_weighed_and_paths_do_not_reach_them() -> None:
    total = Finding(rule="request/video-total-duration", severity="error", message="16 s; 15 s", source="a document")
    report = Report(profile="p", assets=(LARGE,), findings=(total,))
    everywhere = ignore("request/*")
    assert apply_to_report(everywhere, report, TODAY).findings[0].severity == "info"
    assert apply_to_report(everywhere, report, TODAY).verdict == "fail"
    somewhere = ignore("*", TODAY, "old", "**")
    weighed = apply_to_report(somewhere, report, TODAY)
    assert weighed.findings == (total,)
    assert weighed.assets[0].verdict == "pass"
    assert weighed.verdict == "fail"


def test_fail_on_warning_reaches_the_set() -> None:
    report = Report(profile="p", assets=(), findings=(Finding(rule="request/x", severity="warning", message="x"),))
    assert apply_to_report(Policy(), report, TODAY).verdict == "pass"
    assert apply_to_report(msgspec.structs.replace(Policy(), fail_on="warning"), report, TODAY).verdict == "fail"


# ---- what it may say ------------------------------------------------------------------------------------------------

ROW = {"rule": "video/pixels", "reason": "old", "until": TODAY}


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"severity": {"video/pixel": "off"}}, "severity: no rule named 'video/pixel'; did you mean 'video/pixels'?"),
        ({"severity": {"vidio/*": "off"}}, "severity: no rule named 'vidio/*'; "),
        ({"severity": {"video/pixels": "no"}}, "severity.video/pixels: expected error, warning, info or off, got 'no'"),
        ({"severity": {"video/pixels": 1}}, "expected text, got 1"),
        ({"ignore": [{**ROW, "rule": "audio/lenght"}]}, "ignore.0.rule: no rule named 'audio/lenght'"),
        ({"ignore": [{**ROW, "reason": " \t"}]}, "ignore.0.reason: expected the reason in words"),
        ({"ignore": [{"rule": "video/pixels", "until": TODAY}]}, "ignore.0.reason: missing"),
        ({"ignore": [{"rule": "video/pixels", "reason": "old"}]}, "ignore.0.until: missing"),
        ({"ignore": [{**ROW, "until": "soon"}]}, "ignore.0.until"),
        ({"ignore": [{**ROW, "untill": TODAY}]}, "ignore.0.untill: unknown key; did you mean 'until'?"),
        ({"ignore": [{**ROW, "paths": "legacy"}]}, "ignore.0.paths: expected a list, got 'legacy'"),
        ({"ignore": [{**ROW, "paths": ["/legacy"]}]}, "ignore.0.paths.0: expected a glob below the folder of this"),
        ({"ignore": [{**ROW, "paths": ["a", "../b"]}]}, "ignore.0.paths.1: expected a glob below the folder of this"),
        ({"override": [{"paths": [], "severity": {}}]}, "override.0.paths: expected at least one glob, got none"),
        ({"override": [{"paths": ["a"], "severity": {"video/pixle": "off"}}]}, "override.0.severity: no rule named"),
        ({"override": [{"severity": {}}]}, "override.0.paths: missing"),
    ],
)
def test_a_policy_that_is_wrong_names_the_place_and_the_nearest_right_name(tables: dict[str, Any], said: str) -> None:
    with pytest.raises(TableError) as refused:
        policy(**tables)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "pattern", ["video/unjudged", "image/readable", "*/unjudged", "*/readable", "*/un*", "*able", "unknown/*"]
)
def test_a_policy_that_names_what_could_not_be_told_is_refused_with_words(pattern: str) -> None:
    for tables in (
        {"severity": {pattern: "warning"}},
        {"severity": {pattern: "error"}},
        {"ignore": [{**ROW, "rule": pattern}]},
        {"override": [{"paths": ["**"], "severity": {pattern: "off"}}]},
    ):
        with pytest.raises(TableError, match=r'cannot be changed or ignored: .* never "yes"'):
            policy(**tables)


def test_every_other_rule_may_be_named() -> None:
    named = {rule: "warning" for rule in RULES if not is_untouchable(rule)}
    assert policy(severity=named).severity == named
    assert isinstance(policy(ignore=[ROW]).ignore[0], Ignore)
    assert isinstance(policy(override=[{"paths": ["a"], "severity": {}}]).override[0], Override)


# ---- globs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("glob", "path", "meant"),
    [
        ("legacy/**", "legacy/a.png", True),
        ("legacy/**", "legacy/b/c/a.png", True),
        ("legacy/**", "legacy", False),
        ("legacy/**", "new/legacy/a.png", False),
        ("legacy/", "legacy/b/a.png", True),
        ("legacy", "legacy/a.png", False),
        ("**/old/*.mov", "old/a.mov", True),
        ("**/old/*.mov", "x/y/old/a.mov", True),
        ("**/old/*.mov", "old/x/a.mov", False),
        ("a/*/b.png", "a/x/b.png", True),
        ("a/*/b.png", "a/x/y/b.png", False),
        ("a/**/b.png", "a/b.png", True),
        ("a/**/b.png", "a/x/y/b.png", True),
        ("*.mov", "x/y/a.mov", True),
        ("take?.mov", "take1.mov", True),
        ("take[12].mov", "take3.mov", False),
        ("**", "x/y", True),
        ("**/**/**/b", "b", True),
        ("*.mov", "a.MOV", False),
        ("파일/**", "파일/가.png", True),
    ],
)
def test_a_glob_means_paths(glob: str, path: str, meant: bool) -> None:
    assert matches(glob, path) == meant


def test_a_hostile_glob_costs_no_time() -> None:
    assert not matches("**/a*" * 40 + "/b", "/".join(["a" * 40] * 60))


@given(st.text(alphabet="ab/*.?[]", max_size=30), st.text(alphabet="ab/.", max_size=60))
def test_any_glob_gives_an_answer(glob: str, path: str) -> None:
    assert matches(glob, path) in (True, False)
