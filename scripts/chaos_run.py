"""One run of chaos: a seed and a number in; what came of one person's request to a service that breaks out.

The person knows nothing but the program: it is told an exit status and what `preflight task list` prints, and goes on
until the request is a film on the disk or was refused for good. The program is a real process, and is killed at times.
"""

import os
import random
import re
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from preflight.sandbox import Fault, Faults, Sandbox, running
from preflight.sandbox.faults import KINDS
from scripts.chaos_program import Program

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "fixtures" / "media" / "image-300x300.jpg"
PROFILE = """
extends = "seedance-2.0-2026-04"
name = "hasty"
title = "The default edition, in a hurry"

[service]
poll_s = 0
wait_s = 20
"""
DOWNLOADED = "downloaded"
KEY = "any-key-will-do-in-the-sandbox"
UNKNOWN = 5
"""The exit status of what may have been accepted."""
STEPS = 60
"""How many commands a person has the patience for, beside looking at the lists."""
SUBMISSIONS = 12
CALL_S = 90.0
"""A command that takes longer hangs."""
SETTLES_S = 0.8
"""How long a person waits, after a kill, for what is still on its way: longer than any delay of the plan."""
LONGEST_DELAY_S = 0.4
NEVER_CALLED_S = 20.0
"""How long a kill waits for the call that it wants to interrupt."""
ENTRY = re.compile(r"^(\d+) (\w+) .* UTC, (no task|[\w.-]+)", re.MULTILINE)
CLOCKS_S = (-26 * 3600.0, -3 * 3600.0, -1200.0, 1200.0, 3 * 3600.0, 26 * 3600.0)
"""How far the service's clock may be ahead of the person's, in seconds; a third of the clocks agree."""
SPELLINGS = (
    *("http://127.0.0.1:{}", "http://127.0.0.1:{}/", "HTTP://127.0.0.1:{}", "http://127.1:{}", "http://LocalHost:{}"),
    *("http://localhost.:{}/", " http://127.0.0.1:{} ", "http://127.0.0.1:{}/v1", "http://0x7f.1:{}//"),
)
LEDGERS = ("ledger.sqlite3", "elsewhere/second.sqlite3")
WAYS = ("--adopt", "--gone")
LEFT = ("before anything was sent", "before an answer came")
"""What the ledger says of a program that ended too early."""
OFFERED = re.compile(r"`preflight task reconcile --adopt (\d+)=(task-[\w.-]+)`")
STRAY = re.compile(r"^at the service, in no entry: ([\w.-]+) ", re.MULTILINE)


class Command(msgspec.Struct, frozen=True):
    """One command as it ended."""

    words: tuple[str, ...]
    status: int
    """Exit status; -9 where it was killed."""
    said: str

    @property
    def name(self) -> str:
        """The command without what it is about: `submit`, `task wait`."""
        return " ".join(self.words[: 2 if self.words[0] == "task" else 1])


class Plan(msgspec.Struct, frozen=True):
    """What a seed and a number make of a run."""

    faults: Faults
    settings: dict[str, Any]
    kills: int
    """How many commands are killed at most."""
    at_once: int
    """How many processes submit at the beginning."""
    ledgers: int
    """How many ledgers the person has; two are used as it comes."""


class Found(NamedTuple):
    """An entry in a ledger."""

    ledger: str
    number: str

    @property
    def named(self) -> tuple[str, ...]:
        """The words by which a command is told of it."""
        return (self.number, "--ledger", self.ledger)


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run."""

    seed: int
    number: int
    end: str
    violations: tuple[str, ...]
    commands: tuple[Command, ...]
    met: dict[tuple[str, str], int]
    seconds: float
    ahead_s: float = 0.0
    """How far the service's clock was ahead."""


