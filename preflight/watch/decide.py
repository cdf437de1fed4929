"""A judged file ──► where it goes, and what is written beside it.

pass ──► ready          fail, mended ──► the new file to ready, the original to done          fail ──► rejected
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
"""What lies beside a new file."""
Notes = tuple[tuple[bytes, ...], ...]
"""For each parcel, what its notes say."""


class Fixed(msgspec.Struct, frozen=True):
    """A new file that takes the place of one that failed."""

    made: str
    """Where it lies."""
    judged: Judged
    """The verdict on it, as it counts here."""


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of one file."""

    arrival: Arrival
    """The file, in the state in which it was judged."""
    plain: Judged
    """What the rules say of it."""
    judged: Judged
    """The same as it counts here."""
    profile: str
    result: FixResult | None = None
    """What came of mending it, where that was tried."""
    fixed: Fixed | None = None
    """The new file, where there is one that passes."""

    @property
    def outcome(self) -> Outcome:
        """What is to become of the file."""
        if self.judged.verdict == "pass":
            return "ready"
        return "fixed" if self.fixed else "rejected"


def decide(ruling: Ruling, folders: Folders, at: Opened) -> tuple[Handling, Notes]:
    """Return what is to become of a file, and the notes for it.

    Raises:
        NotDone: no name is free.
        OSError: the record of a new file cannot be read.
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
    """Return a file's path with the ending of what was made of it."""
    return os.path.splitext(path)[0] + os.path.splitext(made)[1]  # noqa: PTH122 - any bytes may be a name


def rules_of(judged: Judged) -> tuple[str, ...]:
    """Return the ids of the rules whose findings count."""
    return tuple(sorted({finding.rule for finding in judged.findings if counts(finding, judged.fail_on)}))


def _joined(folder: Path, below: str) -> str:
    return os.path.join(folder, below)  # noqa: PTH118 - any bytes may be a name


def _report(ruling: Ruling, judged: Judged, path: str, successor: str | None = None) -> bytes:
    """Return the report on one file that is to lie at a path; where mending was tried, with what came of it."""
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
