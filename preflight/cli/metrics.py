"""Metrics of a run, as OpenMetrics text in a file: at its end, and of a watch while it goes on."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.own_files import refuse_place, replace_file
from preflight.errors import CallError, NotDone
from preflight.policy.tally import Tally
from preflight.report.openmetrics import FIRST, openmetrics
from preflight.report.remedies import message_of
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.flow.check import Measuring
    from preflight.values.findings import Judged

BEAT_S = 5.0
"""Metrics are not written sooner than this after the last time."""
QUIET_S = 30.0
"""How often they are written where nothing came: who reads them sees that the watch lives."""


class Metrics:
    """The file of a run's metrics.

    Args:
        path: where it is.
        profile: the name of the edition.
    """

    def __init__(self, path: Path, profile: str) -> None:
        self._path, self._profile = path, profile

    def refuse_place(self) -> None:
        """Refuse, before any work, a place where it cannot be: metrics of an earlier run alone may be replaced.

        Raises:
            CallError: something else is there, or nothing can be.
        """
        refuse_place(self._path)
        name = printable(str(self._path))
        try:
            with self._path.open("rb") as stream:
                begin = stream.read(len(FIRST))
        except FileNotFoundError:
            return
        except OSError as error:
            raise CallError(phrase("{q}: cannot be read: {why}", q=name, why=error.strerror)) from None
        if begin and begin != FIRST.encode():
            raise CallError(phrase("{q}: is there, and holds no metrics of this program; it was left as it is", q=name))

    def write(self, tally: Tally, *, complete: bool) -> None:
        """Write what a run came to.

        Raises:
            NotDone: it cannot be written.
        """
        replace_file(self._path, openmetrics(tally, self._profile, complete=complete, ended_at_s=time.time()))


class Heartbeat:
    """Writes what a watch came to so far, for whoever collects metrics; the run context writes the end.

    Args:
        path: the file; nothing is written when None.
        profile: the name of the edition.
        how: how files are measured; its cache knows how many were known.
        clock: tells seconds, from any beginning.
    """

    def __init__(
        self, path: Path | None, profile: str, how: "Measuring", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._metrics = Metrics(path, profile) if path else None
        self._how, self._clock = how, clock
        self._tally = Tally()
        self._written_s = clock() - QUIET_S
        self._written_files = 0
        self._failed = False

    def over(self, judged: "Iterable[Judged]") -> "Iterator[Judged]":
        """Yield each asset as it is, and count it."""
        for one in judged:
            self._tally.add(one)
            yield one

    def __call__(self) -> None:
        """Write the metrics if it is time to; where that fails it is said once, and the watch goes on."""
        now_s, files = self._clock(), self._tally.files
        quiet = files == self._written_files
        if self._metrics is None or now_s - self._written_s < (QUIET_S if quiet else BEAT_S):
            return
        self._written_s, self._written_files = now_s, files
        self._tally.recalled = self._how.cache.recalled if self._how.cache else 0
        try:
            self._metrics.write(self._tally, complete=False)
            self._failed = False
        except NotDone as error:
            if not self._failed:
                click.echo(f"preflight: {printable(message_of(error))}", err=True)
            self._failed = True
