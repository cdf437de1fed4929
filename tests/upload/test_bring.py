"""The files of a request reach their URLs: each content once, in order, again only when it must, never unchecked."""

import io
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import httpx
import msgspec
import pytest
from PIL import Image

from preflight.errors import CallError, NotDone, PreflightError
from preflight.probe import probe
from preflight.profiles import Profile, load
from preflight.rules import judge
from preflight.sandbox import Sandbox, running
from preflight.service.client import Service
from preflight.submission.ledger import Ledger
from preflight.submission.prepare import hash_assets, renew_uploads, upload_assets
from preflight.submission.submit import Account
from preflight.upload.files_service import files_service
from preflight.upload.parcel import Parcel, Place, Uploaded, hash_file, needed_s
from preflight.values.assets import Asset, Role
from preflight.values.findings import Judged, Report
from tests.upload.stranger import KEY

PROFILE: Profile = load()
DAY_S = 86_400


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


class Clock:
    """Tells the ledger the time, which a test may turn forward."""

    ahead_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.sqlite3", clock=clock) as ledger:
        yield ledger


@pytest.fixture
def account(sandbox: Sandbox, ledger: Ledger) -> Iterator[Account]:
    with Service(sandbox.url, KEY, sleep=lambda _: None) as service:
        yield Account(service, ledger, PROFILE)


@cache
def noise(seed: int) -> bytes:
    """Draw a picture of some hundred thousand bytes, another for each seed."""
    buffer = io.BytesIO()
    Image.effect_noise((400, 400), 60).point(lambda value: value ^ seed).convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


def picture(path: Path, seed: int) -> Path:
    path.write_bytes(noise(seed))
    return path


def report_of(*paths: Path | str) -> Report:
    assets = [Asset(path=str(path), role=Role("image", number)) for number, path in enumerate(paths, 1)]
    return Report(profile=PROFILE.name, assets=tuple(_judged(asset) for asset in assets))


def _judged(asset: Asset) -> Judged:
    return Judged(asset=asset, kind="image") if asset.is_url else judge(probe(asset), PROFILE)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    return [picture(tmp_path / f"{number}.png", number) for number in range(7)]


def uploads(sandbox: Sandbox) -> int:
    return sum(1 for asked in sandbox.requests if asked.method == "POST" and "upload" in asked.path)


def test_every_file_can_be_read_at_its_url_and_the_order_is_kept(
    account: Account, sandbox: Sandbox, pictures: list[Path]
) -> None:
    report = report_of(*reversed(pictures))
    urls = upload_assets(report, hash_assets(report), account)
    assert list(urls) == [str(path) for path in reversed(pictures)]
    for path, url in urls.items():
        assert httpx.get(url, trust_env=False).content == Path(path).read_bytes()
    assert uploads(sandbox) == len(pictures)


def test_the_same_content_is_sent_once(
    account: Account, sandbox: Sandbox, pictures: list[Path], tmp_path: Path
) -> None:
    twin = tmp_path / "twin.png"
    twin.write_bytes(pictures[0].read_bytes())
    report = report_of(pictures[0], pictures[1], twin, pictures[0])
    urls = upload_assets(report, hash_assets(report), account)
    assert urls[str(twin)] == urls[str(pictures[0])] != urls[str(pictures[1])]
    assert uploads(sandbox) == 2


def test_what_has_a_url_already_is_not_uploaded(account: Account, sandbox: Sandbox, pictures: list[Path]) -> None:
    report = report_of("https://example.com/a.png", pictures[0])
    assert list(upload_assets(report, hash_assets(report), account)) == [str(pictures[0])]
    assert uploads(sandbox) == 1


def test_progress_goes_from_nothing_to_all_for_each_file(account: Account, pictures: list[Path]) -> None:
    told: dict[str, list[Fraction]] = {}

    def start(path: str) -> Callable[[Fraction], None]:
        return told.setdefault(path, []).append

    report = report_of(*pictures)
    upload_assets(report, hash_assets(report), account, progress=start)
    assert sorted(told) == [str(path) for path in pictures]
    assert all(parts == sorted(parts) and parts[-1] == 1 for parts in told.values())


def test_a_second_run_sends_nothing_and_gives_the_same_urls(
    account: Account, sandbox: Sandbox, pictures: list[Path]
) -> None:
    report = report_of(*pictures)
    first = upload_assets(report, hash_assets(report), account)
    assert upload_assets(report, hash_assets(report), account) == first
    assert uploads(sandbox) == len(pictures)


def test_what_the_service_has_lost_since_is_sent_again(
    account: Account, sandbox: Sandbox, pictures: list[Path]
) -> None:
    report = report_of(*pictures)
    first = upload_assets(report, hash_assets(report), account)
    sandbox.state.files.delete(sandbox.uploads[0])
    again = upload_assets(report, hash_assets(report), account)
    assert uploads(sandbox) == len(pictures) + 1
    assert list(again) == list(first)
    assert all(httpx.get(url, trust_env=False).is_success for url in again.values())


