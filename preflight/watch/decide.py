"""A judged file ──► its target, and the notes beside it.

pass ──► ready          fail, fixed ──► the new file to ready, the original to done          fail ──► rejected
"""

import os
from pathlib import Path

import msgspec

from preflight.apply.record import beside
from preflight.files.opened import Opened
from preflight.files.text import bytes_of, json_of
from preflight.plan.result import FixResult
from preflight.report.json import dump, report_json
from preflight.report.remedies import came_of, said
from preflight.values.assets import printable, shown
from preflight.values.findings import Judged, Report, counts
from preflight.watch.arrivals import Arrival
from preflight.watch.folders import Folders
from preflight.watch.handling import (
    MAX_NOTE_BYTES,
    Handling,
    NoteKind,
    Outcome,
    Parcel,
    aside_of,
    free_name,
    named,
    new_token,
)

SUCCESSOR: tuple[NoteKind, ...] = ("record", "report")
"""Notes beside a fixed file."""
Notes = tuple[tuple[bytes, ...], ...]
"""The content of each note, per parcel."""


class Fixed(msgspec.Struct, frozen=True):
    """A fixed file that replaces one that failed."""

    made: str
    """Its path."""
    judged: Judged
    """Its verdict after the policy."""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one file."""

    arrival: Arrival
    """The file, in the judged state."""
    plain: Judged
    """The findings of the rules."""
    judged: Judged
    """The findings after the policy."""
    profile: str
    result: FixResult | None = None
    """The result of a fix, if tried."""
    fixed: Fixed | None = None
    """The fixed file, if it passes."""

    @property
    def outcome(self) -> Outcome:
        """The target folder by the verdict."""
        if self.judged.verdict == "pass":
            return "ready"
        return "fixed" if self.fixed else "rejected"


def decide(ruling: Ruling, folders: Folders, at: Opened) -> tuple[Handling, Notes]:
    """Decide the move of a file, and write its notes.

    Raises:
        NotDone: no name is free.
        OSError: the record of a fixed file cannot be read.
    """
    token, below, path = new_token(), folders.below(ruling.arrival.path), ruling.arrival.path
    homes = {"ready": folders.ready, "fixed": folders.done, "rejected": folders.rejected}
    target = free_name(_joined(homes[ruling.outcome], below), at)
    parcels: tuple[Parcel, ...] = (Parcel(origin=aside_of(path, token), target=target),)
    notes: Notes = ((_report(ruling, ruling.judged, target),),)
    if fixed := ruling.fixed:
        new = free_name(successor_of(_joined(folders.ready, below), fixed.made), at, SUCCESSOR)
        parcels = (Parcel(origin=fixed.made, target=new, notes=SUCCESSOR), *parcels)
        record = named("record", json_of(bytes_of(beside(Path(fixed.made)), MAX_NOTE_BYTES)), new)
        notes = ((record, _report(ruling, fixed.judged, new)), (_report(ruling, ruling.judged, target, new),))
    handling = Handling(
        token=token,
        path=path,
        state=ruling.arrival.state,
        outcome=ruling.outcome,
        verdict=ruling.judged.verdict,
        rules=rules_of(ruling.judged),
        parcels=parcels,
    )
    return handling, notes


def successor_of(path: str, made: str) -> str:
    """Return a file's path with the fixed file's extension."""
    return os.path.splitext(path)[0] + os.path.splitext(made)[1]  # noqa: PTH122 - any bytes may be a name


def rules_of(judged: Judged) -> tuple[str, ...]:
    """Return the rule ids of the findings that count."""
    return tuple(sorted({finding.rule for finding in judged.findings if counts(finding, judged.fail_on)}))


def _joined(folder: Path, below: str) -> str:
    return os.path.join(folder, below)  # noqa: PTH118 - any bytes may be a name


def _report(ruling: Ruling, judged: Judged, path: str, successor: str | None = None) -> bytes:
    """Format the report for a file at its target, with the result of a fix if tried."""
    there = msgspec.structs.replace(judged, asset=msgspec.structs.replace(judged.asset, path=path, walked=False))
    report = report_json(Report(profile=ruling.profile, assets=(there,), fail_on=judged.fail_on))
    if ruling.result and judged is ruling.judged:
        report["fix"] = {
            "outcome": ruling.result.outcome,
            "loss": ruling.result.plan.loss,
            "steps": [step.words() for step in ruling.result.plan.steps],
            "message": printable(came_of(ruling.result) or said(ruling.result.plan.remedies)),
            "output": shown(successor) if successor else None,
        }
    return dump(report).encode()
