"""Plans as a whole: nothing for what passes, everything or nothing for what does not."""

import pytest

from preflight.plan import FixOptions, plan
from preflight.plan.steps import LADDER, Write, find
from preflight.report.remedies import said
from preflight.rules import judge
from preflight.values.assets import Role
from tests import made
from tests.specimens import MEDIA, PROFILE, errors, judged

ALL = sorted(path.name for path in MEDIA.iterdir())


@pytest.mark.parametrize("name", ALL)
def test_every_specimen_has_a_plan_that_is_whole_or_none(name: str) -> None:
    verdict = judged(name)
    found = plan(verdict, PROFILE, FixOptions())
    if verdict.verdict == "pass":
        assert (found.steps, found.beyond_mending) == ((), ())
    elif found.steps:
        assert find(found.steps, Write) is found.steps[-1]
        assert LADDER.index(found.loss) <= LADDER.index("lossy")
        assert found.beyond_mending == ()
        cleared = {rule for step in found.steps for rule in step.clears}
        assert errors(verdict) <= cleared
    else:
        assert found.beyond_mending
        assert said(found.remedies)
        assert {finding.rule for finding in found.beyond_mending} <= errors(verdict)


@pytest.mark.parametrize("name", ["empty.mp4", "text-named.jpg", "video-no-index.mp4", "image-truncated.jpg"])
def test_what_cannot_be_read_cannot_be_mended(name: str) -> None:
    found = plan(judged(name), PROFILE, FixOptions(allow="creative"))
    assert found.steps == ()
    rule = f"{found.kind}/readable"
    assert (
        said(found.remedies) == f"No fix is known for this; `preflight explain {rule}` says what can be done by hand."
    )


def test_an_asset_in_the_wrong_array_is_not_turned_into_another_kind() -> None:
    verdict = judge(made.measured(made.IMAGE, role=Role("video", 1)), PROFILE)
    found = plan(verdict, PROFILE, FixOptions(allow="creative"))
    assert found.steps == ()
    assert [finding.rule for finding in found.beyond_mending] == ["video/format"]


def test_planning_twice_says_the_same() -> None:
    for name in ALL[::10]:
        assert plan(judged(name), PROFILE, FixOptions()) == plan(judged(name), PROFILE, FixOptions())
