"""Baselines: the findings that a media library had on the day it adopted the gate.

    judged assets ── entries_of ──► dump ──► FILE ── read_baseline ──► AppliedBaseline ── settle ──► judged assets

A finding of the baseline becomes `info`; a new or worse one counts, and any in a file of another size. A baseline never
holds a value that could not be read or measured.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.files.text import TextError, bytes_of, json_of
from preflight.files.toml import TableError, convert_table
from preflight.policy.policy import below, is_untouchable, suppressed
from preflight.values.assets import printable
from preflight.values.findings import IN_BASELINE, Finding, Judged
from preflight.values.phrase import error_words, phrase
from preflight.values.remedy import Remedy

SCHEMA = "preflight.baseline/1"
MAX_BYTES = 256 << 20
NUMBER = re.compile(r"-?[0-9]{1,40}(/[1-9][0-9]{0,39})?")
AGAIN = Remedy("write-baseline")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding at the time; entries sort by these fields in order."""

    path: str
    """Relative to the baseline's folder, with slashes."""
    rule: str
    bytes: int
    measured: str | None = None
    margin: str | None = None
    """An exact number such as -1146192 or -1/2."""

    def __post_init__(self) -> None:
        """Refuse entries that no baseline holds."""
        if is_untouchable(self.rule):
            msg = phrase("{q} is never in a baseline: it says that nothing could be told", q=self.rule)
            raise ValueError(msg)
        if self.margin is not None and not NUMBER.fullmatch(self.margin):
            msg = phrase("expected an exact number such as -1/2 as margin, got {q}", q=repr(self.margin[:40]))
            raise ValueError(msg)


class Baseline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's structure."""

    schema: str
    profile: str
    findings: tuple[Entry, ...]


# ---- writing --------------------------------------------------------------------------------------------------------


def entries_of(judged: Judged, folder: str) -> Iterator[Entry]:
    """Yield an entry for each finding that a baseline can hold.

    Args:
        judged: the asset, after the policy.
        folder: absolute path of the baseline's folder.
    """
    path = path_in(folder, judged)
    for finding in judged.findings:
        if entry := entry_of(finding, judged, path):
            yield entry


def entry_of(finding: Finding, judged: Judged, path: str) -> Entry | None:
    """Convert a finding to an entry; None where it does not count or the file's content is unknown."""
    if finding.severity == "info" or is_untouchable(finding.rule) or judged.facts is None or judged.asset.is_url:
        return None
    return Entry(
        path=path,
        rule=finding.rule,
        bytes=judged.facts.bytes,
        measured=None if finding.measured is None else str(finding.measured),
        margin=None if finding.margin is None else str(finding.margin),
    )


def path_in(folder: str, judged: Judged) -> str:
    """Return an asset's path relative to the baseline's folder, with slashes."""
    return below(folder, os.path.abspath(judged.asset.path)).replace(os.sep, "/")  # noqa: PTH100 - any bytes may be a name


def dump(profile: str, entries: Iterable[Entry]) -> str:
    """Format the file: sorted, one entry per line, so that diffs stay readable."""
    lines = ",\n".join(sorted(_line(msgspec.structs.asdict(entry)) for entry in entries))
    return f'{{\n"schema": {_line(SCHEMA)},\n"profile": {_line(profile)},\n"findings": [\n{lines}\n]\n}}\n'


def _line(value: Any) -> str:  # noqa: ANN401 - what JSON can say
    """Format JSON on one line; escape control characters and bytes that are no text."""
    text = json.dumps(value, ensure_ascii=False)
    return text if text.isprintable() else json.dumps(value)


def refuse_to_overwrite(path: Path) -> None:
    """Refuse to replace a file that is no baseline.

    Raises:
        CallError: another file has that name.
    """
    try:
        with path.open("rb") as stream:
            begin = stream.read(len(SCHEMA) + 32)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CallError(phrase("{q}: cannot be read: {why}", q=printable(str(path)), why=error.strerror)) from None
    if begin and b"preflight.baseline/" not in begin:
        raise CallError(phrase("{q}: is there, and is no baseline; it was left as it is", q=printable(str(path))))


