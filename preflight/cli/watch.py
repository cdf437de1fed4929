"""`preflight watch`: a folder where files arrive; each judged, and moved to where it belongs, one line for each."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preflight.assets import Asset, printable, shown
from preflight.cli.gate import gate_options, opened
from preflight.cli.options import load_profile, measuring, measuring_options, profile_option, settings_file
from preflight.errors import CallError

if TYPE_CHECKING:
    from preflight.watch import News, Watch

FOLDER = click.Path(file_okay=False, path_type=Path)
SIGNALLED = 128


@click.command("watch")
@click.argument("incoming", type=FOLDER, metavar="INCOMING")
@click.option("--ready", type=FOLDER, required=True, help="Folder for files that pass, and for new files of --fix.")
@click.option("--rejected", type=FOLDER, required=True, help="Folder for files that do not.")
@click.option(
    "--done",
    type=FOLDER,
    help="Folder for the originals of files that were fixed.  [default: the folder originals in --rejected]",
)
@click.option("--fix", "fix", is_flag=True, help="Mend files that do not pass, where that can be done.")
@click.option(
    "--allow",
    type=click.Choice(["lossless", "lossy", "creative"]),
    default="lossy",
    show_default=True,
    envvar="PREFLIGHT_ALLOW",
    help="The most loss that --fix is allowed; creative changes what is shown.",
)
@click.option("--once", is_flag=True, help="Handle what is there, and end.")
@click.option(
    "--settle",
    "settle_s",
    type=click.FloatRange(0, 3600),
    default=2.0,
    show_default=True,
    metavar="SECONDS",
    help="For how long a file has to keep its size and time before it is taken.",
)
@click.option(
    "--rescan",
    "rescan_s",
    type=click.FloatRange(0.1, 86400),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How often the folder is walked for what the system's events missed.",
)
@click.option(
    "--journal",
    "journal_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where each step is written down.  [default: .preflight/journal.jsonl in INCOMING]",
)
@profile_option
@measuring_options
@gate_options
@settings_file
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    incoming: Path,
    ready: Path,
    rejected: Path,
    done: Path | None,
    fix: bool,
    once: bool,
    settle_s: float,
    rescan_s: float,
    journal_path: Path | None,
    profile_name: str,
    **given: Any,  # noqa: ANN401 - --allow, and what measuring_options and gate_options add
) -> None:
    """Judge each file that arrives in INCOMING, and move it to where it belongs.

    A file is taken when it is whole, judged as by `check`, and moved with a report beside it, NAME.report.json, under
    the next free name: nothing is overwritten. Subfolders are mirrored. Hidden and temporary names (.part, .tmp,
    .crdownload, NAME~ and the like), links, and what is no picture, clip or sound stay where they are.

    With --fix the new file goes to --ready with a record of how it was made, the original to --done.

    A file that could not be judged stays, and is tried again, each time after longer. The program may be killed at any
    time: the next start ends what was begun, and handles nothing twice.

    Exit status of --once: 0 all that was there is ready (or nothing was), 1 something was rejected, 3 something could
    not be judged or moved. Without --once it runs until Ctrl-C (130) or SIGTERM (143).

    \b
    Example: preflight watch incoming/ --ready ready/ --rejected rejected/
    Example: preflight watch incoming/ --ready ready/ --rejected rejected/ --fix --allow lossless --once
    """  # noqa: D301 - \b is click's mark for lines to keep
    if given["write_baseline"]:
        raise CallError("--write-baseline: a watch sorts files; `preflight check` writes baselines")
    profile = load_profile(profile_name)
    from preflight.plan import Wishes
    from preflight.watch import Journal, Judging, Stopping, Watch, folders_of, refuse_journal

    folders = folders_of(incoming, ready, rejected, done)
    if journal_path:
        refuse_journal(journal_path, incoming)
    with (
        Stopping() as stopping,
        opened(given, profile.name) as gate,
        Journal(incoming, journal_path) as journal,
        measuring(given) as how,
    ):
        gate.watch(how)
        watch = Watch(
            folders,
            Judging(profile=profile, how=how, weigh=gate.over, wishes=Wishes(allow=given["allow"]) if fix else None),
            journal,
            settle_s=settle_s,
            tell=_tell,
            note=_note,
            stopping=stopping,
        )
        status = 0
        try:
            if once:
                status = _once(watch)
            else:
                watch.run(rescan_s)
        except KeyboardInterrupt:
            _note(f"ended by a signal; {watch.became.total():,} files were handled")
            status = SIGNALLED + (stopping.signal or 2)
    ctx.exit(status)


def _once(watch: "Watch") -> int:
    """Handle what is there, and return the exit status."""
    left = watch.once()
    if left:
        _note(f"{left:,} {'file is' if left == 1 else 'files are'} still being written, and left for the next run")
    became = watch.became
    return 3 if became["unsure"] or became["failed"] else 1 if became["rejected"] else 0


def _tell(news: "News") -> None:
    """Print what became of a file."""
    from preflight.report.text import name_of

    rules = f" ({', '.join(news.rules)})" if news.rules else ""
    rest = shown(news.target) if news.target else printable(news.reason)
    sys.stdout.write(f"{name_of(Asset(path=news.path))}: {news.became}{rules}: {rest}\n")
    sys.stdout.flush()


def _note(words: str) -> None:
    click.echo(f"preflight: {printable(words)}", err=True)
