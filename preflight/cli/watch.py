"""`preflight watch`: a folder where files arrive; each judged, and moved to where it belongs, one line for each."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from preflight.cli import SIGNALLED
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.choices import AllowOptions
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import FILE, FOLDER, Argument, Between, Group, Option, options_of
from preflight.cli.options.run import RunOptions
from preflight.cli.run_context import opened
from preflight.errors import CallError
from preflight.locale import localized, localized_in
from preflight.values.assets import Asset, printable, shown
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from preflight.flow.check import Measuring
    from preflight.profiles import Profile
    from preflight.values.findings import Judged
    from preflight.watch import Judging, News, Stopping, Watch


class WatchCall(Group, frozen=True, kw_only=True):
    """What a call of `watch` asks."""

    incoming: Annotated[Path, Argument("INCOMING", FOLDER)]
    ready: Annotated[Path, Option("Folder for files that pass, and for new files of --fix.", kind=FOLDER)]
    rejected: Annotated[Path, Option("Folder for files that do not.", kind=FOLDER)]
    done: Annotated[
        Path | None,
        Option(
            "Folder for the originals of files that were fixed.  [default: the folder originals in --rejected]",
            kind=FOLDER,
        ),
    ] = None
    fix: Annotated[bool, Option("Mend files that do not pass, where that can be done.")] = False
    allowed: AllowOptions = AllowOptions()
    once: Annotated[bool, Option("Handle what is there, and end.")] = False
    settle_s: Annotated[
        float,
        Option(
            "For how long a file has to keep its size and time before it is taken.",
            flags=("--settle",),
            kind=Between(0, 3600),
            metavar="SECONDS",
        ),
    ] = 2.0
    rescan_s: Annotated[
        float,
        Option(
            "How often the folder is walked for what the system's events missed.",
            flags=("--rescan",),
            kind=Between(0.1, 86400),
            metavar="SECONDS",
        ),
    ] = 30.0
    journal_path: Annotated[
        Path | None,
        Option(
            "Where each step is written down.  [default: in the user's own state folder]",
            flags=("--journal",),
            kind=FILE,
            metavar="FILE",
        ),
    ] = None
    edition: EditionOptions = EditionOptions()
    measuring: MeasuringOptions = MeasuringOptions()
    run: RunOptions = RunOptions()


@click.command("watch")
@options_of(WatchCall)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: WatchCall) -> None:
    """Judge each file that arrives in INCOMING, and move it to where it belongs.

    A file is taken when it is whole, judged as by `check`, and moved with a report beside it, NAME.report.json, under
    the next free name: nothing is overwritten. Subfolders are mirrored. Hidden and temporary names (.part, .tmp,
    .crdownload, NAME~ and the like), links, and what is no picture, clip or sound stay where they are.

    With --fix the new file goes to --ready with a record of how it was made, the original to --done.

    A file that could not be judged stays, and is tried again, each time after longer. The program may be killed at any
    time: the next start ends what was begun, and handles nothing twice.

    Exit status of --once: 0 all that was there is ready (or nothing was), 1 something was rejected, 3 something could
    not be judged or moved. Without --once it runs until Ctrl-C (130), SIGTERM (143) or SIGHUP (129).

    \b
    Example: preflight watch incoming/ --ready ready/ --rejected rejected/
    Example: preflight watch incoming/ --ready ready/ --rejected rejected/ --fix --allow lossless --once
    """  # noqa: D301 - \b is click's mark for lines to keep
    if call.run.write_baseline:
        raise CallError("--write-baseline: a watch sorts files; `preflight check` writes baselines")
    profile = call.edition.load()
    from preflight.cli.metrics import Heartbeat
    from preflight.watch import Journal, Stopping, Watch, folders_of, refuse_journal

    folders = folders_of(call.incoming, call.ready, call.rejected, call.done)
    if call.journal_path:
        refuse_journal(call.journal_path, call.incoming)
    with (
        Stopping() as stopping,
        opened(call.run, call.measuring.depth, profile.name) as run,
        Journal(call.incoming, call.journal_path) as journal,
        call.measuring.opened() as how,
    ):
        run.listen(how)
        heartbeat = Heartbeat(call.run.metrics, profile.name, how)
        judging = _judging(call, profile, how, lambda judged: heartbeat.over(run.over(judged)))
        watch = Watch(
            folders,
            judging,
            journal,
            settle_s=call.settle_s,
            tell=_tell,
            note=_note,
            heartbeat=heartbeat,
            stopping=stopping,
        )
        status = _status(watch, stopping, call)
    ctx.exit(status)


def _judging(
    call: WatchCall, profile: "Profile", how: "Measuring", weigh: "Callable[[Iterable[Judged]], Iterator[Judged]]"
) -> "Judging":
    """Choose how files are judged, and mended where that is asked for."""
    from preflight.plan import FixOptions
    from preflight.watch import Judging

    fix_options = FixOptions(allow=call.allowed.allow) if call.fix else None
    return Judging(profile=profile, how=how, weigh=weigh, fix_options=fix_options)


def _status(watch: "Watch", stopping: "Stopping", call: WatchCall) -> int:
    """Watch for as long as it is asked, and return the exit status."""
    try:
        if call.once:
            return _once(watch)
        watch.run(call.rescan_s)
    except KeyboardInterrupt:
        _note(phrase("ended by a signal; {n} files were handled", n=f"{watch.became.total():,}"))
    return SIGNALLED + (stopping.signal or 2)


def _once(watch: "Watch") -> int:
    """Handle what is there, and return the exit status."""
    left = watch.once()
    if left:
        one = "{n} file is still being written, and left for the next run"
        _note(
            phrase(one if left == 1 else "{n} files are still being written, and left for the next run", n=f"{left:,}")
        )
    became = watch.became
    return 3 if became["unsure"] or became["failed"] else 1 if became["rejected"] else 0


def _tell(news: "News") -> None:
    """Print what became of a file."""
    from preflight.report.text import name_of

    rules = f" ({', '.join(news.rules)})" if news.rules else ""
    rest = shown(news.target) if news.target else printable(localized(news.reason))
    sys.stdout.write(f"{name_of(Asset(path=news.path))}: {localized_in('became', news.became)}{rules}: {rest}\n")
    sys.stdout.flush()


def _note(words: str) -> None:
    click.echo(f"preflight: {printable(localized(words))}", err=True)
