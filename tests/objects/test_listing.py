"""A bucket is judged like a folder: what lies below a prefix, page by page, each object by its own name."""

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.api import check
from preflight.errors import CallError, NotDone
from preflight.objects.address import parse
from preflight.objects.listing import expand
from preflight.objects.reading import probe_object
from preflight.objects.stores import Stores, from_environment
from preflight.values.assets import Asset
from scripts.bucket_server import Answer, Bucket, said
from tests.cli.conftest import Program, program
from tests.specimens import MEDIA

__all__ = ["program"]

CLIP = (MEDIA / "video-854x480.mp4").read_bytes()


def names(bucket: Bucket, stores: Stores, address: str) -> list[str]:
    found = expand([Asset(path=f"s3://{bucket.name}{address}")], stores)
    return [asset.path.removeprefix(f"s3://{bucket.name}/") for asset in found]


@pytest.mark.parametrize(
    "key", ["a..b.mp4", "a b.mp4", "100%25.mp4", "\U0001f600.mp4", "a#1?x=2.mp4", "a+b&c.mp4", "\u00e9.mp4"]
)
def test_a_key_is_taken_letter_by_letter(bucket: Bucket, stores: Stores, key: str) -> None:
    bucket.put(f"odd/{key}", CLIP)
    assert names(bucket, stores, "/odd") == [f"odd/{key}"]
    report = check(f"s3://material/odd/{key}", "s3://material/odd/")
    assert [one.facts is not None for one in report.assets] == [True, True]


@pytest.mark.parametrize(
    "key", ["odd/../up.mp4", "odd//two.mp4", "odd/a\nb.mp4", "odd/a\tb.mp4", "odd/./dot.mp4", "odd/a\rb +.mp4"]
)
def test_a_key_that_looks_like_no_path_is_listed_and_read_among_others(
    bucket: Bucket, stores: Stores, key: str
) -> None:
    beside = [f"{name}.mp4" for name in ("a", "odd/0", "odd/zz", "z/last")]
    for name in (*beside, key):
        bucket.put(name, CLIP)
    assert sorted(names(bucket, stores, "")) == sorted([*beside, key])
    report = check("s3://material/")
    found = {one.asset.path.removeprefix("s3://material/"): one.verdict for one in report.assets}
    assert found == dict.fromkeys((*beside, key), "pass")
    bucket.faults[key] = lambda *_: Answer(403, said("AccessDenied", "Access Denied"))
    alone = check(f"s3://material/{key}").assets[0]
    assert (alone.verdict, "Access Denied" in alone.findings[0].message) == ("unsure", True)


def test_a_key_that_begins_with_a_slash_is_no_other_object(bucket: Bucket, stores: Stores) -> None:
    bucket.put("/lead.mp4", CLIP)
    bucket.put("lead.mp4", b"")
    assert sorted(names(bucket, stores, "")) == ["/lead.mp4", "lead.mp4"]
    found = {one.asset.path: one.verdict for one in check("s3://material/").assets}
    assert found == {"s3://material//lead.mp4": "pass", "s3://material/lead.mp4": "fail"}


def test_what_stands_for_a_folder_is_no_file(bucket: Bucket, stores: Stores) -> None:
    for key in ("set/", "set/sub/", "set/clips.mov/"):
        bucket.put(key, b"")
    for key in ("set/sub/a.mp4", "set/clips.mov/b.mp4", "set/clips.mov.mp4", "set/empty.mp4"):
        bucket.put(key, CLIP if "empty" not in key else b"")
    expected = ["set/clips.mov.mp4", "set/clips.mov/b.mp4", "set/empty.mp4", "set/sub/a.mp4"]
    assert sorted(names(bucket, stores, "/set")) == expected
    bucket.put("/odd.mp4", CLIP)
    assert sorted(names(bucket, stores, "/")) == ["/odd.mp4", *expected]


@pytest.mark.parametrize("scheme", ["gs", "az"])
def test_an_odd_key_that_cannot_be_asked_for_is_no_other_object(scheme: str) -> None:
    account = {"disable_oauth": True, "client_email": "", "private_key": "", "private_key_id": ""}
    variables = {
        "GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account),
        "AZURE_STORAGE_ACCOUNT_NAME": "a",
        "AZURE_FEDERATED_TOKEN_FILE": "f",
    }
    stores = from_environment(environment=variables)
    fault = probe_object(Asset(path=f"{scheme}://material//a.mp4"), "header", stores).fault
    assert fault is not None
    assert (fault.kind, "cannot be asked for" in fault.message) == ("unmeasured", True), fault.message


def test_an_odd_key_among_many_pages_costs_none_of_them(bucket: Bucket, stores: Stores) -> None:
    for number in range(3500):
        bucket.put(f"many/{number:05}.mp4", b"x")
    bucket.put("many/01500//x.mp4", b"x")
    assert len(set(names(bucket, stores, "/many"))) == 3501


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name(bucket: Bucket, stores: Stores) -> None:
    for key in ("a/1.mp4", "a/b/2.mp4", "ab/3.mp4", "a.mp4", "a/.hidden.mp4", "a/.git/4.mp4", "a/5.mp4.part"):
        bucket.put(key, b"x")
    assert names(bucket, stores, "/a") == ["a/1.mp4", "a/b/2.mp4"]
    assert names(bucket, stores, "/a/") == ["a/1.mp4", "a/b/2.mp4"]
    assert names(bucket, stores, "") == ["a.mp4", "a/1.mp4", "a/b/2.mp4", "ab/3.mp4"]
    assert names(bucket, stores, "/a.mp4") == ["a.mp4"]
    assert bucket.requests() == 0, "listing asks for no object"


