"""Requests sent by a program: once, clean, and for no more than it allows."""

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest

import preflight
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.client import Service
from preflight.values.remedy import Remedy
from tests.api.conftest import KEY, Stop, a_request, entries, marked_clip
from tests.specimens import FIXTURES, MEDIA
from tests.upload.stranger import Stranger, closed_url, say


def test_a_request_becomes_a_video_on_disk(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox, ledger: Path, tmp_path: Path
) -> None:
    told: list[preflight.Advance] = []
    sent = send(a_request(), progress=told.append, max_credits=Fraction(26))
    assert (sent.entry.state, sent.orphans) == ("accepted", ())
    assert sent.price is not None
    assert sent.price.credits == sent.task.credits_reserved
    there: dict[str, Any] = {"key": KEY, "ledger": ledger}
    task = preflight.wait(sent.task_id, **there, poll_s=0.1, progress=told.append)
    assert (task.id, task.status) == (sent.task_id, "completed")
    (video,) = preflight.download(task.id, tmp_path / "videos", **there, progress=told.append)
    assert preflight.check(video, profile="seedance-2.0-2026-10").assets[0].facts is not None
    stages = [one.stage for one in told]
    assert list(dict.fromkeys(stages)) == ["check", "upload", "wait", "download"]
    assert [one.part for one in told if one.stage == "upload"][-1] == told[-1].part == 1
    assert [entry.state for entry in entries(ledger)] == ["downloaded"]
    assert len(sandbox.tasks) == 1


def test_the_key_is_kept_nowhere(send: Callable[..., preflight.Submitted], ledger: Path, tmp_path: Path) -> None:
    sent = send(a_request())
    assert KEY not in repr(sent)
    for path in [*tmp_path.rglob("*"), ledger]:
        assert path.is_dir() or KEY.encode() not in path.read_bytes()


def test_what_is_not_clean_or_not_cut_is_never_sent(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox, ledger: Path, tmp_path: Path
) -> None:
    with pytest.raises(preflight.CallError, match=r"not clean.*image 1: .*200 px") as raised:
        send(a_request(MEDIA / "image-200x200.png"))
    assert "check_request" in raised.value.advice
    with pytest.raises(preflight.CallError, match="request: only sounds"):
        send(preflight.load_request(FIXTURES / "requests" / "audio-alone.toml"), max_credits=1)
    request = marked_clip()
    report = preflight.check_request(request)
    assert report.verdict == "pass"
    with pytest.raises(preflight.CallError, match="marked and was not cut"):
        send(request)
    assert sandbox.requests == []
    assert not ledger.exists()
    send(preflight.with_results(request, preflight.fix(report, tmp_path / "ready")))
    assert len(sandbox.tasks) == 1


def test_what_lies_at_an_address_already_is_judged_and_sent_as_it_is(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox
) -> None:
    send(a_request())
    urls = sandbox.tasks[0].body["image_urls"]
    assert isinstance(urls, list)
    send(a_request(*urls, duration=5))
    assert sandbox.tasks[1].body["image_urls"] == urls
    assert len(sandbox.uploads) == 1


def test_what_was_sent_is_not_sent_twice_unless_that_is_said(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox
) -> None:
    send(a_request())
    with pytest.raises(preflight.CallError, match="the same request was sent"):
        send(a_request())
    assert len(sandbox.tasks) == 1
    send(a_request(), again=True)
    assert len(sandbox.tasks) == 2


@pytest.mark.parametrize(
    ("most", "why"),
    [(25, "more than max_credits 25"), (0.5, "more than"), (float("nan"), "a number"), (float("inf"), "a number")],
)
def test_what_costs_more_than_is_allowed_is_not_sent(
    most: float, why: str, send: Callable[..., preflight.Submitted], sandbox: Sandbox
) -> None:
    with pytest.raises(preflight.CallError, match=why):
        send(a_request(), max_credits=most)
    assert sandbox.requests == []


def test_what_has_no_price_is_not_sent_where_there_is_a_limit(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox
) -> None:
    edition = preflight.load_profile()
    unpriced = msgspec.structs.replace(edition, price=msgspec.structs.replace(edition.price, models={}))
    with pytest.raises(preflight.CallError, match="cannot be told"):
        send(a_request(), profile=unpriced, max_credits=1000)
    assert sandbox.requests == []
    assert send(a_request(), profile=unpriced).price is None


@pytest.mark.parametrize(
    "given",
    [{"key": ""}, {"key": "a b"}, {"base_url": "http://example.com"}, {"bucket": "ftp://bucket"}],
    ids=["no key", "no such key", "in the open", "no bucket"],
)
def test_an_address_or_key_that_cannot_be_used_is_refused(
    given: dict[str, str], send: Callable[..., preflight.Submitted], sandbox: Sandbox, ledger: Path
) -> None:
    with pytest.raises(preflight.CallError):
        send(a_request(), **given)
    assert sandbox.requests == []
    assert not ledger.exists()


