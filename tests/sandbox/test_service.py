"""What becomes of submissions: tasks that end well or badly, films, callbacks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from preflight.sandbox import running
from tests.sandbox.shelf import Shelf
from tests.sandbox.wire import STANDARD, accepted, body, broken, connect, finished, refused, submit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.media import Media


@pytest.mark.parametrize(
    ("kind", "code"), [("moderation", "content_policy_violation"), ("service-error", "service_error")]
)
def test_a_task_fails_and_is_given_back(kind: str, code: str) -> None:
    with running(run_s=0, faults=broken("outcome", kind)) as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client)["id"])
        assert (task["status"], task["error"]["code"]) == ("failed", code)
        assert not sandbox.paid_by_body


def test_a_film_of_the_same_size_and_length_is_made_once() -> None:
    with running(run_s=0) as sandbox, connect(sandbox) as client:
        tasks = [finished(client, accepted(client, duration=4, quality="480p")["id"]) for _ in range(2)]
        assert tasks[0]["results"] != tasks[1]["results"]
        assert len({client.get(task["results"][0]).content for task in tasks}) == 1
        assert len([*(sandbox.state.folder / "results").iterdir()]) == 1


@pytest.mark.parametrize(("kind", "count"), [("late", 1), ("twice", 2)])
def test_a_callback_comes_late_or_twice(kind: str, count: int) -> None:
    faults = broken("callback", kind, seconds=0.3)
    with (
        Shelf() as receiver,
        running(run_s=0, fail_with="unknown_error", callback_http=True, faults=faults) as sandbox,
        connect(sandbox) as client,
    ):
        began = time.monotonic()
        accepted(client, callback_url=receiver.url + "/done")
        while len(sandbox.callbacks) < count:
            assert time.monotonic() - began < 120
            time.sleep(0.01)
        assert len(receiver.posted) == count
        assert kind != "late" or time.monotonic() - began >= 0.3


def test_a_service_that_replays_nothing_takes_the_same_key_twice() -> None:
    with running(run_s=60, replays=False) as sandbox, connect(sandbox) as client:
        client.headers["Idempotency-Key"] = "order-0123456789"
        for _ in range(2):
            accepted(client)
        assert [task.idempotency_key for task in sandbox.tasks] == ["order-0123456789"] * 2
        assert [*sandbox.paid_by_body.values()] == [2]


class TestFailing:
    def test_a_task_fails_with_the_code_that_was_set_and_costs_nothing(self) -> None:
        with running(run_s=0, fail_with="content_policy_violation") as sandbox, connect(sandbox) as client:
            task = finished(client, accepted(client)["id"])
            assert task["status"] == "failed"
            assert task["error"]["code"] == "content_policy_violation"
            assert set(task["error"]) == {"code", "message", "type"}
            assert "results" not in task
            assert sandbox.credits_left == 10_000
            assert not sandbox.paid_by_body

    @pytest.mark.parametrize(
        ("wrong", "code", "words"),
        [
            ("image", "image_dimension_mismatch", "received a 100x640px image"),
            ("video", "invalid_parameters", "video pixel count"),
            ("missing", "invalid_parameters", "Error while downloading"),
        ],
    )
    def test_faults_of_assets_can_be_told_by_the_task(
        self, media: Media, shelf: Shelf, wrong: str, code: str, words: str
    ) -> None:
        fields = {
            "image": {"image_urls": [shelf.put(media.image(100, 640))]},
            "video": {"video_urls": [shelf.put(media.video("640x480"))]},
            "missing": {"image_urls": [shelf.url + "/missing"]},
        }
        with running(run_s=0, judge_at="task") as sandbox, connect(sandbox) as client:
            task = finished(client, accepted(client, **fields[wrong])["id"])
        assert (task["status"], task["error"]["code"]) == ("failed", code)
        assert words in task["error"]["message"]

    def test_a_result_that_cannot_be_made_is_a_service_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PREFLIGHT_FFMPEG", "/nonexistent/ffmpeg")
        with running(run_s=0) as sandbox, connect(sandbox) as client:
            assert finished(client, accepted(client)["id"])["error"]["code"] == "service_error"

    def test_ffmpeg_that_hangs_is_stopped(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        hanging = tmp_path / "ffmpeg"
        hanging.write_text("#!/bin/sh\nexec sleep 30\n")
        hanging.chmod(0o755)
        monkeypatch.setenv("PREFLIGHT_FFMPEG", str(hanging))
        with running(run_s=0, render_timeout_s=0.2) as sandbox, connect(sandbox) as client:
            task = finished(client, accepted(client)["id"])
        assert (task["error"]["code"], task["error"]["message"]) == ("service_error", "ffmpeg: TimeoutExpired")


class TestCredits:
    def test_the_balance_falls_with_every_task(self) -> None:
        with running(run_s=60, credits=200) as sandbox, connect(sandbox) as client:
            accepted(client, duration=10)
            balance = client.get("/v1/credits").json()["data"]["user"]
            assert balance == {"remaining_credits": 65.0, "used_credits": 135.0}
            assert sandbox.credits_left == 65

    def test_a_task_beyond_the_balance_is_refused_with_402(self) -> None:
        with running(run_s=60, credits=135) as sandbox, connect(sandbox) as client:
            accepted(client, duration=10)
            answer = submit(client, duration=10)
            assert (answer.status_code, answer.json()["error"]["code"]) == (402, "insufficient_credits")
            assert len(sandbox.tasks) == 1

    def test_reference_videos_are_paid_for_by_their_measured_length(self, media: Media, shelf: Shelf) -> None:
        video = shelf.put(media.video(seconds="5"))
        with running(run_s=60) as sandbox, connect(sandbox) as client:
            short = accepted(client, duration=10, video_urls=[video])
            both = accepted(client, duration=4, video_urls=[video, video])
            assert [float(task.input_video_s) for task in sandbox.tasks] == [5, 10]
        assert short["usage"]["credits_reserved"] == 164.43
        assert both["usage"]["credits_reserved"] == 115.101


class TestIdempotency:
    KEY = "order-0123456789.a_b"

    def test_the_same_key_and_body_give_the_same_task_and_cost_once(self) -> None:
        with running(run_s=60) as sandbox, connect(sandbox) as client:
            client.headers["Idempotency-Key"] = self.KEY
            first, second = submit(client), submit(client)
            assert first.json() == second.json()
            assert "idempotency-replayed" not in first.headers
            assert second.headers["idempotency-replayed"] == "true"
            assert len(sandbox.tasks) == 1

    def test_several_at_the_same_moment_make_one_task(self) -> None:
        with running(run_s=60) as sandbox:
            threads = [threading.Thread(target=self._submit, args=(sandbox.url,)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(sandbox.tasks) == 1

    def _submit(self, url: str) -> None:
        headers = {"Authorization": "Bearer k", "Idempotency-Key": self.KEY}
        httpx.post(f"{url}/v1/videos/generations", json=body(), headers=headers, trust_env=False)

    def test_without_a_key_every_submission_is_paid(self) -> None:
        with running(run_s=60) as sandbox, connect(sandbox) as client:
            for _ in range(3):
                accepted(client)
            accepted(client, duration=6)
            assert sorted(sandbox.paid_by_body.values()) == [1, 3]
            (text,) = [text for text, count in sandbox.paid_by_body.items() if count == 3]
            assert text == f'{{"model":"{STANDARD}","prompt":"A rider in the rain."}}'

    def test_a_key_stands_for_one_body(self) -> None:
        with running(run_s=60) as sandbox, connect(sandbox) as client:
            client.headers["Idempotency-Key"] = self.KEY
            accepted(client)
            assert submit(client, duration=6).status_code == 409

    def test_a_refusal_is_not_remembered(self) -> None:
        with running(run_s=60) as sandbox, connect(sandbox) as client:
            client.headers["Idempotency-Key"] = self.KEY
            refused(client, duration=99)
            accepted(client, duration=5)

    @pytest.mark.parametrize("key", ["short", "x" * 97, "order 0123456789 a", "order/0123456789/a"])
    def test_a_malformed_key_is_refused(self, client: httpx.Client, key: str) -> None:
        answer = client.post("/v1/videos/generations", json=body(), headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_idempotency_key")
