"""`preflight check ... --output FOLDER/`: assets in, their verdicts into a store, and what it holds, summed up, out."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from preflight.errors import CallError
from preflight.flow.paths import nothing
from preflight.locale import localized
from preflight.values.assets import Asset, collect
from preflight.values.findings import EXIT_CODES, worst
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from preflight.cli.check import CheckCall
    from preflight.cli.fix import FixCall
    from preflight.cli.options.measuring import MeasuringOptions
    from preflight.flow.choosing import Choice
    from preflight.scale.keys import Tally
    from preflight.scale.run import Engine, Progress
    from preflight.scale.store import VerdictStore
    from preflight.scale.work import JudgingOptions
    from preflight.values.bounds import Bounds

VERDICTS = "verdicts"
"""Where the verdict store of a fix lies in its output."""
SHOWN_EVERY_S = 0.2


def is_meant(call: "CheckCall") -> bool:
    """Tell whether verdicts are to go into a store."""
    if call.engine.engine or call.engine.scheduler:
        return True
    return any(is_place(word) for word in call.outputs)


def is_place(word: str) -> bool:
    """Tell whether `--output` names a place for verdicts: a bucket, a folder, or what ends like one."""
    return Asset(path=word).is_object or word.endswith(("/", os.sep)) or os.path.isdir(word)  # noqa: PTH112 - as given


def judge_into_store(call: "CheckCall", assets: Iterator[Asset] | None) -> int:
    """Judge into a store, print what it holds, and return the exit status of this run.

    Raises:
        CallError: options contradict each other, or a store or a scheduler cannot be used.
        NotDone: a bucket or the store failed; what was written before is whole.
    """
    place = _place(call)
    from preflight.scale.render import RENDERED
    from preflight.scale.run import Run, carry_out
    from preflight.scale.store import VerdictStore
    from preflight.scale.summary import summarize

    if call.format_name not in RENDERED:
        raise CallError(
            phrase("--format {w}: of a verdict store there are {l}", w=call.format_name, l=joined(RENDERED))
        )
    work = _work(call)
    store = VerdictStore(place, work.stores)
    with _engine(call, work, store, call.asking.agent) as engine, shown() as told:
        tally = carry_out(assets or collect(call.paths), Run(work=work, store=store, told=told), engine)
    _say(tally)
    if not (tally.done or tally.skipped):
        nothing(tally.passed_over)
    click.echo(RENDERED[call.format_name](summarize(store)), nl=False)
    return EXIT_CODES[worst(verdict for verdict in EXIT_CODES if tally.of([verdict]))]


def is_of_buckets(call: "FixCall") -> bool:
    """Tell whether objects are to be fixed."""
    return bool(call.engine.engine) or (call.yes and any(Asset(path=path).is_object for path in call.paths))


def fix_into_store(call: "FixCall", choice: "Choice") -> int:
    """Fix what fails into a folder or a bucket, with a verdict store in it; return the exit status.

    Raises:
        CallError: options contradict each other, or a place or a scheduler cannot be used.
        NotDone: a bucket failed; what was done before is kept.
    """
    from preflight.objects.stores import from_environment
    from preflight.scale.fixing import Fixing
    from preflight.scale.run import Run, carry_out
    from preflight.scale.store import VerdictStore
    from preflight.scale.work import JudgingOptions

    beside = {"--preview": call.preview, "--plan": call.plan_file, "--all": call.everything, "--report": call.reports}
    beside |= {"--measure-quality": call.measure_quality, "--dry-run": call.dry_run, "--keep FILE=": bool(choice.marks)}
    if said := [flag for flag, value in beside.items() if value]:
        raise CallError(phrase("{q}: is not for buckets", q=said[0]))
    if not call.yes:
        raise CallError("--engine dask: nobody can be asked", advice="Add --yes to do what the plans say.")
    out = re.sub(r"^(s3|gs|az):/+", r"\1://", os.fspath(call.out.output))  # a path has no two slashes in a row
    place = out if Asset(path=out).is_object else os.path.abspath(out)  # noqa: PTH100 - any bytes may be a name
    fixing = Fixing(place=place, options=choice.fix_options)
    stores = from_environment(anonymous=call.measuring.anonymous)
    work = JudgingOptions(profile=call.profile(None), stores=stores, bounds=_bounds(call.measuring), fixing=fixing)
    store = VerdictStore(f"{place.rstrip('/')}/{VERDICTS}", stores)
    with _engine(call, work, store) as engine, shown() as told:
        tally = carry_out(collect(call.paths), Run(work=work, store=store, told=told), engine)
    if not (tally.done or tally.skipped):
        nothing(tally.passed_over)
    _say(tally)
    return EXIT_CODES[worst(verdict for verdict in EXIT_CODES if tally.of([verdict]))]


def _place(call: "CheckCall") -> str:
    """Choose the place of the store; refuse what does not go with one."""
    run = call.run
    if len(call.outputs) != 1 or not is_place(call.outputs[0]):
        why = "a verdict store stands alone" if call.outputs else "needs a place for the verdicts"
        said = f"--output {call.outputs[0]}" if call.outputs else f"--engine {call.engine.engine or 'dask'}"
        raise CallError(
            phrase("{q}: {why}", q=said, why=why), advice="Give one --output FOLDER/ or s3://BUCKET/PREFIX."
        )
    if call.engine.scheduler and not call.engine.engine:
        raise CallError("--scheduler: is of --engine dask")
    if beside := [flag for flag, value in _unfit(run).items() if value]:
        raise CallError(
            phrase("{q}: is not for a verdict store", q=beside[0]), advice="`preflight report` sums a store up."
        )
    word = call.outputs[0]
    return word if Asset(path=word).is_object else os.path.abspath(word)  # noqa: PTH100 - any bytes may be a name


def _unfit(run: object) -> dict[str, object]:
    names = ("baseline", "write_baseline", "log_format", "metrics")
    return {f"--{name.replace('_', '-')}": getattr(run, name) for name in names}


def _work(call: "CheckCall") -> "JudgingOptions":
    from preflight.cli.weighing import weighing
    from preflight.objects.stores import from_environment
    from preflight.scale.work import JudgingOptions

    weighed, measuring = weighing(call.run.fail_on), call.measuring
    return JudgingOptions(
        profile=call.editions.one(),
        stores=from_environment(anonymous=measuring.anonymous),
        depth=measuring.depth,
        bounds=_bounds(measuring),
        policy=weighed.policy,
        today=weighed.today,
        is_weighed=not weighed.is_idle,
    )


def _bounds(measuring: "MeasuringOptions") -> "Bounds":
    from preflight.values.bounds import Bounds

    return Bounds(seconds=measuring.time_limit, memory_bytes=measuring.memory_limit << 20)


@contextmanager
def _engine(
    call: "CheckCall | FixCall", work: "JudgingOptions", store: "VerdictStore", agent: str | None = None
) -> "Iterator[Engine]":
    if call.engine.engine:
        from preflight.scale.dask_engine import Dask
        from preflight.workers.processors import processors

        jobs = call.measuring.jobs or processors()
        yield Dask(work=work, store=store, scheduler=call.engine.scheduler, jobs=jobs)
        return
    from preflight.scale.run import LocalEngine
    from preflight.upload.fetcher import Fetcher

    with Fetcher(allow_private=False, agent=agent) as fetch, call.measuring.opened(fetch) as how:
        yield LocalEngine(work=work, store=store, measuring=how)


@contextmanager
def shown() -> "Iterator[Callable[[Progress], None]]":
    """Show on a terminal how far a run is."""
    last = 0.0
    on_terminal = sys.stderr.isatty()

    def told(progress: "Progress") -> None:
        nonlocal last
        if on_terminal and time.monotonic() - last >= SHOWN_EVERY_S:
            last = time.monotonic()
            click.echo(f"\r\x1b[K{localized(words(progress))}", nl=False, err=True)

    try:
        yield told
    finally:
        if last:
            click.echo("\r\x1b[K", nl=False, err=True)


def words(progress: "Progress") -> str:
    """Word how far a run is."""
    tally = progress.tally
    counts = [
        phrase("{n} fail", n=f"{tally.judged['fail']:,}"),
        phrase("{n} unsure", n=f"{tally.judged['unsure']:,}"),
    ]
    if tally.skipped:
        counts.append(phrase("{n} known", n=f"{tally.skipped:,}"))
    return phrase(
        "judged {n1} ({n2}/s), {n3} in work: {counts}",
        n1=f"{tally.done:,}",
        n2=f"{progress.rate:,.0f}",
        n3=f"{progress.waiting:,}",
        counts=joined(counts),
    )


def _say(tally: "Tally") -> None:
    """Say on standard error what this run did."""
    said = [phrase("{n} judged", n=f"{tally.done:,}")]
    if tally.skipped:
        said.append(phrase("{n} known before", n=f"{tally.skipped:,}"))
    if tally.passed_over:
        said.append(phrase("{n} passed over as no media", n=f"{tally.passed_over:,}"))
    click.echo(f"preflight: {localized(joined(said))}", err=True)
