"""The work on one chunk of assets, wherever it is done: measured, judged, weighed; a table of rows and a tally out."""

import datetime as dt
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from preflight._version import __version__
from preflight.flow.check import Measuring, measure_block
from preflight.objects.stores import Stores
from preflight.policy.policy import Policy, apply
from preflight.profiles.schema import Profile
from preflight.rules import judge
from preflight.scale.fixing import Fixing, fix_object
from preflight.scale.keys import Tally, key_of, mark_of
from preflight.scale.saving import Saving
from preflight.scale.schema import row_of, table_of
from preflight.values.assets import Asset
from preflight.values.bounds import Bounds
from preflight.values.choices import Depth
from preflight.values.findings import Judged
from preflight.values.probed import Fault, Probed

if TYPE_CHECKING:
    import pyarrow as pa


class JudgingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """By what a run judges; a value that any process can be handed."""

    profile: Profile
    stores: Stores
    depth: Depth = "exact"
    bounds: Bounds = Bounds()
    policy: Policy = Policy()
    today: dt.date = dt.date(1970, 1, 1)
    """The day with which the policy's dates are compared."""
    is_weighed: bool = False
    """Whether the policy changes anything."""
    fixing: Fixing | None = None
    """How what fails is fixed; None where it is only judged."""

    def how(self) -> bytes:
        """Hash what may change a verdict, besides the asset."""
        parts = (self.profile, self.depth, __version__, self.policy if self.is_weighed else None, self.fixing)
        days = str(self.today) if self.is_weighed and self.policy.ignore else ""
        return blake2b(msgspec.msgpack.encode((parts, days), enc_hook=str), digest_size=16).digest()


class Batch(msgspec.Struct):
    """Judged assets: their rows, and how many there are of each verdict."""

    table: "pa.Table"
    tally: Tally


class Keyed(msgspec.Struct, frozen=True):
    """An asset with the mark of its content, and the key of its verdict."""

    asset: Asset
    mark: str | None
    key: bytes


def keyed(assets: Sequence[Asset], work: JudgingOptions, how: bytes) -> list[Keyed]:
    """Add keys to assets; `how` is the work's hash."""
    marks = [mark_of(asset) for asset in assets]
    edition = work.profile.name
    return [Keyed(asset, mark, key_of(asset, mark, edition, how)) for asset, mark in zip(assets, marks, strict=True)]


def judge_chunk(
    chunk: Sequence[Keyed], work: JudgingOptions, measuring: Measuring, saving: Saving | None = None
) -> Batch:
    """Measure, judge and fix a chunk, as `batch_of` does."""
    measured = measure_block([one.asset for one in chunk], measuring)
    return batch_of(zip(chunk, measured, strict=True), work, saving)


def batch_of(measured: "zip[tuple[Keyed, Probed]]", work: JudgingOptions, saving: Saving | None = None) -> Batch:
    """Judge what was measured, and fix what fails if that is wanted.

    Args:
        measured: the chunk.
        work: by what it is judged.
        saving: keeps the row of each fixed asset; what it has is not fixed again.

    Raises:
        NotDone: a row cannot be kept.
    """
    tally = Tally()
    return Batch(table_of(_rows(measured, work, tally, saving)), tally)


def _rows(
    measured: "zip[tuple[Keyed, Probed]]", work: JudgingOptions, tally: Tally, saving: Saving | None
) -> Iterator[dict[str, Any]]:
    for one, probed in measured:
        if probed.is_bystander:
            tally.passed_over += 1
            continue
        judged = _weighed(judge(probed, work.profile), work)
        if work.fixing and judged.verdict == "fail":
            row = _fixed(one, judged, work, work.fixing, saving)
        else:
            row = _row(one, judged, work)
        tally.judged[row["verdict"]] += 1
        yield row


def _fixed(one: Keyed, judged: Judged, work: JudgingOptions, fixing: Fixing, saving: Saving | None) -> dict[str, Any]:
    """Fix an asset; return its row, which is saved at once, or was before."""
    saved = saving.find(one.key) if saving else None
    if saved is not None:
        return saved
    row = _row(one, _weighed(fix_object(judged, work.profile, work.stores, fixing), work), work)
    if saving and row["verdict"] != "unsure":
        saving.add(row)
    return row


def _row(one: Keyed, judged: Judged, work: JudgingOptions) -> dict[str, Any]:
    mark = one.mark or mark_of(judged.asset)
    key = one.key if one.mark else key_of(one.asset, mark, work.profile.name, work.how())
    return row_of(judged, key, mark, work.profile.name, work.depth)


def _weighed(judged: Judged, work: JudgingOptions) -> Judged:
    if not work.is_weighed:
        return judged
    from preflight.policy.policy import Usage

    return apply(work.policy, judged, work.today, Usage())


def given_up(chunk: Sequence[Keyed], work: JudgingOptions, why: str) -> Batch:
    """Make the rows of assets that could not be judged."""
    faults = [Probed(asset=one.asset, fault=Fault("unmeasured", why)) for one in chunk]
    return batch_of(zip(chunk, faults, strict=True), work)
