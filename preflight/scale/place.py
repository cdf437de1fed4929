"""A folder or a bucket's prefix in; its files by name, each read, listed, and written whole or not at all, out."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import CallError, NotDone
from preflight.objects.address import parse
from preflight.objects.stores import Stores
from preflight.values.assets import Asset, printable
from preflight.values.phrase import phrase

UNCONDITIONAL = ("NotImplemented", "501")
"""What stores say that know no conditional writes."""


class Mark(msgspec.Struct, frozen=True):
    """What tells one content of a file from the next: its ETag, and its version where a store counts them."""

    e_tag: str | None
    version: str | None

    def told(self) -> dict[str, str]:
        """Write it as obstore takes it."""
        both = {"e_tag": self.e_tag, "version": self.version}
        return {name: value for name, value in both.items() if value}


class Place:
    """The files of a folder or a bucket's prefix.

    Args:
        place: a folder or an address.
        stores: how buckets are reached.
        make: whether to make the folder where it is missing.

    Raises:
        CallError: it cannot be opened, or is not there.
    """

    def __init__(self, place: str, stores: Stores, *, make: bool = True) -> None:
        self.place, self._stores = place, stores
        self.is_bucket = Asset(path=place).is_object
        self._store = open_place(place, stores, make=make)

    def listed(self, prefix: str = "") -> Iterator[tuple[str, dt.datetime]]:
        """Yield names, and when each was written; raise NotDone."""
        import obstore

        with self.said("be listed"):
            for page in obstore.list(self._store, prefix=prefix or None):
                yield from ((found["path"], found["last_modified"]) for found in page)

    def read(self, name: str) -> bytes:
        """Read a file; raise NotDone."""
        import obstore

        with self.said(phrase("be read: {q}", q=name)):
            return bytes(obstore.get(self._store, name).bytes())

    def find(self, name: str) -> tuple[bytes, Mark] | None:
        """Read a file with the mark of its content; None where there is none; raise NotDone."""
        import obstore

        with self.said(phrase("be read: {q}", q=name)):
            try:
                found = obstore.get(self._store, name)
                return bytes(found.bytes()), Mark(found.meta["e_tag"], found.meta["version"])
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """Write a file; raise NotDone."""
        import obstore

        with self.said("be written"):
            obstore.put(self._store, name, content, use_multipart=False)

    def replace(self, name: str, content: bytes, before: Mark | None) -> bool:
        """Write a file of a bucket if it still has the content that was read; tell whether it had.

        Of a folder it is written anyway: a lock keeps others out. So is it where a store knows no conditional writes.

        Args:
            name: the file's.
            content: its new one.
            before: the mark of what was read; None where there was none.

        Raises:
            NotDone: it cannot be written.
        """
        import obstore
        from obstore import exceptions as theirs

        mode: Any = "create" if before is None else before.told()
        if not self.is_bucket or not mode:
            self.write(name, content)
            return True
        with self.said("be written"):
            try:
                obstore.put(self._store, name, content, mode=mode, use_multipart=False)
            except (theirs.AlreadyExistsError, theirs.PreconditionError, FileNotFoundError):
                return False
            except (theirs.NotSupportedError, theirs.GenericError) as error:
                if not isinstance(error, theirs.NotSupportedError) and not _is_unconditional(error):
                    raise
                self.write(name, content)
        return True

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; one that is not there any more is none to remove; raise NotDone."""
        import obstore

        if not names:
            return
        with self.said("be written"):
            try:
                obstore.delete(self._store, list(names))
            except FileNotFoundError:
                for name in names:
                    self._remove_one(name)

    def _remove_one(self, name: str) -> None:
        import obstore

        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            return

    @contextmanager
    def said(self, doing: str) -> Iterator[None]:
        """Convert errors of the store."""
        try:
            yield
        except NotDone:
            raise
        except Exception as error:  # noqa: BLE001 - obstore's and Arrow's errors share no base
            words = phrase(
                "{q}: cannot {doing}: {why}", q=printable(self.place), doing=doing, why=self._stores.said(error)
            )
            advice = "What was written before is whole; the next run goes on from there."
            raise NotDone(words, advice=advice) from None


def _is_unconditional(error: Exception) -> bool:
    return any(word in str(error) for word in UNCONDITIONAL)


def open_place(place: str, stores: Stores, *, make: bool) -> Any:  # noqa: ANN401 - obstore's classes share no type
    """Open obstore's store of a folder or a bucket's prefix.

    Args:
        place: a folder or an address.
        stores: how buckets are reached.
        make: whether to make a missing folder.

    Raises:
        CallError: it cannot be opened, or is not there.
    """
    try:
        import pyarrow  # noqa: F401, ICN001 - whether it is there
        from obstore.store import LocalStore
    except ImportError as error:
        words = phrase("{q1}: {q2}, which verdict stores need, is not installed", q1=printable(place), q2=error.name)
        raise CallError(words, advice="pip install 'preflight-media[scale]'") from None
    if Asset(path=place).is_object:
        address = parse(place)
        if make and stores.is_read_only(address.scheme):
            words = phrase("{q}: Google's buckets are read unsigned, and not written", q=printable(place))
            raise CallError(words, advice="Put the verdicts elsewhere, or set credentials.")
        return stores.open(address.scheme, address.bucket, address.key.strip("/"))
    if not make and not Path(place).is_dir():
        raise CallError(phrase("{q}: no such folder", q=printable(place)))
    try:
        return LocalStore(Path(place).absolute(), mkdir=make)
    except Exception as error:  # noqa: BLE001 - obstore's errors share no base
        raise CallError(phrase("{q}: cannot be opened: {why}", q=printable(place), why=stores.said(error))) from None
