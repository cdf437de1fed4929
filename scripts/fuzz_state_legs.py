"""The legs of `fuzz_state`: honest state in a folder of its own, the program's own reader, and what it must not say."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from random import Random

import msgspec

from preflight.apply.record import Content, Origin, beside, claiming, content_of, find_made, seal_of
from preflight.cli.settings import read_policy, read_settings
from preflight.errors import PreflightError, Refused
from preflight.files.text import toml_of
from preflight.flow.fix import unchanged
from preflight.plan.edited import mark_of
from preflight.plan.file import read_plans
from preflight.plan.steps import Resize, Step, Write
from preflight.policy.baseline import Entry, dump, read_baseline
from preflight.probe import probe
from preflight.probe.cache import Cache
from preflight.profiles import load
from preflight.report.entries import body_json
from preflight.request import manifest as lists
from preflight.request.file import load_spec
from preflight.service.responses import read_task
from preflight.submission import mismatch as drift
from preflight.submission.ledger import Ledger
from preflight.submission.reconcile import may_be
from preflight.values.assets import Asset
from preflight.watch.arrivals import Arrivals
from preflight.watch.carrying import Carrier
from preflight.watch.folders import folders_of
from preflight.watch.handling import Handling, Parcel, aside_of
from preflight.watch.journal import FIRST, Journal, state_folder
from preflight.watch.stopping import Stopping
from scripts.fuzz_state_wire import serving, wire

MEDIA = Path(__file__).resolve().parent.parent / "fixtures" / "media"
PICTURE = MEDIA / "image-300x300.jpg"
PROFILE = "seedance-2.0-2026-04"
BEGUN_S, LATER_S = 1_767_225_600.0, 4_000_000_000.0
"""When state is made, and long after every file here was, in seconds since 1970."""
MARK = "0123456789abcdef"
"""Token of files that a watch set aside."""
BYTES = 0.3
"""How many ledgers are damaged in their bytes; of the others, whole to SQLite, values are exchanged."""
ODD: tuple[object, ...] = (
    *(None, -1, 1 << 62, 1e300, float("inf"), "", "x", b"\xff\0", "nan", "1e999999", "[" * 100_000, "{}", '{"a": NaN}'),
    *('"\\ud800"', "[1, 2", "\x1b[31m", "../../home/key", "x" * 70_000, "[[[]]]", "9" * 5_000, b"[" * 5_000),
)
"""Values that no column means."""
Read = Callable[[bytes], list[str]]
"""Damaged bytes in; the laws that they break out."""


class Leg(msgspec.Struct, frozen=True):
    """One kind of state."""

    name: str
    folder: Path
    honest: tuple[bytes, ...]
    """What the program writes itself."""
    read: Read
    own: tuple[str, ...] = ()
    """What in the folder it may change."""
    words: tuple[bytes, ...] = ()
    """What is put in besides: paths out of its folders."""
    varies: tuple[bytes, ...] = ()
    """What is another in each run, such as its folder: damage is done to a stand-in, so that it is the same in each."""


@contextmanager
def legs(folder: Path) -> Iterator[list[Leg]]:
    """Make the folders of all legs; give them while what they need is open."""
    with ExitStack() as stack:
        server = stack.enter_context(serving())
        made: list[Leg] = []
        for make in MAKES:
            made.append(make(_home(folder / make.__name__)))
            if make in MAKES[::2]:
                here = _home(folder / f"wire-{len(made)}")
                made.append(Leg(here.name, here, *wire(here, server), ("ledger",)))
        yield made


def _home(folder: Path) -> Path:
    """Make a folder with a key in it that nothing has to do with."""
    (folder / "home").mkdir(parents=True)
    (folder / "home" / "key").write_bytes(b"secret")
    return folder


def journal(folder: Path) -> Leg:
    """A watch that was broken off: one file set aside, one new file on its way."""
    yard = folders_of(_made(folder / "in"), folder / "ready", folder / "rejected")
    token = MARK
    lines = [FIRST]
    for number in range(3):
        path, target = str(yard.incoming / f"{number}.jpg"), str(yard.ready / f"{number}.jpg")
        parcel = Parcel(origin=aside_of(path, token), target=target)
        handling = Handling(
            token=token, path=path, state=(0, 0, 0, 0), outcome="ready", verdict="pass", parcels=(parcel,)
        )
        said = {"time": "", "step": "judged", **msgspec.to_builtins(handling)}
        lines.append(msgspec.json.encode(said).decode())
    honest = "\n".join([*lines, ""]).encode()
    place = state_folder(yard.incoming) / "journal.jsonl"

    def read(content: bytes) -> list[str]:
        aside = Path(aside_of(str(yard.incoming / "0.jpg"), token))
        aside.write_bytes(b"zero")
        place.write_bytes(content)
        with Journal(yard.incoming) as opened:
            carrier = Carrier(
                yard, opened, Arrivals(yard.incoming, 0.0), Stopping(), leave=lambda *_: None, ended=lambda _: None
            )
            carrier.recover()
        there = [one for home in ("in", "ready", "rejected") for one in (folder / home).rglob("*") if one.is_file()]
        found = [] if any(one.read_bytes() == b"zero" for one in there) else ["a file that arrived is lost"]
        for one in there:
            one.unlink()
        return found

    out = tuple(
        msgspec.json.encode(str(path)) for path in (folder / "home" / "key", yard.incoming / ".." / "home" / "key")
    )
    return Leg("journal", folder, (honest,), read, ("in", "ready", "rejected"), out, (bytes(folder),))


def record(folder: Path) -> Leg:
    """A file that was made here, with its record, and a stranger's file in its place."""
    ready = _made(folder / "ready")
    steps: tuple[Step, ...] = (
        Resize(width_px=300, height_px=300, loss="lossy", clears=()),
        Write(format="jpeg", loss="lossy", clears=()),
    )
    origin = Origin(source=Content(name="a.jpg", bytes=1, sha256="0" * 64), profile=PROFILE, steps=steps)
    path = ready / "a.jpg"
    path.write_bytes(b"made here")
    claiming(ready, origin, content_of(path), {}, None)(path)
    honest = beside(path).read_bytes()
    turn = [0]

    def read(content: bytes) -> list[str]:
        turn[0] += 1
        mine = turn[0] % 2 == 0
        path.write_bytes(b"made here" if mine else b"a stranger's")
        beside(path).write_bytes(content)
        return ["a stranger's file is taken for one that was made here"] if find_made(path, origin) and not mine else []

    return Leg("record", folder, (honest,), read, ("ready",), varies=(seal_of(origin, content_of(path)).encode(),))