def failing(place: Place, path: Path) -> Place:
    """Make a place that breaks for one file, after the others have had their time."""

    def send(parcel: Parcel, heard: Callable[..., None], sleep: Callable[[float], None]) -> Uploaded:
        if parcel.path == path:
            time.sleep(0.3)
            raise NotDone("the line is cut")
        return place.send(parcel, heard, sleep)

    return Place(place.name, send)


def test_a_run_that_failed_is_taken_up_where_it_ended(account: Account, sandbox: Sandbox, pictures: list[Path]) -> None:
    report = report_of(*pictures)
    hashes = hash_assets(report)
    place = failing(files_service(account.service.files, PROFILE.service), pictures[3])
    with pytest.raises(NotDone, match="the line is cut"):
        upload_assets(report, hashes, msgspec.structs.replace(account, place=place))
    landed = uploads(sandbox)
    assert landed >= 3
    upload_assets(report, hashes, account)
    assert uploads(sandbox) == len(pictures)


def test_a_file_that_changed_between_check_and_sending_stops_the_run(
    account: Account, sandbox: Sandbox, pictures: list[Path]
) -> None:
    report = report_of(*pictures)
    hashes = hash_assets(report)
    content = bytearray(pictures[2].read_bytes())
    content[-1] ^= 1
    pictures[2].write_bytes(content)
    with pytest.raises(NotDone, match=r"2\.png: changed since it was checked"):
        upload_assets(report, hashes, account)
    assert hash_file(pictures[2]) not in {name.file_name.partition(".")[0] for name in sandbox.uploads}
    assert sandbox.tasks == []


def test_a_file_that_changed_its_size_since_it_was_measured_has_no_fingerprint(pictures: list[Path]) -> None:
    report = report_of(*pictures)
    with pictures[1].open("ab") as file:
        file.write(b"more")
    with pytest.raises(NotDone, match=r"1\.png: changed since it was checked"):
        hash_assets(report)


def test_a_file_of_the_same_size_that_was_written_again_is_not_what_was_checked(pictures: list[Path]) -> None:
    report = report_of(*pictures)
    content = pictures[0].read_bytes()
    pictures[0].write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(NotDone, match="changed since it was checked"):
        hash_assets(report)


def test_what_is_not_clean_has_no_fingerprint(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "small.png")
    with pytest.raises(CallError, match="not clean"):
        hash_assets(report_of(tmp_path / "small.png"))


def test_what_lives_long_enough_is_kept_without_asking_anybody(
    account: Account, sandbox: Sandbox, pictures: list[Path]
) -> None:
    report = report_of(*pictures)
    hashes = hash_assets(report)
    urls = upload_assets(report, hashes, account)
    asked = len(sandbox.requests)
    assert renew_uploads(urls, report, hashes, account) is urls
    assert len(sandbox.requests) == asked


@pytest.mark.parametrize("case", [(60, 0), (-60, 7)])
def test_what_ends_before_the_task_could_read_it_is_renewed(
    account: Account, sandbox: Sandbox, pictures: list[Path], clock: Clock, case: tuple[int, int]
) -> None:
    spare_s, sent = case
    report = report_of(*pictures)
    hashes = hash_assets(report)
    urls = upload_assets(report, hashes, account)
    clock.ahead_s = 3 * DAY_S - needed_s(PROFILE.service) - spare_s
    assert list(renew_uploads(urls, report, hashes, account)) == list(urls)
    assert uploads(sandbox) == len(pictures) + sent


def test_only_what_ends_too_soon_is_renewed(
    account: Account, sandbox: Sandbox, pictures: list[Path], ledger: Ledger
) -> None:
    report = report_of(*pictures)
    hashes = hash_assets(report)
    urls = upload_assets(report, hashes, account)
    path = str(pictures[4])
    soon = datetime.now(UTC) + timedelta(minutes=5)
    ledger.remember_upload(hashes[path], account.service.files.origin, urls[path], soon)
    renew_uploads(urls, report, hashes, account)
    assert uploads(sandbox) == len(pictures) + 1


def test_a_file_that_changed_is_not_renewed(
    account: Account, pictures: list[Path], clock: Clock, sandbox: Sandbox
) -> None:
    report = report_of(*pictures)
    hashes = hash_assets(report)
    urls = upload_assets(report, hashes, account)
    os.truncate(pictures[0], 50)
    clock.ahead_s = 3 * DAY_S
    with pytest.raises(PreflightError, match="changed since it was checked"):
        renew_uploads(urls, report, hashes, account)
    assert sandbox.tasks == []
