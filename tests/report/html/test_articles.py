"""What an article says of a finding: what it stands on, and what to do about it."""

from fractions import Fraction

import msgspec
import pytest

from preflight.report.html.articles import asset_article, grounds, request_article, shares
from preflight.report.html.render import ADVICE
from preflight.rules import RULES
from preflight.values.findings import Finding, Loss
from tests.report.fixed import ASSETS, DURATION, HEADING, REQUEST

PLAIN = msgspec.structs.replace(HEADING, thumbnails=None)


def told(finding: Finding, *, fixable: bool = True) -> dict[str, str]:
    ((_, found),) = grounds([finding], fixable=fixable)
    return dict(found)


def test_what_is_known_of_a_finding_is_told_with_its_unit() -> None:
    found = told(DURATION)
    assert found["Limit"] == "2..15 s"
    assert found["Margin"] == "-1.016 s"
    assert (found["Measured by"], found["Source"]) == (DURATION.how, DURATION.source)


def test_what_is_not_known_is_left_out() -> None:
    bare = Finding(rule="house/rule", severity="error", message="no")
    assert told(bare) == {}


@pytest.mark.parametrize(
    ("fix", "words"),
    [("lossless", "without loss"), ("lossy", "with a loss"), ("creative", "--allow creative"), ("none", "")],
)
def test_advice_is_the_rule_s_own_and_what_mending_costs(fix: Loss, words: str) -> None:
    advice = told(msgspec.structs.replace(DURATION, fix=fix))[ADVICE]
    assert advice.startswith(RULES["video/duration"].fix)
    assert words in advice
    assert ("preflight fix" in advice.removeprefix(RULES["video/duration"].fix)) is (fix != "none")


def test_what_cannot_be_mended_here_is_not_told_to_be() -> None:
    assert told(DURATION, fixable=False)[ADVICE] == RULES["video/duration"].fix


def test_a_margin_that_is_hardly_one_is_not_told_as_nought() -> None:
    close = msgspec.structs.replace(DURATION, margin=Fraction(-1, 25_000))
    assert told(close)["Margin"] == "-0.00004 s"


@pytest.mark.parametrize("judged", ASSETS, ids=lambda one: one.asset.path[:12])
def test_an_article_names_its_asset_and_each_of_its_findings(judged: object) -> None:
    article = asset_article(judged, 7, PLAIN)  # type: ignore[arg-type] # one of the assets
    assert 'id="asset-7"' in article
    for finding in judged.findings:  # type: ignore[attr-defined] # as above
        assert finding.rule in article
    assert "\x1b" not in article


def test_a_request_has_its_findings_and_without_a_plan_no_shares() -> None:
    article = request_article(REQUEST, "fail")
    assert all(finding.rule in article for finding in REQUEST)
    assert shares(None) == []