def plan(folder: Path) -> Leg:
    """A plan for a picture."""
    picture = Path(shutil.copy(PICTURE, folder / "a.jpg"))
    steps: tuple[Step, ...] = (
        Resize(width_px=300, height_px=300, loss="lossy", clears=()),
        Write(format="jpeg", loss="lossy", clears=()),
    )
    source = {"path": str(picture), "bytes": picture.stat().st_size, "sha256": _hash(picture)}
    asset = {"path": str(picture), "steps": msgspec.to_builtins(steps, enc_hook=str), "mark": mark_of(steps)}
    said = {"schema": "preflight.fix/1", "profile": PROFILE, "assets": [{**asset, "source": source}]}

    def read(content: bytes) -> list[str]:
        path = folder / "plan.json"
        path.write_bytes(content)
        found = read_plans(path)
        wanted = unchanged(path, found, load(found.profile))
        return [
            f"{one.path} is not the file that was planned for"
            for one, _ in wanted
            if _hash(Path(one.path)) != one.sha256
        ]

    return Leg("plan", folder, (msgspec.json.encode(said),), read, ("plan.json",), varies=(bytes(folder),))


def cache(folder: Path) -> Leg:
    """A cache that knows a picture."""
    path, known = folder / "own" / "c.sqlite3", probe(Asset(path=str(PICTURE)))
    with Cache(path, by="content", clock=_later) as opened:
        opened.find([known.asset], "exact")
        opened.keep(known, "exact")
    honest = path.read_bytes()

    def read(content: bytes) -> list[str]:
        _alone(path, content)
        with Cache(path, by="content", clock=_later) as opened:
            told = opened.find([known.asset], "exact").get(known.asset)
            opened.keep(known, "exact")
        return [] if told in (None, known) else [f"the cache says {told}"]

    return Leg("cache", folder, (honest,), read, ("own",))


