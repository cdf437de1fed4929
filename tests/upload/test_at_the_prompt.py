"""`preflight submit` with a bucket, with several uploads at once, and with URLs that it must not follow."""

import sqlite3
from pathlib import Path

import httpx
import pytest

from preflight.cli.searched import own_file
from preflight.sandbox import Sandbox
from tests.cli.conftest import MEDIA, Program, key, program, quick, sandbox
from tests.upload.test_bucket import KEY_ID, S3, SECRET, nobody_s_credentials, s3, server

__all__ = ["key", "nobody_s_credentials", "program", "quick", "s3", "sandbox", "server"]
"""Fixtures that pytest finds here."""

pytestmark = pytest.mark.usefixtures("quick", "key")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BUCKET", "UPLOADS"):
        monkeypatch.delenv(f"PREFLIGHT_{name}", raising=False)


@pytest.fixture
def request_file(tmp_path: Path) -> Path:
    path = tmp_path / "request.toml"
    image, clip = MEDIA / "image-ok.jpeg", MEDIA / "video-5s.mp4"
    path.write_text(f'prompt = "Image 1, video 1."\nimages = ["{image}"]\nvideos = ["{clip}"]\nduration = 4\n')
    return path


def urls(service: Sandbox, number: int = 0) -> list[str]:
    body = service.tasks[number].body
    images, videos = body["image_urls"], body["video_urls"]
    assert isinstance(images, list)
    assert isinstance(videos, list)
    return [*images, *videos]


def test_with_a_bucket_nothing_goes_to_the_files_service_and_the_links_can_be_read(
    program: Program, sandbox: Sandbox, s3: S3, request_file: Path, tmp_path: Path
) -> None:
    ended = program("submit", request_file, "--yes", "--bucket", s3.url, "--base-url", sandbox.url)
    assert ended.status == 0, ended.err
    assert sandbox.uploads == []
    for url, source in zip(urls(sandbox), ["image-ok.jpeg", "video-5s.mp4"], strict=True):
        assert url.startswith(f"{s3.endpoint}/material/for/preflight/")
        assert httpx.get(url, trust_env=False).content == (MEDIA / source).read_bytes()
    shown = ended.out + ended.err
    assert "X-Amz" not in shown
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as ledger:
        kept = "\n".join(ledger.iterdump())
    ledger.close()
    for secret in (SECRET, KEY_ID):
        assert secret not in shown
    assert SECRET not in kept


def test_the_same_request_to_a_bucket_is_still_known_for_the_same(
    program: Program, sandbox: Sandbox, s3: S3, request_file: Path
) -> None:
    send = ("submit", request_file, "--yes", "--bucket", s3.url, "--base-url", sandbox.url)
    assert program(*send).status == 0
    ended = program(*send)
    assert ended.status == 2
    assert "was sent on" in ended.err
    assert program(*send, "--again").status == 0
    assert urls(sandbox, 0) == urls(sandbox, 1)


def test_a_bucket_may_be_a_setting(
    program: Program, sandbox: Sandbox, s3: S3, request_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "preflight.toml").write_text(f'bucket = "{s3.url}"\n')
    assert program("submit", request_file, "--yes", "--base-url", sandbox.url).status == 2
    (tmp_path / "preflight.toml").write_text("uploads = 2\n")
    own_file().parent.mkdir(parents=True)
    own_file().write_text(f'bucket = "{s3.url}"\n')
    assert program("submit", request_file, "--yes", "--base-url", sandbox.url).status == 0
    assert len(s3.keys()) == 2


@pytest.mark.parametrize("bucket", ["material", "s3://key:secret@material/x", "s3://material/x?sig=secret"])
def test_what_is_no_bucket_is_told_before_anything_is_asked_or_sent(
    program: Program, sandbox: Sandbox, s3: S3, request_file: Path, bucket: str
) -> None:
    ended = program("submit", request_file, "--yes", "--bucket", bucket, "--base-url", sandbox.url)
    assert ended.status == 2
    assert "expected s3://BUCKET/PREFIX" in ended.err
    assert "secret" not in ended.err.replace("secret-key-of-a-test", "")
    assert (s3.keys(), sandbox.tasks) == ({}, [])


def test_a_bucket_that_is_not_there_stops_the_run(
    program: Program, sandbox: Sandbox, s3: S3, request_file: Path
) -> None:
    ended = program("submit", request_file, "--yes", "--bucket", "s3://elsewhere", "--base-url", sandbox.url)
    assert ended.status == 3
    assert "no such bucket" in ended.err
    assert (s3.keys(), sandbox.tasks) == ({}, [])


@pytest.mark.parametrize("at_once", ["1", "8"])
def test_any_number_of_uploads_at_once_gives_the_same_request(
    program: Program, sandbox: Sandbox, request_file: Path, at_once: str
) -> None:
    ended = program("submit", request_file, "--yes", "--uploads", at_once, "--base-url", sandbox.url)
    assert ended.status == 0
    assert [url.rpartition(".")[2] for url in urls(sandbox)] == ["jpg", "mp4"]


def test_no_uploads_at_once_is_a_wrong_call(program: Program, request_file: Path) -> None:
    assert program("submit", request_file, "--yes", "--uploads", "0").status == 2


def test_a_url_of_this_machine_is_not_followed_for_a_service_elsewhere(
    program: Program, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{sandbox.url}/files/preflight/x.png"]\n')
    ended = program("submit", "r.toml", "--dry-run")
    assert ended.status == 3
    assert "an address that the service cannot reach" in ended.out + ended.err
    assert sandbox.requests == []
