"""The stages in order; the only module that knows the order.

    assets ──► probe ──► facts ──► rules ──► findings ──► plan ──► fix ──► measured again
                                                                              │ clean
                                                        request ──► upload ──► submit ──► wait ──► download
                                                                       └───── ledger ─────┘

Nothing here prints or asks: the command line, or a program, stands in between.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.assets import Asset
from preflight.cache import Cache
from preflight.errors import CallError, NotDone, OutcomeUnknown, Refused, TaskFailed, Unreachable
from preflight.facts import Facts, VideoFacts
from preflight.findings import Judged, Report
from preflight.probe import Fault, Probed, probe
from preflight.probe.child import Crew
from preflight.profiles.schema import Profile
from preflight.request import build_body, encode, planned_bytes
from preflight.rules import WholeRequest, judge, judge_request
from preflight.spec import RequestSpec, dump_spec

if TYPE_CHECKING:
    from preflight.api import Service, Task
    from preflight.ledger import Entry, Ledger
    from preflight.plan import Plan, Wishes
    from preflight.price import Estimate

Progress = Callable[[Fraction], None]
Fetch = Callable[[str], Path]
"""Downloads a URL to a local file."""
BLOCK_FILES = 512
"""How many assets are in hand at once."""
Outcome = Literal["untouched", "fixed", "unfixable", "declined", "failed"]

SUFFIXES = {"jpeg": "jpg"}
"""Format → the ending an upload gets, where it is not the format's name."""


# ---- check ----------------------------------------------------------------------------------------------------------


class Measuring(msgspec.Struct, frozen=True, kw_only=True):
    """How a run measures."""

    crew: Crew = msgspec.field(default_factory=lambda: Crew("exact"))
    """Who measures: it knows the depth, how many children, and what one file may cost."""
    cache: Cache | None = None
    """What was measured before."""
    fetch: Fetch | None = None
    """Brings URLs; without it a URL cannot be judged."""