def settings(folder: Path) -> Leg:
    """Settings and a policy, as they lie in a checkout."""
    honest = b"""profile = "seedance-2.0-2026-04"
jobs = 2
max_credits = 12.5
output = "ready"
base_url = "https://example.com"
[severity]
"video/pixels" = "warning"
[[override]]
paths = ["legacy/**"]
severity = {"video/duration" = "off"}
[[ignore]]
rule = "image/alpha"
paths = ["*.png"]
reason = "logos"
until = 2027-01-31
"""

    def read(content: bytes) -> list[str]:
        (folder / "preflight.toml").write_bytes(content)
        read_settings(folder)
        read_policy(folder)
        return []

    return Leg("settings", folder, (honest,), read, ("preflight.toml",))


def ledger(folder: Path) -> Leg:
    """A ledger with an entry of each state."""
    path = folder / "own" / "ledger.sqlite3"
    path.parent.mkdir()
    with Ledger(path, clock=lambda: BEGUN_S) as opened:
        for number in range(3):
            asset = ("image 1", f"/pictures/{PICTURE.name}", "0" * 64, "https://example.com/a")
            entry = opened.intend(b'{"n": %d}' % number, base_url="https://example.com", profile="p", assets=[asset])
            drift.keep_facts(opened, entry, ())
            opened.sent(entry)
            if number:
                opened.refused(entry, "no") if number == 1 else opened.unknown(entry, "?")
        hashed = opened.entries(1)[0].body_hash
        drift.explained(Refused("no", status=400), opened.entries(1)[0], opened, ())
    _settle(path)
    honest, task = path.read_bytes(), read_task({"id": "task-1"})

    def read(content: bytes) -> list[str]:
        random = Random(content)  # noqa: S311 - damage, not secrets
        _alone(path, content if random.random() < BYTES else honest)
        if path.read_bytes() == honest:
            _exchange(path, random)
        with Ledger(path) as opened:
            for entry in opened.entries(100):
                may_be(entry, task)
                body_json(entry.body)
                drift.scrubbed("no", entry)
            opened.find("1")
            opened.same_body(hashed, "https://example.com")
            opened.living_upload("0" * 64, "https://example.com", 1.0)
            drift.recorded(opened)
        return []

    return Leg("ledger", folder, (honest,), read, ("own",))


def _settle(path: Path) -> None:
    """Give a ledger the keys, owners and times of every run, and no trace of those that it had."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE entries SET idempotency_key = printf('preflight-%032d', number), owner = 'nobody'")
        db.execute("UPDATE drift SET at_s = ?", [BEGUN_S])
        db.execute("VACUUM")


def _exchange(path: Path, random: Random) -> None:
    """Put odd values in the place of some in a ledger that is whole."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for _ in range(random.randint(1, 3)):
            table = random.choice(tables)
            column = random.choice(db.execute(f"PRAGMA table_info({table})").fetchall())[1]
            with suppress(sqlite3.Error):
                db.execute(f"UPDATE {table} SET {column} = ?", [random.choice(ODD)])  # noqa: S608 - names of its own


