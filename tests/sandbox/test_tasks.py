"""What becomes of an accepted submission."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
import httpx
import pytest

from preflight.sandbox import running
from tests.sandbox.wire import FAST, STANDARD, Json, accepted, body, connect, finished, refused, submit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf


class Film:
    """A result as PyAV sees it."""

    def __init__(self, url: str, folder: Path) -> None:
        answer = httpx.get(url, trust_env=False)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
        path = folder / "result.mp4"
        path.write_bytes(answer.content)
        with av.open(str(path)) as container:
            picture = container.streams.video[0]
            self.size = (picture.width, picture.height)
            self.frames = sum(1 for _ in container.decode(picture))
            self.rate = picture.average_rate
            self.sounds = len(container.streams.audio)
            assert container.duration is not None
            self.seconds = container.duration / av.time_base


def follow(client: httpx.Client, task_id: str) -> list[Json]:
    """Poll a task to its end and keep every answer."""
    seen = [client.get(f"/v1/tasks/{task_id}").json()]
    while seen[-1]["status"] not in {"completed", "failed"}:
        time.sleep(0.02)
        seen.append(client.get(f"/v1/tasks/{task_id}").json())
    return seen


def test_a_task_goes_from_pending_to_processing_to_completed(tmp_path: Path) -> None:
    with running(run_s=1.0) as sandbox, connect(sandbox) as client:
        started = time.monotonic()
        task_id = accepted(client, duration=4, quality="480p")["id"]
        seen = follow(client, task_id)
        assert time.monotonic() - started >= 1.0
        assert list(dict.fromkeys(task["status"] for task in seen)) == ["pending", "processing", "completed"]
        progress = [task["progress"] for task in seen]
        assert progress == sorted(progress)
        assert (progress[0], progress[-1]) == (0, 100)
        assert "results" not in seen[0]
        film = Film(seen[-1]["results"][0], tmp_path)
    assert (film.size, film.frames, film.rate, film.sounds) == ((864, 496), 96, Fraction(24), 1)


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"duration": 15, "quality": "720p", "aspect_ratio": "16:9"}, (1280, 720)),
        ({"duration": 4, "quality": "720p", "aspect_ratio": "9:16"}, (720, 1280)),
        ({"duration": 4, "quality": "720p", "aspect_ratio": "21:9", "generate_audio": False}, (1470, 630)),
        ({"duration": 4, "quality": "480p", "aspect_ratio": "1:1"}, (640, 640)),
        ({"duration": 4, "quality": "480p", "aspect_ratio": "adaptive"}, (864, 496)),
        ({"duration": 4, "quality": "1080p", "aspect_ratio": "3:4"}, (1250, 1668)),
    ],
)
def test_the_result_has_the_length_shape_and_sound_asked_for(
    tmp_path: Path, asked: dict[str, Any], size: tuple[int, int]
) -> None:
    with running(run_s=0, edition="2026-10") as sandbox, connect(sandbox) as client:
        task = finished(client, accepted(client, **asked)["id"])
        assert task["status"] == "completed"
        film = Film(task["results"][0], tmp_path)
    assert (film.size, film.frames, film.rate) == (size, 24 * asked["duration"], Fraction(24))
    assert film.sounds == int(asked.get("generate_audio", True))
    assert film.seconds == pytest.approx(asked["duration"], abs=0.1)


def test_adaptive_follows_the_first_video_before_the_first_image(media: Media, shelf: Shelf) -> None:
    tall, wide = shelf.put(media.image(600, 800)), shelf.put(media.video("992x432"))
    with running(run_s=0, fail_with="unknown_error") as sandbox, connect(sandbox) as client:
        accepted(client, aspect_ratio="adaptive", image_urls=[tall])
        accepted(client, aspect_ratio="adaptive", image_urls=[tall], video_urls=[wide])
        assert [task.size_px for task in sandbox.tasks] == [(834, 1112), (1470, 630)]


def test_adaptive_follows_a_turned_video_as_it_is_seen(media: Media, shelf: Shelf) -> None:
    lying = media.video("1280x720")
    turned = media.ffmpeg("-display_rotation", "90", "-i", str(lying), "-c", "copy", suffix=".mp4")
    with running(run_s=0, fail_with="unknown_error") as sandbox, connect(sandbox) as client:
        accepted(client, aspect_ratio="adaptive", video_urls=[shelf.put(turned)])
        assert sandbox.tasks[0].size_px == (720, 1280)


def test_a_result_can_be_fetched_in_part_without_a_key_until_its_link_expires() -> None:
    with running(run_s=0, result_lifetime_s=0.6) as sandbox, connect(sandbox) as client:
        url = finished(client, accepted(client, duration=4, quality="480p")["id"])["results"][0]
        part = httpx.get(url, headers={"Range": "bytes=4-7"}, trust_env=False)
        assert (part.status_code, part.content) == (206, b"ftyp")
        time.sleep(0.7)
        assert httpx.get(url, trust_env=False).status_code == 404


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


class TestLookingUp:
    def test_an_unknown_task_is_404(self, client: httpx.Client) -> None:
        answer = client.get("/v1/tasks/task-unified-1-none")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")

    def test_the_list_is_newest_first_in_pages_and_can_be_narrowed(self) -> None:
        with running(run_s=0, fail_with="unknown_error") as sandbox, connect(sandbox) as client:
            ids = [accepted(client, model=FAST if number == 3 else STANDARD)["id"] for number in range(22)]
            for task_id in ids:
                finished(client, task_id)
            first = client.get("/v1/tasks").json()
            second = client.get("/v1/tasks", params={"page": 2}).json()
            assert [task["id"] for task in first["data"] + second["data"]] == ids[::-1]
            assert (first["total"], len(first["data"]), len(second["data"])) == (22, 20, 2)
            assert client.get("/v1/tasks", params={"model": FAST}).json()["total"] == 1
            assert client.get("/v1/tasks", params={"status": "failed"}).json()["total"] == 22
            assert client.get("/v1/tasks", params={"status": "completed"}).json()["data"] == []

    @pytest.mark.parametrize("query", [{"status": "lost"}, {"page": "0"}, {"page": "-1"}, {"page": "x"}])
    def test_a_list_that_does_not_exist_is_refused(self, client: httpx.Client, query: dict[str, str]) -> None:
        assert client.get("/v1/tasks", params=query).status_code == 400


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
