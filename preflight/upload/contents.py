"""Contents on this machine, each once, under the hash of its bytes, for as long as somebody holds it.

    bytes, a file, a stream ── taken ──► Content ── hold, release ──► removed with its last holder
    URL ── brought ──► Content          asked again only whether it has changed (strong ETag), else brought anew

What is taken cannot change any more, so what was measured is what is uploaded.
"""

import hashlib
import os
import re
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec

from preflight.errors import NotDone
from preflight.files.atomic import advice_on
from preflight.system.files import NO_WAIT, READ
from preflight.upload.existing import fetch, is_strong, is_unchanged
from preflight.upload.fetcher import FETCHED_MAX_BYTES
from preflight.values.assets import printable
from preflight.values.phrase import phrase

PIECE_BYTES = 1 << 20
REMEMBERED = 10_000
"""URLs whose content is known by its hash; the least recently used are forgotten."""
FETCH_S = 30.0
"""Seconds in which one URL has to be brought."""
SUFFIX = re.compile(r"[a-z0-9]{1,8}")


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that do not change."""

    path: Path
    """Where they lie while they are held."""
    sha256: str
    bytes: int


class FetchPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Which addresses URLs may lead to, and as whom they are asked."""

    allow_private: bool = False
    loopback: bool = False
    """Whether addresses of this machine are allowed, and no other private ones."""
    agent: str | None = None


class Contents:
    """Contents in a folder.

    Args:
        folder: made if missing; only its owner can read it.

    Raises:
        NotDone: it cannot be made. Every method may raise it too.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._turn = threading.Lock()
        self._held = Counter[Path]()
        with _stored():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def clean_up(self, kept: Iterable[Path]) -> None:
        """Remove what an ended program left, and hold the rest once each."""
        self._held.update(kept)
        for path in self.folder.iterdir():
            if path not in self._held:
                with suppress(OSError):
                    path.unlink()

    @contextmanager
    def writing(self, suffix: str = "") -> Iterator["Draft"]:
        """Open a draft; removed at the end of the block unless it was taken."""
        path = self.folder / f".draft-{secrets.token_hex(8)}"
        try:
            with _stored(), path.open("xb") as file:
                yield Draft(self, path, file, suffix if SUFFIX.fullmatch(suffix) else "")
        finally:
            path.unlink(missing_ok=True)

    def of_bytes(self, content: bytes, suffix: str = "") -> Content:
        """Take bytes; held once by the caller."""
        with self.writing(suffix) as draft:
            draft.write(content)
            return draft.take()

    def of_file(self, path: Path, most_bytes: int, suffix: str = "") -> Content:
        """Take a copy of a plain file as it is now; held once by the caller.

        Raises:
            NotDone: it cannot be read, is no plain file, or is larger.
        """
        with self.writing(suffix) as draft, _opened(path, most_bytes) as file:
            while piece := file.read(PIECE_BYTES):
                draft.write(piece)
            return draft.take()

    def adopt(self, path: Path, suffix: str = "") -> Content:
        """Take a file of this very folder, which is renamed; held once by the caller."""
        with _stored():
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size = os.fstat(file.fileno()).st_size
            return self._placed(path, sha256, size, suffix)

    def hold(self, content: Content) -> None:
        """Hold it once more."""
        with self._turn:
            self._held[content.path] += 1

    def hold_if_here(self, content: Content) -> bool:
        """Hold it once more where somebody holds it; tell whether that is so."""
        with self._turn:
            if self._held[content.path] <= 0:
                del self._held[content.path]
                return False
            self._held[content.path] += 1
            return True

    def release(self, content: Content) -> None:
        """Give a hold up; nobody's content is removed."""
        with self._turn:
            self._held[content.path] -= 1
            if self._held[content.path] <= 0:
                del self._held[content.path]
                with suppress(OSError):
                    content.path.unlink(missing_ok=True)

    def _placed(self, draft: Path, sha256: str, size: int, suffix: str) -> Content:
        target = self.folder / (f"{sha256}.{suffix}" if suffix else sha256)
        with self._turn:
            if not self._held[target]:
                draft.replace(target)
            self._held[target] += 1
        draft.unlink(missing_ok=True)
        return Content(path=target, sha256=sha256, bytes=size)


