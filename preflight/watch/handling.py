"""The move of one judged file, in steps that may be interrupted and resumed.

    prepare    notes, and copies across file systems, under temporary names beside their targets
    begin      the source gets a hidden name in its own folder: now it counts as handled
    finish     each parcel: its notes get their names, then the file

The hidden name tells the next start how far the program came. Only free names are taken.
"""

import errno
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec

from preflight.apply.record import SUFFIX
from preflight.errors import NotDone
from preflight.files.move import Borders, copy_whole, held
from preflight.files.names import LONGEST_NAME, beside, names_of
from preflight.files.opened import Opened, State
from preflight.files.rename import rename, rename_free
from preflight.files.text import TextError, json_of
from preflight.values.assets import shown
from preflight.values.phrase import phrase, plain

HIDDEN = ".watch-"
REPORT = ".report.json"
TOKEN_CHARACTERS = 16
COPY = "copy"
TRIAL = "try"
"""Extensions of temporary files: a copy to another file system, and the test for one."""
MAX_NOTE_BYTES = 16 << 20
NoteKind = Literal["report", "record"]
Outcome = Literal["ready", "fixed", "rejected"]


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A file and its target."""

    origin: str
    """Its path once the move has begun."""
    target: str
    notes: tuple[NoteKind, ...] = ("report",)
    """Notes beside it."""


class Handling(msgspec.Struct, frozen=True, kw_only=True):
    """The move of one file."""

    token: str
    """Part of every temporary name."""
    path: str
    state: State
    """The judged state."""
    outcome: Outcome
    verdict: str
    rules: tuple[str, ...] = ()
    """Rules of the findings that count."""
    parcels: tuple[Parcel, ...]
    """The source last; before it its fixed file, if any."""

    @property
    def aside(self) -> str:
        """The hidden name of the source."""
        return self.parcels[-1].origin


class Moved(msgspec.Struct, frozen=True):
    """A completed move, with the paths of its parcels."""

    handling: Handling
    targets: tuple[str, ...]


def new_token() -> str:
    """Return a unique token for temporary names."""
    return secrets.token_hex(TOKEN_CHARACTERS // 2)


def is_token(text: str) -> bool:
    """Tell whether a text is a token, and so safe in names."""
    return re.fullmatch(rf"[0-9a-f]{{{TOKEN_CHARACTERS}}}", text) is not None


def aside_of(path: str, token: str) -> str:
    """Return a file's hidden name, which ends with as much of its own as fits."""
    folder, name = os.path.split(path)
    kept = os.fsencode(name)[-(LONGEST_NAME - len(HIDDEN) - len(token) - 1) :]
    return _join(folder, f"{HIDDEN}{token}." + os.fsdecode(kept))


def note_of(kind: NoteKind, target: str) -> str:
    """Return the path of a note beside a file, its name cut where too long."""
    return beside(target, SUFFIX if kind == "record" else REPORT)


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 - any bytes may be a name


def free_name(wanted: str, at: Opened, notes: Sequence[NoteKind] = ("report",)) -> str:
    """Return the first free name of a file whose notes' names are free too.

    Raises:
        NotDone: no name is free.
        OSError: the name is impossible there.
    """
    for name in names_of(wanted):
        if not at.has(name) and not any(at.has(note_of(kind, name)) for kind in notes):
            return name
    raise NotDone(phrase("{q}: too many files of that name exist", q=shown(wanted)), advice="Empty the folder.")


# ---- prepare --------------------------------------------------------------------------------------------------------


def prepare(handling: Handling, notes: Sequence[Sequence[bytes]], borders: Borders, at: Opened) -> list[str]:
    """Write each parcel's notes, and a copy where it moves to another file system; return their paths.

    Raises:
        OSError: one cannot be written; nothing is left.
    """
    written: list[str] = []
    try:
        for number, parcel in enumerate(handling.parcels):
            for kind, content in zip(parcel.notes, notes[number], strict=True):
                written.append(_draft(handling, number, kind))
                _write(at.create(written[-1]), content)
            if _crosses(handling, number, borders, at):
                source = handling.path if parcel is handling.parcels[-1] else parcel.origin
                copy_whole(source, _draft(handling, number, COPY), at)
    except OSError:
        discard(handling, at)
        raise
    return written


def _write(descriptor: int, content: bytes) -> None:
    """Write a new file, unbuffered: Python's buffers take as long as the rest."""
    try:
        while content:
            content = content[os.write(descriptor, content) :]
    finally:
        os.close(descriptor)


def _crosses(handling: Handling, number: int, borders: Borders, at: Opened) -> bool:
    here, there = map(os.path.split, _trials(handling, number))
    return borders.between(here[0], there[0], there[1], at)


def _trials(handling: Handling, number: int) -> tuple[str, str]:
    """Return where test files for a rename may be: beside the parcel, and beside its target."""
    there = _draft(handling, number, TRIAL)
    folder = os.path.dirname(handling.parcels[number].origin)  # noqa: PTH120 - any bytes may be a name
    return _join(folder, os.path.basename(there)), there  # noqa: PTH119 - any bytes may be a name


def _draft(handling: Handling, number: int, kind: str) -> str:
    """Return a temporary name beside a parcel's target."""
    folder = os.path.dirname(handling.parcels[number].target)  # noqa: PTH120 - any bytes may be a name
    return _join(folder, f"{HIDDEN}{handling.token}-{number}.{kind}")


