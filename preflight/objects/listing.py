"""Addresses of buckets and prefixes in; the objects there as assets out, page by page, in the order of their keys.

Hidden names and unfinished downloads are passed over, as in a folder. A million keys need no more memory than a page.
"""

from collections.abc import Iterable, Iterator

from preflight.errors import CallError, NotDone
from preflight.objects.address import Address, parse
from preflight.objects.odd_keys import own_protocol
from preflight.objects.stores import Stores, as_etag
from preflight.values.assets import SUFFIX_KINDS, Asset, Stored, printable
from preflight.values.leftovers import is_system_folder, is_unfinished
from preflight.values.phrase import phrase

PAGE_KEYS = 1000


def expand(assets: Iterable[Asset], stores: Stores) -> Iterator[Asset]:
    """Yield assets in order, and in place of a prefix the objects below it.

    An address ending with `/`, or of a whole bucket, is a prefix; one with the ending of a media file is an object;
    any other one is a prefix if there is something below it.

    Raises:
        CallError: an address is wrong, or there are no credentials for it.
        NotDone: a bucket cannot be listed.
    """
    for asset in assets:
        if not asset.is_object or asset.unread or asset.stored:
            yield asset
            continue
        address = parse(asset.path)
        if address.key and not address.key.endswith("/") and asset.suffix in SUFFIX_KINDS:
            yield asset
            continue
        below = listed(address, stores)
        first = next(below, None)
        if first is not None:
            yield first
            yield from below
        elif address.key and not address.key.endswith("/"):
            yield asset


def listed(address: Address, stores: Stores) -> Iterator[Asset]:
    """List the objects below a prefix.

    Raises:
        CallError: there are no credentials for it.
        NotDone: it cannot be listed.
    """
    prefix = address.key.rstrip("/")
    try:
        for key, stored in _without_markers(_keys(address, prefix, stores)):
            if not _is_passed_over(key.removeprefix(prefix)):
                yield Asset(path=f"{address.root}/{key}", walked=True, stored=stored)
    except (GeneratorExit, CallError):
        raise
    except Exception as error:  # noqa: BLE001 - obstore's errors share no base
        raise NotDone(
            phrase("{q}: cannot be listed: {why}", q=printable(str(address)), why=stores.said(error)), advice=ADVICE
        ) from None


def _without_markers(keys: Iterator[tuple[str, Stored]]) -> Iterator[tuple[str, Stored]]:
    """Leave out empty objects that stand for a folder: their keys end with a slash, which obstore does not tell."""
    held: tuple[str, Stored] | None = None
    for key, stored in keys:
        if held and not key.startswith(f"{held[0]}/"):
            yield held
        held = None
        if stored.size == 0:
            held = None if key.endswith("/") else (key, stored)
        else:
            yield key, stored
    if held:
        yield held


def _keys(address: Address, prefix: str, stores: Stores) -> Iterator[tuple[str, Stored]]:
    """Yield keys by obstore; from a page on that holds a key which it cannot name, by the store's own protocol.

    So are all of a bucket where some begin with a slash: obstore takes it away.
    """
    import obstore
    from obstore.exceptions import InvalidPathError

    odd = own_protocol(address.scheme, address.bucket, stores)
    if odd and not prefix and next(odd.listed("/"), None):
        yield from odd.listed("")
        return
    last = ""
    try:
        for page in obstore.list(
            stores.open(address.scheme, address.bucket), prefix=prefix or None, chunk_size=PAGE_KEYS
        ):
            for found in page:
                last = found["path"]
                yield last, Stored(found["size"], as_etag(found["e_tag"]))
    except InvalidPathError:
        if odd is None:
            raise
        yield from odd.listed(f"{prefix}/" if prefix else "", last)


def _is_passed_over(key: str) -> bool:
    *folders, name = key.split("/")
    parts = [part for part in (*folders, name) if part not in ("", ".", "..")]
    return is_unfinished(name) or any(part.startswith(".") or is_system_folder(part) for part in parts)


ADVICE = "Are bucket, region and endpoint right, and may the credentials of the environment list it?"