class Draft:
    """A content that is still being written."""

    def __init__(self, contents: Contents, path: Path, file: BinaryIO, suffix: str) -> None:
        self._contents, self._path, self._file, self._suffix = contents, path, file, suffix
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, piece: bytes) -> None:
        """Append a piece."""
        self._file.write(piece)
        self._hash.update(piece)
        self.bytes += len(piece)

    def take(self) -> Content:
        """End it: from now on it is a content, held once."""
        self._file.close()
        return self._contents._placed(self._path, self._hash.hexdigest(), self.bytes, self._suffix)  # noqa: SLF001 - one module


# ---- URLs -----------------------------------------------------------------------------------------------------------


class _Known(msgspec.Struct, frozen=True):
    """What is remembered of a URL."""

    content: Content
    etag: str


class FetchedContent(msgspec.Struct, frozen=True, kw_only=True):
    """The content behind a URL, which may be remembered without being here."""

    content: Content
    is_here: bool
    """Whether the bytes are on this machine, held once by the caller."""


class UrlContents:
    """Brings URLs, each once for as long as its host says that it is unchanged.

    Args:
        contents: where they are kept.
        reach: which addresses may be asked.
    """

    def __init__(self, contents: Contents, reach: FetchPolicy) -> None:
        self._contents, self._reach = contents, reach
        self._turn = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._first: dict[str, threading.Lock] = {}
        self.downloads = 0
        """How many were brought."""

    def bring(self, url: str, wanted: Callable[[Content], bool]) -> FetchedContent:
        """Bring a URL.

        Args:
            url: an http or https address.
            wanted: whether the bytes of a known content are needed, too.

        Raises:
            NotDone: it cannot be brought.
            CallError: the address may not be asked.
        """
        known = self._recall(url)
        if known is None:
            with self._one_at_a_time(url):
                known = self._recall(url)
                return self._settled(url, known, wanted) if known else self._fetched(url)
        return self._settled(url, known, wanted)

    def _settled(self, url: str, known: _Known, wanted: Callable[[Content], bool]) -> FetchedContent:
        if known.etag and not wanted(known.content) and self._is_unchanged(url, known.etag):
            return FetchedContent(content=known.content, is_here=False)
        return self._fetched(url)

    def _is_unchanged(self, url: str, etag: str) -> bool:
        return is_unchanged(
            url,
            etag,
            allow_private=self._reach.allow_private,
            loopback=self._reach.loopback,
            limit_s=FETCH_S,
            agent=self._reach.agent,
        )

    def _fetched(self, url: str) -> FetchedContent:
        etags: list[str] = []
        path = fetch(
            url,
            self._contents.folder,
            FETCHED_MAX_BYTES,
            allow_private=self._reach.allow_private,
            loopback=self._reach.loopback,
            limit_s=FETCH_S,
            agent=self._reach.agent,
            heard=lambda headers: etags.append(headers.get("ETag", "")),
        )
        self.downloads += 1
        content = self._contents.adopt(path, path.suffix.removeprefix("."))
        self._remember(url, _Known(content, etags[0] if etags and is_strong(etags[0]) else ""))
        return FetchedContent(content=content, is_here=True)

    def _recall(self, url: str) -> _Known | None:
        with self._turn:
            if url in self._known:
                self._known.move_to_end(url)
            return self._known.get(url)

    def _remember(self, url: str, known: _Known) -> None:
        with self._turn:
            self._known[url] = known
            self._known.move_to_end(url)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    @contextmanager
    def _one_at_a_time(self, url: str) -> Iterator[None]:
        """Let several who want the same new URL bring it once."""
        with self._turn:
            lock = self._first.setdefault(url, threading.Lock())
        try:
            with lock:
                yield
        finally:
            with self._turn:
                self._first.pop(url, None)


@contextmanager
def _opened(path: Path, most_bytes: int) -> Iterator[BinaryIO]:
    """Open a plain file of at most so many bytes; never wait for a pipe."""
    name = printable(path.name)
    try:
        file = os.fdopen(os.open(path, READ | NO_WAIT), "rb")
    except OSError as error:
        raise NotDone(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror)) from None
    with file:
        state = os.fstat(file.fileno())
        if not os.path.isfile(path):  # noqa: PTH113 - any bytes may be a name
            raise NotDone(phrase("{q}: not a file", q=name))
        if state.st_size > most_bytes:
            raise NotDone(
                phrase("{q}: {n1} bytes; at most {n2} are taken", q=name, n1=f"{state.st_size:,}", n2=f"{most_bytes:,}")
            )
        yield file


@contextmanager
def _stored() -> Iterator[None]:
    """Tell of a disk that does not take what is written."""
    try:
        yield
    except OSError as error:
        raise NotDone(phrase("cannot be stored: {why}", why=error.strerror or error), advice=advice_on(error)) from None