def baseline(folder: Path) -> Leg:
    """A baseline with two findings."""
    entries = [
        Entry(path=f"{n}.mov", rule="video/duration", bytes=n, measured="2002/125", margin="-127/125") for n in (1, 2)
    ]

    def read(content: bytes) -> list[str]:
        path = folder / "known.json"
        path.write_bytes(content)
        read_baseline(path, PROFILE)
        return []

    return Leg("baseline", folder, (dump(PROFILE, entries).encode(),), read, ("known.json",))


def manifest(folder: Path) -> Leg:
    """Manifests, as a table and as JSON Lines."""
    table = b"path,kind,role,keep\na.mov,video,,3.0-9.5\nhttps://example.com/b.png,,image 2,\nc.wav,audio,,\n"
    lines = b'{"path": "a.mov", "role": "video 2", "keep": "3.0-9.5"}\n{"path": "b.png", "kind": null}\n'

    def read(content: bytes) -> list[str]:
        path = folder / "list"
        path.write_bytes(content)
        kept = [asset for asset in lists.manifest(path) if not asset.unread]
        return [f"an address {asset.path}" for asset in kept if asset.is_url and "//" not in asset.path]

    return Leg("manifest", folder, (table, lines, table.decode().encode("utf-16")), read, ("list",))


def names(folder: Path) -> Leg:
    """Names, each ended by a line or by NUL."""

    def read(content: bytes) -> list[str]:
        path = folder / "names"
        path.write_bytes(content)
        for separator in (b"\n", b"\0"):
            with path.open("rb") as stream:
                _all_of(lists.names(stream, separator, "names"))
        return []

    return Leg("names", folder, (b"a.mov\nb c.png\r\n\nd.wav\n", b"a.mov\0b.png\0"), read, ("names",))


def request(folder: Path) -> Leg:
    """Requests in both spellings."""
    toml = b'model = "seedance-2.0-reference-to-video"\nprompt = "Video 1."\nduration_s = 8\nquality = "480p"\n'
    toml += b'videos = [{path = "a.mov", keep = "3.0-9.5"}]\nimages = ["b.png"]\n'
    body = b'{"model": "seedance-2.0-reference-to-video", "prompt": "Video 1.", "duration": 8, "video_urls": ["a.mov"]}'

    def read(content: bytes) -> list[str]:
        for ending in ("toml", "json"):
            path = folder / f"request.{ending}"
            path.write_bytes(content)
            try:
                load_spec(path)
            except PreflightError:
                continue
        return []

    return Leg("request", folder, (toml, body), read, ("request.toml", "request.json"))


def profile(folder: Path) -> Leg:
    """A profile of one's own."""
    honest = b'name = "mine"\nextends = "seedance-2.0-2026-04"\n[video.duration_s]\nmin = 2\nmax = "31/2"\n'
    honest += b'source = "a"\nread = 2026-04-01\n'

    def read(content: bytes) -> list[str]:
        path = folder / "mine.toml"
        path.write_bytes(content)
        found = load(str(path))
        if found.name != PROFILE:
            return []
        said = ["a profile of one's own says a shipped edition's name"] if "name" in toml_of(content) else []
        ours, theirs = ((one.service.base_url, one.service.files_url) for one in (load(PROFILE), found))
        return said if ours == theirs else [*said, "a profile by a shipped edition's name leads to another service"]

    return Leg("profile", folder, (honest,), read, ("mine.toml",))


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _later() -> float:
    return LATER_S


def _alone(path: Path, content: bytes) -> None:
    """Put a database in its place, without what SQLite keeps beside it."""
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()
    path.write_bytes(content)


def _all_of(items: Iterator[object]) -> None:
    for _ in items:
        pass


MAKES: tuple[Callable[[Path], Leg], ...] = (
    *(journal, record, plan, cache, settings, ledger, baseline, manifest, names, request, profile),
)
"""Makes of legs, in their order; after every other one stands one of the wire."""
