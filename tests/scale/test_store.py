"""Verdicts of many assets lie in whole shards, each once; a second run asks only for what it does not know."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.cli.scale import is_place
from preflight.errors import CallError, NotDone
from preflight.objects.stores import Stores, from_environment
from preflight.report.schemas import schema_of
from preflight.scale import store as module
from preflight.scale.keys import CODES, KEY_BYTES, KnownVerdicts, Tally
from preflight.scale.place import Place
from preflight.scale.schema import COLUMNS, DESCRIBED, schema, table_of
from preflight.scale.store import PARTS, ShardCompaction, VerdictStore
from preflight.scale.summary import summarize
from preflight.values.assets import Asset
from scripts.bucket_server import Answer, Bucket, said
from tests.cli.conftest import Program, program
from tests.scale.common import CLIP, LONG, SMALL, judge, rows_of, store_at, work_of

__all__ = ["program"]


def filled(bucket: Bucket, count: int) -> None:
    for number in range(count):
        bucket.put(f"set/{number % 3}/{number:03}.mp4", (CLIP, LONG)[number % 2])


def test_each_object_has_one_row_and_a_second_run_measures_none(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 20)
    first = judge(["s3://material/set"], tmp_path / "results")
    assert (first.judged, first.skipped) == ({"pass": 10, "fail": 10, "unsure": 0}, 0)
    asked = bucket.requests()
    second = judge(["s3://material/set"], tmp_path / "results")
    assert (second.done, second.known) == (0, {"pass": 10, "fail": 10, "unsure": 0})
    assert bucket.requests() == asked
    rows = rows_of(tmp_path / "results")
    assert sorted(str(row["url"]) for row in rows) == sorted(f"s3://material/{key}" for key in bucket.objects)
    assert {row["etag"] for row in rows} == {bucket.etag(key) for key in bucket.objects}
    manifest = json.loads((tmp_path / "results" / "manifest.json").read_text())
    assert (manifest["schema"], manifest["rows"]) == ("preflight.verdicts/1", 20)


def test_what_changed_and_what_was_unsure_is_judged_again_and_counted_once(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 6)
    bucket.faults["set/0/003.mp4"] = lambda *_: Answer(403, said("AccessDenied", "no"))
    assert judge(["s3://material/set"], tmp_path / "results").judged["unsure"] == 1
    bucket.faults.clear()
    bucket.put("set/1/001.mp4", CLIP)
    again = judge(["s3://material/set"], tmp_path / "results")
    assert (again.done, again.skipped) == (2, 4)
    summary = summarize(store_at(tmp_path / "results"))
    assert (summary.assets, summary.passed, summary.failed, summary.unsure) == (6, 4, 2, 0)


@pytest.mark.parametrize("change", [{"depth": "header"}, {"profile": "other"}])
def test_another_depth_or_edition_is_another_verdict(bucket: Bucket, tmp_path: Path, change: dict[str, Any]) -> None:
    filled(bucket, 2)
    judge(["s3://material/set"], tmp_path)
    work = work_of()
    if "profile" in change:
        change = {"profile": msgspec.structs.replace(work.profile, title="changed by hand")}
    assert judge(["s3://material/set"], tmp_path, msgspec.structs.replace(work, **change)).done == 2


def test_files_of_a_folder_are_known_by_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.jpg").write_bytes(SMALL)
    (tmp_path / "in" / "notes.txt").write_text("hello")
    first = judge([str(tmp_path / "in")], tmp_path / "out")
    assert (first.done, first.passed_over) == (3, 1)
    os.utime(tmp_path / "in" / "1.jpg", (1, 1))
    assert judge([str(tmp_path / "in")], tmp_path / "out").done == 1


def test_a_store_lies_in_a_bucket_as_in_a_folder(bucket: Bucket, stores: Stores) -> None:
    filled(bucket, 4)
    work = work_of(stores)
    assert judge(["s3://material/set"], "s3://material/verdicts/run 1", work).done == 4
    assert judge(["s3://material/set"], "s3://material/verdicts/run 1", work).skipped == 4
    assert sum(key.startswith("verdicts/run 1/shard-000001-") for key in bucket.objects) == 1
    assert summarize(VerdictStore("s3://material/verdicts/run 1/", stores)).assets == 4


# ---- shards ---------------------------------------------------------------------------------------------------------


def part(number: int, count: int, verdict: str = "pass") -> Any:  # noqa: ANN401 - an Arrow table
    rows = [
        {"key": (number * 100_000 + n).to_bytes(KEY_BYTES), "url": f"s3://b/{number}/{n}", "verdict": verdict}
        for n in range(count)
    ]
    return table_of(rows)


def test_parts_are_folded_to_full_shards_and_one_that_takes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SHARD_ROWS", 100)
    store = VerdictStore(str(tmp_path), from_environment())
    folding = ShardCompaction(store, KnownVerdicts())
    for number in range(7):
        folding.add(store.write_part(part(number, 35)), 35)
    assert [store.read(name).num_rows for name in store.shards()] == [100, 100]
    folding.finish()
    assert [store.read(name).num_rows for name in store.shards()] == [100, 100, 45]
    assert store.parts() == []
    assert len({row["url"] for row in rows_of(tmp_path)}) == 245


def test_a_chunk_that_was_written_twice_counts_once(tmp_path: Path) -> None:
    store = VerdictStore(str(tmp_path), from_environment())
    same = part(1, 10)
    assert store.write_part(same) == store.write_part(same.take(list(reversed(range(10)))))
    alone = [store.write_part(same.slice(n, 1)) for n in range(3)]
    store.fold([*store.parts(), *alone], KnownVerdicts())
    assert len(rows_of(tmp_path)) == 10


def test_what_a_run_left_is_taken_up_wherever_it_was_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = VerdictStore(str(tmp_path), from_environment())
    names = [store.write_part(part(number, 10)) for number in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(Place, "remove", lambda *_: (_ for _ in ()).throw(NotDone("killed here")))
        with pytest.raises(NotDone):
            store.fold(names, KnownVerdicts())
    assert len(store.parts()) == 3, "the shard is there, and so are its parts"
    known = VerdictStore(str(tmp_path), from_environment()).known()
    assert len(known) == 30
    assert (store.parts(), len(rows_of(tmp_path))) == ([], 30)


def test_a_store_whose_manifest_is_gone_has_the_shards_that_lie_there(tmp_path: Path) -> None:
    store = VerdictStore(str(tmp_path), from_environment())
    store.fold([store.write_part(part(1, 10))], KnownVerdicts())
    (tmp_path / "manifest.json").unlink()
    assert len(VerdictStore(str(tmp_path), from_environment()).known()) == 10
    store = VerdictStore(str(tmp_path), from_environment())
    store.fold([store.write_part(part(2, 10))], KnownVerdicts())
    assert (len(store.shards()), len(rows_of(tmp_path))) == (2, 20)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"shards": [{"name": 1}]}', b"\xff"])
def test_a_damaged_manifest_is_said_to_be_one(tmp_path: Path, content: bytes) -> None:
    store = VerdictStore(str(tmp_path), from_environment())
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(NotDone, match=r"manifest\.json is damaged"):
        store.known()


def test_a_full_disk_leaves_what_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import obstore

    store = VerdictStore(str(tmp_path), from_environment())
    store.fold([store.write_part(part(1, 10))], KnownVerdicts())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(obstore, "put", full)
    with pytest.raises(NotDone, match=r"cannot be written: .*No space left"):
        store.write_part(part(2, 10))
    assert len(rows_of(tmp_path)) == 10


def test_two_runs_do_not_write_into_one_folder(bucket: Bucket, tmp_path: Path) -> None:
    filled(bucket, 1)
    store = VerdictStore(str(tmp_path), from_environment())
    with store.held(), pytest.raises(CallError, match="another run writes there"):
        judge(["s3://material/set"], tmp_path)
    assert judge(["s3://material/set"], tmp_path).done == 1


# ---- two runs at once -----------------------------------------------------------------------------------------------

BOTH = "s3://material/verdicts"


def overtaken(bucket: Bucket, doing: Callable[[], object]) -> None:
    """Let another run do something between a run's reading of the manifest and its commit."""
    real = bucket.put_if

    def late(key: str, content: bytes, match: str | None, none_match: str | None) -> bool:
        if key.endswith("manifest.json"):
            bucket.put_if = real  # type: ignore[method-assign] # once
            doing()
        return real(key, content, match, none_match)

    bucket.put_if = late  # type: ignore[method-assign] # another run, in between


