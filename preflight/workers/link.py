"""Values between this program and a child: pickled, each behind its length, over a socket."""

import pickle
import socket
import time
from collections.abc import Iterable
from typing import Any

from preflight.system.processes import wait_readable

LENGTH_BYTES = 8
MOST_BYTES = 1 << 30
"""A longer value is none: what came is not what a child sends."""
READ_BYTES = 1 << 16


class Link:
    """One end of the connection with another process.

    Args:
        end: a connected stream socket; it belongs to the link from now on.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.settimeout(None)

    def fileno(self) -> int:
        """Return the descriptor, for those who wait for several."""
        return self._end.fileno()

    def send(self, value: object) -> None:
        """Send a value; raise OSError when nobody is there any more."""
        self.send_message(serialized(value))

    def send_message(self, message: bytes) -> None:
        """Send a value that is pickled already; raise OSError when nobody is there any more."""
        self._end.sendall(len(message).to_bytes(LENGTH_BYTES, "big") + message)

    def receive(self, within_s: float | None = None) -> Any:  # noqa: ANN401 - whatever was sent
        """Return the next value.

        Args:
            within_s: how many seconds it may take to come; for ever when None.

        Raises:
            TimeoutError: it did not come in time.
            EOFError: nobody is there any more.
            OSError: the connection broke, or what came is no value.
        """
        until = None if within_s is None else time.monotonic() + within_s
        length = int.from_bytes(self._read(LENGTH_BYTES, until), "big")
        if length > MOST_BYTES:
            msg = f"a value of {length} bytes"
            raise OSError(msg)
        try:
            return pickle.loads(self._read(length, until))  # noqa: S301 - from a child of this program
        except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError, ValueError) as error:
            raise OSError(str(error)) from error

    def _read(self, count: int, until: float | None) -> bytes:
        content = bytearray()
        while len(content) < count:
            if until is not None and not wait([self], max(until - time.monotonic(), 0)):
                raise TimeoutError
            some = self._end.recv(min(count - len(content), READ_BYTES))
            if not some:
                raise EOFError
            content += some
        return bytes(content)

    def close(self) -> None:
        """Hang up: the other end hears it."""
        self._end.close()


def serialized(value: object) -> bytes:
    """Return a value as it is sent."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def wait(links: Iterable[Link], within_s: float) -> set[Link]:
    """Return those links on which something came, or whose other end is gone; none when nothing did in time."""
    by_descriptor = {link.fileno(): link for link in links}
    return {by_descriptor[descriptor] for descriptor in wait_readable(by_descriptor, within_s)}
