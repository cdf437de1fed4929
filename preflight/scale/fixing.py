"""One failing object in; its fix, measured clean, in a bucket or folder, with what was done beside it, out.

object ── downloaded ──► measured, planned, fixed here ──► KEY and KEY.preflight.json in the output
"""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.errors import NotDone
from preflight.flow.fix import fix_one, order_of, plan_report
from preflight.objects.address import parse
from preflight.objects.reading import ObjectReader
from preflight.objects.stores import Stores
from preflight.plan.options import FixOptions
from preflight.probe.remote import LARGEST, MOST_BYTES, RemoteError
from preflight.profiles.schema import Profile
from preflight.report.json import dump, fix_report
from preflight.rules import judge
from preflight.scale.place import open_place
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged, Report
from preflight.values.phrase import phrase
from preflight.values.probed import Fault, Probed
from preflight.workers.pool import measured

if TYPE_CHECKING:
    from preflight.plan.result import FixResult

BESIDE = ".preflight.json"
"""Ending of what says what was done: `preflight.fix/1`, with the plan."""


class Fixing(msgspec.Struct, frozen=True, kw_only=True):
    """How failing objects are fixed, and where new files go."""

    place: str
    """A folder or a bucket's prefix."""
    options: FixOptions = FixOptions()


def fix_object(judged: Judged, profile: Profile, stores: Stores, fixing: Fixing) -> Judged:
    """Fix one failing object or file, and put the new file in its place under its key.

    Returns:
        The verdict on the new file, or on the old one where it cannot be fixed; unsure where the fix failed.
    """
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        try:
            here = _brought(judged.asset, stores, Path(folder))
            result = _fixed(here, profile, fixing, Path(folder, "fixed"))
            _put(result, judged.asset, profile, stores, fixing)
        except (NotDone, OSError) as error:
            said = getattr(error, "message", None) or getattr(error, "strerror", None) or str(error)
            return _unsure(judged, profile, phrase("could not be fixed: {why}", why=said))
    if result.outcome == "failed":
        return _unsure(judged, profile, phrase("could not be fixed: {why}", why=result.message))
    return msgspec.structs.replace(result.after or result.before, asset=judged.asset)


def _unsure(judged: Judged, profile: Profile, why: str) -> Judged:
    return judge(Probed(asset=judged.asset, fault=Fault("unmeasured", why)), profile)


def _brought(asset: Asset, stores: Stores, folder: Path) -> Asset:
    """Download an object, all of one content; return it as a file under its own name.

    Raises:
        RemoteError: it cannot be read, has changed, or is too large.
    """
    if not asset.is_object:
        return asset
    address = parse(asset.path)
    reader, path = ObjectReader(address, stores, asset.stored), folder / f"source.{asset.suffix or 'bin'}"
    begin = reader.begin()
    size = reader.stored.size if reader.stored else 0
    if size > MOST_BYTES:
        raise RemoteError(
            phrase("it has {n1} bytes; at most {n2} are downloaded here", n1=f"{size:,}", n2=f"{MOST_BYTES:,}")
        )
    with path.open("wb") as file:
        file.write(begin)
        for at in range(len(begin), size, LARGEST):
            file.write(reader.get(at, min(at + LARGEST, size)))
    return Asset(path=str(path))


def _fixed(asset: Asset, profile: Profile, fixing: Fixing, folder: Path) -> "FixResult":
    """Measure, plan and fix a file."""
    judged = judge(measured(asset), profile)
    report = Report(profile=profile.name, assets=(judged,))
    ((_, plan),) = plan_report(report, profile, fixing.options)
    return fix_one(judged, plan, order_of(profile, folder, threads=1))


def _put(result: "FixResult", asset: Asset, profile: Profile, stores: Stores, fixing: Fixing) -> None:
    """Put the new file, if there is one, and what was done, into the output.

    Raises:
        NotDone: it cannot be written.
    """
    store, key = open_place(fixing.place, stores, make=True), _key_of(asset)
    new = None
    if result.outcome == "fixed" and result.after:
        path = Path(result.after.asset.path)
        new = key if path.suffix.lower() == f".{asset.suffix}" else f"{key}{path.suffix}"
        _write(store, new, path, stores, fixing)
    told = _told(result, asset, f"{fixing.place.rstrip('/')}/{new}")
    _write(store, f"{key}{BESIDE}", dump(fix_report(profile.name, [told])).encode(), stores, fixing)


def _told(result: "FixResult", asset: Asset, new: str) -> "FixResult":
    """Name object and new file by their addresses, in place of those of the copies here."""
    after = result.after and msgspec.structs.replace(result.after, asset=Asset(path=new))
    return msgspec.structs.replace(
        result,
        plan=msgspec.structs.replace(result.plan, asset=asset),
        before=msgspec.structs.replace(result.before, asset=asset),
        after=after,
    )


def _key_of(asset: Asset) -> str:
    return parse(asset.path).key if asset.is_object else Path(asset.path).name


def _write(store: Any, key: str, content: Path | bytes, stores: Stores, fixing: Fixing) -> None:  # noqa: ANN401 - obstore's
    import obstore

    try:
        obstore.put(store, key, content)
    except Exception as error:  # noqa: BLE001 - obstore's errors share no base
        raise NotDone(
            phrase("{q}: cannot be written: {why}", q=printable(fixing.place), why=stores.said(error))
        ) from None
