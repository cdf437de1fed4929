"""Record what a new file was made from, so that a second run reuses it.

    source, plan, profile ── Origin ──► name.mp4 and .preflight/name.mp4.json ──► found again by the next run

The record is committed before the file. A file without a record is the user's own; a record without a file is
interrupted work, and is done again.
"""

import hmac
import os
import stat
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
from preflight.values.phrase import phrase
from preflight.values.ready import ready
from preflight.values.units import exact

SCHEMA = "preflight.made/1"
FOLDER = ".preflight"
"""Folder for records, in the folder of the new files."""
SUFFIX = ".preflight.json"
"""Of a record that lies beside its file: in a hot folder, and where 0.1.0 wrote it."""
MAX_RECORD_BYTES = 1 << 20


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Name, size and hash of a file."""

    name: str
    bytes: int
    sha256: str


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that determines a new file."""

    source: Content
    profile: str
    steps: tuple[Step, ...]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The record."""

    schema: str
    preflight: str
    """Version of preflight."""
    ffmpeg: str | None
    """Version of the ffmpeg that encoded, if any."""
    origin: Origin
    output: Content
    facts: dict[str, Any]
    """Facts of the new file."""
    seal: str = ""
    """Keyed hash that only this user's runs can compute; a record without one proves nothing."""


def seal_of(origin: Origin, output: Content) -> str:
    """Compute the keyed hash of a record; the file may be renamed.

    Raises:
        NotDone: the user has no folder for the key.
    """
    said = identity(origin) + f"\0{output.bytes}\0{output.sha256}".encode()
    return blake2b(said, key=secret(), digest_size=32).hexdigest()


def identity(origin: Origin) -> bytes:
    """Encode an origin; equal work gives equal bytes."""
    return msgspec.json.encode(origin, enc_hook=str)


def content_of(path: Path) -> Content:
    """Read a file's name, size and SHA-256.

    Raises:
        NotDone: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            size, sha256 = read_content(stream)
            return Content(name=printable(path.name), bytes=size, sha256=sha256.hex())
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be read: {why}", q=path, why=error.strerror or error)) from None


def settled_state(path: Path) -> Identity | None:
    """Read a file's state, if it proves its content; None where it was written too recently.

    A file just written may change again within the same tick of its clock.
    """
    try:
        state = file_identity(path.stat())
    except OSError:
        return None
    return state if time.time() - max(state[3], state[4]) / 1e9 >= SETTLED_S else None


def is_still(path: Path, content: Content, state: Identity | None) -> bool:
    """Tell whether a file is unchanged; it is read again where its state does not prove it.

    Raises:
        NotDone: it cannot be read.
    """
    return (state is not None and state == settled_state(path)) or content_of(path) == content


def beside(path: Path) -> Path:
    """Build the path of a file's record; long names are cut."""
    return Path(name_beside(os.fspath(path.parent / FOLDER / path.name), ".json"))


def _record_of(path: Path) -> Path:
    """Find a file's record: in the folder of records, else beside the file."""
    there, old = beside(path), Path(name_beside(os.fspath(path), SUFFIX))
    return old if not os.path.lexists(there) and os.path.lexists(old) else there


def _make_folder(folder: Path) -> None:
    """Make the folder for records.

    Raises:
        NotDone: it cannot be made, or something else has its name.
    """
    place = folder / FOLDER
    try:
        with suppress(FileExistsError):
            place.mkdir()
        if not stat.S_ISDIR(place.lstat().st_mode):
            raise NotDone(
                phrase("{q}: is no folder, and records go there", q=printable(str(place))), advice="Remove it."
            )
    except OSError as error:
        raise NotDone(
            phrase("{q}: cannot be made: {why}", q=printable(str(place)), why=error.strerror or error)
        ) from None


def find_made(wanted: Path, origin: Origin) -> Path | None:
    """Find the unchanged result of the same source and plan.

    Records of interrupted work are removed, to free the name.
    """
    for path in names(wanted):
        record = _record_of(path)
        made = _read(record)
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
            remove(record)
            return None
    return None


def _read(path: Path) -> Made | None:
    """Read a record; None where it is missing or malformed."""
    try:
        content = bytes_of(path, MAX_RECORD_BYTES)
        if len(content) > MAX_RECORD_BYTES:
            return None
        made = msgspec.convert(json_of(content), type=ready(Made), dec_hook=_exact)
    except (OSError, ValueError, ArithmeticError):
        return None
    return made if made.schema == SCHEMA else None


def _is_ours(made: Made) -> bool:
    """Tell whether a run of this user wrote the record: a stranger's file is never reused."""
    try:
        return hmac.compare_digest(made.seal, seal_of(made.origin, made.output))
    except (NotDone, TypeError):
        return False


def claiming(
    folder: Path, origin: Origin, output: Content, facts: dict[str, Any], ffmpeg: str | None
) -> Callable[[Path], Path]:
    """Build the function by which `commit` writes the record beside a name."""
    seal = seal_of(origin, output)
    _make_folder(folder)

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
        # Suppressed inside: `written` would report a taken name as a folder that cannot be written.
        with written(folder, "json", content) as draft, suppress(FileExistsError):
            return commit_at(draft, beside(path))
        raise FileExistsError

    return claim


def _exact(_wanted: type, text: str) -> Any:  # noqa: ANN401 - msgspec's signature
    return exact(text)
