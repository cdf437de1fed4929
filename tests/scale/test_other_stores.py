"""Buckets of Azure and Google are judged as those of S3 are, by their emulators' word.

Slow: `make test-scale` runs it, where the emulators are installed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.api import check
from preflight.objects.listing import expand
from preflight.objects.reading import probe_object
from preflight.objects.stores import from_environment
from preflight.scale.keys import KnownVerdicts
from preflight.scale.store import VerdictStore
from preflight.scale.summary import summarize
from preflight.values.assets import Asset
from tests.objects.conftest import Clips, clips
from tests.scale.common import CLIP, LONG
from tests.scale.emulators import Emulator, azure, google
from tests.scale.test_store import part

__all__ = ["clips"]

if os.environ.get("TEST_SCALE") is None:
    pytest.skip("`make test-scale` runs it", allow_module_level=True)

PROGRAM = str(Path(sys.executable).with_name("preflight"))
PLAIN = ("a b.mp4", "a..b.mp4", "100%25.mp4", "%2F.mp4", "\U0001f600.mp4", "a#1?x=2.mp4", "a+b&c.mp4", "\u3000.mp4")
ODD = ("/lead.mp4", "odd/../up.mp4", "odd//two.mp4", "odd/./dot.mp4", "odd/a\nb.mp4")


@pytest.fixture(scope="module", params=["az", "gs"])
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with azure() if request.param == "az" else google() as found:
        yield found


@pytest.fixture
def other(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    for name, value in emulator.variables.items():
        monkeypatch.setenv(name, value)
    return emulator


def program(*words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([PROGRAM, *words], capture_output=True, check=False, timeout=200)


def test_a_prefix_is_listed_and_judged(other: Emulator) -> None:
    for name in PLAIN:
        other.put(f"plain/{name}", CLIP)
    other.put("plain/long.mp4", LONG)
    report = check(f"{other.scheme}://material/plain")
    found = {one.asset.path.removeprefix(f"{other.scheme}://material/plain/"): one.verdict for one in report.assets}
    assert found == dict.fromkeys(PLAIN, "pass") | {"long.mp4": "fail"}


def test_keys_that_obstore_cannot_name_are_listed_and_read(other: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    if other.scheme == "gs":  # a service account's token is obstore's alone
        monkeypatch.delenv("GOOGLE_SERVICE_ACCOUNT_KEY")
        monkeypatch.setenv("GOOGLE_SKIP_SIGNATURE", "true")
    for key in (*ODD, "lead.mp4"):
        other.put(key, LONG if key == "lead.mp4" else CLIP)
    root = f"{other.scheme}://material/"
    listed = [asset for asset in expand([Asset(path=root)], from_environment()) if "plain" not in asset.path]
    paths = [asset.path.removeprefix(root) for asset in listed]
    assert set(paths) >= {*ODD, "lead.mp4"}
    verdicts = {one.asset.path.removeprefix(root): one.verdict for one in check(*(one.path for one in listed)).assets}
    assert {key: verdicts[key] for key in (*ODD, "lead.mp4")} == dict.fromkeys(ODD, "pass") | {"lead.mp4": "fail"}


def test_a_clip_is_read_by_ranges_and_one_replaced_meanwhile_is_told(other: Emulator, clips: Clips) -> None:
    other.put("ranges/behind.mp4", clips.behind)
    prefix = f"{other.scheme}://material/ranges"
    (asset,) = expand([Asset(path=prefix)], from_environment())
    assert probe_object(asset, "exact", from_environment()).facts is not None
    other.put("ranges/behind.mp4", clips.front)
    fault = probe_object(asset, "exact", from_environment()).fault
    assert fault is not None
    assert fault.message == "changed while it was measured; it was replaced in its bucket"
    absent = probe_object(Asset(path=f"{prefix}/none.mp4"), "exact", from_environment()).fault
    assert absent is not None
    assert absent.message == "no such object"


def test_two_runs_at_once_into_one_store_count_each_object_once(other: Emulator) -> None:
    for number in range(40):
        other.put(f"set/{number:02}.mp4", (CLIP, LONG)[number % 2])
    place = f"{other.scheme}://material/verdicts"
    words = [PROGRAM, "check", f"{other.scheme}://material/set", "--output", f"{place}/", "--jobs", "1", "--no-cache"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(2)]
    ended = [one.communicate(timeout=200)[1] for one in both]
    assert [one.returncode for one in both] == [1, 1], ended
    store = VerdictStore(place, from_environment())
    keys = [key for name in store.shards() for key in store.read(name, ("key",)).column("key").to_pylist()]
    assert (len(keys), len(set(keys)), store.parts()) == (40, 40, [])
    found = summarize(store)
    assert (found.passed, found.failed) == (20, 20)


def test_a_manifest_is_replaced_only_as_it_was_read(other: Emulator) -> None:
    place = f"{other.scheme}://material/commits"
    one, late = VerdictStore(place, from_environment()), VerdictStore(place, from_environment())
    before = one._files.find("manifest.json")  # noqa: SLF001 - what a run has read
    assert before is None
    assert one._files.replace("manifest.json", b"1", None)  # noqa: SLF001 - as above
    assert not late._files.replace("manifest.json", b"2", None)  # noqa: SLF001 - as above
    read = late._files.find("manifest.json")  # noqa: SLF001 - as above
    assert read is not None
    assert one._files.replace("manifest.json", b'{"shards": []}', read[1])  # noqa: SLF001 - as above
    assert not late._files.replace("manifest.json", b"3", read[1])  # noqa: SLF001 - as above
    assert one.fold([one.write_part(part(1, 3))], KnownVerdicts()) == []
    assert len(VerdictStore(place, from_environment()).known()) == 3


def test_what_fails_is_fixed_into_another_place_once(other: Emulator) -> None:
    other.put("fix/a long.mp4", LONG)
    other.put("fix/b.mp4", CLIP)
    words = ("fix", f"{other.scheme}://material/fix", "--yes", "--output", f"{other.scheme}://material/ready")
    assert program(*words).returncode == 0
    again = program(*words)
    assert (again.returncode, b"0 judged, 2 known before" in again.stderr) == (0, True), again.stderr
    assert check(f"{other.scheme}://material/ready/fix").verdict == "pass"