def test_an_object_without_an_ending_is_found(bucket: Bucket, stores: Stores) -> None:
    bucket.put("raw/clip", CLIP)
    assert names(bucket, stores, "/raw/clip") == ["raw/clip"]


def test_pages_are_asked_for_as_they_are_needed(bucket: Bucket, stores: Stores) -> None:
    for number in range(5000):
        bucket.put(f"many/{number:05}.mp4", b"x")
    found = expand([Asset(path="s3://material/many")], stores)
    first = [next(found).path for _ in range(10)]
    assert first[0] == "s3://material/many/00000.mp4"
    assert bucket.lists < 5
    assert sum(1 for _ in found) == 4990
    assert bucket.lists == 5


def test_one_forbidden_object_costs_itself_alone(bucket: Bucket) -> None:
    for number in range(30):
        bucket.put(f"set/{number:02}.mp4", CLIP)
    bucket.faults["set/07.mp4"] = lambda *_: Answer(403, said("AccessDenied", "Access Denied"))
    report = check("s3://material/set", jobs=2)
    unsure = [one.asset.path for one in report.assets if one.verdict == "unsure"]
    assert (len(report.assets), unsure) == (30, ["s3://material/set/07.mp4"])
    assert report.verdict == "unsure"


@pytest.mark.parametrize("address", ["s3://", "s3:///key", "s3://user:secret@material/x", "s3://-x/y"])
def test_an_address_that_is_none_is_refused_without_its_secrets(address: str) -> None:
    with pytest.raises(CallError) as caught:
        parse(address)
    assert "secret" not in caught.value.message


def test_a_bucket_that_is_not_there_is_said_to_be_missing(stores: Stores) -> None:
    with pytest.raises(NotDone, match="s3://other/x: cannot be listed"):
        list(expand([Asset(path="s3://other/x")], stores))


def test_without_credentials_nothing_is_asked_unless_it_is_to_be_anonymous(bucket: Bucket) -> None:
    bucket.put("a/1.mp4", CLIP)
    bare = {"AWS_ENDPOINT_URL": bucket.url, "AWS_REGION": "us-east-1"}
    with pytest.raises(CallError, match="no credentials in the environment"):
        list(expand([Asset(path="s3://material/a")], from_environment(environment=bare)))
    assert (bucket.lists, bucket.requests()) == (0, 0)
    unsigned = from_environment(environment=bucket.variables, anonymous=True)
    assert [one.path for one in expand([Asset(path="s3://material/a")], unsigned)] == ["s3://material/a/1.mp4"]
    assert "secret" not in str(unsigned.settings).lower().replace("secret_access_key': 'nobody", "")


def test_the_program_judges_a_bucket_and_asks_again_only_for_what_has_changed(
    bucket: Bucket, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for number in range(3):
        bucket.put(f"set/{number}.mp4", CLIP)
    bucket.put("set/notes.txt", b"hello")
    first = program("check", "s3://material/set", "--format", "json")
    assert first.status == 0, first.err
    report = json.loads(first.out)
    assert [asset["path"] for asset in report["assets"]] == [f"s3://material/set/{n}.mp4" for n in range(3)]
    asked = bucket.requests()
    bucket.put("set/1.mp4", CLIP + bytes(8))
    again = program("check", "s3://material/set")
    assert again.status == 0
    assert bucket.requests() - asked == 1


def test_objects_stand_in_manifests_and_in_requests(bucket: Bucket, program: Program, tmp_path: Path) -> None:
    bucket.put("a/1.mp4", CLIP)
    bucket.put("a/\U0001f600\n.mp4", CLIP)
    rows = [{"path": "s3://material/a/1.mp4"}, {"path": "s3:///x"}, {"path": "s3://material/a/none.mp4"}]
    (tmp_path / "list.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ended = program("check", "--manifest", "list.jsonl", "--format", "json")
    found = {one["path"]: one["verdict"] for one in json.loads(ended.out)["assets"]}
    assert found == {"s3://material/a/1.mp4": "pass", "s3:///x": "unsure", "s3://material/a/none.mp4": "unsure"}
    assert ended.status == 3
    (tmp_path / "request.toml").write_text('prompt = "Video 1 sets the pace."\nvideos = ["s3://material/a/1.mp4"]\n')
    assert program("check", "request.toml").status == 0
    sent = program("submit", "request.toml", "--dry-run")
    assert sent.status == 2
    assert "lies in a bucket, which the service cannot read" in sent.err


def test_many_keys_need_no_more_memory_than_a_page(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    import obstore

    def pages(*_: object, **__: object) -> Iterator[list[dict[str, object]]]:
        for page in range(40):
            yield [{"path": f"many/{page}-{n}.mp4", "size": 1, "e_tag": "x"} for n in range(1000)]

    monkeypatch.setattr(obstore, "list", pages)
    tracemalloc.start()
    try:
        count = sum(1 for _ in expand([Asset(path="s3://material/many")], stores))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 40_000
    assert peak < 2 << 20
