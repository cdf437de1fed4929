"""Pickled values between this program and a child: over a socket, each after its length."""

import pickle
import socket
import time
from collections.abc import Iterable
from typing import Any

from preflight.system.processes import wait_readable
from preflight.values.phrase import error_words, phrase

LENGTH_BYTES = 8
MOST_BYTES = 1 << 30
"""Longest value; a longer one is not from a child."""
READ_BYTES = 1 << 16


class Link:
    """One end of a connection with another process.

    Args:
        end: a connected stream socket, which the link owns.
    """

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        end.settimeout(None)

    def fileno(self) -> int:
        """Return the descriptor, to wait for several links."""
        return self._end.fileno()

    def send(self, value: object) -> None:
        """Send a value; raise OSError when the peer is gone."""
        self.send_message(serialized(value))

    def send_message(self, message: bytes) -> None:
        """Send a pickled value; raise OSError when the peer is gone."""
        self._end.sendall(len(message).to_bytes(LENGTH_BYTES, "big") + message)

    def receive(self, within_s: float | None = None) -> Any:  # noqa: ANN401 - whatever was sent
        """Receive a value.

        Args:
            within_s: the longest wait in seconds; None for no limit.

        Raises:
            TimeoutError: nothing came in time.
            EOFError: the peer is gone.
            OSError: the connection broke, or the value is malformed.
        """
        until = None if within_s is None else time.monotonic() + within_s
        length = int.from_bytes(self._read(LENGTH_BYTES, until), "big")
        if length > MOST_BYTES:
            msg = phrase("a value of {q} bytes", q=length)
            raise OSError(msg)
        try:
            return pickle.loads(self._read(length, until))  # noqa: S301 - from a child of this program
        except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError, ValueError) as error:
            raise OSError(error_words(error)) from error

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
        """Close the connection; the peer notices."""
        self._end.close()


def serialized(value: object) -> bytes:
    """Serialize a value."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def wait(links: Iterable[Link], within_s: float) -> set[Link]:
    """Return the links with a message, or whose peer is gone; none after the timeout."""
    by_descriptor = {link.fileno(): link for link in links}
    return {by_descriptor[descriptor] for descriptor in wait_readable(by_descriptor, within_s)}
