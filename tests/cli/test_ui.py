"""`preflight ui` as a person starts it: its first line, its folder, how it ends, and what is left when it is killed."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from preflight.request.file import load_spec
from tests.specimens import media

PROGRAM = (sys.executable, "-m", "preflight", "ui", "--no-browser")

LIMITED = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.argv[:] = ["preflight", "ui", "--no-browser"]
runpy.run_module("preflight", run_name="__main__")
"""
"""The program where no file may grow beyond 100,000 bytes, which is what a disk is like that is nearly full."""


@contextmanager
def started(
    *arguments: str, cwd: Path, program: tuple[str, ...] = PROGRAM
) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """Start the program and give it with the first line that it prints."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([*program, *arguments], cwd=cwd, env=env, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            yield running, running.stdout.readline().strip()
        finally:
            running.kill()


@contextmanager
def asked(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url.partition("?")[0], trust_env=False, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {url.partition('token=')[2]}"
        yield client


def cards(client: httpx.Client, count: int) -> list[dict[str, str]]:
    """Return the cards once so many are judged."""
    give_up, found = time.monotonic() + 60, list[dict[str, str]]()
    while time.monotonic() < give_up:
        found = list(client.get("/api/state").json()["cards"])
        if len(found) == count and all(card["verdict"] for card in found):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_the_first_line_is_the_address_and_a_signal_ends_it_well(tmp_path: Path) -> None:
    with started(media("image-ok.jpg"), cwd=tmp_path) as (program, url):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{40,}", url)
        with asked(url) as client:
            assert cards(client, 1)[0]["verdict"] == "pass"
        program.send_signal(signal.SIGINT)
        assert program.wait(120) == 0
    assert (tmp_path / "preflight-project" / "request.toml").is_file()


def test_a_program_that_is_killed_loses_nothing_and_is_found_again_by_its_request(tmp_path: Path) -> None:
    with started("--output", "film", cwd=tmp_path) as (program, url), asked(url) as client:
        for name in ("image-heic.heic", "audio-20s.wav"):
            client.post("/api/assets", params={"name": name}, content=Path(media(name)).read_bytes()).raise_for_status()
        found = cards(client, 2)
        client.put(f"/api/assets/{found[1]['id']}/keep", json={"keep": [1, 8]}).raise_for_status()
        client.patch("/api/request", json={"prompt": "Kept"}).raise_for_status()
        client.post("/api/fix").raise_for_status()
        program.kill()
    spec = load_spec(tmp_path / "film" / "request.toml")
    assert (spec.prompt, len(spec.assets)) == ("Kept", 2)
    with started("film/request.toml", cwd=tmp_path) as (_, url), asked(url) as client:
        found = cards(client, 2)
        assert [card["name"] for card in found] == ["image-heic.heic", "audio-20s.wav"]
        assert not list((tmp_path / "film").rglob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(["nothing-here.mp4"], 2), (["request.toml"], 2), (["a.toml", "b.toml"], 2), (["--port", "99999"], 2)],
)
def test_what_cannot_be_opened_is_refused_before_a_page_is(tmp_path: Path, arguments: list[str], status: int) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([*PROGRAM, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr


def test_a_project_of_another_hand_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    broken = tmp_path / "request.toml"
    broken.write_text("prompt = ")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([*PROGRAM, str(broken)], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert broken.read_text() == "prompt = "


def test_a_full_disk_costs_the_file_that_does_not_fit_and_nothing_else(tmp_path: Path) -> None:
    small = Path(media("image-ok.jpg")).read_bytes()
    with started(cwd=tmp_path, program=(sys.executable, "-c", LIMITED)) as (_, url), asked(url) as client:
        client.post("/api/assets", params={"name": "small.jpg"}, content=small).raise_for_status()
        answer = client.post("/api/assets", params={"name": "large.jpg"}, content=small + bytes(200_000))
        assert answer.status_code == 500
        assert "cannot be stored" in answer.json()["error"]["message"]
        assert [card["verdict"] for card in cards(client, 1)] == ["pass"]
    assert [path.name for path in (tmp_path / "preflight-project" / "originals").iterdir()] == ["small.jpg"]


def test_a_folder_that_cannot_be_made_is_refused_before_a_page_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    arguments = [*PROGRAM, "--output", str(tmp_path / "file" / "film")]
    done = subprocess.run(arguments, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "cannot be written" in done.stderr
