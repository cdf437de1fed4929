"""Measure files in a child process, which may crash, hang or run out of memory.

Isolated.measure ── a line: kind, type, path ──► main ── measure ──► a line: facts, or a fault
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import IO

import msgspec

from preflight.sandbox.measure import AudioFacts, ImageFacts, MeasureError, VideoFacts, measure
from preflight.system import processes

LIMIT_S = 60.0
LIMIT_BYTES = 4 << 30
"""Limits for one file: seconds, and bytes of address space where the system supports it."""
BOOT = "import sys; sys.path[:] = sys.argv[1:]; from preflight.sandbox.isolated import main; main()"
ROOT = os.fspath(Path(__file__).resolve().parent.parent.parent)
NEEDED = ("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "SYSTEMROOT")
"""Environment variables passed to the child."""
TYPES = {"image": ImageFacts, "video": VideoFacts, "audio": AudioFacts}

Facts = ImageFacts | VideoFacts | AudioFacts


class Isolated:
    """A child process that measures file after file; started on demand, restarted after a crash."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def measure(self, kind: str, file: IO[bytes], media_type: str) -> Facts:
        """Measure a file.

        Raises:
            MeasureError: it cannot be read, or the child ended over it.
        """
        with self._turn, tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "asset")
            with path.open("wb") as copy:
                shutil.copyfileobj(file, copy)
            response = self._ask({"kind": kind, "type": media_type, "path": str(path)})
        if "fault" in response:
            raise MeasureError(str(response["fault"]))
        facts: Facts = msgspec.convert(response["facts"], TYPES[kind], dec_hook=lambda _, text: Fraction(text))
        return facts

    def _ask(self, question: dict[str, str]) -> dict[str, object]:
        process = self._running()
        timer = threading.Timer(LIMIT_S, process.kill)
        timer.start()
        line = b""
        try:
            if process.stdin and process.stdout:
                with suppress(OSError):  # the child died: no response
                    process.stdin.write(json.dumps(question).encode() + b"\n")
                    process.stdin.flush()
                line = process.stdout.readline()
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self._end()
            return {"fault": "the reader ended over it"}
        response: dict[str, object] = json.loads(line)
        return response

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            found = [path for path in sys.path if os.path.isabs(path)]  # noqa: PTH117 - as it stands there
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-I", "-c", BOOT, *(found if ROOT in found else [ROOT, *found])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in NEEDED if name in os.environ},
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):
                    if pipe:
                        pipe.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
        with self._turn:
            self._end()


def main() -> None:
    """Serve requests line by line until stdin ends."""
    _bound()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(_respond(json.loads(line)) + b"\n")
        sys.stdout.buffer.flush()


def _respond(asked: dict[str, str]) -> bytes:
    try:
        with Path(asked["path"]).open("rb") as file:
            response: dict[str, object] = {"facts": measure(asked["kind"], file, asked["type"])}
    except Exception as error:  # noqa: BLE001 - whatever it is, the file cannot be measured
        response = {"fault": type(error).__name__}
    return msgspec.json.encode(response, enc_hook=str)


def _bound() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.no_core_dumps()
    processes.limit_memory(LIMIT_BYTES)
