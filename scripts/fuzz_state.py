"""Fuzz what the program once wrote itself, and what the service's head says: damaged by a seed, read by the program.

    seed, number ── leg ── honest bytes ── damaged ── read as the program reads them ──► the laws

Legs: journal, record, plan, cache, settings, ledger, baseline, manifest, names, request, profile, and wire: answers of
a service on loopback to a create call. What must hold of each input: it ends within two minutes; nothing but a message
of the tree of errors comes out; no file outside the leg's own folders is changed, made or removed; a damaged cache
tells the truth or nothing; no file of a stranger's is taken for one that was made here; and a request whose bytes have
left is never written down as refused, unless the service refused it. A seed does the same damage in every run.

    python scripts/fuzz_state.py                             10,000 inputs by seed 1
    python scripts/fuzz_state.py --inputs 500 --seed 7       the first 500 by seed 7
    python scripts/fuzz_state.py --replay 7:123              one input again

Exit 1 when a law was broken.
"""

import argparse
import io
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from random import Random
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from preflight.errors import PreflightError
from scripts.fuzz_state_legs import Leg, legs

LIMIT_S = 120.0
STAND_IN = b"/stand-in-%d"
"""What is damaged in place of what is another in each run."""
WORDS: tuple[bytes, ...] = (
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b"a." * 5_000 + b"a = 1\n",
    b"9" * 5_000,
    b"0x" + b"f" * 9_000,
    b"1e999999999",
    b"-1",
    b"NaN",
    b"null",
    b"true",
    b"{}",
    b"[]",
    b'"\\ud800"',
    b'"\\u0000"',
    b'"../../home/key"',
    b'"\x1b[31m"',
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"\r\n",
    b"\n\n",
    b"x" * 70_000,
    b'"' + b"x" * 5_000 + b'"',
)
"""What is put in somewhere, besides the paths that a leg names."""
VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?')


class Hang(BaseException):
    """An input took too long; no reader of ours catches it."""


def damaged(random: Random, honest: bytes, words: tuple[bytes, ...]) -> bytes:
    """Return bytes with one to four kinds of damage."""
    content = bytearray(honest)
    for _ in range(random.randint(1, 4)):
        random.choice((_flipped, _cut, _doubled, _put_in, _replaced, _replaced, _shuffled))(random, content, words)
    return bytes(content)


def _span(random: Random, content: bytearray) -> slice:
    start = random.randrange(len(content) + 1)
    return slice(start, min(len(content), start + random.choice((1, 4, 30, 300, 5_000))))


def _flipped(random: Random, content: bytearray, _words: tuple[bytes, ...]) -> None:
    for _ in range(random.choice((1, 2, 20))):
        if content:
            content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _cut(random: Random, content: bytearray, _: tuple[bytes, ...]) -> None:
    del content[_span(random, content)]


def _doubled(random: Random, content: bytearray, _: tuple[bytes, ...]) -> None:
    span = _span(random, content)
    content[span.start : span.start] = content[span]


def _put_in(random: Random, content: bytearray, words: tuple[bytes, ...]) -> None:
    at = random.randrange(len(content) + 1)
    content[at:at] = random.choice(words)


def _replaced(random: Random, content: bytearray, words: tuple[bytes, ...]) -> None:
    """Put a word in the place of a number or of words between quotes."""
    if found := list(VALUE.finditer(bytes(content))):
        match = random.choice(found)
        content[match.start() : match.end()] = random.choice(words)


def _shuffled(random: Random, content: bytearray, _: tuple[bytes, ...]) -> None:
    lines = bytes(content).split(b"\n")
    random.shuffle(lines)
    content[:] = b"\n".join(lines)


# ---- one input ------------------------------------------------------------------------------------------------------


if sys.platform == "win32":

    @contextmanager
    def limited(seconds: float) -> Iterator[None]:
        """Do what is within, however long it takes: no timer breaks it off there."""
        del seconds
        yield

