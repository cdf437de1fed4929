"""A few at a time, each once; the first failure, or a person who has had enough, stops the rest."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.service.http import Progress
from preflight.upload.parcel import Parcel
from preflight.upload.several import send_all

Heard = Callable[[int, int | None], None]
Sleep = Callable[[float], None]
LONG_S = 600.0
SOON_S = 120.0
"""Less than what would go on takes, and more than a busy machine needs to stop it."""


def parcels(count: int) -> list[Parcel]:
    return [Parcel(path=Path(f"{n}.png"), sha256=f"{n:064x}", suffix="png") for n in range(count)]


class Work:
    """Sends by the clock, and counts who is at it."""

    def __init__(self, steps: int = 3, step_s: float = 0.01, together: int = 1) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._steps, self._step_s = steps, step_s
        self._meet = threading.Barrier(together)
        """Where the first so many wait for each other."""

    def send(self, parcel: Parcel, heard: Heard, _sleep: Sleep) -> str:
        with self._lock:
            self.begun.append(parcel.path.name)
            self._now += 1
            self.most = max(self.most, self._now)
            is_early = len(self.begun) <= self._meet.parties
        try:
            if is_early:
                self._meet.wait(SOON_S)
            for step in range(self._steps):
                time.sleep(self._step_s)
                heard(step + 1, self._steps)
            self.ended.append(parcel.path.name)
            return f"url of {parcel.path.name}"
        finally:
            with self._lock:
                self._now -= 1


def landing(into: dict[str, str]) -> Callable[[Parcel, str], None]:
    def landed(parcel: Parcel, came: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        into[parcel.path.name] = came

    return landed


@pytest.mark.parametrize(("count", "at_once", "most"), [(0, 4, 0), (1, 4, 1), (9, 1, 1), (9, 4, 4)])
def test_each_is_sent_once_and_no_more_at_once_than_was_said(count: int, at_once: int, most: int) -> None:
    work, landed = Work(together=most or 1), dict[str, str]()
    send_all(parcels(count), work.send, landing(landed), at_once=at_once)
    assert sorted(work.begun) == sorted(landed) == [f"{n}.png" for n in range(count)]
    assert work.most == most
    assert all(came == f"url of {name}" for name, came in landed.items())


def test_progress_is_told_for_each_file_by_itself() -> None:
    told: dict[str, list[int]] = {}

    def watch(parcel: Parcel) -> Progress:
        steps = told.setdefault(parcel.path.name, [])
        return lambda done, _: steps.append(done)

    send_all(parcels(6), Work().send, lambda *_: None, at_once=3, watch=watch)
    assert told == {f"{n}.png": [1, 2, 3] for n in range(6)}


def test_the_first_failure_stops_the_rest_and_what_has_landed_is_told() -> None:
    work, landed, has_landed = Work(steps=60_000), dict[str, str](), threading.Event()
    quick = Work(steps=1)

    def land(parcel: Parcel, came: str) -> None:
        landing(landed)(parcel, came)
        has_landed.set()

    def send(parcel: Parcel, heard: Heard, sleep: Sleep) -> str:
        if parcel.path.name == "0.png":
            return quick.send(parcel, heard, sleep)
        if parcel.path.name == "1.png":
            assert has_landed.wait(SOON_S)
            raise NotDone("the disk is on fire")
        return work.send(parcel, heard, sleep)

    begun = time.monotonic()
    with pytest.raises(NotDone, match="the disk is on fire"):
        send_all(parcels(12), send, land, at_once=3)
    assert time.monotonic() - begun < SOON_S
    assert landed == {"0.png": "url of 0.png"}
    assert work.ended == []
    assert len(work.begun) <= 2


def test_what_only_waits_for_its_answer_is_given_a_moment_and_still_counts() -> None:
    landed: dict[str, str] = {}

    def send(parcel: Parcel, _heard: Heard, _sleep: Sleep) -> str:
        if parcel.path.name == "0.png":
            time.sleep(0.1)
            raise NotDone("no")
        time.sleep(0.5)
        return "there"

    with pytest.raises(NotDone):
        send_all(parcels(2), send, landing(landed), at_once=2)
    assert landed == {"1.png": "there"}


def test_who_never_ends_is_not_waited_for() -> None:
    free = threading.Event()

    def send(parcel: Parcel, _heard: Heard, _sleep: Sleep) -> str:
        if parcel.path.name == "0.png":
            raise NotDone("no")
        free.wait(LONG_S)
        return "late"

    begun = time.monotonic()
    with pytest.raises(NotDone):
        send_all(parcels(2), send, lambda *_: None, at_once=2)
    free.set()
    assert time.monotonic() - begun < SOON_S


def test_a_pause_between_attempts_ends_with_the_run() -> None:
    def send(parcel: Parcel, _heard: Heard, sleep: Sleep) -> str:
        if parcel.path.name == "0.png":
            time.sleep(0.1)
            raise NotDone("no")
        sleep(LONG_S)
        raise AssertionError("it went on")

    begun = time.monotonic()
    with pytest.raises(NotDone, match="no"):
        send_all(parcels(2), send, lambda *_: None, at_once=2)
    assert time.monotonic() - begun < SOON_S


def test_what_a_watcher_raises_stops_the_run() -> None:
    def watch(_: Parcel) -> Progress:
        raise RuntimeError("the terminal is gone")

    with pytest.raises(RuntimeError, match="the terminal is gone"):
        send_all(parcels(3), Work().send, lambda *_: None, at_once=2, watch=watch)


def test_what_the_caller_raises_stops_the_run() -> None:
    work = Work()

    def full(_parcel: Parcel, _came: str) -> None:
        raise NotDone("the ledger is full")

    with pytest.raises(NotDone, match="the ledger is full"):
        send_all(parcels(20), work.send, full, at_once=2)
    assert len(work.begun) < 20


CTRL_C = """
import os, sys, time
from pathlib import Path
from preflight.upload.parcel import Parcel
from preflight.upload.several import send_all
def send(parcel, heard, sleep):
    os.write(1, b"begun\\n")
    for step in range(60000):
        time.sleep(0.01)
        heard(step, 60000)
parcels = [Parcel(path=Path(str(n)), sha256="0" * 64, suffix="png") for n in range(9)]
try:
    send_all(parcels, send, lambda *_: None, at_once=3)
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.exit(130)
"""


def test_ctrl_c_stops_all_of_them(bare: dict[str, str]) -> None:
    run = subprocess.Popen([sys.executable, "-c", CTRL_C], env=bare, stdout=subprocess.PIPE, text=True)
    assert run.stdout
    with run, run.stdout:
        for _ in range(3):
            assert run.stdout.readline() == "begun\n"
        begun = time.monotonic()
        os.kill(run.pid, signal.SIGINT)
        rest = run.stdout.read()
        assert run.wait(LONG_S) == 130
    assert rest == "stopped\n"
    assert time.monotonic() - begun < SOON_S