# ---- reading --------------------------------------------------------------------------------------------------------


def read_baseline(path: Path, profile: str) -> Baseline:
    """Read a baseline.

    Raises:
        CallError: it cannot be read, is malformed, of another version, or of another profile.
    """
    name = printable(str(path))
    table = _read(path, name)
    schema = table.get("schema")
    if schema != SCHEMA:
        raise CallError(phrase("{q1}: is {q2}, not {q3}", q1=name, q2=repr(schema), q3=repr(SCHEMA)), advice=AGAIN)
    try:
        baseline = convert_table(table, Baseline)
    except TableError as error:
        raise CallError(phrase("{q}: {fault}", q=name, fault=error_words(error)), advice=AGAIN) from None
    if baseline.profile != profile:
        raise CallError(
            phrase(
                "{q1}: is of profile {q2}, and this run judges by {q3}",
                q1=name,
                q2=repr(baseline.profile),
                q3=repr(profile),
            ),
            advice=("Other limits, other findings.", AGAIN),
        )
    return baseline


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        content = bytes_of(path, MAX_BYTES)
        if len(content) > MAX_BYTES:
            raise CallError(phrase("{q}: larger than {n} bytes: not a baseline", q=name, n=f"{MAX_BYTES:,}"))
        table = json_of(content)
    except OSError as error:
        raise CallError(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror)) from None
    except TextError as error:
        raise CallError(phrase("{q}: {fault}", q=name, fault=error_words(error)), advice=AGAIN) from None
    if not isinstance(table, dict):
        raise CallError(phrase("{q1}: expected an object, got {q2}", q1=name, q2=type(table).__name__), advice=AGAIN)
    return table


class AppliedBaseline:
    """A baseline applied to assets one by one; it tracks which entries recurred.

    Args:
        baseline: the entries.
        folder: absolute path of its folder.
    """

    def __init__(self, baseline: Baseline, folder: str) -> None:
        self._folder = folder
        self._entries: dict[str, list[Entry]] = {}
        for entry in baseline.findings:
            self._entries.setdefault(entry.path, []).append(entry)
        self._judged: set[str] = set()
        self.gone = 0
        """Entries of judged files that no longer occur."""

    def settle(self, judged: Judged) -> Judged:
        """Turn the asset's findings of the baseline into `info`."""
        path = path_in(self._folder, judged)
        left = list(self._entries.get(path, ()))
        if not left:
            return judged
        settled = judged.with_findings(
            [_settled(finding, entry_of(finding, judged, path), left) for finding in judged.findings]
        )
        if path not in self._judged:
            self._judged.add(path)
            self.gone += len(left)
        return settled

    @property
    def unseen(self) -> int:
        """Entries of files not judged in this run."""
        return sum(len(entries) for path, entries in self._entries.items() if path not in self._judged)


def _settled(finding: Finding, now: Entry | None, left: list[Entry]) -> Finding:
    return suppressed(finding, IN_BASELINE) if now and _known(now, left) else finding


def _known(now: Entry, left: list[Entry]) -> Entry | None:
    """Remove and return the nearest entry that a finding repeats and is not worse than, or None."""
    fitting = [entry for entry in left if (entry.rule, entry.bytes) == (now.rule, now.bytes) and not _worse(now, entry)]
    if not fitting:
        return None
    best = max(fitting, key=lambda entry: (entry == now, _margin(entry)))
    left.remove(best)
    return best


def _worse(now: Entry, then: Entry) -> bool:
    """Tell whether a finding is farther beyond its bound than the entry; without margins, whether it differs."""
    if now.margin is None or then.margin is None or _margin(then) >= 0:
        return now.measured != then.measured
    return _margin(now) < _margin(then)


def _margin(entry: Entry) -> Fraction:
    return Fraction(entry.margin or 0)
