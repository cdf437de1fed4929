"""The side of a child: calls in, what came of them out, until nobody asks any more.

    main ── "each" ──► work                one child, started by itself
         └─ "all" ───► serve ── fork ──► work     a server, which loads the libraries once for all its children

A child is started with a socket as its standard input; there is nothing else between it and the program.
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
"""Objects after which a child looks for garbage in circles; loading libraries makes many, and next to none of it."""
LOOK_UP_S = 30
"""How often one who waits looks whether the program is still there: a fork of it may hold the other end, too."""
FORK, BURY = b"f", b"b"
"""What a server is asked: to fork a child for the socket that comes along, in the folder that comes along, too; or to
end one and tell its exit status."""
NUMBER_BYTES = 8
"""Behind either stands the child's number, which the program chose."""
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
"""What many files need, and many runs do not; a server that has nothing to do loads it, too."""
IDLE_S = 0.1
READY = "ready"
"""What a child says once, before it is asked."""
DONE, RAISED = "done", "raised"


def main() -> NoReturn:
    """Be a child, or a server of children, as the first argument says."""
    end, which = system.taken_over(), cast("Load", sys.argv[2])
    if sys.argv[1] == "all":
        be_server(end, which)
    _get_ready(which)
    work(Link(end), os.getppid())
    os._exit(0)


def be_server(end: socket.socket, which: Load) -> NoReturn:
    """Load libraries, and fork children for whoever asks at the other end."""
    _get_ready(which)
    serve(end)


def _get_ready(which: Load) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the program's to handle
    warnings.simplefilter("ignore")  # what a library can pass over becomes a fault or a fact where it matters
    system.no_core_dumps()
    gc.set_threshold(GARBAGE)
    load(which)
    gc.freeze()


def load(which: Load) -> None:
    """Import what measuring needs, so that no file waits for it, and no bound of memory counts it."""
    if which != "pillow":
        import av

        from preflight.probe import audio, video

        del av, audio, video
    if which != "av":
        from PIL import Image

        from preflight.probe import image, jpeg, png
        from preflight.probe.pillow import load_plugin

        del Image, image, jpeg, png  # JPEG and PNG have readers of their own
        load_plugin("WEBP")


# ---- one child ------------------------------------------------------------------------------------------------------


def work(link: Link, parent: int) -> None:
    """Do what is asked, one call after the other, until nobody can ask any more.

    It says first that it is ready. The first thing that comes are the bounds; then each call is a function of a module
    and its arguments, answered by what it returned or raised.

    Args:
        link: the connection with the program.
        parent: the process whose end is the end of all.
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
        answer = _answer(asked)
        system.limit_time(0)
        try:
            _send(link, answer)
        except OSError:
            return


def _answer(asked: tuple[object, ...]) -> tuple[str, object]:
    function, arguments = asked
    try:
        return DONE, function(*arguments)  # type: ignore[operator, misc] # a pair of a function and its arguments
    except Exception as error:  # noqa: BLE001 - whatever it is, it is raised again in the program
        from preflight.values.unforeseen import noting_where

        return RAISED, noting_where(error)


def _send(link: Link, answer: tuple[str, object]) -> None:
    """Send an answer; where it is none that can cross the border, say so."""
    try:
        link.send(answer)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - pickle raises whatever the value raises
        told = MemoryError() if isinstance(error, MemoryError) else RuntimeError(f"no answer: {error}")
        link.send((RAISED, told))


# ---- a server of children -------------------------------------------------------------------------------------------


def serve(asked: socket.socket) -> NoReturn:
    """Fork a child for each end of a connection that comes, until nobody can ask any more; then end them all."""
    parent, children, later = os.getppid(), dict[int, int](), deque(LATER)
    asked.settimeout(LOOK_UP_S)
    while True:
        if later and not select.select([asked], [], [], IDLE_S)[0]:
            with suppress(ImportError):
                import_module(later.popleft())
            continue
        try:
            said, ends = system.received_ends(asked, 1 + NUMBER_BYTES, 2)
        except TimeoutError:
            if os.getppid() == parent:
                continue
            break
        if not said:
            break
        command, number = said[:1], int.from_bytes(said[1:], "big")
        if command == FORK:
            _fork(asked, ends[0], ends[1], number, children)
        elif command == BURY:
            asked.sendall(_replace(children.pop(number, None)).to_bytes(STATUS_BYTES, "big", signed=True))
    for pid in children.values():
        _replace(pid)
    os._exit(0)


def _fork(asked: socket.socket, end: int, place: int, number: int, children: dict[int, int]) -> None:
    """Fork a child that works at its end of a connection, in the folder in which the program works now."""
    server = os.getpid()
    try:
        pid = system.fork()
    except OSError:  # too many processes: that nobody is there, the program hears at the other end
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
        system.work_in(place)
        os.close(place)
        work(Link(socket.socket(fileno=end)), server)
        status = 0
    finally:
        os._exit(status)


def _replace(pid: int | None) -> int:
    """End a child and return its exit status, negative for a signal; 1 where it was never born."""
    if pid is None:
        return 1
    system.kill(pid)
    return system.buried(pid)
