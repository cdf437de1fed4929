"""What comes down the wire → a new file on disk, whole or told to be not."""

import math
import os
import re
import time
from pathlib import Path

import httpx

from preflight.errors import NotDone
from preflight.wire import AnswerLost, Progress


def save(
    response: httpx.Response, path: Path, *, max_bytes: int, limit_s: float = math.inf, progress: Progress | None = None
) -> None:
    """Write an answer's body to a new file and make it last; a part of one may stand there after an error.

    Raises:
        NotDone: it is larger than `max_bytes`, or comes packed.
        AnswerLost: it is shorter than it was said to be, or not whole after `limit_s`.
        OSError: the file cannot be written.
    """
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise NotDone("the file comes packed, though it was asked for as it is")
    length = response.headers.get("Content-Length", "")
    total, done = (int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None), 0
    deadline = time.monotonic() + limit_s
    with path.open("xb") as file:
        for chunk in response.iter_raw() if (total or 0) <= max_bytes else [b""]:
            done += len(chunk)
            if max(done, total or 0) > max_bytes:
                raise NotDone(f"larger than the {max_bytes:,} bytes that are allowed")
            if time.monotonic() > deadline:
                raise AnswerLost(f"not whole after {limit_s:.0f} s")
            file.write(chunk)
            if progress:
                progress(done, total)
        if total is not None and done != total:
            raise AnswerLost(f"{done:,} bytes came, of {total:,} that were announced")
        file.flush()
        os.fsync(file.fileno())