def expect_each_once(stores: Stores, count: int) -> None:
    store = VerdictStore(BOTH, stores)
    rows = [row for name in store.shards() for row in store.read(name, ("key",)).to_pylist()]
    assert (len(rows), len({row["key"] for row in rows}), store.parts()) == (count, count, [])


def test_a_run_overtaken_before_its_commit_commits_behind_the_other(bucket: Bucket, stores: Stores) -> None:
    one, other = VerdictStore(BOTH, stores), VerdictStore(BOTH, stores)
    mine, theirs = one.write_part(part(1, 10)), other.write_part(part(2, 10))
    overtaken(bucket, lambda: other.fold([theirs], KnownVerdicts()))
    assert one.fold([mine], KnownVerdicts()) == []
    expect_each_once(stores, 20)
    shards = [key for key in bucket.objects if "shard-" in key]
    assert len(shards) == len({key.partition("-")[2][:6] for key in shards}) == 2, "the one that came too late is gone"


def test_rows_that_both_judged_are_committed_by_the_first(bucket: Bucket, stores: Stores) -> None:
    one, other = VerdictStore(BOTH, stores), VerdictStore(BOTH, stores)
    mine, theirs = one.write_part(part(1, 10)), other.write_part(part(1, 7))
    overtaken(bucket, lambda: other.fold([theirs], KnownVerdicts()))
    one.fold([mine], KnownVerdicts())
    expect_each_once(stores, 10)