def discard(handling: Handling, at: Opened) -> None:
    """Remove prepared files, before the move has begun."""
    for draft in _drafts(handling):
        at.remove(draft)


# ---- begin and finish -----------------------------------------------------------------------------------------------


def begin(handling: Handling, at: Opened) -> bool:
    """Give the source its hidden name; tell whether it was unchanged, and restore it if not.

    Raises:
        OSError: it cannot be moved.
    """
    try:
        rename(at.spot(handling.path), at.spot(handling.aside))
    except FileNotFoundError:
        discard(handling, at)
        return False
    except OSError:
        discard(handling, at)
        raise
    if at.state(handling.aside) == handling.state:
        return True
    put_back(handling.aside, handling.path, at)
    discard(handling, at)
    return False


def put_back(aside: str, path: str, at: Opened) -> None:
    """Give a file its visible name again, or the next free one."""
    for name in names_of(path):
        with suppress(FileExistsError):
            rename_free(at.spot(aside), at.spot(name))
            return


def finish(handling: Handling, borders: Borders, at: Opened) -> Moved:
    """Give all parcels their names; skip those done before.

    Raises:
        OSError: a name cannot be given; call again later.
    """
    return Moved(handling, tuple(_placed(handling, number, borders, at) for number in range(len(handling.parcels))))


def _placed(handling: Handling, number: int, borders: Borders, at: Opened) -> str:
    """Give one parcel its name, or the next free one; return it."""
    parcel = handling.parcels[number]
    if not at.has(parcel.origin):
        return parcel.target
    source = _source(handling, number, borders, at)
    if source is None:
        with suppress(FileExistsError):
            _place_notes(handling, number, parcel.target, parcel.target, at)
        at.unlink(parcel.origin)
        return parcel.target
    target = parcel.target
    for name in names_of(parcel.target):
        before, target = target, name
        with suppress(FileExistsError):
            _place_notes(handling, number, before, target, at)
            rename_free(at.spot(source), at.spot(target))
            break
    else:
        raise FileExistsError(errno.EEXIST, "too many files of that name exist", parcel.target)
    if source != parcel.origin:
        at.unlink(parcel.origin)
    return target


def _source(handling: Handling, number: int, borders: Borders, at: Opened) -> str | None:
    """Return the file to rename: the parcel or its copy; None where that is done."""
    parcel, copy = handling.parcels[number], _draft(handling, number, COPY)
    if not _crosses(handling, number, borders, at):
        return parcel.origin
    if not at.has(copy):
        if at.state(parcel.target) and held(parcel.target, at) == held(parcel.origin, at):
            return None
        copy_whole(parcel.origin, copy, at)
    return copy


def _place_notes(handling: Handling, number: int, before: str, target: str, at: Opened) -> None:
    """Give notes the names for a target; rewrite them where the first target was taken."""
    for kind in handling.parcels[number].notes:
        draft = _draft(handling, number, kind)
        if target != before:
            _name_anew(kind, draft if at.has(draft) else note_of(kind, before), draft, target, at)
        if at.has(draft):
            rename_free(at.spot(draft), at.spot(note_of(kind, target)))


def _name_anew(kind: NoteKind, note: str, draft: str, target: str, at: Opened) -> None:
    """Rewrite a note as a draft for another file name, and remove the old one."""
    if not at.has(note):
        return
    with os.fdopen(at.read(note), "rb") as stream:
        said = stream.read(MAX_NOTE_BYTES + 1)
    try:
        content = named(kind, json_of(said), target)
    except (TextError, LookupError, TypeError):
        raise OSError(errno.EINVAL, "is not what this program wrote; remove it", note) from None
    at.remove(note)
    _write(at.create(draft), content)


def named(kind: NoteKind, said: dict[str, Any], target: str) -> bytes:
    """Format a note for a file of this name."""
    if kind == "record":
        said["output"]["name"] = shown(os.path.basename(target))  # noqa: PTH119 - any bytes may be a name
    else:
        said["assets"][0]["path"] = shown(target)
    return msgspec.json.format(msgspec.json.encode(said, enc_hook=plain), indent=2) + b"\n"


# ---- after a broken run ---------------------------------------------------------------------------------------------


def resume(handling: Handling, borders: Borders, at: Opened) -> Moved | None:
    """Complete an interrupted move; None where it had not begun, so that the file must be judged again.

    Raises:
        OSError: a name cannot be given.
    """
    if at.has(handling.aside):
        return finish(handling, borders, at)
    if any(at.has(draft) for draft in _drafts(handling)) or at.has(handling.path):
        discard(handling, at)
        return None
    return Moved(handling, tuple(parcel.target for parcel in handling.parcels))


def _drafts(handling: Handling) -> Iterator[str]:
    for number, parcel in enumerate(handling.parcels):
        yield from (_draft(handling, number, kind) for kind in (*parcel.notes, COPY))
        yield from _trials(handling, number)


def hidden_original(name: str) -> str | None:
    """Return the original name of a file hidden by an unknown run, or None."""
    if not name.startswith(HIDDEN):
        return None
    token, dot, rest = name.removeprefix(HIDDEN).partition(".")
    return rest if dot and rest and len(token) == TOKEN_CHARACTERS else None
