"""A file reaches a bucket of the user's own whole, once, under its hash, and comes back by a link that is a secret."""

import base64
import builtins
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import httpx
import msgspec
import pytest

from preflight.errors import CallError, NotDone, PreflightError
from preflight.objects.credentials import CREDENTIALS
from preflight.profiles.loader import load
from preflight.profiles.schema import Service as Limits
from preflight.upload.bucket import PART_BYTES, bucket_place, open_bucket, put
from preflight.upload.parcel import Parcel, Uploaded, hash_file, needed_s
from tests.upload.store import Store, storing
from tests.upload.stranger import Stranger, closed_url, say

LIMITS: Limits = load("seedance-2.0-2026-04").service
KEY_ID, SECRET = "AKIAEXAMPLEKEYID0001", "wJalrXUtnFEMIEXAMPLEsecretKEY0001"


class S3(NamedTuple):
    """A bucket on a server of the S3 protocol, and the server's log."""

    endpoint: str

    @property
    def url(self) -> str:
        return "s3://material/for/preflight"

    def keys(self) -> dict[str, int]:
        found = ET.fromstring(httpx.get(f"{self.endpoint}/material?list-type=2", trust_env=False).content)  # noqa: S314 - of a server of this test's own
        space = found.tag.partition("}")[0] + "}"
        rows = found.iter(f"{space}Contents")
        return {row.findtext(f"{space}Key", ""): int(row.findtext(f"{space}Size", "")) for row in rows}

    def unfinished(self) -> int:
        listed = httpx.get(f"{self.endpoint}/material?uploads", trust_env=False)
        return listed.text.count("<UploadId>")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture(autouse=True)