def measure(assets: Iterable[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure assets in their order; assets are taken, and results given, block by block."""
    rest = iter(assets)
    with how.crew:
        while block := list(itertools.islice(rest, BLOCK_FILES)):
            yield from _measure_block(block, how)


def _measure_block(block: list[Asset], how: Measuring) -> Iterator[Probed]:
    """Measure a block: what the cache knows is not measured again, what is a URL is brought first.

    One file alone is measured sooner than a cache is opened.
    """
    cache = how.cache if len(block) > 1 else None
    known = cache.find([asset for asset in block if not asset.is_url], how.crew.depth) if cache else {}
    ready = [_fetched(asset, how.fetch) if asset.is_url else known.get(asset, asset) for asset in block]
    measured = how.crew.measure(one for one in ready if isinstance(one, Asset))
    for asset, one in zip(block, ready, strict=True):
        if isinstance(one, Probed):
            yield one
            continue
        probed = next(measured)
        if cache and not asset.is_url:
            cache.keep(probed, how.crew.depth)
        yield msgspec.structs.replace(probed, asset=asset) if asset.is_url else probed


def _fetched(asset: Asset, fetch: Fetch | None) -> Asset | Probed:
    """Return the local copy of a URL, or why there is none."""
    if fetch is None:
        return Probed(asset=asset, fault=Fault("unmeasured", "is a URL, which nothing was allowed to fetch"))
    try:
        return msgspec.structs.replace(asset, path=str(fetch(asset.path)))
    except NotDone as error:
        return Probed(asset=asset, fault=Fault("unmeasured", error.message))


def check_assets(assets: Iterable[Asset], profile: Profile, how: Measuring | None = None) -> Iterator[Judged]:
    """Judge assets one by one, as they come; what a folder holds besides media is passed over."""
    for probed in measure(assets, how or Measuring()):
        if not is_bystander(probed):
            yield judge(probed, profile)


def is_bystander(probed: Probed) -> bool:
    """Tell whether a file found in a folder is no medium, by content or by name: a note, a sidecar, a script."""
    fault = probed.fault
    return probed.asset.walked and probed.kind == "unknown" and fault is not None and fault.kind == "unreadable"


def check_request(spec: RequestSpec, profile: Profile, how: Measuring | None = None) -> Report:
    """Judge the assets of one request, and the request as a whole.

    Raises:
        CallError: the profile does not know the model.
    """
    if spec.model is not None and spec.model not in profile.models:
        raise CallError(
            f"model: {spec.model!r} is not in profile {profile.name}", advice=f"It knows {', '.join(profile.models)}."
        )
    probed = tuple(measure(spec.assets, how or Measuring()))
    whole = WholeRequest(spec=spec, probed=probed, body_bytes=planned_bytes(spec, profile))
    judged = tuple(judge(one, profile) for one in probed)
    return Report(profile=profile.name, assets=judged, findings=judge_request(whole, profile))


# ---- fix ------------------------------------------------------------------------------------------------------------


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """One asset after its plan was carried out, or was not."""

    plan: "Plan"
    outcome: Outcome
    before: Judged
    after: Judged | None = None
    """The verdict on the new file."""
    message: str = ""
    """Why nothing came of it."""

    @property
    def asset(self) -> Asset:
        """The asset to go on with: the new file where there is one."""
        return self.after.asset if self.after else self.before.asset


def plan_fixes(judged: Iterable[Judged], profile: Profile, wishes: "Wishes") -> "list[tuple[Judged, Plan]]":
    """Plan each asset."""
    from preflight.plan import plan

    return [(one, plan(one, profile, wishes)) for one in judged]


def treat(judged: Judged, todo: "Plan", profile: Profile, folder: Path, progress: Progress | None = None) -> Treated:
    """Carry out one plan; the new file is measured at depth exact and must be clean before it takes its name."""
    from preflight.fix import mend

    if todo.beyond_mending:
        return Treated(plan=todo, outcome="unfixable", before=judged, message=todo.advice)
    if not todo.steps or judged.facts is None:
        return Treated(plan=todo, outcome="untouched", before=judged)
    try:
        mended = mend(todo, judged.facts, folder, lambda asset: judge(probe(asset), profile), progress)
    except NotDone as error:
        said = ". ".join(part for part in (error.message, error.advice) if part)
        return Treated(plan=todo, outcome="failed", before=judged, message=said)
    return Treated(plan=todo, outcome="fixed", before=judged, after=mended.judged)


def decline(judged: Judged, todo: "Plan") -> Treated:
    """Leave an asset as it is because a person said no."""
    if todo.steps:
        return Treated(plan=todo, outcome="declined", before=judged)
    return Treated(plan=todo, outcome="unfixable" if todo.beyond_mending else "untouched", before=judged)


def with_treated(spec: RequestSpec, treated: Iterable[Treated]) -> RequestSpec:
    """Return a request with its assets as they are after mending."""
    return msgspec.structs.replace(spec, assets=tuple(one.asset for one in treated))


def write_request(spec: RequestSpec, folder: Path) -> Path:
    """Write a request.toml into a folder, under the next free name; return its path."""
    from preflight.place import publish, temporary

    with temporary(folder, "toml") as draft:
        draft.write_text(dump_spec(spec, folder), encoding="utf-8")
        return publish(draft, folder / "request.toml")


# ---- submit ---------------------------------------------------------------------------------------------------------


class Account(msgspec.Struct, frozen=True):
    """The service under one key, the ledger that stands beside it, and the edition that knows its ways."""

    service: "Service"
    ledger: "Ledger"
    profile: Profile


def price_of(spec: RequestSpec, report: Report, profile: Profile) -> "Estimate | None":
    """Estimate what a checked request will cost."""
    from preflight.price import estimate

    clips = [judged.facts for judged in report.assets if judged.asset.role and judged.asset.role.kind == "video"]
    input_s = sum((f.duration_s or Fraction(0) for f in clips if isinstance(f, VideoFacts)), Fraction(0))
    return estimate(spec, profile, input_s)


def fingerprints(report: Report) -> dict[str, str]:
    """Return path → SHA-256, in hex, of the files of a checked request.

    Raises:
        NotDone: a file cannot be read.
        CallError: the request is not clean: what was not judged clean is never sent.
    """
    from preflight.upload import hash_file

    if report.verdict != "pass":
        raise CallError("the request is not clean, so nothing was sent", advice="`preflight check` says what is wrong.")
    paths = {judged.asset.path for judged in report.assets if not judged.asset.is_url}
    return {path: hash_file(Path(path)) for path in sorted(paths)}


def suffix_of(facts: Facts | None) -> str:
    """Return the ending that tells a file's format; an upload is called by its hash and this, never the user's name."""
    return SUFFIXES.get(facts.format, facts.format) if facts else "bin"


def upload_assets(
    report: Report,
    hashes: dict[str, str],
    account: Account,
    *,
    progress: Callable[[str], Progress | None] | None = None,
) -> dict[str, str]:
    """Put each local file at a URL and return path → URL; what lies there already, and long enough, is not sent again.

    Args:
        report: the clean report.
        hashes: path → SHA-256 as checked.
        account: whose files service takes the uploads, and whose ledger remembers them.
        progress: called with a path, returns what is called with the part that is sent.
    """
    urls: dict[str, str] = {}
    for judged in report.assets:
        path = judged.asset.path
        if not judged.asset.is_url and path not in urls:
            urls[path] = _url_of(judged, hashes[path], account, progress)
    return urls


def _url_of(judged: Judged, sha256: str, account: Account, progress: Callable[[str], Progress | None] | None) -> str:
    from preflight.upload import upload_file

    files, clock = account.service.files, account.profile.service
    living = account.ledger.living_upload(sha256, files.origin, clock.wait_s)
    if living is not None:
        return living
    done = _in_parts(progress(judged.asset.path) if progress else None)
    path, suffix = Path(judged.asset.path), suffix_of(judged.facts)
    uploaded = upload_file(files, path, sha256, suffix, limits=clock, progress=done)
    account.ledger.remember_upload(sha256, files.origin, uploaded.url, uploaded.expires_at)
    return uploaded.url


def _in_parts(progress: Progress | None) -> Callable[[int, int | None], None] | None:
    """Return what turns bytes done and bytes in all into the part that is done."""
    if progress is None:
        return None
    return lambda done, total: progress(Fraction(done, max(total or done, 1)))


def body_of(spec: RequestSpec, profile: Profile, urls: dict[str, str]) -> bytes:
    """Return the exact bytes of the create call."""
    return encode(build_body(spec, profile, lambda asset: asset.path if asset.is_url else urls[asset.path]))


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be sent, and what will be written down about it."""

    body: bytes
    base_url: str
    profile: str
    assets: tuple[tuple[str, str, str | None, str], ...]
    """Role, path, SHA-256 and URL of each."""
    price: Fraction | None = None


def submit(submission: Submission, account: Account, *, again: bool = False) -> "tuple[Entry, Task]":
    """Send the create call, once; the intent is on the disk before it leaves.

    Raises:
        CallError: the same request was sent before, and `again` was not said.
        Refused: the service said no.
        Unreachable: nothing left this machine.
        OutcomeUnknown: it left, and no answer came back.
    """
    ledger = account.ledger
    entry = ledger.intend(
        submission.body,
        base_url=submission.base_url,
        profile=submission.profile,
        assets=submission.assets,
        price=submission.price,
    )
    if not again:
        _refuse_twice(entry, ledger)
    ledger.sent(entry)
    try:
        task = account.service.submit(submission.body, entry.idempotency_key)
    except (Refused, Unreachable) as error:
        ledger.refused(entry, error.message)
        raise
    except OutcomeUnknown as error:
        ledger.unknown(entry, error.message)
        raise
    try:
        return ledger.accepted(entry, task), task
    except NotDone as error:
        advice = f"It runs, and is paid for: note its id. {error.advice}"
        raise NotDone(f"task {task.id} was accepted, but not written down: {error.message}", advice=advice) from None


def _refuse_twice(entry: "Entry", ledger: "Ledger") -> None:
    """Raise CallError when an earlier entry with the same body was accepted, or may have been.

    The new entry is in the ledger already, so of two programs at once the later one sees the earlier.
    """
    earlier = [one for one in ledger.same_body(entry.body_hash, entry.base_url) if one.number < entry.number]
    if earlier:
        first = earlier[0]
        ledger.refused(entry, f"the same request as entry {first.number}; nothing was sent")
        task = f", task {first.task_id}" if first.task_id else ""
        raise CallError(
            f"the same request was sent on {first.created_at:%Y-%m-%d %H:%M} UTC (entry {first.number}, {first.state}"
            f"{task}); nothing was sent",
            advice=f"`preflight task show {first.number}` says more; --again sends it once more, and pays twice.",
        )


def wait(task_id: str, account: Account, *, progress: "Callable[[Task], None] | None" = None) -> "Task":
    """Wait until a task is over, writing down how far it is.

    Raises:
        TaskFailed: it failed; not charged.
        NotDone: the profile's limit has come; the task goes on.
    """
    service, ledger, clock = account.service, account.ledger, account.profile.service

    def heard(task: "Task") -> None:
        ledger.progressed(task.id, task.status, task.progress)
        if progress:
            progress(task)

    try:
        task = service.wait(task_id, poll_s=clock.poll_s, limit_s=clock.wait_s, on_progress=heard)
    except TaskFailed:
        ledger.finished(service.task(task_id))
        raise
    ledger.finished(task)
    return task


def download(task: "Task", account: Account, folder: Path, *, progress: Progress | None = None) -> list[Path]:
    """Save a completed task's results into a folder; return their paths."""
    entry = account.ledger.find(task.id)
    paths = []
    for url in task.results:
        path = account.service.download(url, folder, f"{task.id}.mp4", progress=_in_parts(progress))
        paths.append(path)
        if entry:
            entry = account.ledger.downloaded(entry, path)
    return paths
