"""Results of a fix in words: how many came out how, and whether all is ready."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult, Outcome
from preflight.plan.steps import Plan
from preflight.report.fixes import OUTCOMES, Fixed, quality_words
from preflight.values.quality import Quality
from tests.made import VIDEO, judged
from tests.report.fixed import HEADING, REFERENCE

BEFORE = judged(VIDEO, "a.mov")
NOTHING = RequestPlan(plans=())


def result(outcome: Outcome) -> FixResult:
    return FixResult(plan=Plan(asset=BEFORE.asset, kind="video"), outcome=outcome, before=BEFORE)


def fixed(*outcomes: Outcome, planned: RequestPlan = NOTHING) -> Fixed:
    return Fixed(HEADING, [result(one) for one in outcomes], planned)


@given(st.lists(st.sampled_from(OUTCOMES), max_size=8))
def test_each_outcome_that_came_is_counted_and_the_counts_add_up(outcomes: list[Outcome]) -> None:
    words = fixed(*outcomes).words()
    assert words.startswith(f"{len(outcomes)} file{'s' if len(outcomes) != 1 else ''}: ")
    told = [part.split(" ") for part in words.partition(": ")[2].split(", ") if part]
    assert {outcome: int(count) for count, outcome in told} == {one: outcomes.count(one) for one in outcomes}
    assert fixed(*outcomes).is_ready is (set(outcomes) <= {"fixed", "untouched"})


def test_what_was_passed_over_is_told_behind_the_counts() -> None:
    planned = msgspec.structs.replace(NOTHING, passed_over=2)
    assert fixed("fixed", planned=planned).words().startswith("1 file: 1 fixed; 2 files")


def test_a_request_that_nothing_mends_is_not_ready_though_its_files_are() -> None:
    planned = msgspec.structs.replace(NOTHING, beyond_mending=(REFERENCE,))
    assert not fixed("fixed", "untouched", planned=planned).is_ready


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        (None, ""),
        (
            Quality(vmaf_mean=97.84, vmaf_min=80.0, vmaf_harmonic_mean=97.0, frames=1234),
            "VMAF 97.8 of 100, worst frame 80.0, over 1,234 frames",
        ),
    ],
)
def test_a_quality_has_words_where_it_was_measured(quality: Quality | None, words: str) -> None:
    assert quality_words(msgspec.structs.replace(result("fixed"), quality=quality)) == words
