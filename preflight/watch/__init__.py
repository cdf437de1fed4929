"""A folder where files arrive ──► each of them judged, and moved to where it belongs.

    scan ──► whole ──► measured, judged ──► (mended) ──► decided ──► prepared ──► begun ──► finished
      ▲                    │ could not be judged                        │ told to the journal first
      └──── later ─────────┘

Files are measured many at a time, and moved in groups that share the cost of putting them on the disk. The program may
be killed anywhere: see `handling` for how the next start goes on.
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
"""A walk through the folder is not begun sooner than this many times as long as the last one took."""

Became = Literal["ready", "fixed", "rejected", "unsure", "failed"]


class Judging(msgspec.Struct, frozen=True, kw_only=True):
    """How files are judged and mended."""

    profile: Profile
    how: Measuring
    weigh: Callable[[Iterable[Judged]], Iterator[Judged]] = iter
    """Gives verdicts as they count here, one for one."""
    fix_options: "FixOptions | None" = None
    """How much loss is allowed; nothing is mended when None."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    path: str
    became: Became
    rules: tuple[str, ...] = ()
    """What was found that counts."""
    target: str | None = None
    """Where it is now, or its successor; None where it stays."""
    reason: str = ""
    """Why it stays."""


class Watch:
    """The watch over a folder.

    Args:
        folders: where files arrive and go.
        judging: how they are judged.
        journal: open.
        settle_s: for how long a file has to stay as it is before it is taken.
        tell: hears what became of each file.
        note: hears, in words, of what is no file's fate.
        beat: is called often, also where nothing comes: after each file that was judged, and at least every tick.
        stopping: what may end the watch; it is held while files are moved.
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
        beat: Callable[[], None] | None = None,
        stopping: Stopping | None = None,
    ) -> None:
        self.became: Counter[Became] = Counter()
        """How many files came to what."""
        self._folders, self._judging, self._journal = folders, judging, journal
        self._settle_s, self._tell, self._note, self._beat = settle_s, tell, note, beat or _nothing
        self._arrivals = Arrivals(folders.incoming, settle_s)
        self._barred: set[str] = set()
        self._carrier = Carrier(
            folders,
            journal,
            self._arrivals,
            stopping or Stopping(),
            leave=lambda arrival, reason: self._leave(arrival, "failed", reason),
            ended=self._told,
        )

    # ---- the two ways to watch

    def once(self) -> int:
        """Handle what is there and whole; return how many files were left because they still changed.

        Raises:
            NotDone: the folder cannot be looked into, or a move that was begun cannot be ended.
        """
        self._carrier.recover()
        self._scan()
        self._beat()
        time.sleep(self._settle_s)
        self.round()
        pause_s = self._arrivals.pause_s
        if pause_s is not None:
            time.sleep(pause_s)
            self.round()
        return self._arrivals.settling

    def run(self, rescan_s: float) -> None:
        """Handle files as they come, until a signal ends it with KeyboardInterrupt.

        Args:
            rescan_s: how often to look by oneself: events get lost, and some file systems send none.

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
            self._beat()

    def _scan(self) -> None:
        self._arrivals.scan()
        for folder, reason in self._arrivals.barred.items():
            if folder not in self._barred:
                self._note(f"{printable(folder)}: cannot be looked into: {reason}")
        self._barred = set(self._arrivals.barred)

    def round(self) -> None:
        """Handle what is whole now: first what is only moved, then what is mended."""
        arrivals = self._arrivals.whole()
        if not arrivals:
            return
        self._journal.seen(arrivals)
        failing: list[Ruling] = []
        self._carrier.move_all(one for one in self._judged(arrivals) if not self._is_set_apart(one, failing))
        for group in _groups(failing, processors()):
            self._carrier.move_all(self._mended(group))
            self._beat()
        self._carrier.rest()

    def _is_set_apart(self, ruling: Ruling, failing: list[Ruling]) -> bool:
        """Tell whether a file is to be mended, if that can be, and keep it if so."""
        mendable = self._judging.fix_options is not None and ruling.outcome == "rejected"
        if mendable:
            failing.append(ruling)
        return mendable

    # ---- judging

    def _judged(self, arrivals: list[Arrival]) -> Iterator[Ruling]:
        """Measure and judge files, and yield those on which there is a verdict."""
        how, profile = self._judging.how, self._judging.profile
        assets = (Asset(path=arrival.path, walked=True) for arrival in arrivals)
        for arrival, probed in zip(arrivals, measure(assets, how), strict=True):
            if is_bystander(probed):
                self._arrivals.pass_over(arrival.path)
                continue
            plain = judge(probed, profile)
            judged = self._weighed(plain)
            self._beat()
            if _looks_cut(plain) and self._arrivals.give_more_time(arrival.path):
                continue
            if judged.verdict != "unsure" and _is_same(probed, arrival):
                yield Ruling(arrival=arrival, plain=plain, judged=judged, profile=profile.name)
            else:
                reason = "; ".join(one.message for one in judged.findings if one.rule in rules_of(judged))
                self._leave(arrival, "unsure", reason, rules_of(judged))

    def _weighed(self, judged: Judged) -> Judged:
        (weighed,) = self._judging.weigh([judged])
        return weighed

    def _mended(self, group: list[Ruling]) -> list[Ruling]:
        """Mend files; return what was found of them with what came of it."""
        fix_options = self._judging.fix_options
        if fix_options is None:
            return group
        done = fixing.fix_files([one.plain for one in group], self._judging.profile, fix_options, self._carrier.stage)
        return [self._with_successor(*one) for one in zip(group, done, strict=True)]

    def _with_successor(self, ruling: Ruling, result: FixResult) -> Ruling:
        """Return a ruling with the new file, where there is one and it counts as clean here, too."""
        if result.after is None:
            return msgspec.structs.replace(ruling, result=result)
        made = result.after.asset.path
        asset = msgspec.structs.replace(result.after.asset, path=successor_of(ruling.arrival.path, made))
        judged = self._weighed(msgspec.structs.replace(result.after, asset=asset))
        fixed = Fixed(made, judged) if judged.verdict == "pass" else None
        return msgspec.structs.replace(ruling, result=result, fixed=fixed)

    def _leave(self, arrival: Arrival, became: Became, reason: str, rules: tuple[str, ...] = ()) -> None:
        """Let a file stay where it is and be tried again; one that changed meanwhile settles anew."""
        if self._arrivals.again(arrival.path, arrival.state):
            return
        pause_s = self._arrivals.later(arrival.path)
        self._journal.left(arrival.path, reason)
        reason = f"{reason}; it stays, and is tried again after {pause_s:g} s"
        self._say(News(path=arrival.path, became=became, rules=rules, reason=reason))

    def _say(self, news: News) -> None:
        self.became[news.became] += 1
        self._tell(news)

    def _told(self, moved: Moved) -> None:
        handling = moved.handling
        news = News(path=handling.path, became=handling.outcome, rules=handling.rules, target=moved.targets[0])
        self._say(news)


def _nothing() -> None:
    """Do nothing."""


def _groups(rulings: Iterable[Ruling], size: int) -> Iterator[list[Ruling]]:
    rest = iter(rulings)
    while group := list(itertools.islice(rest, size)):
        yield group


def _looks_cut(judged: Judged) -> bool:
    """Tell whether a file cannot be read: it may be cut short because it is still on its way."""
    return any(finding.rule.endswith("/readable") for finding in judged.findings)


def _is_same(probed: Probed, arrival: Arrival) -> bool:
    """Tell whether what was measured is the file that was whole, in the same state."""
    return probed.identity is not None and probed.identity[:4] == arrival.state
