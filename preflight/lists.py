"""Names that come in a list instead of on the command line.

In: names ended by NUL or by line ends, or a manifest, CSV with a `path` column or JSON Lines. Out: paths, or assets
with their roles, one after the other: a hundred thousand names need no more memory than one.
"""

import csv
import io
import itertools
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

import msgspec

from preflight.assets import KINDS, Asset, Kind, Role, Window, printable, shown, unsupported
from preflight.errors import CallError
from preflight.saved import encoding_of

CHUNK_BYTES = 64 << 10
MAX_NAME_BYTES = 64 << 10
"""No system takes a longer name; a longer one is something else than a list of names."""
MAX_LINE_CHARACTERS = 1 << 20
PATH = "path"
DELIMITERS = ",;\t"
SEPARATOR = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
"""The line that Excel writes before a table, and reads."""
SAMPLE_BYTES = 512
"""By which the encoding is told."""


def names(stream: IO[bytes], separator: bytes, place: str) -> Iterator[str]:
    """Yield the names of a list as they come; empty ones are passed over.

    Args:
        stream: the list, open.
        separator: what ends a name; where that is a line feed, a carriage return before it is no part of the name.
        place: what the list is called in messages.

    Raises:
        CallError: what is there is no list of names.
    """
    rest = b""
    while chunk := stream.read(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(separator)
        for name in whole:
            yield from _name(name, separator, place)
        if len(rest) > MAX_NAME_BYTES:
            break
    yield from _name(rest, separator, place)


def _name(name: bytes, separator: bytes, place: str) -> Iterator[str]:
    if len(name) > MAX_NAME_BYTES:
        raise CallError(f"{place}: a name of more than {MAX_NAME_BYTES:,} bytes", advice="Is it ended another way?")
    if separator == b"\n":
        name = name.removesuffix(b"\r")
        if b"\0" in name:
            raise CallError(f"{place}: holds NUL bytes, so its names are not ended by lines", advice="Use --from0.")
    if name:
        yield os.fsdecode(name)


# ---- manifests ------------------------------------------------------------------------------------------------------


def manifest(path: Path) -> Iterator[Asset]:
    """Yield the assets of a manifest, in order; a file is read through once before, so that nothing begins in vain.

    Paths are relative to the manifest; an http or https address may stand in their place. Columns besides `path`,
    `kind`, `role` and `keep` are passed over. An asset with a kind but without a role is numbered among those of its
    kind.

    Raises:
        CallError: it cannot be read, has no `path`, or a row has something that cannot be; names the line.
    """
    name = printable(str(path))
    try:
        if stat.S_ISREG(path.stat().st_mode):
            for _ in _assets(path, name):
                pass
        yield from _assets(path, name)
    except OSError as error:
        raise CallError(f"{name}: cannot be read: {error.strerror or error}") from None


def _assets(path: Path, name: str) -> Iterator[Asset]:
    count: Counter[Kind] = Counter()
    with path.open("rb") as content, _as_text(content) as stream:
        for place, row in _rows(stream, name):
            asset = _asset(row, place, path.parent)
            kind = _kind(row, place)
            if asset.role and kind and asset.role.kind != kind:
                raise CallError(f"{place}: role: is {asset.role}, but kind is {kind}")
            if kind and not asset.role:
                count[kind] += 1
                asset = msgspec.structs.replace(asset, role=Role(kind, count[kind]))
            if asset.keep and asset.expected_kind == "image":
                raise CallError(f"{place}: keep: a picture has no part to keep")
            yield asset


def _as_text(content: IO[bytes]) -> IO[str]:
    """Return the text of a manifest: in UTF-16 where its first bytes say so, else in UTF-8 with any other byte kept."""
    buffered = content if isinstance(content, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", content))
    encoding = encoding_of(buffered.peek(SAMPLE_BYTES)[:SAMPLE_BYTES])
    kept = "surrogateescape" if encoding.startswith("utf-8") else "strict"
    return io.TextIOWrapper(buffered, encoding=encoding, errors=kept, newline="")


def _rows(stream: IO[str], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield place and content of each row; a first line that begins an object means JSON Lines."""
    lines = _lines(stream, name)
    first = next(lines, "")
    said = SEPARATOR.fullmatch(first)
    if said:
        first = next(lines, "")
    lines = itertools.chain([first], lines)
    return _json_rows(lines, name) if first.lstrip().startswith("{") else _csv_rows(lines, first, name, said)


def _lines(stream: IO[str], name: str) -> Iterator[str]:
    while line := _line(stream, name):
        if len(line) == MAX_LINE_CHARACTERS:
            raise CallError(f"{name}: a line of more than {MAX_LINE_CHARACTERS:,} characters: not a manifest")
        yield line


def _line(stream: IO[str], name: str) -> str:
    try:
        return stream.readline(MAX_LINE_CHARACTERS)
    except UnicodeDecodeError:
        raise CallError(f"{name}: is not UTF-16 text, as its first bytes say", advice="Save it as UTF-8.") from None


def _json_rows(lines: Iterable[str], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        place = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CallError(f"{place}: is not JSON: {error}") from None
        if not isinstance(row, dict):
            raise CallError(f"{place}: expected an object, got {line.strip()[:40]!r}")
        yield place, row


def _csv_rows(
    lines: Iterable[str], head: str, name: str, said: re.Match[str] | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a table; a row without anything in it is passed over, as Excel leaves them.

    Args:
        lines: the table.
        head: its first line, with the names of the columns.
        name: the manifest's, for messages.
        said: the line before, where it tells what parts the columns.
    """
    delimiter = said[1] if said else max(DELIMITERS, key=head.count)
    above = 2 if said else 1
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    try:
        columns = [column.strip().lower() for column in reader.fieldnames or ()]
        if PATH not in columns:
            raise CallError(
                f"{name}:{above}: no column named {PATH!r}; there are {', '.join(map(repr, columns)) or 'none'}"
            )
        reader.fieldnames = columns
        for row in reader:
            # What stands beyond the columns comes as a list.
            if any("".join(value or ()).strip() for value in row.values()):
                yield f"{name}:{reader.line_num + above - 1}", row
    except csv.Error as error:
        raise CallError(f"{name}:{reader.line_num + above - 1}: is not CSV: {error}") from None


def _asset(row: dict[str, Any], place: str, folder: Path) -> Asset:
    path = _text(row, PATH, place)
    if not path:
        raise CallError(f"{place}: {PATH}: missing")
    if "\0" in path or not _is_a_name(path):
        raise CallError(f"{place}: {PATH}: no file can have the name {path[:60]!r}")
    asset = Asset(path=path, role=_role(row, place), keep=_keep(row, place))
    if asset.is_url:
        _require_address(path, place)
        return asset
    if (why := unsupported(path)) and not os.path.lexists(folder / path):
        raise CallError(f"{place}: {PATH}: {why}")
    return msgspec.structs.replace(asset, path=os.path.join(folder, path))  # noqa: PTH118 - any bytes may be a name


def _require_address(url: str, place: str) -> None:
    """Refuse, before anything is brought, a URL that nobody could ask, or nobody but this program."""
    try:
        parts = urlsplit(url)
        fit = bool(parts.hostname) and parts.port != 0  # which is read here: it may be no number
    except ValueError:
        fit = False
    if not fit:
        raise CallError(f"{place}: {PATH}: {shown(url)[:60]!r} is no address")
    if "@" in urlsplit(url).netloc:
        raise CallError(f"{place}: {PATH}: {shown(url)[:60]!r} carries a user name, which the service could not use")


def _is_a_name(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _text(row: dict[str, Any], key: str, place: str) -> str:
    """Return a value as text; what is missing or empty is empty."""
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise CallError(f"{place}: {key}: expected text, got {value!r:.60}")
    return value if key == PATH else value.strip()


def _kind(row: dict[str, Any], place: str) -> Kind | None:
    said = _text(row, "kind", place).lower()
    if said and (said not in KINDS or said == "unknown"):
        raise CallError(f"{place}: kind: expected image, video or audio, got {said[:60]!r}")
    return cast("Kind", said) if said else None


def _role(row: dict[str, Any], place: str) -> Role | None:
    said = _text(row, "role", place)
    match = re.fullmatch(r"(image|video|audio)[ _-]?([1-9]\d{0,3})", said.lower(), re.ASCII)
    if said and not match:
        raise CallError(f"{place}: role: expected a part such as 'video 1', got {said[:60]!r}")
    return Role(cast("Kind", match[1]), int(match[2])) if match else None


def _keep(row: dict[str, Any], place: str) -> Window | None:
    said = _text(row, "keep", place)
    try:
        return Window.parse(said) if said else None
    except ValueError as error:
        raise CallError(f"{place}: keep: {error}") from None
