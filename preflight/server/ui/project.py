"""A project: a folder with its request.toml, new files, films and ledger, and what the page alone remembers of it.

request.toml is the truth of what is sent; `.preflight/page.json` says where each file came from and what was chosen.
The command line works on the same folder: what it changed is found when the project is opened.
"""

import itertools
import os
import threading
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from preflight.errors import NotDone
from preflight.files.atomic import replace
from preflight.request.file import RequestSpec, dump_spec, load_spec
from preflight.server.ui.items import KINDS, Item, StoredItem, item_of, name_of
from preflight.values.assets import Asset, Role, printable
from preflight.values.parsed import NotJsonError, parsed
from preflight.values.phrase import phrase

SCHEMA: Literal["preflight.page/1"] = "preflight.page/1"
OWN = ".preflight"
MAX_BYTES = 64 << 20


class Remembered(msgspec.Struct, kw_only=True):
    """What page.json holds."""

    schema: Literal["preflight.page/1"] = SCHEMA
    before: str = ""
    """What request.toml held before it was written last."""
    request: str = ""
    """What was written there then: where a run was killed between the two, it is written again."""
    items: list[StoredItem] = []


class Opened(msgspec.Struct, frozen=True):
    """A project as it was found."""

    items: list[Item]
    settings: RequestSpec
    """The request without its assets."""


class Snapshot(NamedTuple):
    """A project at one moment."""

    number: int
    """Goes up with each."""
    items: list[StoredItem]
    spec: RequestSpec


class Project:
    """A folder, and the request in it.

    Args:
        request: the request.toml; it need not be there yet.
    """

    def __init__(self, request: Path) -> None:
        self.request = request.absolute()
        self.folder = self.request.parent
        self.name = self.folder.name
        self._written = self._text()
        self.writing = threading.Lock()
        """Held by who writes."""
        self._numbers, self._newest = itertools.count(1), 0

    @property
    def originals(self) -> Path:
        """Where uploads go."""
        return self.folder / "originals"

    @property
    def ready(self) -> Path:
        """Where new files go."""
        return self.folder / "ready"

    @property
    def videos(self) -> Path:
        """Where films go."""
        return self.folder / "videos"

    @property
    def own(self) -> Path:
        """What the page keeps for itself."""
        return self.folder / OWN

    def ledger(self, *, sandbox: bool) -> Path:
        """Name the ledger; tries in the sandbox are not mixed with what was paid for."""
        return self.own / ("sandbox.sqlite3" if sandbox else "ledger.sqlite3")

    def open(self) -> Opened:
        """Read what is there; nothing where nothing is.

        Raises:
            CallError: request.toml cannot be used.
            NotDone: the folder cannot be made or written.
        """
        self._make()
        remembered = self._remembered()
        if remembered.request and self._written == remembered.before != remembered.request:
            replace(self.request, remembered.request.encode())
            self._written = remembered.request
        spec = load_spec(self.request, absent=True) if self.request.exists() else RequestSpec(prompt="")
        return Opened(_joined(spec.assets, remembered.items), msgspec.structs.replace(spec, assets=()))

    def save(self, items: Iterable[Item], spec: RequestSpec) -> None:
        """Write request.toml and what the page remembers, as they are now.

        Raises:
            NotDone: it cannot be written; what was there is as it was.
        """
        self.write(self.snapshot(items, spec))

    def snapshot(self, items: Iterable[Item], spec: RequestSpec) -> Snapshot:
        """Take down what is to be written, so that it may change meanwhile; to be called by one thread at a time."""
        return Snapshot(next(self._numbers), [item.kept() for item in items], spec)

    def write(self, snapshot: Snapshot) -> None:
        """Write what the page remembers, and then request.toml: a run may be killed between the two.

        One that comes after a later one writes nothing: the later one holds its change, too.

        Raises:
            NotDone: it cannot be written; what was there is as it was.
        """
        with self.writing:
            if snapshot.number < self._newest:
                return
            text = dump_spec(snapshot.spec, self.folder)
            kept = Remembered(before=self._written, request=text, items=snapshot.items)
            replace(self._memory, msgspec.json.format(msgspec.json.encode(kept, enc_hook=_plain)))
            if text != self._written:
                replace(self.request, text.encode())
                self._written = text
            self._newest = snapshot.number

    @property
    def _memory(self) -> Path:
        return self.own / "page.json"

    def _make(self) -> None:
        try:
            self.own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            name = printable(str(self.folder))
            raise NotDone(
                phrase("{q}: cannot be written: {why}", q=name, why=error.strerror), advice="Choose another folder."
            ) from None

    def _text(self) -> str:
        try:
            return self.request.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _remembered(self) -> Remembered:
        try:
            with self._memory.open("rb") as file:
                return parsed(file.read(MAX_BYTES), Remembered, _read)
        except (OSError, NotJsonError):
            return Remembered()


def _joined(assets: Iterable[Asset], remembered: list[StoredItem]) -> list[Item]:
    """List the items of a request in its order, and then those that are in no request because they are no media."""
    known = {kept.fixed if kept.taken and kept.fixed else kept.source: kept for kept in remembered}
    here = [asset if asset.is_url else msgspec.structs.replace(asset, path=absolute(asset.path)) for asset in assets]
    found = [_item(asset, known.pop(asset.path, None)) for asset in here]
    return [*found, *(item_of(kept) for kept in known.values() if kept.kind not in KINDS)]


def absolute(path: str) -> str:
    """Make a path absolute, without `..`; links are not followed."""
    return os.path.abspath(path)  # noqa: PTH100 - pathlib's keeps `..`


def _item(asset: Asset, kept: StoredItem | None) -> Item:
    role = asset.role or Role("image", 1)
    if kept is None:
        return item_of(
            StoredItem(name=name_of(asset.path), source=asset.path, kind=role.kind, keep=asset.keep, field=role.field)
        )
    item = item_of(kept)
    item.kind, item.field = role.kind, role.field
    item.keep = asset.keep if item.which == "original" else item.keep
    return item


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError


def _read(wanted: type, value: object) -> object:
    if wanted is Fraction and isinstance(value, str | int):
        try:
            return Fraction(value)
        except ZeroDivisionError:
            raise ValueError("a part of nothing") from None
    raise NotImplementedError
