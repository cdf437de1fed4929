"""Serve one client on standard input and output, until it closes them, or SIGINT or SIGTERM comes."""

import asyncio
import io
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import anyio
from mcp.server.stdio import stdio_server

from preflight.mcp.calls import SharedState
from preflight.mcp.server import Tools

INPUT = 0
BLOCK_BYTES = 1 << 16


def serve_stdio(shared: SharedState) -> None:
    """Serve until the client is gone or a signal comes; to be called in the main thread."""
    tools = Tools(shared)
    try:
        with _input() as stream:
            asyncio.run(_served(tools, stream))
    finally:
        tools.close()


async def _served(tools: Tools, stream: io.TextIOWrapper) -> None:
    server = tools.server()
    async with stdio_server(stdin=anyio.wrap_file(stream)) as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


@contextmanager
def _input() -> Iterator[io.TextIOWrapper]:
    """Give standard input as a stream that ends with SIGINT and SIGTERM, too.

    A thread that reads standard input itself cannot be interrupted, and would keep the program from ending. What is
    started meanwhile gets an empty input.
    """
    source, (ours, theirs) = os.dup(INPUT), os.pipe()
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), INPUT)
    end = os.fdopen(theirs, "wb", buffering=0)
    threading.Thread(target=_copy, args=(source, end), name="input", daemon=True).start()
    earlier = {number: signal.signal(number, lambda *_: end.close()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with io.TextIOWrapper(os.fdopen(ours, "rb"), encoding="utf-8", errors="replace") as stream:
            yield stream
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _copy(descriptor: int, end: io.FileIO) -> None:
    """Copy what comes in until it ends, or nobody reads it any more."""
    with suppress(OSError, ValueError), end:  # ValueError: closed by a signal
        while block := os.read(descriptor, BLOCK_BYTES):
            rest = memoryview(block)
            while rest:
                rest = rest[end.write(rest) or 0 :]
