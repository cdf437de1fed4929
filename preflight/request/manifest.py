"""Read lists of names and manifests.

In: names ended by NUL or line feeds, or a manifest: CSV with a `path` column, or JSON Lines. Out: paths or assets, one
by one: a hundred thousand names need no more memory than one.
"""

import csv
import io
import itertools
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

import msgspec

from preflight.errors import CallError
from preflight.files.names import can_be_a_path
from preflight.files.text import TextError, encoding_of, json_of_text
from preflight.values.assets import KINDS, Asset, Kind, Role, Window, printable, shown, unsupported
from preflight.values.phrase import error_words, phrase
from preflight.values.remedy import Remedy

CHUNK_BYTES = 64 << 10
MAX_NAME_BYTES = 64 << 10
"""No system has longer names; a longer one is no name."""
MAX_LINE_CHARACTERS = 1 << 20
PATH = "path"
DELIMITERS = ",;\t"
SEPARATOR = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
"""Excel's first line, naming the delimiter."""
SAMPLE_BYTES = 512
"""Bytes by which the encoding is detected."""


class Unread(ValueError):  # noqa: N818 - a state of a line, which goes on as an asset
    """A line that cannot be judged; the message names place and reason."""


Row = dict[str, Any] | Unread
"""A row, or why its line has none."""


def names(stream: IO[bytes], separator: bytes, place: str) -> Iterator[str | Asset]:
    """Yield the names of a list, skipping empty ones.

    An impossible name becomes an unjudged asset; as the first one it means that this is no list.

    Args:
        stream: the list, open.
        separator: ends a name; a carriage return before a line feed is dropped.
        place: name of the list in messages.

    Raises:
        CallError: it is no list of names.
    """
    for number, name in enumerate(_parts(stream, separator), 1):
        try:
            text = _name(name, separator, f"{place}:{number}")
        except Unread as error:
            if number == 1:
                advice = Remedy("split-at-nul") if b"\0" in name else "Is it ended another way?"
                raise CallError(error_words(error), advice=advice) from None
            yield Asset(path=f"{place}:{number}", unread=error_words(error))
            continue
        if text:
            yield text


def _parts(stream: IO[bytes], separator: bytes) -> Iterator[bytes]:
    """Yield the pieces between separators, those longer than any name cut."""
    rest, first_of_all = b"", True
    while chunk := stream.read(CHUNK_BYTES):
        first, *others = chunk.split(separator)
        if len(rest) <= MAX_NAME_BYTES:
            rest += first
        if others:
            yield rest
            yield from others[:-1]
            rest, first_of_all = others[-1], False
        elif len(rest) > MAX_NAME_BYTES and first_of_all:
            break
    yield rest


def _name(name: bytes, separator: bytes, place: str) -> str:
    if len(name) > MAX_NAME_BYTES:
        raise Unread(phrase("{q}: a name of more than {n} bytes", q=place, n=f"{MAX_NAME_BYTES:,}"))
    if separator == b"\n":
        name = name.removesuffix(b"\r")
        if b"\0" in name:
            raise Unread(phrase("{q}: holds NUL bytes, so its names are not ended by lines", q=place))
    return os.fsdecode(name)


# ---- manifests ------------------------------------------------------------------------------------------------------


def manifest(path: Path) -> Iterator[Asset]:
    """Yield the assets of a manifest, in order; a regular file is checked as a whole first.

    Paths are relative to the manifest; http and https URLs are allowed. Columns besides `path`, `kind`, `role` and
    `keep` are ignored. An asset with a kind but no role is numbered within its kind. A bad row becomes an unjudged
    asset with its line number; the others are judged.

    Raises:
        CallError: it cannot be read, or has neither a `path` column nor a JSON object per line.
    """
    name = printable(str(path))
    try:
        if stat.S_ISREG(path.stat().st_mode):
            for _ in _rows_of(path, name):
                pass
        yield from _assets(path, name)
    except OSError as error:
        raise CallError(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror or error)) from None


def _rows_of(path: Path, name: str) -> Iterator[tuple[str, Row]]:
    with path.open("rb") as content, _as_text(content) as stream:
        yield from _rows(stream, name)


def _assets(path: Path, name: str) -> Iterator[Asset]:
    count: Counter[Kind] = Counter()
    for place, row in _rows_of(path, name):
        try:
            if isinstance(row, Unread):
                raise row
            asset, kind = _asset(row, place, path.parent)
        except Unread as error:
            yield Asset(path=_stand_in(row, place, path.parent), unread=error_words(error))
            continue
        if kind and not asset.role:
            count[kind] += 1
            asset = msgspec.structs.replace(asset, role=Role(kind, count[kind]))
        yield asset


