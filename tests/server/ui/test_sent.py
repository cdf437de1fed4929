"""What was sent before is listed from both ledgers, latest first, in the page's words and without hostile signs."""

import json
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from preflight.server.ui.sent import PROMPT_SHOWN, SHOWN, sent_views
from preflight.server.ui.workspace import Workspace
from preflight.service.responses import read_task
from preflight.submission.ledger import Ledger
from tests.specimens import PROFILE

BASE = "https://service.example.com"


def ledger(workspace: Workspace, at_s: float = 1_000_000_000.0, *, sandbox: bool = False) -> Ledger:
    return Ledger(workspace.project.ledger(sandbox=sandbox), clock=lambda: at_s)


def body(prompt: object) -> bytes:
    return json.dumps({"prompt": prompt}).encode()


def test_a_project_that_sent_nothing_lists_nothing_and_makes_no_ledger(workspace: Workspace) -> None:
    assert sent_views(workspace) == []
    assert not workspace.project.ledger(sandbox=False).exists()


def test_an_entry_says_when_what_and_how_it_stands(workspace: Workspace) -> None:
    with ledger(workspace) as one:
        entry = one.intend(body("A rider."), base_url=BASE, profile="p", price=Fraction("54.5"))
        one.accepted(one.sent(entry), read_task({"id": "task-1", "status": "pending"}))
    (view,) = sent_views(workspace)
    assert (view["state"], view["words"], view["task"], view["price"]) == (
        "accepted",
        "accepted, being made",
        "task-1",
        "54.5",
    )
    assert (view["when"], view["prompt"], view["sandbox"]) == ("2001-09-09 01:46 UTC", "A rider.", False)
    assert (view["films"], view["ends"]) == ([], None)


def test_a_film_is_named_and_its_link_has_an_end(workspace: Workspace) -> None:
    with ledger(workspace) as one:
        task = read_task({"id": "task-1", "status": "completed", "results": ["https://host/film.mp4"]})
        made = one.finished(task) or one.accepted(one.sent(one.intend(body("x"), base_url=BASE, profile="p")), task)
        done = one.finished(task) or made
        one.downloaded(done, workspace.project.videos / "a\u202efilm.mp4")
    (view,) = sent_views(workspace)
    assert view["films"] == [r"a\u202efilm.mp4"]
    ends = datetime.fromtimestamp(view["ends"], UTC)
    assert ends.timestamp() == 1_000_000_000 + PROFILE.service.result_life_s


def test_both_ledgers_are_one_list_latest_first_and_no_longer_than_it_is_shown(workspace: Workspace) -> None:
    for at, sandbox in ((10.0, False), (30.0, False), (20.0, True)):
        with ledger(workspace, at, sandbox=sandbox) as one:
            one.intend(body(str(at)), base_url=BASE, profile="p")
    assert [(view["prompt"], view["sandbox"]) for view in sent_views(workspace)] == [
        ("30.0", False),
        ("20.0", True),
        ("10.0", False),
    ]
    with ledger(workspace, 40.0) as one:
        for _ in range(SHOWN):
            one.intend(body("more"), base_url=BASE, profile="p")
    assert [view["prompt"] for view in sent_views(workspace)] == ["more"] * SHOWN


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (body("x" * PROMPT_SHOWN), "x" * PROMPT_SHOWN),
        (body("x" * (PROMPT_SHOWN + 1)), "x" * PROMPT_SHOWN + "…"),
        (body("a\nb\x1b[31m"), r"a\nb\x1b[31m"),
        (body(None), ""),
        (body(7), "7"),
        (b"{}", ""),
        (b"[]", ""),
        (b"no JSON", ""),
        (b"[" * 100_000, ""),
        (b"\xff", ""),
    ],
)
def test_a_prompt_is_listed_in_short_whatever_a_ledger_holds(workspace: Workspace, sent: bytes, shown: str) -> None:
    with ledger(workspace) as one:
        one.intend(sent, base_url=BASE, profile="p")
    assert sent_views(workspace)[0]["prompt"] == shown


def test_what_a_service_said_is_shown_without_what_acts_on_a_screen(workspace: Workspace) -> None:
    with ledger(workspace) as one:
        one.refused(one.intend(body("x"), base_url=BASE, profile="p"), "no\u202e\x1b[2J")
    (view,) = sent_views(workspace)
    assert view["message"].isprintable()
    assert (view["state"], view["price"]) == ("refused", "")
