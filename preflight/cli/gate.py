"""What stands around a check in production: where names come from, what counts, what is said and written at the end.

In: options, the settings' policy, and verdicts one by one. Out: the same verdicts as they count here, and, at the end,
a baseline, metrics, a log, a summary. Nothing of it is loaded unless it is asked for.
"""

import datetime as dt
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from preflight.cli.progress import Count
from preflight.errors import CallError, NotDone, PreflightError
from preflight.values.assets import SUFFIX_KINDS, Asset, collect, printable

if TYPE_CHECKING:
    from preflight.cli.log import Log
    from preflight.cli.options.run import ListOptions, RunOptions
    from preflight.flow.check import Measuring
    from preflight.policy.baseline import AppliedBaseline, Entry
    from preflight.policy.policy import UnusedIgnore
    from preflight.policy.tally import Tally
    from preflight.probe.cache import Cache
    from preflight.values.findings import Judged, Report


# ---- lists ----------------------------------------------------------------------------------------------------------


def listed(lists: "ListOptions", paths: tuple[str, ...], *, request: bool) -> Iterator[Asset] | None:
    """Return the assets that paths and lists mean, or None when there is no list.

    Raises:
        CallError: a list is given beside a request.
    """
    if not lists:
        return None
    if request:
        raise CallError("--from0, --from and --manifest name files, and a request is judged alone")
    return _listed(paths, lists)


def _listed(paths: tuple[str, ...], lists: "ListOptions") -> Iterator[Asset]:
    from preflight.request.manifest import manifest, names

    yield from collect(paths)
    if lists.from_nuls:
        yield from collect(names(lists.from_nuls, b"\0", "--from0"))
    if lists.from_lines:
        yield from collect(names(lists.from_lines, b"\n", "--from"))
    if lists.manifest:
        yield from manifest(lists.manifest)


# ---- the gate -------------------------------------------------------------------------------------------------------


class Gate:
    """What one run does with its verdicts; use `opened`.

    Args:
        options: what counts, and what is written.
        depth: how thoroughly files are measured.
        profile: the name of the edition.
        today: the day in UTC that the policy's dates are compared with.
    """

    def __init__(self, options: "RunOptions", depth: str, profile: str, today: dt.date) -> None:
        self._options = options
        self._depth = depth
        self._profile = profile
        self._today = today
        from preflight.cli.settings import read_policy
        from preflight.policy.policy import Usage

        read = read_policy(Path.cwd())
        self._policy = msgspec.structs.replace(read, fail_on=options.fail_on)
        self._idle = self._policy.is_idle
        self._usage = Usage()
        self._known = self._read_baseline()
        self._written: dict[str, list[Entry]] = {}
        self._tally: Tally | None = None
        self._log: Log | None = None
        self._cache: Cache | None = None
        self._judged = False
        if not (self._idle and options.are_idle):
            self._begin()

    def _read_baseline(self) -> "AppliedBaseline | None":
        """Read the baseline; a run that writes one stands on none."""
        path = self._options.baseline
        if path is None or self._options.write_baseline:
            return None
        from preflight.policy.baseline import AppliedBaseline, read_baseline

        return AppliedBaseline(read_baseline(path, self._profile), _folder(path))

    def _begin(self) -> None:
        from preflight.policy.tally import Tally

        if self._options.write_baseline:
            from preflight.policy.baseline import refuse_to_overwrite

            _refuse_place(self._options.write_baseline)
            refuse_to_overwrite(self._options.write_baseline)
        if self._options.metrics:
            _refuse_place(self._options.metrics)
            _refuse_metrics(self._options.metrics)
        self._tally = Tally()
        if self._options.log_format:
            from preflight.cli.log import Log

            self._log = Log(sys.stderr)
            self._log.start(self._profile, self._depth)
        from preflight.policy.policy import expired

        for words in expired(self._policy, self._today):
            self._say(words)

    def watch(self, how: "Measuring") -> None:
        """Hear from those who measure how long it took, and from what is remembered how much was known."""
        if self._tally:
            how.pool.watch = self._tally.took
            self._cache = how.cache

    def counting(self) -> AbstractContextManager[Count]:
        """Return what counts on a terminal; a log there is not drawn over."""
        return nullcontext(Count("checked")) if self._log else Count("checked")

    def over(self, judged: "Iterable[Judged]") -> "Iterator[Judged]":
        """Yield each asset as it counts here."""
        from preflight.policy.policy import apply

        for one in judged:
            yield self._one(one if self._idle else apply(self._policy, one, self._today, self._usage))

    def report(self, report: "Report") -> "Report":
        """Return a whole request as it counts here.

        Raises:
            CallError: a baseline was to be written: it is of files and folders.
        """
        if self._options.write_baseline:
            raise CallError("--write-baseline: a baseline is of files and folders, and this is a request")
        from preflight.policy.policy import apply_to_report

        weighed = report if self._idle else apply_to_report(self._policy, report, self._today, self._usage)
        found = msgspec.structs.replace(weighed, assets=tuple(map(self._one, weighed.assets)))
        self._judged = True
        if self._tally:
            self._tally.add_set(found)
        return found

    def unused_ignores(self) -> "list[UnusedIgnore]":
        """Return what of the policy did nothing in this run."""
        from preflight.policy.policy import unused_ignores

        return list(unused_ignores(self._policy, self._usage, self._today))

    def _one(self, judged: "Judged") -> "Judged":
        self._judged = True
        if self._known:
            judged = self._known.settle(judged)
        elif self._options.write_baseline:
            judged = self._settle_new(judged)
        if self._tally:
            self._tally.add(judged)
        if self._log:
            self._log.asset(judged)
        return judged

    def _settle_new(self, judged: "Judged") -> "Judged":
        """Take the findings of an asset into the baseline, and judge it as the next run will."""
        from preflight.policy.baseline import SCHEMA, AppliedBaseline, Baseline, entries_of, path_in

        folder = _folder(self._options.write_baseline or Path())
        entries = list(entries_of(judged, folder))
        self._written[path_in(folder, judged)] = entries
        new = Baseline(schema=SCHEMA, profile=self._profile, findings=tuple(entries))
        return AppliedBaseline(new, folder).settle(judged)

    # ---- the end

    def close(self, error: BaseException | None = None) -> None:
        """Write and say what is to be written and said at the end.

        Raises:
            NotDone: a file cannot be written.
        """
        tally = self._tally
        if tally is None:
            return
        complete = error is None and self._judged
        tally.recalled = self._cache.recalled if self._cache else 0
        metrics = self._write_metrics(tally, complete=complete) if self._options.metrics else None
        baseline = self._write_baseline() if self._options.write_baseline and complete else None
        there = complete and baseline is None if self._options.write_baseline else True
        self._tell(tally, complete=complete, baseline=there)
        faults = [fault for fault in (metrics, baseline) if fault]
        failed = _together(faults) if faults else None
        if self._log:
            self._log.end(tally, complete=complete, error=_words(error or failed))
        if failed:
            raise failed

    def _write_metrics(self, tally: "Tally", *, complete: bool) -> NotDone | None:
        from preflight.report.openmetrics import openmetrics

        text = openmetrics(tally, self._profile, complete=complete, ended_at_s=time.time())
        return _fault_of(self._options.metrics or Path(), text)

    def _write_baseline(self) -> NotDone | None:
        from preflight.policy.baseline import dump

        entries = [entry for of_path in self._written.values() for entry in of_path]
        return _fault_of(self._options.write_baseline or Path(), dump(self._profile, entries))

    def _tell(self, tally: "Tally", *, complete: bool, baseline: bool) -> None:
        from preflight.policy.policy import unused_words
        from preflight.report.summary import summary_lines, suppressed_lines

        for words in suppressed_lines(tally, baseline=baseline):
            self._say(words)
        if complete and (words := unused_words(self.unused_ignores())):
            self._say(words)
        if self._known and complete and (self._known.gone or self._known.unseen):
            gone, unseen = self._known.gone, self._known.unseen
            self._say(
                f"of the baseline {gone:,} no longer occur; {unseen:,} are of files that were not met in this run"
            )
        if self._options.summary:
            from preflight.report.text import write

            write(summary_lines(tally), sys.stderr)

    def _say(self, words: str) -> None:
        if self._log:
            self._log.note(words)
        else:
            click.echo(f"preflight: {printable(words)}", err=True)


