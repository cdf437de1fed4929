"""One object measured where it lies: an asset in, `Probed` out, by a few ranges of it.

    asset ── first 64 KiB ── their answer tells size and ETag ──► probes ── further ranges, If-Match that ETag

Whatever keeps a part from being read is this object's fault alone, in words, and never a verdict.
"""

import io
import re
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.objects.address import Address, parse
from preflight.objects.odd_keys import is_odd, own_protocol
from preflight.objects.stores import RETRIES, Stores, as_etag
from preflight.objects.wire import PARTIAL, told
from preflight.probe import SMALL_BYTES, probe_stream
from preflight.probe.remote import BLOCK, Remote, RemoteError
from preflight.values.assets import Asset, Stored
from preflight.values.choices import Depth
from preflight.values.phrase import phrase
from preflight.values.probed import Fault, Probed

CHANGED = "changed while it was measured; it was replaced in its bucket"
GONE, ABSENT = "is not there any more: it was deleted after it was listed", "no such object"
NO_RANGES = "its store gives no parts of objects: asked for a range, it answered with the whole"
UNNAMED = "its key has empty or dotted parts or control characters, and cannot be asked for with these credentials"
UNSATISFIABLE = 416
BUSY = (429, 503)
BUSY_CODES = ("SlowDown", "TooManyRequests", "ServerBusy")
"""What stores say where they are asked too much."""
REFUSAL = re.compile(r" - Server returned non-2xx status code: (\d{3})\b(?:.*?<Code>(\w{1,80})</Code>)?", re.DOTALL)
"""A store's refusal within obstore's message, which also holds addresses, times and whatever else has digits in it."""


def probe_object(asset: Asset, depth: Depth, stores: Stores) -> Probed:
    """Measure one object; it is downloaded only where all of it is to be decoded."""
    try:
        reader = ObjectReader(parse(asset.path), stores, asset.stored)
        return _measured(asset, reader, depth)
    except CallError as error:
        prefix = f"{asset.path}: "
        said = error.message.removeprefix(prefix) if error.message.startswith(prefix) else error.message
    except OSError as error:
        said = error.strerror or str(error)
    except MemoryError:
        said = "needs more memory than there is"
    return Probed(asset=asset, fault=Fault("unmeasured", said))


def _measured(asset: Asset, reader: "ObjectReader", depth: Depth) -> Probed:
    begin = reader.begin()
    told = msgspec.structs.replace(asset, stored=reader.stored)
    size = reader.stored.size if reader.stored else 0
    if len(begin) == size:
        return _in_store(probe_stream(told, io.BytesIO(begin), size, depth))
    with Remote(reader.get, size, begin) as far:
        try:
            probed = probe_stream(told, far, size, depth)  # type: ignore[arg-type] # a RawIOBase in place of a BinaryIO
        except OSError:
            if far.fault is None:
                raise
            probed = Probed(asset=told)
        return _in_store(probed) if far.fault is None else Probed(asset=told, fault=Fault("unmeasured", far.fault))


def _in_store(probed: Probed) -> Probed:
    """Say of the size that the store told it."""
    if probed.facts is None:
        return probed
    by = {**probed.facts.measured_by, "bytes": "object store"}
    return msgspec.structs.replace(probed, facts=msgspec.structs.replace(probed.facts, measured_by=by))


