"""Of each asset and edition the last verdict counts, and every count of a summary is of those alone."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.objects.stores import from_environment
from preflight.scale.keys import CODES, KnownVerdicts
from preflight.scale.schema import table_of
from preflight.scale.store import VerdictStore
from preflight.scale.summary import WORST, Summary, summarize

BEGAN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def row(asset: int, content: int = 0, verdict: str = "pass", *, at: int = 0, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - columns
    key = asset.to_bytes(8, "big") + content.to_bytes(8, "big")
    when = BEGAN + dt.timedelta(seconds=at)
    base = {"key": key, "url": f"s3://b/{asset}.png", "verdict": verdict, "edition": "e", "size": 10, "judged_at": when}
    return {**base, "findings": [], **more}


def finding(rule: str, severity: str = "error") -> dict[str, str]:
    return {"rule": rule, "severity": severity, "message": "m"}


def summed(folder: Path, *parts: list[dict[str, Any]]) -> Summary:
    store = VerdictStore(str(folder), from_environment())
    for rows in parts:
        store.fold([store.write_part(table_of(rows))], KnownVerdicts())
    return summarize(store)


def test_a_store_of_nothing_passes_and_counts_nothing(tmp_path: Path) -> None:
    found = summed(tmp_path)
    assert (found.assets, found.verdict, found.rules, found.worst) == (0, "pass", (), ())


def test_the_last_verdict_of_an_asset_counts_wherever_it_stands(tmp_path: Path) -> None:
    found = summed(tmp_path, [row(1, 1, "fail", at=1)], [row(1, 2, "pass", at=2), row(2, 1, "unsure", at=0)])
    assert (found.assets, found.passed, found.failed, found.unsure) == (2, 1, 0, 1)
    assert found.verdict == "unsure"


def test_a_verdict_that_was_written_late_is_no_newer_for_it(tmp_path: Path) -> None:
    found = summed(tmp_path, [row(1, 2, "pass", at=9)], [row(1, 1, "fail", at=3)])
    assert (found.passed, found.failed) == (1, 0)


def test_two_editions_of_one_asset_are_two_verdicts(tmp_path: Path) -> None:
    found = summed(tmp_path, [row(1, verdict="fail", edition="a"), row(2, url="s3://b/1.png", edition="b")])
    assert [(one.name, one.failed, one.passed) for one in found.editions] == [("a", 1, 0), ("b", 0, 1)]


def test_folders_are_counted_the_worst_first_and_a_bare_name_has_none(tmp_path: Path) -> None:
    urls = ("s3://b/good/1.png", "s3://b/bad/1.png", "s3://b/bad/2.png", "alone.png", "s3://b/odd\nname/x.png")
    verdicts = ("pass", "fail", "fail", "unsure", "pass")
    rows = [row(n, verdict=verdict, url=url) for n, (url, verdict) in enumerate(zip(urls, verdicts, strict=True))]
    found = summed(tmp_path, rows)
    assert [(one.name, one.failed, one.unsure) for one in found.folders] == [
        ("s3://b/bad/", 2, 0),
        ("", 0, 1),
        ("s3://b/good/", 0, 0),
        ("s3://b/odd\nname/", 0, 0),
    ]


def test_a_rule_counts_the_assets_that_break_it_and_is_as_severe_as_it_ever_was(tmp_path: Path) -> None:
    twice = [finding("a", "warning"), finding("a")]
    found = summed(
        tmp_path,
        [row(1, verdict="fail", findings=twice), row(2, findings=[finding("a", "warning")])],
        [row(3, verdict="fail", findings=[finding("b")])],
    )
    assert [(one.name, one.assets, one.failed, one.severity) for one in found.rules] == [
        ("a", 2, 1, "error"),
        ("b", 1, 1, "error"),
    ]


def test_the_worst_assets_have_most_errors_and_none_of_them_passes(tmp_path: Path) -> None:
    rows = [
        row(1, verdict="fail", findings=[finding("a")]),
        row(2, verdict="fail", findings=[finding("a"), finding("b")]),
        row(3, findings=[finding("c", "warning")]),
        row(4, verdict="fail", findings=[finding("a"), finding("c", "warning")]),
    ]
    found = summed(tmp_path, rows)
    assert [(one.url, one.errors, one.warnings) for one in found.worst] == [
        ("s3://b/2.png", 2, 0),
        ("s3://b/4.png", 1, 1),
        ("s3://b/1.png", 1, 0),
    ]


def test_no_more_of_the_worst_are_named_than_there_is_room_for(tmp_path: Path) -> None:
    rows = [row(n, verdict="fail", findings=[finding("a")], url=f"s3://b/{n}/x.png") for n in range(WORST + 5)]
    found = summed(tmp_path, rows[:30], rows[30:])
    assert (len(found.worst), len(found.folders), found.failed) == (WORST, WORST, WORST + 5)


def test_sizes_that_are_not_known_count_nothing(tmp_path: Path) -> None:
    assert summed(tmp_path, [row(1, size=None), row(2, size=7)]).bytes == 7


DRAWN = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from(CODES), st.integers(0, 5)), min_size=1, max_size=20
)


@settings(max_examples=15)
@given(DRAWN, st.integers(1, 5))
def test_a_summary_counts_each_asset_once_by_its_latest_verdict(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[int, int, str, int]], size: int
) -> None:
    unique = {(asset, content): (verdict, at) for asset, content, verdict, at in drawn}
    rows = [
        row(asset, content, verdict, at=at * 10 + n % 10)
        for n, ((asset, content), (verdict, at)) in enumerate(unique.items())
    ]
    parts = [rows[at : at + size] for at in range(0, len(rows), size)]
    found = summed(tmp_path_factory.mktemp("drawn"), *parts)
    latest: dict[bytes, tuple[dt.datetime, int, str]] = {}
    for place, one in enumerate(rows):
        first = one["key"][:8]
        latest[first] = max(latest.get(first, (BEGAN, -1, "")), (one["judged_at"], place, one["verdict"]))
    counted = [verdict for *_, verdict in latest.values()]
    assert [found.passed, found.failed, found.unsure] == [counted.count(code) for code in CODES]
    assert sum(one.assets for one in found.folders) == found.assets == len(counted)
