"""What becomes of an accepted submission."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING

import httpx
import pytest

from preflight.sandbox import running
from tests.sandbox.film import Film
from tests.sandbox.wire import Json, accepted, connect, finished

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox.media import Media
    from tests.sandbox.shelf import Shelf


def follow(client: httpx.Client, task_id: str) -> list[Json]:
    """Poll a task to its end and keep every answer."""
    seen = [client.get(f"/v1/tasks/{task_id}").json()]
    while seen[-1]["status"] not in {"completed", "failed"}:
        time.sleep(0.02)
        seen.append(client.get(f"/v1/tasks/{task_id}").json())
    return seen


def test_a_task_goes_from_pending_to_processing_to_completed(tmp_path: Path) -> None:
    for run_s in (0.6, 5.0, 40.0):  # a busy machine may ask too seldom to meet every state
        with running(run_s=run_s) as sandbox, connect(sandbox) as client:
            started = time.monotonic()
            seen = follow(client, accepted(client, duration=4, quality="480p")["id"])
            assert time.monotonic() - started >= run_s
            met = list(dict.fromkeys(task["status"] for task in seen))
            assert met == [status for status in ("pending", "processing", "completed") if status in met]
            if len(met) < 3:
                continue
            progress = [task["progress"] for task in seen]
            assert progress == sorted(progress)
            assert (progress[0], progress[-1]) == (0, 100)
            assert "results" not in seen[0]
            film = Film(seen[-1]["results"][0], tmp_path)
            assert (film.size, film.frames, film.rate, film.sounds) == ((864, 496), 96, Fraction(24), 1)
            return
    pytest.fail("a state was never met")


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
    with running(run_s=0, result_lifetime_s=4) as sandbox, connect(sandbox) as client:
        url = finished(client, accepted(client, duration=4, quality="480p")["id"])["results"][0]
        part = httpx.get(url, headers={"Range": "bytes=4-7"}, trust_env=False)
        assert (part.status_code, part.content) == (206, b"ftyp")
        give_up = time.monotonic() + 120
        while httpx.get(url, trust_env=False).status_code != 404:
            assert time.monotonic() < give_up
            time.sleep(0.2)
