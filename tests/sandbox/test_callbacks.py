"""What a receiver of callbacks gets."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from preflight.sandbox import Sandbox, running
from tests.sandbox.shelf import Shelf
from tests.sandbox.wire import accepted, connect, finished

if TYPE_CHECKING:
    from preflight.sandbox.callbacks import Delivery

AT_ONCE: dict[str, Any] = {
    "run_s": 0,
    "fail_with": "unknown_error",
    "callback_http": True,
    "callback_retry_s": (0.01, 0.01, 0.01),
}


def delivery(sandbox: Sandbox) -> Delivery:
    """Wait for the first callback to be over."""
    give_up = time.monotonic() + 120
    while not sandbox.callbacks:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return sandbox.callbacks[0]


def deliver(receiver: Shelf, url: str, sandbox: Sandbox) -> tuple[str, Delivery]:
    """Submit with a callback and wait for it to be over."""
    with connect(sandbox) as client:
        task_id = accepted(client, callback_url=url)["id"]
        done = delivery(sandbox)
        assert [json.loads(text) for text in receiver.posted] == [finished(client, task_id)] * len(receiver.posted)
    return task_id, done


def test_the_body_of_the_task_query_is_posted_once() -> None:
    with Shelf() as receiver, running(**AT_ONCE) as sandbox:
        task_id, done = deliver(receiver, receiver.url + "/done", sandbox)
        assert (done.task_id, done.attempts, done.delivered) == (task_id, 1, True)
        assert len(receiver.posted) == 1


def test_a_receiver_that_fails_is_tried_again() -> None:
    with Shelf() as receiver, running(**AT_ONCE) as sandbox:
        receiver.post_statuses = [500, 503]
        _, done = deliver(receiver, receiver.url + "/done", sandbox)
        assert (done.attempts, done.delivered) == (3, True)


def test_after_three_more_attempts_it_is_given_up() -> None:
    with Shelf() as receiver, running(**AT_ONCE) as sandbox:
        receiver.post_statuses = [500] * 9
        _, done = deliver(receiver, receiver.url + "/done", sandbox)
        assert (done.attempts, done.delivered) == (4, False)
        assert len(receiver.posted) == 4


def test_the_waits_are_the_documented_ones_by_default() -> None:
    with running() as sandbox:
        assert sandbox.settings.callback_retry_s == (1.0, 2.0, 4.0)
        assert sandbox.settings.callback_timeout_s == 10.0


def test_a_receiver_elsewhere_is_recorded_and_never_called() -> None:
    with running(run_s=0, fail_with="unknown_error") as sandbox, connect(sandbox) as client:
        accepted(client, callback_url="https://example.com/done")
        done = delivery(sandbox)
        assert (done.url, done.attempts, done.delivered) == ("https://example.com/done", 0, False)
