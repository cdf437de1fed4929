"""Find and run ffmpeg, with progress, time limit and drained pipes.

Compiled arguments in; nothing out, or `FixFailed` with ffmpeg's last messages. The child never outlives the call.
"""

import os
import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import IO

import msgspec

from preflight.errors import FixFailed, NotDone
from preflight.values.phrase import joined, phrase
from preflight.workers.program import NOT_RUN
from preflight.workers.session import Session, StoppedError, session

MICROSECONDS = 1_000_000
QUESTIONS = ("-encoders", "-filters")
"""Capabilities asked of an ffmpeg, in parallel: each answer takes a tenth of a second."""
SAYS = "ffmpeg version "
"""Start of the answer to `-version`."""
TIME_LIMIT_S = 1800
"""A longer run is stuck: fifteen seconds of video take seconds."""
ANSWER_S = 20
"""Seconds for an ffmpeg to say what it is."""
INTERRUPTED = "interrupted"
TOO_SLOW = "ffmpeg was ended after"
"""Start of the message about a stuck run: another ffmpeg would not be faster."""
LAST_WORDS = 6
"""Lines of ffmpeg's messages quoted."""
ADDRESS = re.compile(r"^\[[^\]]* @ 0x[0-9a-f]+\] ")
"""Component name and memory address before ffmpeg's messages; removed."""
Progress = Callable[[Fraction], None]
"""Called with the seconds of output done."""


class Tool(msgspec.Struct, frozen=True):
    """An ffmpeg and its capabilities."""

    path: str
    version: str
    encoders: frozenset[str]
    filters: frozenset[str]

    def lacks(self, needed: Iterable[str]) -> list[str]:
        """List the needed encoders and filters that are missing."""
        return sorted(set(needed) - self.encoders - self.filters)


def find_tool(needed: Iterable[str] = ()) -> Tool:
    """Find the first ffmpeg that has what is needed: `PREFLIGHT_FFMPEG`, one on PATH, the one in the wheel.

    Raises:
        NotDone: there is none, or none that can.
    """
    tried = []
    for path in candidates():
        tool = inspect(path)
        if tool and not tool.lacks(needed):
            return tool
        tried.append(_fault(path, tool, needed))
    raise _none_can(tried)


def _none_can(tried: list[str]) -> NotDone:
    return NotDone(
        phrase("no ffmpeg that can do this: {why}", why=joined(tried, "; ") if tried else "none was found"),
        advice="Install ffmpeg, or `pip install imageio-ffmpeg`, or point PREFLIGHT_FFMPEG at one.",
    )


def _fault(path: str, tool: Tool | None, needed: Iterable[str]) -> str:
    """Say why an ffmpeg cannot be used."""
    return phrase(
        "{q} ({why})", q=path, why=phrase("lacks {l}", l=joined(tool.lacks(needed))) if tool else "does not run"
    )


def candidates() -> Iterator[str]:
    """Yield the ffmpeg paths to try, in order.

    The one in the wheel is looked for when its turn comes: loading its package takes a tenth of a short fix.
    """
    if named := os.environ.get("PREFLIGHT_FFMPEG"):
        yield named
        return
    if found := shutil.which("ffmpeg"):
        yield found
    yield from _carried()


def _carried() -> list[str]:
    try:
        import imageio_ffmpeg

        return [str(imageio_ffmpeg.get_ffmpeg_exe())]
    except (ImportError, RuntimeError):
        return []


def inspect(path: str) -> Tool | None:
    """Ask an ffmpeg for its version and capabilities; None when it does not run."""
    return _inspected(path, _state(path))


def version_of(path: str) -> str | None:
    """Ask a program for its version; None when it does not run, or is no ffmpeg."""
    return _version(path, _state(path))


def _state(path: str) -> tuple[int, ...]:
    """Identify the program file: cached answers are dropped once it is replaced."""
    try:
        found = os.stat(path)  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError):
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@lru_cache(maxsize=16)
def _inspected(path: str, state: tuple[int, ...]) -> Tool | None:
    from concurrent.futures import ThreadPoolExecutor

    version = _version(path, state)
    if version is None:
        return None
    try:
        with ThreadPoolExecutor(len(QUESTIONS)) as asking:
            encoders, filters = asking.map(lambda question: _names(_ask(path, question)), QUESTIONS)
    except (OSError, subprocess.SubprocessError):
        return None
    return Tool(path, version, encoders, filters) if encoders else None


@lru_cache(maxsize=16)
def _version(path: str, state: tuple[int, ...]) -> str | None:
    del state
    try:
        told = _ask(path, "-version")
    except (OSError, subprocess.SubprocessError):
        return None
    return told.removeprefix(SAYS).split(" ")[0] if told.startswith(SAYS) else None


def _ask(path: str, question: str) -> str:
    """Run ffmpeg with a query option and return its output; the child ends with the session.

    Raises:
        FixFailed: the session was stopped; no answer is cached.
        OSError, SubprocessError: it does not run.
    """
    command = [path, "-hide_banner", question]
    with session() as owner:
        try:
            begun = owner.begin(command)
        except StoppedError:
            raise FixFailed(INTERRUPTED) from None
        try:
            answer, _ = begun.communicate(timeout=ANSWER_S)
        finally:
            owner.end(begun)
        if begun.returncode and owner.is_stopped:
            raise FixFailed(INTERRUPTED)
    if begun.returncode:
        raise subprocess.CalledProcessError(begun.returncode, command)
    return answer.decode("utf-8", "replace")