def make_plan(seed: int, number: int) -> tuple[Plan, random.Random]:
    """Draw a plan, and what the person does by chance; where kills are planned, calls take long enough to be hit."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
    kills = chance.randint(1, 3) if chance.random() < 1 / 3 else 0
    held_up = (Fault("create", chance.choice(("delay", "delay-after")), 1.0, LONGEST_DELAY_S, 2),) if kills else ()
    plan = Plan(
        faults=Faults(chance.randrange(1 << 30), (*held_up, *_draw_faults(chance))),
        settings={
            "run_s": chance.choice((0.0, 0.1, 0.4)),
            "replays": chance.random() < 0.5,  # noqa: PLR2004 - a coin
            "clock_ahead_s": chance.choice((0.0, 0.0, *CLOCKS_S)),
        },
        kills=kills,
        at_once=2 if chance.random() < 0.1 else 1,  # noqa: PLR2004 - one in ten
        ledgers=chance.choice((1, 2)),
    )
    return plan, chance


def _draw_faults(chance: random.Random) -> Iterator[Fault]:
    """Break each route now and then; nothing breaks for ever, so that a patient person gets through."""
    for route, kinds in KINDS.items():
        often = 0.6 if route == "create" else 0.3
        while chance.random() < often:
            yield Fault(
                route,
                chance.choice(sorted(kinds)),
                probability=chance.choice((0.2, 0.5, 1.0)),
                seconds=chance.uniform(0, LONGEST_DELAY_S),
                times=chance.randint(1, 4),
            )


def run(seed: int, number: int, folder: Path) -> Ran:
    """Live through one run in an empty folder, and hold what is left against the laws."""
    from scripts.chaos_laws import broken_laws

    plan, chance = make_plan(seed, number)
    with running(faults=plan.faults, **plan.settings) as sandbox:
        person = Person(folder, sandbox, plan, chance)
        end = person.live()
        broken = tuple(broken_laws(sandbox, folder, finished=end != "never ended"))
    return person.written_down(seed, number, end, broken)


class Person:
    """Somebody with one request, a terminal, and patience."""

    def __init__(self, folder: Path, sandbox: Sandbox, plan: Plan, chance: random.Random) -> None:
        self.folder = folder
        self.commands: list[Command] = []
        self.violations: list[str] = []
        self._chance = chance
        self._kills = plan.kills
        self._at_once = plan.at_once
        self._submissions = 0
        self._waited_for: set[Found] = set()
        self._ledgers = plan.ledgers
        self._ahead_s = plan.settings["clock_ahead_s"]
        self._began = time.monotonic()
        self._sandbox = sandbox
        self._prepare()

    def live(self) -> str:
        """Submit, and go on until there is nothing left to do; say how it ended."""
        if self._submit().status == 0:
            return DOWNLOADED
        while sum(command.name != "task list" for command in self.commands) < STEPS and len(self.commands) < 4 * STEPS:
            entries = self._listed()
            end = self._next(entries) if entries is not None else ""
            if end:
                return end
        return "never ended"

    def written_down(self, seed: int, number: int, end: str, broken: Iterable[str]) -> Ran:
        """Write down a run that has ended, with the laws that were broken."""
        return Ran(
            seed=seed,
            number=number,
            end=end,
            violations=(*self.violations, *broken),
            commands=tuple(self.commands),
            met=dict(self._sandbox.faults_met),
            seconds=time.monotonic() - self._began,
            ahead_s=self._ahead_s,
        )

    def _listed(self) -> dict[str, Found] | None:
        """Return state → entry of all ledgers that are there, the newest of each state; None where a list failed."""
        entries: dict[str, Found] = {}
        for ledger in (name for name in LEDGERS if (self.folder / name).exists()):
            listed = self._call("task", "list", "--ledger", ledger)
            if listed.status != 0:
                return None
            entries |= {state: Found(ledger, number) for number, state, _ in reversed(ENTRY.findall(listed.said))}
        return entries

    def _next(self, entries: dict[str, Found]) -> str:
        """Do the next thing that the lists ask for; say how it ended when they ask for none."""
        for state, do in self._answers.items():
            if state in entries:
                return do(entries[state])
        if self._submissions >= SUBMISSIONS or ("failed" in entries and self._chance.random() < 1 / 2):
            return "given up"
        return DOWNLOADED if self._submit().status == 0 else ""

    @property
    def _answers(self) -> dict[str, Callable[[Found], str]]:
        """State of an entry → what a person does about that entry; the first that is there counts."""
        return {
            "sent": self._wonder,
            "intended": self._wonder,
            "unknown": self._find_out,
            "accepted": lambda one: self._bring("task", "wait", *one.named, "--download", "videos"),
            "completed": lambda one: self._bring("task", "download", *one.named, "videos"),
            "downloaded": lambda _: DOWNLOADED,
        }

    def _bring(self, *words: str) -> str:
        if self._chance.random() < 0.2:  # noqa: PLR2004 - one in five is careless
            self._forget("what was accepted was sent again")
        return DOWNLOADED if self._call(*words).status == 0 else ""

    def _wonder(self, one: Found) -> str:
        self.violations.append(f"nobody is left who could have sent entry {one.number}, and it is not settled")
        return "stuck"

    def _forget(self, broken: str) -> Command:
        """Submit again what was sent before: by whichever ledger and spelling, nothing may leave."""
        before = self._sandbox.calls["create"]
        again = self._submit()
        if again.status == 0 or self._sandbox.calls["create"] > before:
            self.violations.append(broken)
        return again

    def _find_out(self, one: Found) -> str:
        """Look for the task of an entry whose answer was lost; now and then forget about it, and submit again."""
        if self._chance.random() < 0.3:  # noqa: PLR2004 - three in ten are careless
            again = self._forget("what may have been accepted was sent again")
            if again.status == UNKNOWN and "task reconcile" not in again.said:
                self.violations.append("a person was not told that a lost answer can be looked for")
            return ""
        self._looked(one)
        return ""

    def _looked(self, one: Found) -> None:
        """Look for the task of an entry, and adopt it, or say that it is gone."""
        looked = self._call("task", "reconcile", "--ledger", one.ledger)
        if looked.status == 0:
            strays = [*dict(OFFERED.findall(looked.said)).get(one.number, "").split(), *STRAY.findall(looked.said)]
            if strays:
                self._call("task", "reconcile", "--adopt", f"{one.number}={strays[0]}", "--ledger", one.ledger)
            else:
                self._give_up(one)

    def _give_up(self, one: Found) -> None:
        """Say that an entry is gone: at once, which must not be believed, and again when ten minutes have passed."""
        if one not in self._waited_for:
            if self._call("task", "reconcile", "--gone", *one.named).status == 0:
                words = f"entry {one.number} was said to be gone, and believed, while it could become a task"
                self.violations.append(words)
            with closing(sqlite3.connect(self.folder / one.ledger)) as ledger, ledger:
                ledger.execute("UPDATE entries SET changed_s = changed_s - 600 WHERE number = ?", (one.number,))
            self._waited_for.add(one)
        self._call("task", "reconcile", "--gone", *one.named)

    def _submit(self) -> Command:
        self._submissions += 1
        others, self._at_once = self._at_once - 1, 1
        started = [self._start(*(words := self._words())) for _ in range(others)]
        command = self._call(*self._words())
        for process in started:
            self._ended(process, words, CALL_S)
        return command

    def _words(self) -> tuple[str, ...]:
        """Return a submission as it is typed today: the address in some spelling, by one of the ledgers."""
        there = self._chance.choice(SPELLINGS).format(self._sandbox.url.rpartition(":")[2])
        ledger = LEDGERS[self._chance.randrange(self._ledgers)]
        words = ("submit", "request.toml", "--yes", "--wait", "--download", "videos")
        return (*words, "--base-url", there, "--ledger", ledger)

    def _call(self, *words: str) -> Command:
        process = self._start(*words)
        kill = self._kills > 0 and self._chance.random() < 0.6  # noqa: PLR2004 - rather sooner than later
        command = self._ended(process, words, self._moment_s(process) if kill else CALL_S)
        if command.status == -9:  # noqa: PLR2004 - SIGKILL
            self._kills -= 1
            time.sleep(SETTLES_S)
        return command

    def _moment_s(self, process: Program) -> float:
        """Choose when to kill: at any time, or while a call is on its way, which takes a look at the service."""
        if self._chance.random() < 1 / 3:
            return self._chance.uniform(0.02, 1.4)
        route = self._chance.choice(("create", "create", "upload", "task", "result"))
        before, give_up = self._sandbox.calls[route], time.monotonic() + NEVER_CALLED_S
        while process.poll() is None and self._sandbox.calls[route] == before and time.monotonic() < give_up:
            time.sleep(0.002)
        return self._chance.uniform(0, LONGEST_DELAY_S)

    def _start(self, *words: str) -> Program:
        said = self.folder / f"said-{time.monotonic_ns()}"
        said.touch()
        process = Program(words, self.folder, self._environment, said)
        self._said[process.pid] = said
        return process

    def _ended(self, process: Program, words: tuple[str, ...], limit_s: float) -> Command:
        """Wait for a command, and kill it when its time is over."""
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            if limit_s == CALL_S:
                self.violations.append(f"{' '.join(words)} hangs")
        path = self._said.pop(process.pid)
        command = Command(words, process.wait(), path.read_text(encoding="utf-8", errors="replace"))
        path.unlink()
        self.commands.append(command)
        if command.status not in (0, 2, 3, 4, 5, -9) or "unexpected" in command.said:
            self.violations.append(f"{command.name} crashed with {command.status}: {command.said[-300:]}")
        return command

    def _prepare(self) -> None:
        self._said: dict[int, Path] = {}
        (self.folder / "hasty.toml").write_text(PROFILE)
        fields = f'prompt = "Image 1 sets the palette."\nimages = ["{IMAGE}"]\nduration = 4\nquality = "480p"\n'
        (self.folder / "request.toml").write_text(fields)
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("PREFLIGHT_", "XDG_"))}
        with suppress(KeyError):
            bare["PREFLIGHT_FFMPEG"] = os.environ["PREFLIGHT_FFMPEG"]
        places = {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("DATA", "CACHE", "CONFIG")}
        self._environment = {
            **bare,
            **places,
            "EVOLINK_API_KEY": KEY,
            "PREFLIGHT_PROFILE": str(self.folder / "hasty.toml"),
        }


def tally(runs: list[Ran]) -> dict[str, Counter[str]]:
    """Count what happened in all runs: how they ended, how commands ended, what was met."""
    met: Counter[str] = Counter()
    for one in runs:
        met.update({f"{route} {kind}": count for (route, kind), count in one.met.items()})
    return {
        "runs ended": Counter(one.end for one in runs),
        "commands": Counter(f"{command.name} -> {command.status}" for one in runs for command in one.commands),
        "clocks that differ": Counter(f"by {one.ahead_s / 3600:+.1f} h" for one in runs if one.ahead_s),
        "requests that another ledger knew": Counter(
            one.end for one in runs if any("by another ledger" in command.said for command in one.commands)
        ),
        "answers lost, settled by": Counter(
            way for one in runs for command in one.commands for way in WAYS if way in command.words
        ),
        "runs in which a kill came": Counter(
            words for one in runs for words in LEFT if any(words in command.said for command in one.commands)
        ),
        "faults met": met,
    }