def nobody_s_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs this has for buckets stays out of it."""
    for name in [*os.environ]:
        if name.startswith(("AWS_", "GOOGLE_", "AZURE_")):
            monkeypatch.delenv(name)


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    settings = {"ACCESS_KEY_ID": KEY_ID, "SECRET_ACCESS_KEY": SECRET, "REGION": "us-east-1", "ENDPOINT_URL": server}
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    httpx.post(f"{server}/moto-api/reset", trust_env=False)
    assert httpx.put(f"{server}/material", trust_env=False).is_success
    return S3(server)


def parcel(path: Path, content: bytes, suffix: str = "mp4") -> Parcel:
    path.write_bytes(content)
    return Parcel(path=path, sha256=hash_file(path), suffix=suffix)


def sent(url: str, one: Parcel, limits: Limits = LIMITS) -> Uploaded:
    return put(open_bucket(url), one, limits=limits, allow_private=True)


def refused(url: str, one: Parcel) -> NotDone:
    with pytest.raises(NotDone) as caught:
        sent(url, one)
    assert SECRET not in caught.value.message + caught.value.advice
    assert "Debug source" not in caught.value.message
    return caught.value


SIZES = [0, 1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES - 17]


@pytest.mark.parametrize("size", SIZES)
def test_the_link_gives_back_the_bytes_whatever_their_number(s3: S3, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    one = parcel(tmp_path / "holiday with Anna.mp4", content)
    uploaded = sent(s3.url, one)
    answer = httpx.get(uploaded.url, trust_env=False)
    assert answer.content == content
    assert answer.headers["Content-Type"] == "video/mp4"
    assert s3.keys() == {f"for/preflight/{one.sha256}.mp4": size}
    assert uploaded.bytes == size


def test_the_users_name_for_the_file_stays_here(s3: S3, tmp_path: Path) -> None:
    uploaded = sent(s3.url, parcel(tmp_path / "Anna.mp4", b"x"))
    assert "Anna" not in uploaded.url + str(s3.keys())


def test_the_link_lives_as_long_as_an_upload_and_longer_than_a_task_may_need(s3: S3, tmp_path: Path) -> None:
    uploaded = sent(s3.url, parcel(tmp_path / "a.mp4", b"x"))
    lives = uploaded.expires_at - datetime.now(UTC)
    assert timedelta(hours=71) < lives <= timedelta(hours=72)
    assert lives > timedelta(seconds=needed_s(LIMITS)) > timedelta(seconds=LIMITS.wait_s)
    assert "X-Amz-Expires=259200" in uploaded.url


def test_no_link_is_asked_for_that_would_live_longer_than_a_link_may(s3: S3, tmp_path: Path) -> None:
    patient = msgspec.structs.replace(LIMITS, upload_life_s=10**7)
    assert "X-Amz-Expires=604800" in sent(s3.url, parcel(tmp_path / "a.mp4", b"x"), patient).url


@pytest.mark.parametrize("size", [1000, PART_BYTES + 1])
def test_what_is_there_already_is_not_sent_again(s3: S3, tmp_path: Path, size: int) -> None:
    one = parcel(tmp_path / "a.mp4", os.urandom(size))
    told: list[int] = []
    bucket = open_bucket(s3.url)
    for _ in range(2):
        put(bucket, one, limits=LIMITS, allow_private=True, progress=lambda done, _: told.append(done))
    assert told.count(size) == 1
    assert len(s3.keys()) == 1


def test_half_of_an_object_is_written_over(s3: S3, tmp_path: Path) -> None:
    one = parcel(tmp_path / "a.mp4", b"whole")
    httpx.put(f"{s3.endpoint}/material/for/preflight/{one.name}", content=b"wh", trust_env=False)
    assert httpx.get(sent(s3.url, one).url, trust_env=False).content == b"whole"


@pytest.mark.parametrize("size", [1000, 2 * PART_BYTES + 5])
def test_a_file_that_changed_since_the_check_never_arrives(s3: S3, tmp_path: Path, size: int) -> None:
    one = parcel(tmp_path / "a.mp4", os.urandom(size))
    one.path.write_bytes(os.urandom(size))
    assert "changed since it was checked" in refused(s3.url, one).message
    assert (s3.keys(), s3.unfinished()) == ({}, 0)


@pytest.mark.parametrize("change", [-100, 100_000])
def test_a_file_that_changes_its_length_under_way_never_arrives(s3: S3, tmp_path: Path, change: int) -> None:
    size = 2 * PART_BYTES
    one = parcel(tmp_path / "a.mp4", os.urandom(size))

    def meddle(done: int, total: int | None) -> None:
        if done < (total or 0) and one.path.stat().st_size == total:
            os.truncate(one.path, size + change)

    with pytest.raises(NotDone, match="changed since it was checked"):
        put(open_bucket(s3.url), one, limits=LIMITS, progress=meddle, allow_private=True)
    assert (s3.keys(), s3.unfinished()) == ({}, 0)


def test_an_upload_that_is_broken_off_leaves_no_parts_to_be_paid_for(s3: S3, tmp_path: Path) -> None:
    one = parcel(tmp_path / "a.mp4", os.urandom(3 * PART_BYTES))

    def enough(done: int, _: int | None) -> None:
        if done > PART_BYTES + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        put(open_bucket(s3.url), one, limits=LIMITS, progress=enough, allow_private=True)
    assert (s3.keys(), s3.unfinished()) == ({}, 0)


def test_progress_goes_up_to_the_size(s3: S3, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    one = parcel(tmp_path / "a.mp4", os.urandom(2 * PART_BYTES))
    put(open_bucket(s3.url), one, limits=LIMITS, allow_private=True, progress=lambda *now: told.append(now))
    assert told == sorted(told)
    assert told[-1] == (2 * PART_BYTES, 2 * PART_BYTES)


def test_a_file_over_the_limit_is_refused_before_it_is_sent(s3: S3, tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.truncate(LIMITS.upload_max_bytes + 1)
    assert "at most 104,857,600 bytes" in refused(s3.url, Parcel(path=path, sha256="0" * 64, suffix="mp4")).message
    assert s3.keys() == {}


@pytest.mark.parametrize(("sha256", "suffix"), [("x", "png"), ("0" * 64, "../png"), ("0" * 64, "")])
def test_only_a_hash_and_an_ending_make_a_name(s3: S3, tmp_path: Path, sha256: str, suffix: str) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(CallError):
        sent(s3.url, Parcel(path=tmp_path / "a", sha256=sha256, suffix=suffix))


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    error = refused("s3://elsewhere/x", parcel(tmp_path / "a.mp4", b"x"))
    assert "no such bucket" in error.message
    assert "NoSuchBucket" in error.message
    assert error.advice


def test_a_bucket_that_says_no_is_told_in_its_own_words(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3.keys() == {}
    words = f"<Error><Code>AccessDenied</Code><Message>not you, {SECRET}</Message></Error>".encode()
    with Stranger(say(words, 403)) as stranger:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stranger.url)
        error = refused("s3://material/x", parcel(tmp_path / "a.mp4", b"x"))
    assert "not you, [credential] [AccessDenied]" in error.message
    assert [heard.method for heard in stranger.heard] == ["HEAD", "PUT"]


def test_nobody_there(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert s3.keys() == {}
    monkeypatch.setenv("AWS_ENDPOINT_URL", closed_url())
    error = refused("s3://material/x", parcel(tmp_path / "a.mp4", b"x"))
    assert "network" in error.advice


def test_a_link_that_cannot_be_read_is_found_out_before_the_service_finds_out(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3.keys() == {}
    with Stranger(say(b"", 404), say(b"", ETag='"e"'), say(b"", 403)) as stranger:
        monkeypatch.setenv("AWS_ENDPOINT_URL", stranger.url)
        error = refused("s3://material/x", parcel(tmp_path / "a.mp4", b"x"))
    assert "signed link cannot be read" in error.message
    assert "403" in error.message
    assert "X-Amz" not in error.message
    assert stranger.heard[-1].headers["range"] == "bytes=0-0"


def test_a_bucket_that_the_service_cannot_reach_is_refused(s3: S3, tmp_path: Path) -> None:
    with pytest.raises(NotDone, match=r"127\.0\.0\.1, an address that the service cannot reach"):
        put(open_bucket(s3.url), parcel(tmp_path / "a.mp4", b"x"), limits=LIMITS)


@pytest.mark.parametrize(
    "url",
    [
        *("", "material", "s3://", "s3:///x", "http://material/x", "file:///etc", "s3://key:secret@material/x"),
        *("s3://material/x?sig=secret", "s3://material/../x", "s3://material/a b", "ftp://material", "s3://-x"),
    ],
)
def test_what_is_no_bucket_is_a_wrong_call(s3: S3, url: str) -> None:
    assert s3.endpoint
    with pytest.raises(CallError) as caught:
        open_bucket(url)
    assert "expected s3://" in caught.value.message


@pytest.mark.parametrize("url", ["s3://b/x", "gs://b/x", "az://b/x"])
def test_without_credentials_nothing_is_asked_of_anybody(url: str) -> None:
    with pytest.raises(CallError, match="no credentials in the environment") as caught:
        open_bucket(url)
    for name in CREDENTIALS[url[:2]][0]:
        assert name in caught.value.advice


def test_without_obstore_it_says_what_to_install(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: object) -> object:
        if name.startswith("obstore"):
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(CallError) as caught:
        open_bucket(s3.url)
    assert "pip install 'preflight-media[bucket]'" in caught.value.advice


def test_obstore_is_not_loaded_before_a_bucket_is_named(bare: dict[str, str]) -> None:
    code = "import sys, preflight.upload, preflight.cli.submit; print('obstore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_ledger_knows_a_bucket_by_where_its_objects_lie(s3: S3, tmp_path: Path) -> None:
    place = bucket_place(s3.url, LIMITS, allow_private=True)
    assert place.name == f"{s3.endpoint}/material/for/preflight"
    uploaded = place.send(parcel(tmp_path / "a.mp4", b"x"), lambda *_: None, lambda _: None)
    assert uploaded.url.startswith(place.name)


def test_a_link_of_credentials_that_end_somewhen_is_never_used_again(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token-of-a-session")
    assert sent(s3.url, parcel(tmp_path / "a.mp4", b"x")).expires_at <= datetime.now(UTC)


def test_a_link_ends_with_the_credentials_that_signed_it(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token-of-a-session")
    ends = (datetime.now(UTC) + timedelta(hours=8)).replace(microsecond=0)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", ends.isoformat())
    one = parcel(tmp_path / "a.mp4", b"x")
    assert sent(s3.url, one).expires_at == ends
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", (datetime.now(UTC) + timedelta(minutes=5)).isoformat())
    assert "the credentials end on" in refused(s3.url, one).message


# ---- the other two --------------------------------------------------------------------------------------------------


@pytest.fixture
def store() -> Iterator[Store]:
    with storing() as store:
        yield store


@pytest.fixture
def azure(store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", base64.b64encode(b"k" * 64).decode())
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", store.url)
    return "az://material/for/preflight"


@pytest.fixture
def google(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()).decode()
    account = {"type": "service_account", "client_email": "a@b.example", "private_key": text, "private_key_id": "1"}
    path = tmp_path / "account.json"
    path.write_text(json.dumps({**account, "gcs_base_url": store.url}))
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(path))
    monkeypatch.setenv("GOOGLE_ALLOW_HTTP", "true")
    return "gs://material/for/preflight"


@pytest.mark.parametrize("cloud", ["azure", "google"])
@pytest.mark.parametrize("size", [1000, 2 * PART_BYTES + 5])
def test_the_other_clouds_give_back_the_bytes_too(
    cloud: str, size: int, store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url: str = request.getfixturevalue(cloud)
    content = os.urandom(size)
    one = parcel(tmp_path / "a.mp4", content)
    try:
        uploaded = sent(url, one)
        again = sent(url, one)
    except PreflightError as error:
        raise AssertionError(f"{error.message}\n{store.asked}") from None
    assert httpx.get(uploaded.url, trust_env=False).content == content
    assert [path.rpartition("/")[2] for path in store.objects] == [one.name]
    assert "material/for/preflight" in next(iter(store.objects))
    assert len([asked for asked in store.asked if asked.method == "HEAD"]) == 2
    assert uploaded.bytes == again.bytes == size
