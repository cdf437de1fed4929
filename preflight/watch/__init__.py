"""A watched folder ──► each arriving file judged, and moved to its target folder.

    scan ──► whole ──► measured, judged ──► (fixed) ──► decided ──► prepared ──► begun ──► finished
      ▲                    │ could not be judged                       │ journal entry first
      └──── later ─────────┘

Many files are measured at a time, and moved in groups that share one flush to disk. The program may be killed at any
point; `handling` describes how the next start continues.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.flow.check import Measuring, is_bystander, measure
from preflight.plan.result import FixResult
from preflight.profiles.schema import Profile
from preflight.rules import judge
from preflight.values.assets import Asset, printable
from preflight.values.findings import Judged
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.watch import fixing
from preflight.watch.arrivals import Arrival, Arrivals
from preflight.watch.carrying import Carrier
from preflight.watch.decide import Fixed, Ruling, rules_of, successor_of
from preflight.watch.folders import Folders, folders_of, refuse_journal
from preflight.watch.fs_events import changes
from preflight.watch.handling import Moved
from preflight.watch.journal import Journal
from preflight.watch.stopping import Stopping
from preflight.workers.processors import processors

if TYPE_CHECKING:
    from preflight.plan import FixOptions

__all__ = ["Folders", "Journal", "Judging", "News", "Stopping", "Watch", "folders_of", "refuse_journal"]

TICK_S = 0.5
PATIENCE = 10
"""Multiple of a scan's duration to wait before the next scan."""

Became = Literal["ready", "fixed", "rejected", "unsure", "failed"]