def _stand_in(row: Row, place: str, folder: Path) -> str:
    """Name a bad row: by its path, else by its place."""
    path = row.get(PATH) if isinstance(row, dict) else None
    if not isinstance(path, str) or not path or not can_be_a_path(path):
        return place
    return path if Asset(path=path).is_url or unsupported(path) else os.path.join(folder, path)  # noqa: PTH118 - any bytes


def _as_text(content: IO[bytes]) -> IO[str]:
    """Decode a manifest: UTF-16 by its first bytes, else UTF-8 with other bytes kept."""
    buffered = content if isinstance(content, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", content))
    encoding = encoding_of(buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])
    kept = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    return io.TextIOWrapper(buffered, encoding=encoding, errors=kept, newline="")


def _rows(stream: IO[str], name: str) -> Iterator[tuple[str, Row]]:
    """Yield place and content of each row, or its fault; a first line beginning with `{` means JSON Lines."""
    lines = _lines(stream, name)
    first = next(lines, "")
    said = SEPARATOR.fullmatch(first)
    if said:
        first = next(lines, "")
    lines = itertools.chain([first], lines)
    return _json_rows(lines, name) if first.lstrip().startswith("{") else _csv_rows(lines, first, name, said)


def _lines(stream: IO[str], name: str) -> Iterator[str]:
    """Yield lines; the rest of a too long one is skipped, the first one refused."""
    begun = False
    while line := _line(stream, name):
        if len(line) == MAX_LINE_CHARACTERS and not begun:
            raise CallError(
                phrase("{q}: a line of more than {n} characters: not a manifest", q=name, n=f"{MAX_LINE_CHARACTERS:,}")
            )
        yield line
        begun, rest = True, line
        while len(rest) == MAX_LINE_CHARACTERS and not rest.endswith("\n"):
            rest = _line(stream, name)


def _line(stream: IO[str], name: str) -> str:
    try:
        return stream.readline(MAX_LINE_CHARACTERS)
    except UnicodeDecodeError:
        raise CallError(
            phrase("{q}: is not UTF-16 text, as its first bytes say", q=name), advice="Save it as UTF-8."
        ) from None


def _json_rows(lines: Iterable[str], name: str) -> Iterator[tuple[str, Row]]:
    known, wrong = False, None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        row = _json_row(line, place)
        known |= isinstance(row, dict) and PATH in row
        wrong = wrong or (row if isinstance(row, Unread) else Unread(phrase("{q1}: {q2}: missing", q1=place, q2=PATH)))
        yield place, row
    if wrong and not known:
        raise CallError(str(wrong))


def _json_row(line: str, place: str) -> Row:
    if len(line) >= MAX_LINE_CHARACTERS:
        return Unread(phrase("{q}: a line of more than {n} characters", q=place, n=f"{MAX_LINE_CHARACTERS:,}"))
    try:
        row = json_of_text(line)
    except TextError as error:
        return Unread(phrase("{q}: is {why}", q=place, why=error_words(error)))
    return (
        row
        if isinstance(row, dict)
        else Unread(phrase("{q1}: expected an object, got {q2}", q1=place, q2=repr(line.strip()[:40])))
    )


class _Again:
    """Lines that can be returned, so that a malformed row costs only its first line."""

    def __init__(self, lines: Iterable[str], number: int) -> None:
        self._lines, self._back = iter(lines), list[str]()
        self.taken: list[str] = []
        self.number = number
        """Number of the last line read."""

    def __iter__(self) -> "_Again":
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back(self) -> None:
        """Give back all lines after the first non-empty one."""
        while len(self.taken) > 1 and not self.taken[0].strip():
            del self.taken[0]
        self._back += reversed(self.taken[1:])
        self.number -= len(self.taken) - 1


