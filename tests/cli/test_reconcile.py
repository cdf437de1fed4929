"""What a person is told of lost answers, and whether following it to the letter leads anywhere."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.client import Service
from preflight.submission.ledger import Ledger
from tests.cli.conftest import MEDIA, Program
from tests.upload.stranger import closed_url

pytestmark = pytest.mark.usefixtures("quick", "key")
OFFERED = re.compile(r"`preflight (task reconcile [^`]*)`")


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """A sandbox that takes the first request, and never answers."""
    with running(run_s=0.2, faults=Faults(1, (Fault("create", "drop-after", times=1),))) as sandbox:
        yield sandbox


@pytest.fixture
def lost(program: Program, service: Sandbox, tmp_path: Path) -> str:
    """The id of a task whose answer was lost."""
    image = MEDIA / "image-ok.jpeg"
    (tmp_path / "r.toml").write_text(f'prompt = "Image 1."\nimages = ["{image}"]\nduration = 4\nquality = "480p"\n')
    ended = program("submit", "r.toml", "--yes", "--base-url", service.url)
    assert (ended.status, "`preflight task reconcile`" in ended.err) == (5, True)
    return service.tasks[0].id


def lose(folder: Path, url: str, *, ago_s: float = 601) -> None:
    """Write down a submission whose answer was lost some time ago."""
    with Ledger(folder / "ledger.sqlite3", clock=lambda: time.time() - ago_s) as ledger:
        entry = ledger.intend(b"{}", base_url=url, profile="p")
        ledger.unknown(ledger.sent(entry), "no answer came")


def later(folder: Path) -> None:
    """Let ten minutes pass since the answer was lost."""
    with Ledger(folder / "ledger.sqlite3") as ledger, ledger.transaction() as db:
        db.execute("UPDATE entries SET changed_s = changed_s - 600")


# ---- to the letter ---------------------------------------------------------------------------------------------------


def test_what_is_advised_leads_to_the_video(program: Program, lost: str, tmp_path: Path) -> None:
    ended = program("task", "reconcile")
    assert ended.status == 0
    assert "1 unknown" in ended.out
    assert f"at the service, in no entry: {lost} (" in ended.out
    (offered,) = OFFERED.findall(ended.out)
    assert offered == f"task reconcile --adopt 1={lost}"
    ended = program(*offered.split())
    assert (ended.status, f"Entry 1 is task {lost}" in ended.out) == (0, True)
    assert program("task", "download", "1", "videos").status == 0
    assert len([*(tmp_path / "videos").iterdir()]) == 1
    assert program("task", "reconcile").out == "nothing to reconcile: every submission is accounted for\n"


def test_the_same_request_is_not_offered_again_while_it_is_unknown(
    program: Program, lost: str, service: Sandbox
) -> None:
    ended = program("submit", "r.toml", "--yes", "--base-url", service.url)
    assert ended.status == 5
    assert "entry 1, unknown" in ended.err
    assert ("`preflight task reconcile`" in ended.err, "--again" in ended.err) == (True, False)
    assert [task.id for task in service.tasks] == [lost]
    assert len(program("task", "list").out.splitlines()) == 1


def test_what_never_arrived_is_offered_to_be_sent_again(program: Program, tmp_path: Path, sandbox: Sandbox) -> None:
    lose(tmp_path, sandbox.url)
    ended = program("task", "reconcile")
    assert OFFERED.findall(ended.out) == ["task reconcile --gone 1"]
    ended = program("task", "reconcile", "--gone", "1")
    assert (ended.status, ended.out) == (0, "Entry 1 is refused: the request may be sent again.\n")
    assert "1 refused" in program("task", "list").out
    assert program("task", "reconcile", "--gone", "1").status == 0


def test_what_may_still_become_a_task_is_offered_to_be_sent_again_later(
    program: Program, tmp_path: Path, sandbox: Sandbox
) -> None:
    lose(tmp_path, sandbox.url, ago_s=60)
    assert re.search(r"lets it be sent again from \d\d:\d\d:\d\d UTC on\n", program("task", "reconcile").out)


# ---- where it was sent -----------------------------------------------------------------------------------------------


def test_each_entry_s_own_service_is_asked(program: Program, lost: str, tmp_path: Path, sandbox: Sandbox) -> None:
    lose(tmp_path, sandbox.url)
    ended = program("task", "reconcile")
    assert ended.status == 0
    assert OFFERED.findall(ended.out) in (
        [f"task reconcile --adopt 1={lost}", "task reconcile --gone 2"],
        ["task reconcile --gone 2", f"task reconcile --adopt 1={lost}"],
    )


def test_one_service_that_cannot_be_asked_does_not_hide_another(program: Program, lost: str, tmp_path: Path) -> None:
    lose(tmp_path, closed_url())
    ended = program("task", "reconcile")
    assert (ended.status, "no connection" in ended.err) == (3, True)
    assert "2 unknown" in ended.out
    assert OFFERED.findall(ended.out) == [f"task reconcile --adopt 1={lost}"]


def test_an_address_that_is_named_leaves_out_what_was_sent_elsewhere_and_says_so(
    program: Program, lost: str, tmp_path: Path, service: Sandbox, sandbox: Sandbox
) -> None:
    lose(tmp_path, sandbox.url)
    ended = program("task", "reconcile", "--base-url", f"{service.url}/")
    assert (ended.status, OFFERED.findall(ended.out)) == (0, [f"task reconcile --adopt 1={lost}"])
    assert f"sent to {sandbox.url}: 2" in ended.err


def test_another_service_is_not_asked_for_what_it_was_not_sent(
    program: Program, lost: str, service: Sandbox, sandbox: Sandbox
) -> None:
    ended = program("task", "reconcile", "--base-url", sandbox.url)
    assert (ended.status, ended.out) == (0, f"nothing to reconcile at {sandbox.url}\n")
    assert f"sent to {service.url}: 1" in ended.err
    for word in (("--gone", "1"), ("--gone", "1", "--sure"), ("--adopt", f"1={lost}")):
        ended = program("task", "reconcile", *word, "--base-url", sandbox.url)
        assert (ended.status, f"was sent to {service.url}" in ended.err) == (2, True)
    assert not sandbox.requests
    assert "1 unknown" in program("task", "list").out


@pytest.mark.parametrize("stated", [(), ("--base-url", "http://127.0.0.1:9")])
def test_where_nothing_is_unknown_nobody_is_asked(
    program: Program, stated: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EVOLINK_API_KEY")
    ended = program("task", "reconcile", *stated)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith("nothing to reconcile")


# ---- it is said to be gone -------------------------------------------------------------------------------------------


def test_what_the_service_has_is_not_gone_unless_a_person_is_sure(program: Program, lost: str, tmp_path: Path) -> None:
    later(tmp_path)
    ended = program("task", "reconcile", "--gone", "1")
    assert ended.status == 3
    assert ended.out.startswith(f"at the service, in no entry: {lost} (")
    assert f"`preflight task reconcile --adopt 1={lost}`" in ended.err
    assert "1 unknown" in program("task", "list").out
    assert program("task", "reconcile", "--gone", "1", "--sure").status == 0
    assert "1 refused" in program("task", "list").out


def test_what_cannot_be_looked_for_is_not_gone_unless_a_person_is_sure(program: Program, tmp_path: Path) -> None:
    lose(tmp_path, closed_url())
    ended = program("task", "reconcile", "--gone", "1")
    assert (ended.status, ended.out) == (3, "")
    assert "could not be seen" in ended.err
    assert "--gone 1 --sure" in ended.err
    assert "1 unknown" in program("task", "list").out
    assert program("task", "reconcile", "--gone", "1", "--sure").status == 0


@pytest.mark.parametrize("sure", [(), ("--sure",)])
def test_what_was_lost_a_moment_ago_cannot_be_said_to_be_gone_yet(
    program: Program, tmp_path: Path, sure: tuple[str, ...]
) -> None:
    lose(tmp_path, closed_url(), ago_s=60)
    ended = program("task", "reconcile", "--gone", "1", *sure)
    assert (ended.status, ended.out) == (3, "")
    assert "the service may still make a task of it" in ended.err
    assert "1 unknown" in program("task", "list").out


def test_what_became_a_task_cannot_be_said_to_be_gone(program: Program, lost: str) -> None:
    assert program("task", "reconcile", "--adopt", f"1={lost}").status == 0
    ended = program("task", "reconcile", "--gone", "1")
    assert (ended.status, "is accepted, and cannot become refused" in ended.err) == (3, True)
    assert lost in program("task", "list").out


# ---- what is no word -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--adopt", "1"), "expected ENTRY=TASK"),
        (("--adopt", "99=task-1"), "no such task or entry"),
        (("--gone", "99"), "no such task or entry"),
        (("--gone", "1", "--adopt", "1=task-1"), "two different words"),
        (("--sure",), "belongs to --gone"),
    ],
)
def test_a_word_that_settles_nothing_is_a_wrong_call(
    program: Program, tmp_path: Path, words: tuple[str, ...], why: str
) -> None:
    lose(tmp_path, closed_url())
    ended = program("task", "reconcile", *words)
    assert (ended.status, why in ended.err) == (2, True)


def test_a_task_that_the_service_does_not_have_is_not_adopted(
    program: Program, tmp_path: Path, sandbox: Sandbox
) -> None:
    lose(tmp_path, sandbox.url)
    assert program("task", "reconcile", "--adopt", "1=task-of-another").status == 4
    assert "1 unknown" in program("task", "list").out


def test_several_that_may_be_it_are_shown_and_none_is_picked(
    program: Program, lost: str, tmp_path: Path, service: Sandbox
) -> None:
    lose(tmp_path, service.url, ago_s=60)
    ended = program("task", "reconcile")
    assert lost in ended.out
    assert OFFERED.findall(ended.out) == ["task reconcile --adopt 2=TASK", "task reconcile --adopt 1=TASK"]


# ---- two clocks and two spellings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-5, 5])
def test_a_task_is_found_though_this_machine_s_clock_is_hours_off(program: Program, tmp_path: Path, hours: int) -> None:
    (tmp_path / "r.toml").write_text('prompt = "A rider."\nduration = 4\nquality = "480p"\n')
    faults = Faults(1, (Fault("create", "drop-after", times=1),))
    with running(run_s=0.2, faults=faults, clock_ahead_s=hours * 3600.0) as service:
        assert program("submit", "r.toml", "--yes", "--base-url", service.url).status == 5
        later(tmp_path)
        task = service.tasks[0].id
        ended = program("task", "reconcile", "--gone", "1")
        assert (ended.status, f"task {task}, which no entry accounts for" in ended.err) == (3, True)
        ended = program("task", "reconcile")
        assert OFFERED.findall(ended.out) == [f"task reconcile --adopt 1={task}"]
        assert f"this machine's clock is 5 h 0 min {'behind' if hours > 0 else 'ahead of'} the service's" in ended.err
        assert program("task", "reconcile", "--gone", "1", "--sure").status == 0


def test_of_several_tasks_alike_none_is_called_the_one(program: Program, lost: str, service: Sandbox) -> None:
    with Service(service.url, "any-key") as client:
        other = client.submit(json.dumps(service.tasks[0].body).encode(), "another-program-of-ours").id
        longer = client.submit(json.dumps({**service.tasks[0].body, "duration": 9}).encode(), "one-that-is-longer-1").id
    ended = program("task", "reconcile")
    assert "entry 1 may be one of these" in ended.out
    assert (lost in ended.out, other in ended.out, longer in ended.out) == (True, True, False)
    assert "1 more at the service and in no entry, of another model or length" in ended.out


@pytest.mark.parametrize("spelled", ["HTTP://LOCALHOST:{}", "http://127.0.0.1:{}/", "http://localhost.:{}/v1 "])
def test_an_address_that_is_spelled_otherwise_is_the_same_service(
    program: Program, lost: str, service: Sandbox, spelled: str
) -> None:
    there = ("--base-url", spelled.format(service.url.rpartition(":")[2]))
    ended = program("task", "reconcile", *there)
    assert OFFERED.findall(ended.out) == [f"task reconcile --adopt 1={lost}"]
    assert program("submit", "r.toml", "--yes", *there).status == 5
    assert program("task", "reconcile", "--adopt", f"1={lost}", *there).status == 0
    assert len(service.tasks) == 1


def test_a_new_ledger_beside_an_old_one_holds_the_guard(program: Program, lost: str, service: Sandbox) -> None:
    ended = program("submit", "r.toml", "--yes", "--base-url", service.url, "--ledger", "new.sqlite3")
    assert ended.status == 5
    assert "by another ledger: entry 1 of " in ended.err
    assert "`preflight task reconcile --ledger " in ended.err
    assert [task.id for task in service.tasks] == [lost]