def test_a_program_that_stops_while_it_uploads_has_sent_nothing(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox, ledger: Path
) -> None:
    def stopped(advance: preflight.Advance) -> None:
        if advance.stage == "upload":
            raise Stop

    with pytest.raises(Stop):
        send(a_request(), progress=stopped)
    assert sandbox.tasks == []
    assert entries(ledger) == []


def test_each_end_of_a_submission_is_its_own_error(ledger: Path) -> None:
    request = a_request()
    with running(credits=1.0) as poor, pytest.raises(preflight.Refused, match="credits"):
        preflight.submit(request, key=KEY, base_url=poor.url, ledger=ledger)
    with pytest.raises(preflight.Unreachable):
        preflight.submit(request, key=KEY, base_url=closed_url(), ledger=ledger)
    faults = Faults(7, (Fault("create", "drop-after", times=1),))
    with running(run_s=0, faults=faults) as breaking:
        with pytest.raises(preflight.OutcomeUnknown, match="not known"):
            preflight.submit(request, key=KEY, base_url=breaking.url, ledger=ledger)
        with pytest.raises(preflight.OutcomeUnknown, match="the same request"):
            preflight.submit(request, key=KEY, base_url=breaking.url, ledger=ledger)
        assert len(breaking.tasks) == 1
        unknown = next(entry for entry in entries(ledger) if entry.state == "unknown")
        with pytest.raises(preflight.CallError, match="no task to ask for"):
            preflight.wait(str(unknown.number), key=KEY, ledger=ledger)


CRASH = """
import os, sys
from pathlib import Path
from preflight.submission.ledger import Ledger

book = Ledger(Path(sys.argv[1]))
book.sent(book.intend(b"{}", base_url="https://example.com", profile="p"))
os._exit(0)
"""


def test_what_another_program_left_without_an_answer_is_returned(
    send: Callable[..., preflight.Submitted], ledger: Path
) -> None:
    subprocess.run([sys.executable, "-c", CRASH, str(ledger)], check=True)
    assert [entry.state for entry in send(a_request()).orphans] == ["unknown"]
    assert send(a_request(), again=True).orphans == ()


def test_an_address_that_only_a_profile_names_gets_no_key(tmp_path: Path, ledger: Path) -> None:
    with Stranger(say({"id": "task-unified-1"})) as stranger:
        text = 'extends = "seedance-2.0-2026-04"\nname = "house"\n[service]\nbase_url = "{0}"\nfiles_url = "{0}"\n'
        (tmp_path / "house.toml").write_text(text.format(stranger.url))
        house = tmp_path / "house.toml"
        for work in (
            lambda: preflight.submit(a_request(), key=KEY, profile=house, ledger=ledger),
            lambda: preflight.wait("task-unified-1", key=KEY, profile=house, ledger=ledger),
        ):
            with pytest.raises(preflight.CallError, match="no shipped edition's address") as caught:
                work()
            assert "base_url=" in caught.value.advice
    assert stranger.connections == 0


def test_another_name_goes_to_every_host(ledger: Path, tmp_path: Path, sandbox: Sandbox) -> None:
    with (
        Stranger(say(b"", 403)) as host,
        Service(sandbox.url, KEY, agent="Mozilla/5.0", sleep=lambda _: None) as service,
        pytest.raises(preflight.NotDone) as caught,
    ):
        service.download(f"{host.url}/film.mp4", tmp_path, "a.mp4")
    assert [heard.headers["user-agent"] for heard in host.heard] == ["Mozilla/5.0"]
    assert caught.value.remedies == (Remedy("fresh-link-or-name"),)
    for agent in ("a\nb", "é", "x" * 300):
        with pytest.raises(preflight.CallError, match="user agent"):
            preflight.submit(a_request(), key=KEY, base_url=sandbox.url, ledger=ledger, agent=agent)


def test_a_place_is_taken_out_before_the_upload_unless_it_may_go_along(
    send: Callable[..., preflight.Submitted], sandbox: Sandbox, tmp_path: Path
) -> None:
    photo = MEDIA / "image-gps.jpg"
    before = photo.read_bytes()
    send(a_request(photo))
    send(a_request(photo), keep_location=True)
    sent = [preflight.check(_kept(sandbox, task, tmp_path)).assets[0] for task in (0, 1)]
    assert [any(one.rule == "image/location" for one in judged.findings) for judged in sent] == [False, True]
    assert photo.read_bytes() == before
    with pytest.raises(preflight.CallError, match="the same request was sent"):
        send(a_request(photo))


def _kept(sandbox: Sandbox, task: int, folder: Path) -> Path:
    """Save what a task's first image is at its address."""
    import httpx

    urls = sandbox.tasks[task].body["image_urls"]
    assert isinstance(urls, list)
    (url,) = urls
    path = folder / f"{task}.jpg"
    path.write_bytes(httpx.get(str(url)).content)
    return path