def _csv_rows(lines: Iterable[str], head: str, name: str, said: re.Match[str] | None) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a table, skipping empty ones, which Excel leaves.

    Args:
        lines: the table.
        head: its first line, with the column names.
        name: the manifest's, for messages.
        said: Excel's line before it, with the delimiter.
    """
    delimiter = said[1] if said else max(DELIMITERS, key=head.count)
    above = 1 if said else 0
    again = _Again(lines, above)
    reader = csv.DictReader(again, delimiter=delimiter, strict=True)
    try:
        columns = [column.strip().lower() for column in reader.fieldnames or ()]
    except csv.Error as error:
        raise CallError(phrase("{q}:{n}: is not CSV: {why}", q=name, n=again.number, why=error_words(error))) from None
    if PATH not in columns:
        there = ", ".join(map(repr, columns)) or "none"
        raise CallError(
            phrase("{q1}:{q2}: no column named {q3}; there are {q4}", q1=name, q2=above + 1, q3=repr(PATH), q4=there)
        )
    reader.fieldnames = columns
    while (row := _csv_row(reader, again, name)) is not None:
        # Values beyond the last column come as a list.
        if isinstance(row, Unread) or any("".join(value or ()).strip() for value in row.values()):
            yield f"{name}:{again.number}", row


def _csv_row(reader: "csv.DictReader[str]", again: _Again, name: str) -> Row | None:
    again.taken.clear()
    try:
        return next(reader, None)
    except csv.Error as error:
        again.give_back()
        return Unread(phrase("{q}:{n}: is not CSV: {why}", q=name, n=again.number, why=error_words(error)))


def _asset(row: dict[str, Any], place: str, folder: Path) -> tuple[Asset, Kind | None]:
    """Parse a row into an asset and its kind.

    Raises:
        Unread: a value is invalid.
    """
    path, kind = _path(row, place), _kind(row, place)
    asset = Asset(path=path, role=_role(row, place), keep=_keep(row, place))
    if asset.role and kind and asset.role.kind != kind:
        raise Unread(phrase("{q1}: role: is {q2}, but kind is {q3}", q1=place, q2=asset.role, q3=kind))
    if asset.keep and "image" in (kind, asset.expected_kind):
        raise Unread(phrase("{q}: keep: {why}", q=place, why="a picture has no part to keep"))
    if asset.is_url:
        (_require_object if asset.is_object else _require_address)(path, place)
        return asset, kind
    if (why := unsupported(path)) and not os.path.lexists(folder / path):
        raise Unread(f"{place}: {PATH}: {why}")
    return msgspec.structs.replace(asset, path=os.path.join(folder, path)), kind  # noqa: PTH118 - any bytes may be a name


def _path(row: dict[str, Any], place: str) -> str:
    path = _text(row, PATH, place)
    if not path:
        raise Unread(phrase("{q1}: {q2}: missing", q1=place, q2=PATH))
    if not can_be_a_path(path):
        raise Unread(phrase("{q1}: {q2}: no file can have the name {q3}", q1=place, q2=PATH, q3=repr(path[:60])))
    return path


def _require_address(url: str, place: str) -> None:
    """Refuse, before any download, URLs that cannot be fetched, or carry a user name."""
    try:
        parts = urlsplit(url)
        fit = bool(parts.hostname) and parts.port != 0  # raises ValueError where it is no number
    except ValueError:
        fit = False
    if not fit:
        raise Unread(phrase("{q1}: {q2}: {q3} is no address", q1=place, q2=PATH, q3=repr(shown(url)[:60])))
    if "@" in urlsplit(url).netloc:
        raise Unread(
            phrase(
                "{q1}: {q2}: {q3} carries a user name, which the service could not use",
                q1=place,
                q2=PATH,
                q3=repr(shown(url)[:60]),
            )
        )


def _require_object(url: str, place: str) -> None:
    """Refuse addresses of objects that are none."""
    if not re.fullmatch(r"[a-z0-9]+://[A-Za-z0-9][A-Za-z0-9._-]*/.+", url, re.DOTALL | re.IGNORECASE):
        shown_part = re.sub(r"//[^/]*@", "//", url)[:60]
        raise Unread(phrase("{q1}: {q2}: {q3} is no address of an object", q1=place, q2=PATH, q3=repr(shown_part)))


def _text(row: dict[str, Any], key: str, place: str) -> str:
    """Read a value as text; empty where missing."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unread(phrase("{q1}: {q2}: expected text, got {q3}", q1=place, q2=key, q3=f"{value!r:.60}"))
    return value if key == PATH else value.strip()


def _kind(row: dict[str, Any], place: str) -> Kind | None:
    said = _text(row, "kind", place).lower()
    if said and (said not in KINDS or said == "unknown"):
        raise Unread(phrase("{q1}: kind: expected image, video or audio, got {q2}", q1=place, q2=repr(said[:60])))
    return cast("Kind", said) if said else None


def _role(row: dict[str, Any], place: str) -> Role | None:
    said = _text(row, "role", place)
    match = re.fullmatch(r"(image|video|audio)[ _-]?([1-9]\d{0,3})", said.lower(), re.ASCII)
    if said and not match:
        raise Unread(phrase("{q1}: role: expected a part such as 'video 1', got {q2}", q1=place, q2=repr(said[:60])))
    return Role(cast("Kind", match[1]), int(match[2])) if match else None


def _keep(row: dict[str, Any], place: str) -> Window | None:
    said = _text(row, "keep", place)
    try:
        return Window.parse(said) if said else None
    except ValueError as error:
        raise Unread(phrase("{q}: keep: {why}", q=place, why=error_words(error))) from None
