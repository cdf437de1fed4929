"""What a new file was made from: a record beside it, so that a second run finds the work done.

    source, plan, profile ── Origin ──► name.mp4 and name.mp4.preflight.json ──► found again by the next run

The record takes its name before the file does. A file without one is somebody's own; a record without a file is work
that was broken off, and is done again.
"""

import hmac
import os
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from preflight._version import __version__
from preflight.errors import NotDone
from preflight.files.atomic import commit_at, remove, written
from preflight.files.content import content_of as read_content
from preflight.files.names import beside as name_beside
from preflight.files.names import names
from preflight.files.secret import secret
from preflight.files.text import bytes_of, json_of
from preflight.plan.steps import Step
from preflight.probe import identity as file_identity
from preflight.probe.cache import SETTLED_S
from preflight.values.assets import printable
from preflight.values.facts import Identity
from preflight.values.units import exact

SCHEMA = "preflight.made/1"
SUFFIX = ".preflight.json"
MAX_RECORD_BYTES = 1 << 20


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds."""

    name: str
    bytes: int
    sha256: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides what a new file becomes."""

    source: Content
    profile: str
    steps: tuple[Step, ...]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The record."""

    schema: str
    preflight: str
    """Version of this program."""
    ffmpeg: str | None
    """Version of the ffmpeg that encoded, if one did."""
    origin: Origin
    output: Content
    facts: dict[str, Any]
    """What was measured of the new file."""
    seal: str = ""
    """By which this program knows that it wrote the record, for this user; a record without one proves nothing."""


def seal_of(origin: Origin, output: Content) -> str:
    """Return what nobody but this user's runs can write into the record of a file; its name may change.

    Raises:
        NotDone: there is no folder of the user's own.
    """
    said = identity(origin) + f"\0{output.bytes}\0{output.sha256}".encode()
    return blake2b(said, key=secret(), digest_size=32).hexdigest()


def identity(origin: Origin) -> bytes:
    """Return the same bytes for the same work."""
    return msgspec.json.encode(origin, enc_hook=str)


def content_of(path: Path) -> Content:
    """Read a file and return its name, size and SHA-256.

    Raises:
        NotDone: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            size, sha256 = read_content(stream)
            return Content(name=printable(path.name), bytes=size, sha256=sha256.hex())
    except OSError as error:
        raise NotDone(f"{path}: cannot be read: {error.strerror or error}") from None


def settled_state(path: Path) -> Identity | None:
    """Return the state of a file, where as long as it stays its content does too; None where nobody can tell.

    What was written a moment ago may be written again within the same tick of its clock.
    """
    try:
        state = file_identity(path.stat())
    except OSError:
        return None
    return state if time.time() - max(state[3], state[4]) / 1e9 >= SETTLED_S else None


def is_still(path: Path, content: Content, state: Identity | None) -> bool:
    """Tell whether a file holds what it held; it is read again where its state does not say so.

    Raises:
        NotDone: it cannot be read.
    """
    return (state is not None and state == settled_state(path)) or content_of(path) == content


def beside(path: Path) -> Path:
    """Return where the record of a file lies; a name that leaves no room for the ending is cut."""
    return Path(name_beside(os.fspath(path), SUFFIX))


def find_made(wanted: Path, origin: Origin) -> Path | None:
    """Return the file that an earlier run made of the same source by the same plan, if it is still what it was.

    A record of work that was broken off is removed on the way, so that the name is free again.
    """
    for path in names(wanted):
        made = _read(beside(path))
        if made is None:
            if not path.exists():
                return None
            continue
        if made.origin != origin or not _is_ours(made):
            continue
        with suppress(NotDone):
            if content_of(path) == made.output:
                return path
        if not path.exists():
            remove(beside(path))
            return None
    return None


def _read(path: Path) -> Made | None:
    """Read a record; None for what is none: it may have been written by anybody."""
    try:
        content = bytes_of(path, MAX_RECORD_BYTES)
        if len(content) > MAX_RECORD_BYTES:
            return None
        made = msgspec.convert(json_of(content), type=Made, dec_hook=_exact)
    except (OSError, ValueError, ArithmeticError):
        return None
    return made if made.schema == SCHEMA else None


def _is_ours(made: Made) -> bool:
    """Tell whether a run of this user wrote a record: a stranger's file is not taken for one that was made here."""
    try:
        return hmac.compare_digest(made.seal, seal_of(made.origin, made.output))
    except (NotDone, TypeError):
        return False


def claiming(
    folder: Path, origin: Origin, output: Content, facts: dict[str, Any], ffmpeg: str | None
) -> Callable[[Path], Path]:
    """Return what writes the record for a name, as `commit` wants it."""
    seal = seal_of(origin, output)

    def claim(path: Path) -> Path:
        made = Made(
            schema=SCHEMA,
            preflight=__version__,
            ffmpeg=ffmpeg,
            origin=origin,
            output=msgspec.structs.replace(output, name=printable(path.name)),
            facts=facts,
            seal=seal,
        )
        content = msgspec.json.format(msgspec.json.encode(made, enc_hook=str), indent=2) + b"\n"
        # Within, for `written` would take a name that is taken for a folder that cannot be written.
        with written(folder, "json", content) as draft, suppress(FileExistsError):
            return commit_at(draft, beside(path))
        raise FileExistsError

    return claim


def _exact(_wanted: type, text: str) -> Any:  # noqa: ANN401 - msgspec's signature
    return exact(text)
