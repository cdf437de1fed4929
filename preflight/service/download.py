"""Save a response's body as a file, only if complete; download results into a folder."""

import math
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx

from preflight.errors import CallError, NotDone, Unreachable
from preflight.files.atomic import clean_up, commit, temporary
from preflight.files.names import storable
from preflight.service.http import (
    MAY_HAVE_ACTED,
    RATE,
    Progress,
    ResponseLost,
    content_coding,
    retry,
    shown_url,
    translated,
)
from preflight.service.links import encoded, redirect_target
from preflight.service.transport import Client
from preflight.values.assets import printable
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy

RESULT_MAX_BYTES = 2 << 30
RESULT_S = 3600.0
"""Seconds for one attempt."""
FORBIDDEN = 403
HOPS_MAX = 5
LINK_MAX = 8192


def download(  # noqa: PLR0913 - by what, what, where to, and what is handed in
    by: Client,
    url: str,
    folder: Path,
    name: str,
    *,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Download a result into a folder, under its name or the next free one, only if complete.

    Leftovers of killed downloads are removed first.

    Args:
        by: a client without the key.
        url: a result link.
        folder: made if it is missing.
        name: a file name, such as `task-1.mp4`.
        progress: called with the bytes done and in all; restarts with each attempt.
        sleep: waits between attempts, in seconds.

    Raises:
        CallError: not a file name, or not an http or https link.
        NotDone: the response is not 200, the file is over 2 GiB or cut short, or cannot be stored.
    """
    if not name or name in (".", "..") or re.search(r"[/\\\0]", name):
        raise CallError(phrase("{q}: not a file name", q=repr(printable(name))))
    if len(url) > LINK_MAX or not re.match(r"https?://[^\s/]+", url, re.IGNORECASE):
        raise CallError(phrase("{q}: a result link has to be an http or https URL", q=shown_url(url)))
    clean_up(folder)
    with temporary(folder, "part") as draft:

        def attempt() -> None:
            with draft.open("wb") as file:
                _save_result(by, url, file, progress)

        retry(attempt, (Unreachable, ResponseLost), sleep=sleep)
        return commit(draft, folder / storable(name))


def _save_result(by: Client, url: str, file: IO[bytes], progress: Progress | None) -> None:
    where = shown_url(url)
    with translated(where), _followed(by, url) as response:
        if response.status_code != httpx.codes.OK:
            meaning = ResponseLost if response.status_code in (RATE, *MAY_HAVE_ACTED) else NotDone
            raise meaning(
                phrase("{q}: answered with HTTP {n}", q=where, n=response.status_code),
                advice=_advice(response.status_code),
            )
        save(response, file, max_bytes=RESULT_MAX_BYTES, progress=progress)


def _advice(status: int) -> Remedy:
    """Choose the advice on a failed result link."""
    return Remedy("fresh-link-or-name" if status == FORBIDDEN else "fresh-link")


@contextmanager
def _followed(by: Client, url: str) -> Iterator[httpx.Response]:
    """Follow at most 5 redirects and yield the last response."""
    here = encoded(url)
    for _ in range(HOPS_MAX + 1):
        with by.stream("GET", here) as response:
            if not (300 <= response.status_code < 400 and "Location" in response.headers):  # noqa: PLR2004 - HTTP's own border
                yield response
                return
            here = redirect_target(here, response)
    raise NotDone(phrase("leads on and on: more than {q} redirects", q=HOPS_MAX))


def save(
    response: httpx.Response,
    file: IO[bytes],
    *,
    max_bytes: int,
    limit_s: float = math.inf,
    progress: Progress | None = None,
) -> None:
    """Write a response's body to an empty file; an error may leave a part.

    Raises:
        NotDone: it is larger than `max_bytes`, or compressed.
        ResponseLost: it is shorter than declared, or incomplete after `limit_s` seconds.
        OSError: the file cannot be written.
    """
    if coding := content_coding(response.headers):
        raise NotDone(phrase("the file comes packed ({q}), though it was asked for as it is", q=coding))
    length = response.headers.get("Content-Length", "")
    total, done = (int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None), 0
    deadline = time.monotonic() + limit_s
    for chunk in response.iter_raw() if (total or 0) <= max_bytes else [b""]:
        done += len(chunk)
        if max(done, total or 0) > max_bytes:
            raise NotDone(phrase("larger than the {n} bytes that are allowed", n=f"{max_bytes:,}"))
        if time.monotonic() > deadline:
            raise ResponseLost(phrase("not whole after {n} s", n=f"{limit_s:.0f}"))
        file.write(chunk)
        if progress:
            progress(done, total)
    if total is not None and done != total:
        raise ResponseLost(phrase("{n1} bytes came, of {n2} that were announced", n1=f"{done:,}", n2=f"{total:,}"))