def _names(listing: str) -> frozenset[str]:
    """Parse the second word of each line: flags come first, then the name."""
    rows = [line.split() for line in listing.splitlines()]
    return frozenset(row[1] for row in rows if len(row) > 1)


def run_first_able(
    needed: Iterable[str], arguments: list[str], *, progress: Progress | None = None, limit_s: float = TIME_LIMIT_S
) -> str:
    """Run the first capable ffmpeg to its end and return its version.

    Its version is asked while it works, its capabilities only after a failure. Then the next one is tried: one may lack
    an encoder, a filter or a decoder.

    Args:
        needed: encoders and filters that the arguments name.
        arguments: everything behind the program's name.
        progress: called with the seconds of output done.
        limit_s: seconds until the run is ended.

    Raises:
        NotDone: there is none, or none that can.
        FixFailed: all that can failed, or one took too long; the message quotes the first.
    """
    tried: list[str] = []
    failed: FixFailed | None = None
    for path in candidates():
        try:
            version = _attempt(path, arguments, progress, limit_s)
        except NotDone as error:
            tool = inspect(path)
            if tool and not tool.lacks(needed):
                failed = failed or _final(error)
            tried.append(_fault(path, tool, needed))
            continue
        if version:
            return version
        tried.append(_fault(path, None, needed))
    raise failed or _none_can(tried)


def _attempt(path: str, arguments: list[str], progress: Progress | None, limit_s: float) -> str | None:
    """Run one ffmpeg to its end and return its version; None where it is no ffmpeg."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(version_of, path)
        run(path, arguments, progress=progress, limit_s=limit_s)
    return answer.result()


def _final(error: NotDone) -> FixFailed:
    """Keep an error that another ffmpeg may avoid; raise any other."""
    if not isinstance(error, FixFailed) or error.message.startswith((TOO_SLOW, INTERRUPTED)):
        raise error
    return error


def run(path: str, arguments: list[str], *, progress: Progress | None = None, limit_s: float = TIME_LIMIT_S) -> None:
    """Run an ffmpeg to its end.

    Args:
        path: the program.
        arguments: everything behind its name; inputs and outputs as `file:` with absolute paths.
        progress: called with the seconds of output done.
        limit_s: seconds until the run is ended.

    Raises:
        FixFailed: ffmpeg failed or took too long; the message quotes it.
        NotDone: it cannot be run.
    """
    command = [path, "-nostdin", "-hide_banner", "-v", "error", "-nostats", "-progress", "pipe:1", *arguments]
    words: deque[str] = deque(maxlen=LAST_WORDS)
    with session() as owner, _running(owner, path, command) as child:
        timer = threading.Timer(limit_s, child.kill)
        listener = threading.Thread(target=_listen, args=(child.stderr, words), daemon=True)
        try:
            timer.start()
            listener.start()
            _follow(child.stdout, progress)
            status = child.wait()
        finally:
            timed_out = not timer.is_alive()
            timer.cancel()
            child.kill()
            listener.join(5)
        if status and owner.is_stopped:
            raise FixFailed(INTERRUPTED)
    if status == NOT_RUN:
        raise NotDone(phrase("{q}: cannot be run: {q2}", q=path, q2=" ".join(words)))
    if status:
        raise FixFailed(_complaint(words, status, limit_s if timed_out else None))


@contextmanager
def _running(owner: Session, path: str, command: list[str]) -> "Iterator[subprocess.Popen[bytes]]":
    """Start an ffmpeg and end it with the block."""
    try:
        child = owner.begin(command)
    except StoppedError:
        raise FixFailed(INTERRUPTED) from None
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be run: {why}", q=path, why=error.strerror)) from None
    try:
        yield child
    finally:
        owner.end(child)


def pause(seconds: float) -> None:
    """Sleep for some seconds; raise FixFailed if the session is stopped."""
    with session() as owner:
        try:
            owner.pause(seconds)
        except StoppedError:
            raise FixFailed(INTERRUPTED) from None


def _listen(pipe: "IO[bytes] | None", words: "deque[str]") -> None:
    """Drain stderr and keep the last lines: a full pipe would block ffmpeg."""
    try:
        for line in pipe or ():
            words.append(ADDRESS.sub("", line.decode("utf-8", "replace").strip()[:500]))
    except ValueError:
        return


def _follow(pipe: "IO[bytes] | None", progress: Progress | None) -> None:
    """Report progress from `key=value` lines; `out_time_us` is in microseconds."""
    for line in pipe or ():
        key, _, value = line.decode("ascii", "replace").strip().partition("=")
        if progress and key == "out_time_us" and value.lstrip("-").isdigit():
            progress(Fraction(max(int(value), 0), MICROSECONDS))


def _complaint(words: Iterable[str], status: int, limit_s: float | None) -> str:
    if limit_s is not None:
        return phrase("ffmpeg was ended after {n} s", n=f"{limit_s:g}")
    said = "; ".join(word for word in words if word) or phrase("exit status {n}", n=status)
    return phrase("ffmpeg failed: {why}", why=said)
