"""The rows of a verdict store: a judged asset in, a row out; and their Arrow schema, `preflight.verdicts/1`.

The schema is permanent: no column changes its name, type or meaning; new ones may come behind.
"""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from preflight._version import __version__
from preflight.report.json import facts_json, finding_json, line
from preflight.values.assets import Asset, printable
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.findings import Finding, Judged

if TYPE_CHECKING:
    import pyarrow as pa

VERDICTS_SCHEMA = "preflight.verdicts/1"
FINDING = ("rule", "severity", "message", "measured", "limit", "unit", "fix", "doubtful", "ignored")
"""Fields of a finding, all text but `doubtful`."""


def schema() -> "pa.Schema":
    """Build the Arrow schema of a store's rows."""
    import pyarrow as pa

    finding = pa.struct([pa.field(name, pa.bool_() if name == "doubtful" else pa.string()) for name in FINDING])
    text = ("url", "etag", "kind", "verdict", "edition", "version", "depth", "format", "codec", "facts")
    types = dict.fromkeys(text, pa.string()) | {
        "key": pa.binary(16),
        "size": pa.int64(),
        "judged_at": pa.timestamp("us", tz="UTC"),
        "width_px": pa.int32(),
        "height_px": pa.int32(),
        "duration_s": pa.float64(),
        "frame_rate_hz": pa.float64(),
        "channels": pa.int32(),
        "sample_rate_hz": pa.int32(),
        "findings": pa.list_(finding),
    }
    return pa.schema([(name, types[name]) for name in COLUMNS], metadata={"preflight.schema": VERDICTS_SCHEMA})


COLUMNS = (
    *("key", "url", "etag", "size", "kind", "verdict", "edition", "version", "depth", "judged_at"),
    *("format", "width_px", "height_px", "duration_s", "frame_rate_hz", "codec", "channels", "sample_rate_hz"),
    *("facts", "findings"),
)
"""In their order."""
DESCRIBED: dict[str, str] = {
    "key": "what tells that a verdict is known: half of url and edition, half of all that may change it",
    "url": "the asset: `s3://BUCKET/KEY`, or a path",
    "etag": "the store's mark of its content; of a file its size and time",
    "size": "bytes",
    "kind": "image, video, audio or unknown",
    "verdict": "pass, fail or unsure",
    "edition": "the limits it was judged by",
    "version": "of preflight",
    "depth": "header, exact or full",
    "judged_at": "when, in UTC",
    "format": "by content: mp4, jpeg, ...",
    "width_px": "as a viewer sees it",
    "height_px": "as a viewer sees it",
    "duration_s": "measured",
    "frame_rate_hz": "mean",
    "codec": "of the video, or of a sound",
    "channels": "of a sound",
    "sample_rate_hz": "of a sound",
    "facts": "all facts as JSON, by the schema `facts`",
    "findings": "a list of structs: " + ", ".join(FINDING),
}
"""Column → what it holds."""


def row_of(judged: Judged, key: bytes, mark: str | None, edition: str, depth: str) -> dict[str, Any]:
    """Make the row of a judged asset."""
    facts = judged.facts
    return {
        "key": key,
        "url": _text(judged.asset),
        "etag": mark,
        "size": facts.bytes if facts else judged.asset.stored.size if judged.asset.stored else None,
        "kind": judged.kind,
        "verdict": judged.verdict,
        "edition": edition,
        "version": __version__,
        "depth": depth,
        "judged_at": dt.datetime.now(dt.UTC),
        **_columns(facts),
        "facts": None if facts is None else line(facts_json(facts)),
        "findings": [_finding(one) for one in judged.findings],
    }


def _columns(facts: Facts | None) -> dict[str, Any]:
    """Choose the facts with columns of their own."""
    if facts is None:
        return {}
    if isinstance(facts, ImageFacts):
        return {"format": facts.format, "width_px": facts.width_px, "height_px": facts.height_px}
    duration = None if facts.duration_s is None else float(facts.duration_s)
    shared = {"format": facts.format, "duration_s": duration, "codec": facts.codec}
    if isinstance(facts, AudioFacts):
        return {**shared, "channels": facts.channels, "sample_rate_hz": facts.sample_rate_hz}
    rate = None if facts.frame_rate_hz is None else float(facts.frame_rate_hz)
    return {**shared, "width_px": facts.width_px, "height_px": facts.height_px, "frame_rate_hz": rate}


def _finding(finding: Finding) -> dict[str, Any]:
    found = finding_json(finding)
    return {
        name: value if isinstance(value, bool) or value is None else str(value)
        for name, value in ((name, found[name]) for name in FINDING)
    }


def _text(asset: Asset) -> str:
    """Write an asset's path as text that is UTF-8."""
    try:
        asset.path.encode()
    except UnicodeEncodeError:
        return printable(asset.path)
    return asset.path


def table_of(rows: Iterable[dict[str, Any]]) -> "pa.Table":
    """Make a table of rows."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=schema())
