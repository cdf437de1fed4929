"""The child's side: calls in, results out, until the program is gone.

    main ── "each" ──► work                a single child
         └─ "all" ───► serve ── fork ──► work     a fork server, which loads the libraries once for all children

Its standard input is a socket, its only connection with the program.
"""

import gc
import os
import select
import signal
import socket
import sys
import warnings
from collections import deque
from contextlib import suppress
from importlib import import_module
from typing import NoReturn, cast

from preflight.system import processes as system
from preflight.values.bounds import GRACE, Bounds
from preflight.workers.link import Link
from preflight.workers.process import Load

GARBAGE = 50_000
"""Objects after which Python collects garbage; loading libraries makes many, and hardly any garbage."""
LOOK_UP_S = 30
"""Interval at which a waiting child checks that the program still runs: a fork of it may keep the socket open."""
FORK, END = b"f", b"b"
"""Commands to a fork server: fork a child for the received socket, in the received folder; or end a child and return
its exit status."""
NUMBER_BYTES = 8
"""Each command ends with the child's number, chosen by the program."""
STATUS_BYTES = 4
LATER = (
    "mutagen.mp3",
    "PIL.ImageOps",
    "PIL.ImageFilter",
    "PIL.ImageCms",
    "simplejpeg",
    "isal.isal_zlib",
    "pillow_heif",
)
"""Libraries that many files need and many runs do not; an idle fork server loads them."""
IDLE_S = 0.1
READY = "ready"
"""A child's first message."""
DONE, RAISED, TOLD = "done", "raised", "told"
"""The outcome of a call; or progress that its function reports."""


def main() -> NoReturn:
    """Run a child or a fork server, by the first argument."""
    end, which = system.inherited_socket(), cast("Load", sys.argv[2])
    if sys.argv[1] == "all":
        be_server(end, which)
    _get_ready(which)
    work(Link(end), os.getppid())
    os._exit(0)


def be_server(end: socket.socket, which: Load) -> NoReturn:
    """Load libraries, then serve forks to the peer of a socket."""
    _get_ready(which)
    serve(end)


def _get_ready(which: Load) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the program handles Ctrl-C
    warnings.simplefilter("ignore")  # warnings that matter become faults or facts
    system.no_core_dumps()
    gc.set_threshold(GARBAGE)
    load(which)
    gc.freeze()


def load(which: Load) -> None:
    """Import the measuring libraries, outside any file's time and memory bounds."""
    if which != "pillow":
        import av

        from preflight.probe import audio, video

        del av, audio, video
    if which != "av":
        from PIL import Image

        from preflight.probe import image, jpeg, png
        from preflight.probe.pillow import load_plugin

        del Image, image, jpeg, png  # JPEG and PNG have their own readers
        load_plugin("WEBP")


# ---- one child ------------------------------------------------------------------------------------------------------


def work(link: Link, parent: int) -> None:
    """Answer calls until the program is gone.

    The child first says that it is ready. It receives its bounds, then calls: a function and its arguments, answered by
    the result or the exception.

    Args:
        link: the connection with the program.
        parent: the process to end with.
    """
    bounds: Bounds | None = None
    with suppress(OSError):
        link.send(READY)
    while True:
        try:
            asked = link.receive(LOOK_UP_S)
        except TimeoutError:
            if os.getppid() == parent:
                continue
            return
        except (EOFError, OSError):
            return
        if bounds is None:
            bounds = asked
            system.limit_memory(bounds.memory_bytes)
            continue
        system.limit_time(bounds.seconds * GRACE)
        answer = _answer(asked, link)
        system.limit_time(0)
        try:
            _send(link, answer)
        except OSError:
            return


def _answer(asked: tuple[object, ...], link: Link) -> tuple[str, object]:
    function, arguments, *tells = asked
    telling = {"progress": lambda value: link.send((TOLD, value))} if any(tells) else {}
    try:
        return DONE, function(*arguments, **telling)  # type: ignore[operator, misc] # a function and its arguments
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the program
        from preflight.values.unforeseen import with_place

        return RAISED, with_place(error)


def _send(link: Link, answer: tuple[str, object]) -> None:
    """Send an answer; send an error where it cannot be pickled."""
    try:
        link.send(answer)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - pickle raises whatever the value raises
        told = MemoryError() if isinstance(error, MemoryError) else RuntimeError(f"no answer: {error}")
        link.send((RAISED, told))


# ---- a server of children -------------------------------------------------------------------------------------------


def serve(asked: socket.socket) -> NoReturn:
    """Fork a child for each received socket until the program is gone; then end all children."""
    parent, children, later = os.getppid(), dict[int, int](), deque(LATER)
    asked.settimeout(LOOK_UP_S)
    while True:
        if later and not select.select([asked], [], [], IDLE_S)[0]:
            with suppress(ImportError):
                import_module(later.popleft())
            continue
        try:
            said, ends = system.receive_ends(asked, 1 + NUMBER_BYTES, 2)
        except TimeoutError:
            if os.getppid() == parent:
                continue
            break
        if not said:
            break
        command, number = said[:1], int.from_bytes(said[1:], "big")
        if command == FORK:
            _fork(asked, ends[0], ends[1], number, children)
        elif command == END:
            asked.sendall(_replace(children.pop(number, None)).to_bytes(STATUS_BYTES, "big", signed=True))
    for pid in children.values():
        _replace(pid)
    os._exit(0)


def _fork(asked: socket.socket, end: int, place: int, number: int, children: dict[int, int]) -> None:
    """Fork a child for a socket, in the program's current folder."""
    server = os.getpid()
    try:
        pid = system.fork()
    except OSError:  # too many processes: the program sees its socket closed
        pid = -1
    if pid:
        os.close(end)
        os.close(place)
        if pid > 0:
            children[number] = pid
        return
    status = 1
    try:
        asked.close()
        system.change_folder(place)
        os.close(place)
        work(Link(socket.socket(fileno=end)), server)
        status = 0
    finally:
        os._exit(status)


def _replace(pid: int | None) -> int:
    """End a child and return its exit status, negative for a signal; 1 if it never ran."""
    if pid is None:
        return 1
    system.kill(pid)
    return system.wait_for(pid)