@pytest.mark.parametrize("verdict", ["pass", "unsure"])
def test_parts_that_another_run_takes_up_as_left_are_not_counted_twice(
    bucket: Bucket, stores: Stores, verdict: str
) -> None:
    one, known = VerdictStore(BOTH, stores), KnownVerdicts()
    mine = [one.write_part(part(number, 10, verdict)) for number in range(3)]
    overtaken(bucket, VerdictStore(BOTH, stores).known)
    one.fold(mine, known)
    assert len(known) == 30, "what the other one committed is known to this one"
    expect_each_once(stores, 30)


def test_a_commit_whose_answer_is_lost_counts_once(bucket: Bucket, stores: Stores) -> None:
    store = VerdictStore(BOTH, stores)
    store.fold([store.write_part(part(1, 10))], KnownVerdicts())
    real, answers = bucket.put_if, iter([False])

    def lost(key: str, content: bytes, match: str | None, none_match: str | None) -> bool:
        done = real(key, content, match, none_match)
        return done and next(answers, True) if key.endswith("manifest.json") else done

    bucket.put_if = lost  # type: ignore[method-assign] # a fault of the network
    store.fold([store.write_part(part(2, 10))], KnownVerdicts())
    expect_each_once(stores, 20)


def test_a_store_that_knows_no_conditional_writes_takes_one_run_at_a_time(bucket: Bucket, stores: Stores) -> None:
    bucket.conditional = False
    store = VerdictStore(BOTH, stores)
    for number in range(2):
        store.fold([store.write_part(part(number, 10))], KnownVerdicts())
    expect_each_once(stores, 20)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3), st.integers(0, 2)), max_size=60))
def test_the_last_verdict_of_a_key_is_known_and_no_other_is(rows: list[tuple[int, int, int]]) -> None:
    keys = [first.to_bytes(8) + second.to_bytes(8) for first, second, _ in rows]
    known = KnownVerdicts(b"".join(keys), bytes(code for *_, code in rows))
    expected = {key: CODES[code] for key, (*_, code) in zip(keys, rows, strict=True)}
    asked = [a.to_bytes(8) + b.to_bytes(8) for a in range(0, 31, 2) for b in range(4)]
    assert known.find(asked) == [expected.get(key) for key in asked]


# ---- what others read -----------------------------------------------------------------------------------------------


def test_each_column_is_described_and_keeps_its_type() -> None:
    assert tuple(DESCRIBED) == COLUMNS
    types = {field.name: str(field.type) for field in schema()}
    assert types["findings"].startswith("list<")
    assert (types["url"], types["size"], types["duration_s"]) == ("string", "int64", "double")
    assert types["judged_at"] == "timestamp[us, tz=UTC]"


def test_the_schema_stands_in_the_manual() -> None:
    page = (Path(__file__).parent.parent.parent / "docs" / "scale.md").read_text(encoding="utf-8")
    missing = [name for name, words in DESCRIBED.items() if f"| `{name}` |" not in page or words not in page]
    assert missing == []


