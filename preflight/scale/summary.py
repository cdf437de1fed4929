"""A verdict store in; how many assets pass, which rules are broken how often, and which folders are worst, out.

Of an asset that was judged several times, by one edition, the last verdict counts. Memory: 24 bytes a row, and the
names of the folders and rules.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from preflight.scale.keys import CODES
from preflight.scale.store import VerdictStore
from preflight.values.findings import Verdict, worst

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

WORST = 50
"""Most assets and folders to name."""
READ = ("key", "url", "size", "verdict", "edition", "judged_at", "findings")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, a folder or an edition, with what is counted of it."""

    name: str
    assets: int = 0
    passed: int = 0
    failed: int = 0
    unsure: int = 0
    severity: str = ""
    """Of a rule."""


class WorstAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset with many findings."""

    url: str
    verdict: str
    errors: int
    warnings: int
    rules: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a store holds."""

    place: str
    assets: int = 0
    bytes: int = 0
    passed: int = 0
    failed: int = 0
    unsure: int = 0
    editions: tuple[Row, ...] = ()
    rules: tuple[Row, ...] = ()
    """Most often broken first; `assets` counts those that break it."""
    folders: tuple[Row, ...] = ()
    """Most failures first."""
    worst: tuple[WorstAsset, ...] = ()
    """Most errors first."""

    @property
    def verdict(self) -> Verdict:
        """Unsure before fail before pass."""
        counts: dict[Verdict, int] = {"pass": self.passed, "fail": self.failed, "unsure": self.unsure}
        return worst(verdict for verdict, count in counts.items() if count)


def summarize(store: VerdictStore) -> Summary:
    """Sum a store up.

    Raises:
        NotDone: it cannot be read.
    """
    names = store.shards()
    counting = _latest([store.read(name, ("key", "judged_at")) for name in names])
    sums, at = _Sums(), 0
    for name in names:
        table = store.read(name, READ)
        sums.add(table.filter(_mask(counting[at : at + table.num_rows])))
        at += table.num_rows
    return sums.result(store.place)


def _mask(counting: "NDArray[np.bool_]") -> Any:  # noqa: ANN401 - an Arrow array
    import pyarrow as pa

    return pa.array(counting)


def _latest(tables: "list[pa.Table]") -> "NDArray[np.bool_]":
    """Mark the rows that count: the last one of each asset and edition, which the first half of its key tells."""
    import numpy as np
    import pyarrow as pa

    keys = b"".join(key for table in tables for key in table.column("key").to_pylist())
    firsts = np.frombuffer(keys, dtype=">u8").reshape(-1, 2)[:, 0].astype(np.uint64)
    times = [table.column("judged_at").cast(pa.int64()).to_numpy() for table in tables]
    order = np.lexsort((np.arange(len(firsts)), np.concatenate(times) if times else firsts, firsts))
    ends = np.ones(len(order), dtype=np.bool_)
    ends[:-1] = firsts[order][1:] != firsts[order][:-1]
    counting = np.zeros(len(order), dtype=np.bool_)
    counting[order[ends]] = True
    return counting


class _Sums:
    """Sums over tables."""

    def __init__(self) -> None:
        self.bytes = 0
        self.verdicts = Counter[str]()
        self.editions = Counter[tuple[str, str]]()
        self.folders = Counter[tuple[str, str]]()
        self.rules = Counter[tuple[str, str]]()
        self.severities: dict[str, str] = {}
        self.worst: list[WorstAsset] = []

    def add(self, table: "pa.Table") -> None:
        """Add a table's rows."""
        import pyarrow.compute as pc

        self.bytes += pc.sum(table.column("size")).as_py() or 0
        verdicts = table.column("verdict").to_pylist()
        self.verdicts.update(verdicts)
        self.editions.update(zip(table.column("edition").to_pylist(), verdicts, strict=True))
        folders = pc.replace_substring_regex(table.column("url"), pattern="[^/]*\\z", replacement="")
        self.folders.update(zip(folders.to_pylist(), verdicts, strict=True))
        wrong = table.filter(pc.greater(pc.list_value_length(table.column("findings")), 0))
        for row in wrong.select(["url", "verdict", "findings"]).to_pylist():
            self._add_findings(row)
        self.worst = sorted(self.worst, key=_badness)[:WORST]

    def _add_findings(self, row: dict[str, Any]) -> None:
        found = row["findings"]
        rules = dict.fromkeys(one["rule"] for one in found)
        self.rules.update((rule, row["verdict"]) for rule in rules)
        for one in found:
            if self.severities.get(one["rule"]) != "error":
                self.severities[one["rule"]] = one["severity"]
        errors = sum(one["severity"] == "error" for one in found)
        if row["verdict"] != "pass":
            warnings = sum(one["severity"] == "warning" for one in found)
            self.worst.append(
                WorstAsset(url=row["url"], verdict=row["verdict"], errors=errors, warnings=warnings, rules=tuple(rules))
            )

    def result(self, place: str) -> Summary:
        """Build the summary."""
        rules = [msgspec.structs.replace(row, severity=self.severities.get(row.name, "")) for row in _rows(self.rules)]
        return Summary(
            place=place,
            assets=sum(self.verdicts.values()),
            bytes=self.bytes,
            passed=self.verdicts["pass"],
            failed=self.verdicts["fail"],
            unsure=self.verdicts["unsure"],
            editions=tuple(_rows(self.editions)),
            rules=tuple(sorted(rules, key=lambda row: (-row.assets, row.name))),
            folders=tuple(_rows(self.folders))[:WORST],
            worst=tuple(self.worst),
        )


def _badness(asset: WorstAsset) -> tuple[int, int, str]:
    return -asset.errors, -asset.warnings, asset.url


def _rows(counted: Counter[tuple[str, str]]) -> Iterator[Row]:
    """Yield rows of (name, verdict) counts, those with most failures first."""
    names = dict.fromkeys(name for name, _ in counted)
    rows = [
        Row(
            name=name,
            assets=sum(counted[name, verdict] for verdict in CODES),
            passed=counted[name, "pass"],
            failed=counted[name, "fail"],
            unsure=counted[name, "unsure"],
        )
        for name in names
    ]
    yield from sorted(rows, key=lambda row: (-row.failed, -row.unsure, row.name))
