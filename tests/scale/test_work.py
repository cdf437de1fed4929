"""The work on a chunk: what may change a verdict is in its hash, and nothing that was handed over is lost."""

import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.policy.policy import Ignore, Policy
from preflight.profiles import load
from preflight.scale.keys import key_of, mark_of
from preflight.scale.work import JudgingOptions, Keyed, batch_of, given_up, keyed
from preflight.values.assets import Asset
from preflight.values.bounds import Bounds
from tests.scale.common import work_of
from tests.specimens import media, probed

TODAY = dt.date(2026, 6, 1)
AGREED = Ignore(rule="image/format", reason="agreed", until=dt.date(2026, 12, 31))
DATED = Policy(ignore=(AGREED,))


def ready(*names: str, work: JudgingOptions | None = None) -> list[Keyed]:
    work = work or work_of()
    return keyed([Asset(path=media(name)) for name in names], work, work.how())


# ---- what may change a verdict --------------------------------------------------------------------------------------


def test_the_same_work_has_the_same_hash_in_any_process() -> None:
    one = work_of()
    assert one.how() == replace(one).how() == work_of().how()


def test_edition_depth_and_policy_change_it() -> None:
    one = work_of()
    others = (
        replace(one, profile=load("seedance-2.0-2026-10")),
        replace(one, depth="full"),
        replace(one, depth="header"),
        replace(one, policy=DATED, is_weighed=True, today=TODAY),
        replace(one, policy=DATED, is_weighed=True, today=TODAY + dt.timedelta(days=1)),
    )
    assert len({work.how() for work in (one, *others)}) == len(others) + 1


def test_what_changes_no_verdict_changes_no_hash() -> None:
    one = work_of()
    assert replace(one, bounds=Bounds(seconds=1.0)).how() == one.how()
    assert replace(one, policy=DATED).how() == one.how()
    assert replace(one, today=TODAY).how() == one.how()
    assert replace(one, is_weighed=True).how() == replace(one, is_weighed=True, today=TODAY).how()


def test_assets_have_keys_by_what_they_hold() -> None:
    work = work_of()
    first, second = ready("image-ok.png", "image-ok.jpg", work=work)
    assert first.key == key_of(first.asset, mark_of(first.asset), work.profile.name, work.how())
    assert first.key != second.key
    (gone,) = keyed([Asset(path="/nothing.png")], work, work.how())
    assert gone.mark is None


# ---- a chunk --------------------------------------------------------------------------------------------------------


def test_each_asset_is_a_row_in_its_place_and_counted() -> None:
    names = ("image-gif.gif", "image-ok.png", "image-truncated.jpg")
    chunk = ready(*names)
    batch = batch_of(zip(chunk, map(probed, names), strict=True), work_of())
    rows = batch.table.to_pylist()
    assert [row["url"] for row in rows] == [media(name) for name in names]
    assert [row["key"] for row in rows] == [one.key for one in chunk]
    assert (batch.tally.judged["pass"], batch.tally.done) == (1, 3)


def test_what_is_no_medium_of_a_folder_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no medium")
    work = work_of()
    chunk = keyed([Asset(path=str(path), walked=True)], work, work.how())
    found = replace(probed(path), asset=chunk[0].asset)
    batch = batch_of(zip(chunk, [found], strict=True), work)
    assert (batch.table.num_rows, batch.tally.passed_over, batch.tally.done) == (0, 1, 0)


def test_a_policy_weighs_the_findings_only_where_it_is_asked_to() -> None:
    chunk = ready("image-gif.gif")
    plain = work_of(policy=DATED, today=TODAY)
    weighed = replace(plain, is_weighed=True)
    verdicts = []
    for work in (plain, weighed):
        (row,) = batch_of(zip(chunk, [probed("image-gif.gif")], strict=True), work).table.to_pylist()
        ignored = [one["ignored"] is not None for one in row["findings"] if one["rule"] == "image/format"]
        verdicts.append((row["verdict"], ignored))
    assert verdicts[0] == ("fail", [False])
    assert verdicts[1][1] == [True]


@pytest.mark.parametrize("why", ["two workers died", ""])
def test_what_could_not_be_judged_is_unsure_and_says_why(why: str) -> None:
    batch = given_up(ready("image-ok.png", "video-2s.mp4"), work_of(), why)
    rows = batch.table.to_pylist()
    assert [row["verdict"] for row in rows] == ["unsure", "unsure"]
    assert batch.tally.judged["unsure"] == 2
    assert all(why in row["findings"][0]["message"] for row in rows)


def test_of_nothing_there_are_no_rows() -> None:
    batch = given_up([], work_of(), "x")
    assert (batch.table.num_rows, batch.tally.done) == (0, 0)
