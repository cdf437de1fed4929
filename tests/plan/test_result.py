"""What goes on after a fix: the new file where there is one, else the source."""

from preflight.plan.result import FixResult
from preflight.plan.steps import Plan
from tests.made import VIDEO, judged


def test_the_new_file_goes_on_where_there_is_one_else_the_source() -> None:
    before, after = judged(VIDEO, "a.mov"), judged(VIDEO, "ready/a.mp4")
    plan = Plan(asset=before.asset, kind="video")
    assert FixResult(plan=plan, outcome="fixed", before=before, after=after).asset == after.asset
    assert FixResult(plan=plan, outcome="declined", before=before).asset == before.asset
