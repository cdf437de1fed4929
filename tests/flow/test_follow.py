"""After a request was accepted: its film is saved once made, and a lost answer is looked for where it was sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from preflight.errors import OutcomeUnknown, PreflightError, TaskFailed
from preflight.flow.account import Endpoint
from preflight.flow.check import check_request
from preflight.flow.follow import film_of, find_lost, sent_before
from preflight.flow.measuring import measuring
from preflight.flow.submit import Steps, Submitted, Terms, prepared, submit
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.service.task import Task
from preflight.submission.ledger import Ledger
from preflight.submission.submit import Account
from preflight.values.assets import Asset, Role
from tests.specimens import PROFILE, media

KEY = "sk-of-this-test"
QUICK: Profile = replace(PROFILE, service=replace(PROFILE.service, poll_s=1))
SPEC = RequestSpec(
    prompt="Image 1.", duration=4, quality="480p", assets=(Asset(path=media("image-ok.png"), role=Role("image", 1)),)
)


def endpoint(service: Sandbox) -> Endpoint:
    return Endpoint(key=KEY, base_url=service.url, files_url=service.url, allow_private=True)


def sent(service: Sandbox, ledger: Path, spec: RequestSpec = SPEC) -> Submitted:
    found = submit(
        spec,
        QUICK,
        endpoint(service),
        lambda: measuring("exact", cache=None),
        steps=Steps(),
        terms=Terms(ledger=ledger),
    )
    assert found
    return found


@contextmanager
def account(service: Sandbox, ledger: Path) -> Iterator[Account]:
    with endpoint(service).service() as client, Ledger(ledger) as opened:
        yield Account(client, opened, QUICK)


def test_a_film_is_waited_for_and_saved_under_its_name(tmp_path: Path) -> None:
    heard, parts = list[Task](), list[Fraction]()
    with running(run_s=0) as service:
        task = sent(service, tmp_path / "ledger.sqlite3").task.id
        with account(service, tmp_path / "ledger.sqlite3") as mine:
            (film,) = film_of(task, mine, tmp_path / "new", name="mine.mp4", heard=heard.append, saving=parts.append)
            (again,) = film_of(task, mine, tmp_path / "new", name="mine.mp4")
            entry = mine.ledger.find(task)
    assert (film, again) == (tmp_path / "new" / "mine.mp4", again)
    assert again != film
    assert heard[-1].status == "completed"
    assert parts[-1] == 1
    assert entry
    assert entry.state == "downloaded"


def test_a_task_that_failed_has_no_film_and_costs_nothing(tmp_path: Path) -> None:
    with running(run_s=0, fail_with="service_error") as service:
        task = sent(service, tmp_path / "ledger.sqlite3").task.id
        with account(service, tmp_path / "ledger.sqlite3") as mine, pytest.raises(TaskFailed):
            film_of(task, mine, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_same_request_is_known_where_it_was_sent_and_nowhere_else(tmp_path: Path) -> None:
    with running(run_s=0) as service:
        number = sent(service, tmp_path / "ledger.sqlite3").entry.number
        with measuring("exact", cache=None) as how:
            ready = prepared(SPEC, check_request(SPEC, QUICK, how, lambda _: None), QUICK, Terms())
        with Ledger(tmp_path / "ledger.sqlite3") as ledger:
            before = service.calls.copy()
            assert [entry.number for entry in sent_before(ready, service.url, ledger)] == [number]
            assert sent_before(ready, "https://elsewhere.example.com", ledger) == []
            other = replace(ready, spec=replace(SPEC, prompt="Another image 1."))
            assert sent_before(other, service.url, ledger) == []
            assert service.calls == before


def test_a_lost_answer_is_found_once_and_one_that_never_arrived_is_not(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with running(run_s=0, faults=Faults(1, (Fault("create", "drop-after", times=1),))) as service:
        with pytest.raises(OutcomeUnknown):
            sent(service, path)
        with account(service, path) as mine:
            (found,) = find_lost(mine, service.url)
            assert (found.task_id, found.state) == (service.tasks[0].id, "accepted")
            assert find_lost(mine, service.url) == []
    with running(run_s=0, faults=Faults(1, (Fault("create", "drop-before", times=1),))) as service:
        with pytest.raises(OutcomeUnknown):
            sent(service, tmp_path / "other.sqlite3")
        with account(service, tmp_path / "other.sqlite3") as mine:
            assert find_lost(mine, service.url) == []
            (entry,) = mine.ledger.entries()
            assert entry.state == "unknown"


def test_a_service_that_does_not_tell_leaves_everything_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with running(run_s=0, faults=Faults(1, (Fault("create", "drop-after", times=1), Fault("tasks", "403")))) as service:
        with pytest.raises(OutcomeUnknown):
            sent(service, path)
        with account(service, path) as mine:
            with pytest.raises(PreflightError):
                find_lost(mine, service.url)
            (entry,) = mine.ledger.entries()
            assert entry.state == "unknown"
