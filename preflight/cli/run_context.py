"""What stands round a check in production, composed: policy, baseline, counts, log, metrics, each with one job.

In: options, and verdicts one by one. Out: the same verdicts as they count here, and, at the end, a baseline, metrics,
a log, a summary. Nothing of it is loaded unless it is asked for.
"""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import msgspec

from preflight.cli.progress import Count
from preflight.cli.weighing import weighing
from preflight.errors import CallError, NotDone, PreflightError
from preflight.locale import localized
from preflight.values.assets import printable

if TYPE_CHECKING:
    from preflight.cli.baselines import KnownBaseline, NewBaseline
    from preflight.cli.log import Log
    from preflight.cli.metrics import Metrics
    from preflight.cli.options.run import RunOptions
    from preflight.flow.check import Measuring
    from preflight.policy.policy import UnusedIgnore
    from preflight.policy.tally import Tally
    from preflight.probe.cache import Cache
    from preflight.values.findings import Judged, Report


class RunContext:
    """What one run does with its verdicts; use `opened`.

    Args:
        options: what counts, and what is written.
        depth: how thoroughly files are measured.
        profile: the name of the edition.

    Raises:
        CallError: the policy, the baseline or a file that is to be written cannot be used.
    """

    def __init__(self, options: "RunOptions", depth: str, profile: str) -> None:
        self._weighing = weighing(options.fail_on)
        self._known: KnownBaseline | None = None
        self._new: NewBaseline | None = None
        self._metrics: Metrics | None = None
        self._log: Log | None = None
        self._tally: Tally | None = None
        self._cache: Cache | None = None
        self._summary = options.summary
        self._judged = False
        if not (self._weighing.is_idle and options.are_idle):
            self._begin(options, depth, profile)

    def _begin(self, options: "RunOptions", depth: str, profile: str) -> None:
        """Load what is asked for; a run that writes a baseline stands on none."""
        from preflight.policy.tally import Tally

        if options.write_baseline:
            from preflight.cli.baselines import NewBaseline

            self._new = NewBaseline(options.write_baseline, profile)
            self._new.refuse_place()
        elif options.baseline:
            from preflight.cli.baselines import KnownBaseline

            self._known = KnownBaseline(options.baseline, profile)
        if options.metrics:
            from preflight.cli.metrics import Metrics

            self._metrics = Metrics(options.metrics, profile)
            self._metrics.refuse_place()
        self._tally = Tally()
        if options.log_format:
            from preflight.cli.log import Log

            self._log = Log(sys.stderr)
            self._log.start(profile, depth)
        for words in self._weighing.expired():
            self._say(words)

    # ---- while it runs

    def listen(self, how: "Measuring") -> None:
        """Hear from those who measure how long it took, and from what is remembered how much was known."""
        if self._tally:
            how.pool.watch = self._tally.took
            self._cache = how.cache

    def counting(self, *, held: bool) -> Count:
        """Show a count on a terminal; a log there is not drawn over.

        Args:
            held: whether results that go to a terminal are held until the end.
        """
        return Count("checked", held=held, mute=self._log is not None)

    def over(self, judged: "Iterable[Judged]") -> "Iterator[Judged]":
        """Yield each asset as it counts here."""
        for one in judged:
            yield self._settle(self._weighing.asset(one))

    def report(self, report: "Report") -> "Report":
        """Weigh a whole request as it counts here.

        Raises:
            CallError: a baseline was to be written: it is of files and folders.
        """
        if self._new:
            raise CallError("--write-baseline: a baseline is of files and folders, and this is a request")
        weighed = self._weighing.request(report)
        found = msgspec.structs.replace(weighed, assets=tuple(map(self._settle, weighed.assets)))
        self._judged = True
        if self._tally:
            self._tally.add_set(found)
        return found

    def unused_ignores(self) -> "list[UnusedIgnore]":
        """List what of the policy did nothing in this run."""
        return self._weighing.unused()

    def _settle(self, judged: "Judged") -> "Judged":
        """Hold an asset against the baseline, count it and log it."""
        self._judged = True
        if baseline := self._known or self._new:
            judged = baseline.settle(judged)
        if self._tally:
            self._tally.add(judged)
        if self._log:
            self._log.asset(judged)
        return judged

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
        metrics = self._fault_of_metrics(tally, complete=complete)
        baseline = self._fault_of_baseline() if complete else None
        self._tell(tally, complete=complete, baseline=self._new is None or (complete and baseline is None))
        faults = [fault for fault in (metrics, baseline) if fault]
        failed = _together(faults) if faults else None
        if self._log:
            self._log.end(tally, complete=complete, error=_words(error or failed))
        if failed:
            raise failed

    def _fault_of_metrics(self, tally: "Tally", *, complete: bool) -> NotDone | None:
        """Write the metrics, and return why they could not be written."""
        try:
            if self._metrics:
                self._metrics.write(tally, complete=complete)
        except NotDone as fault:
            return fault
        return None

    def _fault_of_baseline(self) -> NotDone | None:
        """Write the baseline, and return why it could not be written."""
        try:
            if self._new:
                self._new.write()
        except NotDone as fault:
            return fault
        return None

    def _tell(self, tally: "Tally", *, complete: bool, baseline: bool) -> None:
        from preflight.policy.policy import unused_words
        from preflight.report.summary import summary_lines, suppressed_lines

        for words in suppressed_lines(tally, baseline=baseline):
            self._say(words)
        if complete and (words := unused_words(self.unused_ignores())):
            self._say(words)
        if self._known and complete and (words := self._known.words()):
            self._say(words)
        if self._summary:
            from preflight.report.text import write

            write(summary_lines(tally), sys.stderr)

    def _say(self, words: str) -> None:
        if self._log:
            self._log.note(words)
        else:
            click.echo(f"preflight: {printable(localized(words))}", err=True)


@contextmanager
def opened(options: "RunOptions", depth: str, profile: str) -> Iterator[RunContext]:
    """Open the context of one run, and close it however the run ends."""
    run = RunContext(options, depth, profile)
    try:
        yield run
    except BaseException as error:
        try:
            run.close(error)
        except NotDone as other:
            raise _together([error, other] if isinstance(error, NotDone) else [other]) from None
        raise
    run.close()


def _together(faults: list[NotDone]) -> NotDone:
    """Make one fault that names all of them."""
    advice = next((fault.remedies for fault in faults if fault.remedies), ())
    return NotDone("; ".join(fault.message for fault in faults), advice=advice)


def _words(error: BaseException | None) -> str | None:
    if error is None:
        return None
    return printable(error.message) if isinstance(error, PreflightError) else type(error).__name__
