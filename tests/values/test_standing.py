"""Several editions on the same files: one that takes them all is enough, and doubt outranks everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.values.assets import Asset
from preflight.values.findings import Finding, Judged, Report, Verdict
from preflight.values.standing import Standing

FOUND: dict[Verdict, tuple[Finding, ...]] = {
    "pass": (Finding(rule="video/codec", severity="warning", message="rare"),),
    "fail": (Finding(rule="video/codec", severity="error", message="refused"),),
    "unsure": (Finding(rule="video/unjudged", severity="error", message="not measured"),),
}
verdicts = st.sampled_from(sorted(FOUND))
rows = st.lists(st.tuples(verdicts, verdicts), max_size=5)


def row(*found: Verdict) -> tuple[Judged, ...]:
    return tuple(Judged(asset=Asset(path="a.mp4"), kind="video", findings=FOUND[one]) for one in found)


def standing(*found: tuple[Verdict, Verdict]) -> Standing:
    both = Standing(("old", "new"))
    for one in found:
        both.add(row(*one))
    return both


@given(rows)
def test_an_edition_takes_all_files_where_each_passes(found: list[tuple[Verdict, Verdict]]) -> None:
    both = standing(*found)
    old, new = (all(one[place] == "pass" for one in found) for place in (0, 1))
    assert both.taking == (("old",) if old else ()) + (("new",) if new else ())
    assert both.passing == {"old": sum(a == "pass" for a, _ in found), "new": sum(b == "pass" for _, b in found)}
    assert both.files == len(found)


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_files_changes_nothing(found: list[tuple[Verdict, Verdict]], chance: object) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis gives a Random
    assert standing(*shuffled).verdicts == standing(*found).verdicts


@given(rows, st.tuples(verdicts, verdicts))
def test_another_file_never_makes_it_better(
    found: list[tuple[Verdict, Verdict]], more: tuple[Verdict, Verdict]
) -> None:
    assert {*standing(*found, more).taking} <= {*standing(*found).taking}


@pytest.mark.parametrize(
    ("found", "verdict", "code"),
    [
        ((), "pass", 0),
        ((("pass", "pass"),), "pass", 0),
        ((("fail", "pass"),), "pass", 0),
        ((("fail", "pass"), ("pass", "fail")), "fail", 1),
        ((("fail", "fail"),), "fail", 1),
        ((("pass", "unsure"),), "unsure", 3),
        ((("fail", "unsure"),), "unsure", 3),
    ],
)
def test_the_verdict_is_doubt_before_one_that_takes_all_before_a_failure(
    found: tuple[tuple[Verdict, Verdict], ...], verdict: Verdict, code: int
) -> None:
    both = standing(*found)
    assert (both.verdict, both.exit_code) == (verdict, code)


def test_what_is_found_of_the_whole_request_counts_without_being_a_file() -> None:
    both = standing(("pass", "pass"))
    assert both.reports is None
    both.add_request([Report(profile="old", assets=(), findings=FOUND["fail"]), Report(profile="new", assets=())])
    assert (both.taking, both.files, both.passing) == (("new",), 1, {"old": 1, "new": 1})
    assert both.reports


def test_a_warning_about_the_whole_counts_where_warnings_fail() -> None:
    both = standing()
    strict, plain = (Report(profile="p", assets=(), findings=FOUND["pass"], fail_on=on) for on in ("warning", "error"))
    both.add_request([strict, plain])
    assert both.verdicts == {"old": "fail", "new": "pass"}


def test_an_asset_not_judged_by_each_edition_is_no_row() -> None:
    with pytest.raises(ValueError, match="zip"):
        standing().add(row("pass"))