def test_duckdb_reads_a_store(bucket: Bucket, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    filled(bucket, 6)
    judge(["s3://material/set"], tmp_path)
    query = "select verdict, count(*), sum(len(findings)) from read_parquet(?) group by 1 order by 1"
    assert duckdb.execute(query, [f"{tmp_path}/shard-*.parquet"]).fetchall() == [("fail", 3, 3), ("pass", 3, 0)]
    rule = "select distinct f.rule from (select unnest(findings) as f from read_parquet(?))"
    assert duckdb.execute(rule, [f"{tmp_path}/shard-*.parquet"]).fetchall() == [("video/duration",)]


def test_pandas_reads_a_store(bucket: Bucket, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    filled(bucket, 6)
    judge(["s3://material/set"], tmp_path)
    frame = pandas.concat(map(pandas.read_parquet, sorted(tmp_path.glob("shard-*.parquet"))))
    assert frame.groupby("verdict").size().to_dict() == {"fail": 3, "pass": 3}


# ---- at the prompt --------------------------------------------------------------------------------------------------


def test_the_program_judges_into_a_store_and_sums_it_up(bucket: Bucket, program: Program) -> None:
    filled(bucket, 6)
    bucket.put("set/<b>&.txt", b"hello")
    ended = program("check", "s3://material/set", "--output", "results/", "--format", "json")
    assert ended.status == 1, ended.err
    found = json.loads(ended.out)
    assert (found["schema"], found["assets"], found["failed"]) == ("preflight.summary/1", 6, 3)
    jsonschema.validate(found, schema_of("summary"))
    assert "6 judged, 1 passed over as no media" in ended.err
    again = program("check", "s3://material/set", "--output", "results/")
    assert (again.status, "0 judged, 6 known before" in again.err) == (1, True)
    for format_name, words in (
        ("text", "by rule, worst first"),
        ("markdown", "**preflight: fail**"),
        ("csv", "rule,video/duration,error,3,0,3,0"),
        ("html", '<th scope="row">video/duration</th>'),
    ):
        report = program("report", "results", "--format", format_name)
        assert (report.status, words in report.out) == (1, True), report.out


@pytest.mark.parametrize(
    ("words", "said_of_it"),
    [
        (("--engine", "dask"), "needs a place for the verdicts"),
        (("--output", "a/", "--output", "b.html"), "a verdict store stands alone"),
        (("--output", "a/", "--scheduler", "tcp://x:1"), "is of --engine dask"),
        (("--output", "a/", "--format", "junit"), "of a verdict store there are"),
        (("--output", "a/", "--metrics", "m.prom"), "is not for a verdict store"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    program: Program, tmp_path: Path, words: tuple[str, ...], said_of_it: str
) -> None:
    (tmp_path / "a.jpg").write_bytes(SMALL)
    ended = program("check", "a.jpg", *words)
    assert (ended.status, said_of_it in ended.err) == (2, True), ended.err


def test_an_unsigned_bucket_of_googles_is_no_place_for_verdicts() -> None:
    stores = from_environment(environment={"GOOGLE_SKIP_SIGNATURE": "true"})
    with pytest.raises(CallError, match="read unsigned, and not written"):
        VerdictStore("gs://material/verdicts", stores)


def test_a_store_without_verdicts_does_not_pass(program: Program, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    empty = program("report", "results")
    assert (empty.status, "holds no verdicts" in empty.err) == (2, True), empty.err
    VerdictStore(str(tmp_path / "results"), from_environment()).write_part(part(1, 3))
    left = program("report", "results")
    assert (left.status, "1 parts of a run" in left.err) == (2, True), left.err


def test_a_store_that_is_not_there_cannot_be_summed_up(program: Program) -> None:
    ended = program("report", "nowhere")
    assert (ended.status, "no such folder" in ended.err) == (2, True)


def test_a_folder_and_a_bucket_are_a_place_for_verdicts_and_a_file_is_not(tmp_path: Path) -> None:
    assert [is_place(word) for word in ("a/", "s3://b", str(tmp_path), "a.json", "junit:a.xml")] == [
        *(True, True, True),
        *(False, False),
    ]


def test_keys_that_no_table_could_hold_are_kept(bucket: Bucket, tmp_path: Path) -> None:
    for key in ("odd/\U0001f600.mp4", "odd/a'b\"c.mp4", "odd/=1+1.mp4"):
        bucket.put(key, CLIP)
    judge(["s3://material/odd", Asset(path="s3://material/odd/a\udcff.mp4")], tmp_path)
    assert {row["url"] for row in rows_of(tmp_path)} >= {f"s3://material/{key}" for key in bucket.objects}


def test_tallies_add_up() -> None:
    tally = Tally()
    for _ in range(3):
        tally.add(Tally(judged={"pass": 1, "fail": 2, "unsure": 0}, passed_over=1))
    assert (tally.done, tally.passed_over, tally.of(["fail"])) == (9, 3, 6)


def test_random_parts_in_any_order_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    store = VerdictStore(str(tmp_path), from_environment())
    chooser = random.Random(3)  # noqa: S311 - an order
    names = [store.write_part(part(number, chooser.randrange(1, 20))) for number in range(12)]
    total = sum(store.read(name).num_rows for name in names)
    chooser.shuffle(names)
    store.fold(names[:5], KnownVerdicts())
    store.fold(names[5:], KnownVerdicts())
    assert len({str(row["key"]) for row in rows_of(tmp_path)}) == total == len(rows_of(tmp_path))
    assert not any(PARTS in name for name in store.shards())
