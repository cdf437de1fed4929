"""Addresses in a list: brought one after the other, measured like files, and nothing of them stays."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.flow.check import Measuring, check_assets
from preflight.request.manifest import manifest
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset
from preflight.workers.pool import WorkerPool
from tests.cli.conftest import Program, program
from tests.sandbox.shelf import Shelf
from tests.specimens import MEDIA, PROFILE

__all__ = ["program"]

OK, LARGE = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4"
MANY = 200


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


class Counting(Fetcher):
    """Also counts how many copies lay there at once."""

    most = 0

    def __call__(self, url: str) -> Path:
        path = super().__call__(url)
        assert self.folder
        self.most = max(self.most, len(list(self.folder.iterdir())))
        return path


def verdicts(listed: Path, fetch: Fetcher) -> list[tuple[str, str]]:
    with fetch, WorkerPool("exact", jobs=1) as pool:
        judged = check_assets(manifest(listed), PROFILE, Measuring(pool=pool, fetch=fetch))
        return [(one.asset.path, one.verdict) for one in judged]


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_addresses_and_files_of_a_manifest_are_judged_alike_and_in_their_order(
    shelf: Shelf, tmp_path: Path, kind: str
) -> None:
    paths = [shelf.put(OK), str(OK), shelf.put(LARGE), shelf.url + "/absent.png", str(LARGE)]
    lines = {"csv": ["path", *paths], "jsonl": [json.dumps({"path": path}) for path in paths]}
    (tmp_path / "list").write_text("\n".join(lines[kind]))
    fetch = Fetcher(allow_private=True)
    found = verdicts(tmp_path / "list", fetch)
    assert found == list(zip(paths, ["pass", "pass", "fail", "unsure", "fail"], strict=True))
    assert fetch.folder
    assert not fetch.folder.exists()


def test_of_many_addresses_few_copies_lie_there_at_once(shelf: Shelf, tmp_path: Path) -> None:
    url = shelf.put(OK)
    (tmp_path / "list").write_text("path\n" + f"{url}\n" * MANY)
    fetch = Counting(allow_private=True)
    found = verdicts(tmp_path / "list", fetch)
    assert found == [(url, "pass")] * MANY
    assert 0 < fetch.most < MANY / 3


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1"])
def test_addresses_of_this_machine_or_network_are_not_asked_and_never_pass(
    program: Program, shelf: Shelf, tmp_path: Path, host: str
) -> None:
    port = shelf.url.rpartition(":")[2]
    url = f"http://{host}:{port}/a.png?signature=secret"
    (tmp_path / "list.csv").write_text(f"path\n{OK}\n{url}\n")
    ended = program("check", "--manifest", "list.csv")
    assert ended.status == 3
    assert f"http://{host}:{port}/a.png?...: error image/" in ended.out
    assert "an address that the service cannot reach" in ended.out
    assert "secret" not in ended.out + ended.err
    assert shelf.gets == 0


@pytest.mark.parametrize("option", ["--from", "--from0"])
def test_a_list_of_names_may_hold_addresses(program: Program, shelf: Shelf, tmp_path: Path, option: str) -> None:
    end = b"\0" if option == "--from0" else b"\n"
    (tmp_path / "names").write_bytes(str(OK).encode() + end + shelf.put(OK).encode() + end)
    ended = program("check", option, "names", "--no-cache", "--format", "json")
    assert ended.status == 3
    assert [one["verdict"] for one in json.loads(ended.out)["assets"]] == ["pass", "unsure"]
    assert shelf.gets == 0


def test_what_an_address_was_brought_to_is_never_shown(shelf: Shelf, tmp_path: Path) -> None:
    url = shelf.put(b"nothing known", "a.png")
    (tmp_path / "list").write_text(f"path\n{url}\n")
    with Fetcher(allow_private=True) as fetch, WorkerPool("exact", jobs=1) as pool:
        (judged,) = check_assets(manifest(tmp_path / "list"), PROFILE, Measuring(pool=pool, fetch=fetch))
        assert judged.asset == Asset(path=url)
        assert fetch.folder
        assert not any(str(fetch.folder) in finding.message for finding in judged.findings)
        assert list(fetch.folder.iterdir()) == []