@contextmanager
def opened(options: "RunOptions", depth: str, profile: str) -> Iterator[Gate]:
    """Open the gate for one run, and close it however the run ends."""
    gate = Gate(options, depth, profile, dt.datetime.now(dt.UTC).date())
    try:
        yield gate
    except BaseException as error:
        try:
            gate.close(error)
        except NotDone as other:
            raise _together([error, other] if isinstance(error, NotDone) else [other]) from None
        raise
    gate.close()


def _together(faults: list[NotDone]) -> NotDone:
    """Return one fault that names all of them."""
    advice = next((fault.remedies for fault in faults if fault.remedies), ())
    return NotDone("; ".join(fault.message for fault in faults), advice=advice)


def _fault_of(path: Path, text: str) -> NotDone | None:
    """Write a file, and return why it could not be written."""
    try:
        replace_file(path, text)
    except NotDone as error:
        return error
    return None


def _words(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return printable(error.message) if isinstance(error, PreflightError) else type(error).__name__


def _folder(path: Path) -> str:
    return os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - as paths of assets are read: by their words


# ---- files of one's own ---------------------------------------------------------------------------------------------


def _refuse_place(path: Path) -> None:
    """Refuse, before any work, a file that cannot be written or is named like a medium."""
    name = printable(str(path))
    if path.suffix.removeprefix(".").lower() in SUFFIX_KINDS:
        raise CallError(f"{name}: is named like a picture, clip or sound")
    if not path.absolute().parent.is_dir():
        raise CallError(f"{name}: there is no such folder")


def _refuse_metrics(path: Path) -> None:
    """Let only metrics of an earlier run be replaced."""
    from preflight.report.openmetrics import FIRST

    try:
        with path.open("rb") as stream:
            begin = stream.read(len(FIRST))
    except FileNotFoundError:
        return
    except OSError as error:
        raise CallError(f"{printable(str(path))}: cannot be read: {error.strerror}") from None
    if begin and begin != FIRST.encode():
        raise CallError(f"{printable(str(path))}: is there, and holds no metrics of this program; it was left as it is")


def replace_file(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old one or the new one, and never a part.

    Raises:
        NotDone: it cannot be written; the old one is as it was.
    """
    from preflight.files.atomic import replace

    try:
        replace(path, text.encode())
    except NotDone as error:
        raise NotDone(f"{printable(str(path))}: cannot be written: {error.message}", advice=error.remedies) from None