class Judging(msgspec.Struct, frozen=True, kw_only=True):
    """How files are judged and fixed."""

    profile: Profile
    how: Measuring
    weigh: Callable[[Iterable[Judged]], Iterator[Judged]] = iter
    """Applies the policy to verdicts, one for one."""
    fix_options: "FixOptions | None" = None
    """How much loss a fix may cause; None for no fixes."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """The result for a file."""

    path: str
    became: Became
    rules: tuple[str, ...] = ()
    """Rules of the findings that count."""
    target: str | None = None
    """The file's new path, or its fixed version's; None where it stays."""
    reason: str = ""
    """Why it stays."""


class Watch:
    """The watch over a folder.

    Args:
        folders: incoming and target folders.
        judging: how files are judged.
        journal: the open journal.
        settle_s: time that a file must stay unchanged.
        tell: called with the result for each file.
        note: called with messages about anything else.
        heartbeat: called after each judged file, and at least every tick.
        stopping: delays signals while files are moved.
    """

    def __init__(  # noqa: PLR0913 - each by its name
        self,
        folders: Folders,
        judging: Judging,
        journal: Journal,
        *,
        settle_s: float,
        tell: Callable[[News], None],
        note: Callable[[str], None],
        heartbeat: Callable[[], None] | None = None,
        stopping: Stopping | None = None,
    ) -> None:
        self.became: Counter[Became] = Counter()
        """Number of files by result."""
        self._folders, self._judging, self._journal = folders, judging, journal
        self._settle_s, self._tell, self._note, self._heartbeat = settle_s, tell, note, heartbeat or _nothing
        self._arrivals = Arrivals(folders.incoming, settle_s)
        self._barred: set[str] = set()
        self._carrier = Carrier(
            folders,
            journal,
            self._arrivals,
            stopping or Stopping(),
            leave=lambda arrival, reason: self._leave(arrival, "failed", reason),
            ended=self._report_moved,
        )

    # ---- the two ways to watch

    def once(self) -> int:
        """Handle the complete files once; return the number of files that still changed.

        Raises:
            NotDone: the folder cannot be read, or a move in progress cannot be completed.
        """
        self._carrier.recover()
        self._scan()
        self._heartbeat()
        time.sleep(self._settle_s)
        self.round()
        pause_s = self._arrivals.pause_s
        if pause_s is not None:
            time.sleep(pause_s)
            self.round()
        return self._arrivals.settling

    def run(self, rescan_s: float) -> None:
        """Handle files as they arrive, until a signal raises KeyboardInterrupt.

        Args:
            rescan_s: interval of scans without an event; events get lost, and some file systems send none.

        Raises:
            NotDone: as `once`.
        """
        self._carrier.recover()
        due_s = time.monotonic()
        stale = True
        for told in changes(self._folders.incoming, min(TICK_S, max(self._settle_s, 0.05)), self._note):
            stale |= told
            now_s = time.monotonic()
            if now_s >= due_s + (0 if stale else rescan_s):
                self._scan()
                stale = False
                ended_s = time.monotonic()
                due_s = ended_s + PATIENCE * (ended_s - now_s)
            self.round()
            self._heartbeat()

    def _scan(self) -> None:
        self._arrivals.scan()
        for folder, reason in self._arrivals.barred.items():
            if folder not in self._barred:
                self._note(phrase("{q}: cannot be looked into: {why}", q=printable(folder), why=reason))
        self._barred = set(self._arrivals.barred)

    def round(self) -> None:
        """Handle complete files: first those to move only, then those to fix."""
        arrivals = self._arrivals.whole()
        if not arrivals:
            return
        self._journal.seen(arrivals)
        failing: list[Ruling] = []
        self._carrier.move_all(one for one in self._judged(arrivals) if not self._is_for_fixing(one, failing))
        for group in _groups(failing, processors()):
            self._carrier.move_all(self._fixed(group))
            self._heartbeat()
        self._carrier.end_round()

    def _is_for_fixing(self, ruling: Ruling, failing: list[Ruling]) -> bool:
        """Tell whether to try a fix, and collect the file if so."""
        fixable = self._judging.fix_options is not None and ruling.outcome == "rejected"
        if fixable:
            failing.append(ruling)
        return fixable

    # ---- judging

    def _judged(self, arrivals: list[Arrival]) -> Iterator[Ruling]:
        """Measure and judge files; yield those with a verdict."""
        how, profile = self._judging.how, self._judging.profile
        assets = (Asset(path=arrival.path, walked=True) for arrival in arrivals)
        for arrival, probed in zip(arrivals, measure(assets, how), strict=True):
            if is_bystander(probed):
                self._arrivals.ignore(arrival.path)
                continue
            plain = judge(probed, profile)
            judged = self._weighed(plain)
            self._heartbeat()
            if _looks_truncated(plain) and self._arrivals.grant_extra_time(arrival.path):
                continue
            if judged.verdict != "unsure" and _is_same(probed, arrival):
                yield Ruling(arrival=arrival, plain=plain, judged=judged, profile=profile.name)
            else:
                reason = "; ".join(one.message for one in judged.findings if one.rule in rules_of(judged))
                self._leave(arrival, "unsure", reason, rules_of(judged))

    def _weighed(self, judged: Judged) -> Judged:
        (weighed,) = self._judging.weigh([judged])
        return weighed

    def _fixed(self, group: list[Ruling]) -> list[Ruling]:
        """Fix files; add the results to their rulings."""
        fix_options = self._judging.fix_options
        if fix_options is None:
            return group
        done = fixing.fix_files([one.plain for one in group], self._judging.profile, fix_options, self._carrier.stage)
        return [self._with_successor(*one) for one in zip(group, done, strict=True)]

    def _with_successor(self, ruling: Ruling, result: FixResult) -> Ruling:
        """Add the fixed file to a ruling, if it passes under the policy too."""
        if result.after is None:
            return msgspec.structs.replace(ruling, result=result)
        made = result.after.asset.path
        asset = msgspec.structs.replace(result.after.asset, path=successor_of(ruling.arrival.path, made))
        judged = self._weighed(msgspec.structs.replace(result.after, asset=asset))
        fixed = Fixed(made, judged) if judged.verdict == "pass" else None
        return msgspec.structs.replace(ruling, result=result, fixed=fixed)

    def _leave(self, arrival: Arrival, became: Became, reason: str, rules: tuple[str, ...] = ()) -> None:
        """Leave a file for a later attempt; wait for one that changed meanwhile."""
        if self._arrivals.restart_if_changed(arrival.path, arrival.state):
            return
        pause_s = self._arrivals.postpone(arrival.path)
        self._journal.left(arrival.path, reason)
        reason = phrase("{why}; it stays, and is tried again after {n} s", why=reason, n=f"{pause_s:g}")
        self._say(News(path=arrival.path, became=became, rules=rules, reason=reason))

    def _say(self, news: News) -> None:
        self.became[news.became] += 1
        self._tell(news)

    def _report_moved(self, moved: Moved) -> None:
        handling = moved.handling
        news = News(path=handling.path, became=handling.outcome, rules=handling.rules, target=moved.targets[0])
        self._say(news)


def _nothing() -> None:
    """Do nothing."""


def _groups(rulings: Iterable[Ruling], size: int) -> Iterator[list[Ruling]]:
    rest = iter(rulings)
    while group := list(itertools.islice(rest, size)):
        yield group


def _looks_truncated(judged: Judged) -> bool:
    """Tell whether a file cannot be read; it may still be incomplete."""
    return any(finding.rule.endswith("/readable") for finding in judged.findings)


def _is_same(probed: Probed, arrival: Arrival) -> bool:
    """Tell whether the measured file is the arrived one, unchanged."""
    return probed.identity is not None and probed.identity[:4] == arrival.state