class ObjectReader:
    """Gets ranges of one object, all of the same content.

    Args:
        address: where it lies.
        stores: how it is reached.
        stored: its size and ETag, where a listing told them.

    Raises:
        CallError: the store cannot be opened.
    """

    def __init__(self, address: Address, stores: Stores, stored: Stored | None = None) -> None:
        self.stored = stored
        self._address, self._stores, self._listed = address, stores, stored is not None
        self._store = stores.open(address.scheme, address.bucket)

    def begin(self) -> bytes:
        """Get the first bytes, of a small object all; raise RemoteError."""
        if self.stored is not None and self.stored.size == 0:
            return b""
        whole = self.stored is not None and self.stored.size <= SMALL_BYTES
        content = self.get(0, self.stored.size if self.stored and whole else BLOCK)
        size = self.stored.size if self.stored else 0
        if len(content) < size <= SMALL_BYTES:
            content += self.get(len(content), size)
        return content

    def get(self, start: int, end: int) -> bytes:
        """Get the bytes from an offset to before another; raise RemoteError."""
        options: dict[str, Any] = {"range": (start, end)}
        if self.stored and self.stored.etag:
            options["if_match"] = self.stored.etag
        content, told = self._asked(options)
        if self.stored is None:
            self.stored = told
        if told.size != self.stored.size or (told.etag and self.stored.etag and told.etag != self.stored.etag):
            raise RemoteError(CHANGED)
        wanted = min(end, self.stored.size) - start
        if len(content) != wanted:
            raise RemoteError(
                phrase("its store gave {n1} bytes where {n2} were asked for", n1=f"{len(content):,}", n2=f"{wanted:,}")
            )
        return content

    def _odd(self, start: int, end: int) -> tuple[bytes, Stored]:
        """Ask for a range of an object whose key obstore cannot name."""
        bucket = own_protocol(self._address.scheme, self._address.bucket, self._stores)
        if bucket is None:
            raise RemoteError(UNNAMED)
        said = bucket.get(self._address.key, start, end, self.stored.etag if self.stored else None)
        whole = said.headers.get("content-range", "").rpartition("/")[2]
        if said.status == PARTIAL and whole.isdecimal():
            return said.body, Stored(int(whole), as_etag(said.headers.get("etag")))
        if said.status == UNSATISFIABLE and self.stored is None:
            return b"", Stored(0)
        words = {200: NO_RANGES, 404: GONE if self._listed else ABSENT, 412: CHANGED}
        raise RemoteError(
            words.get(said.status) or phrase("cannot be read: {rest}", rest=self._stores.said(OSError(told(said))))
        )

    def _asked(self, options: dict[str, Any]) -> tuple[bytes, Stored]:
        import obstore

        if is_odd(self._address.key):
            return self._odd(*options["range"])

        try:
            answer = obstore.get(self._store, self._address.key, options=options)  # type: ignore[arg-type] # a dict
            meta = answer.meta
            return bytes(answer.bytes()), Stored(int(meta["size"]), as_etag(meta["e_tag"]))
        except Exception as error:  # noqa: BLE001 - obstore's errors share no base, and each is of this object alone
            if self.stored is None and _refusal(error)[0] == UNSATISFIABLE:  # an object without bytes has no first one
                return b"", Stored(0)
            raise RemoteError(self._words(error)) from None

    def _words(self, error: Exception) -> str:
        """Say why a range could not be got."""
        from obstore import exceptions as theirs

        said = self._stores.said(error)
        if isinstance(error, theirs.PreconditionError):
            return CHANGED
        if isinstance(error, FileNotFoundError):
            return GONE if self._listed else ABSENT
        if isinstance(error, theirs.PermissionDeniedError | theirs.UnauthenticatedError):
            return phrase("may not be read with these credentials: {said}", said=said)
        if isinstance(error, theirs.NotSupportedError) or "range request" in str(error).lower():
            return NO_RANGES
        status, code = _refusal(error)
        if status in BUSY or code in BUSY_CODES:
            return phrase("its store is asked too much, and refused {q} times: {said}", q=RETRIES + 1, said=said)
        return phrase("cannot be read: {rest}", rest=said)


def _refusal(error: Exception) -> tuple[int | None, str | None]:
    """Find the status and the code of a store's refusal; None of what is not told.

    Errors with a class of their own name the key as it is, which may say anything; the class tells what they mean.
    """
    from obstore.exceptions import GenericError

    found = REFUSAL.search(str(error)) if isinstance(error, GenericError) else None
    return (int(found[1]), found[2]) if found else (None, None)