else:

    @contextmanager
    def limited(seconds: float) -> Iterator[None]:
        """Raise Hang in this thread when the time is over."""

        def late(_number: int, _frame: FrameType | None) -> None:
            raise Hang

        before = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def broken(leg: Leg, seed: int, number: int) -> list[str]:
    """Return the laws that one input breaks."""
    content = damage_of(leg, seed, number)
    for place, real in enumerate(leg.varies):
        content = content.replace(STAND_IN % place, real)
    return broken_by(leg, content)


def damage_of(leg: Leg, seed: int, number: int) -> bytes:
    """Damage one of a leg's honest states, with stand-ins for what is another in each run."""
    random = Random(f"{seed}:{leg.name}:{number}")  # noqa: S311 - damage, not secrets
    honest, *words = (_stood_in(leg, one) for one in (random.choice(leg.honest), *leg.words))
    return damaged(random, honest, (*WORDS, *words))


def _stood_in(leg: Leg, content: bytes) -> bytes:
    for place, real in enumerate(leg.varies):
        content = content.replace(real, STAND_IN % place)
    return content


def broken_by(leg: Leg, content: bytes) -> list[str]:
    """Return the laws that some bytes break."""
    found: list[str] = []
    before = outside(leg)
    try:
        with limited(LIMIT_S), redirect_stderr(io.StringIO()):
            found += leg.read(content)
    except PreflightError as error:
        if not error.message.strip():
            found.append("a message without words")
    except Hang:
        found.append(f"took more than {LIMIT_S:.0f} s")
    except Exception as error:  # noqa: BLE001 - whatever else comes out is what is looked for
        found.append(f"unexpected: {type(error).__name__}: {str(error)[:200]}")
    changed = {str(path) for path in set(before.items()) ^ set(outside(leg).items())}
    return found + [f"outside its folders: {one[:200]}" for one in sorted(changed)]


def outside(leg: Leg) -> dict[str, tuple[str, bytes]]:
    """Return what lies in a leg's folder besides its own ones: kind and content of each by its path."""
    found = {}
    for here, folders, files in os.walk(leg.folder):
        if Path(here) == leg.folder:
            folders[:] = [name for name in folders if name not in leg.own]
        for name in files:
            path = Path(here, name)
            if path.parent != leg.folder or name not in leg.own:
                found[str(path)] = ("link", b"") if path.is_symlink() else ("file", path.read_bytes())
        found.update({str(Path(here, name)): ("folder", b"") for name in folders})
    return found


def run(folder: Path, numbers: range, seed: int, until: float = float("inf")) -> Iterator[tuple[str, int, list[str]]]:
    """Give each number to a leg in turn; yield the leg, the number and the laws that were broken."""
    with legs(folder) as ready:
        for number in numbers:
            if time.monotonic() > until:
                return
            leg = ready[number % len(ready)]
            yield leg.name, number, broken(leg, seed, number)


@contextmanager
def own_folders(folder: Path) -> Iterator[None]:
    """Let the user's folders lie below another one."""
    names = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: str(folder / name.lower()) for name in names})
    for name in names:
        (folder / name.lower()).mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def main(words: list[str]) -> int:
    """Run; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Damage state and answers, and see that the program reads them as that."
    )
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--replay", metavar="SEED:N", help="one input again")
    said = parser.parse_args(words)
    seed, numbers = said.seed, range(said.inputs)
    if said.replay:
        seed, first = map(int, said.replay.split(":"))
        numbers = range(first, first + 1)
    begun, done, wrong = time.monotonic(), Counter[str](), 0
    with tempfile.TemporaryDirectory(prefix="preflight-fuzz-") as name, own_folders(Path(name, "user")):
        for leg, number, found in run(Path(name), numbers, seed, begun + said.seconds):
            done[leg] += 1
            wrong += bool(found)
            for law in found:
                print(f"{seed}:{number} {leg}: {law}", flush=True)
    each = ", ".join(f"{count} {leg}" for leg, count in done.items())
    print(f"seed {seed}: {done.total()} inputs ({each}); {wrong} broke a law; {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
