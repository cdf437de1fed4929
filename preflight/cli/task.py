"""`preflight task`: what the ledger and the service know of submissions; wait, download. `reconcile` is beside it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from preflight._version import __version__
from preflight.cli.entries import found, line, open_ledger, say_orphan
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions, TextOrJson
from preflight.cli.options.option import FOLDER, options_of
from preflight.cli.options.service import ServiceOptions
from preflight.cli.progress import Bars
from preflight.cli.reconcile import command as reconcile
from preflight.errors import PreflightError, Refused, TaskFailed
from preflight.flow.account import account_of
from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.report.entries import entries_json, stray_json, whole_json
from preflight.report.remedies import message_of
from preflight.submission.submit import Account, download, wait
from preflight.values.assets import masked, printable, shown
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from preflight.service.task import Task
    from preflight.submission.mismatch import RuleMismatch

__all__ = ["bring", "command", "open_ledger"]
"""The group, and what it shares with `submit` and `callback`."""

RUNNING = ("pending", "processing")
"""What the service is known to say of a task that is not over."""
DOWNLOADS = "."
DRIFT_SCHEMA = "preflight.drift/1"


@click.group("task")
def command() -> None:
    """See, wait for and download what was submitted.

    \b
    Example: preflight task list
    """  # noqa: D301 - \b is click's mark for lines to keep


command.add_command(reconcile)


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@options_of(TextOrJson)
@options_of(ServiceOptions)
@settings_file
def list_(*, limit: int, shown_as: TextOrJson, service: ServiceOptions) -> None:
    """List the submissions in the ledger.

    \b
    Example: preflight task list
    """  # noqa: D301 - \b is click's mark for lines to keep
    with open_ledger(service.ledger_path) as ledger:
        entries = ledger.entries(limit)
    if shown_as.is_json:
        _dump(entries_json(entries))
        return
    text.write(map(line, entries))
    if not entries:
        click.echo(localized("nothing was submitted yet"), err=True)


@command.command("show")
@click.argument("which", metavar="TASK|ENTRY")
@options_of(TextOrJson)
@options_of(ServiceOptions)
@settings_file
def show(*, which: str, shown_as: TextOrJson, service: ServiceOptions) -> None:
    """Show one submission: its body, its assets, and what came of it.

    \b
    Example: preflight task show 3
    """  # noqa: D301 - \b is click's mark for lines to keep
    with open_ledger(service.ledger_path) as ledger:
        entry = found(ledger, which)
    if shown_as.is_json:
        _dump(whole_json(entry))
        return
    text.write([line(entry)])
    click.echo(
        localized(phrase("sent to {q1} under profile {q2}", q1=printable(entry.base_url), q2=printable(entry.profile)))
    )
    for asset in entry.assets:
        click.echo(f"{printable(asset.role)}: {shown(asset.path)}")
    for path in entry.downloads:
        click.echo(localized(phrase("downloaded: {q}", q=printable(path))))
    click.echo(printable(masked(entry.body.decode("utf-8", "replace"))))


@command.command("wait")
@click.argument("which", metavar="TASK|ENTRY")
@click.option("--download", "folder", type=FOLDER, help="Save the video here.")
@options_of(TextOrJson)
@options_of(EditionOptions)
@options_of(ServiceOptions)
@settings_file
def wait_(
    *, which: str, folder: Path | None, shown_as: TextOrJson, edition: EditionOptions, service: ServiceOptions
) -> None:
    """Wait until a task is over; Ctrl-C leaves it running.

    \b
    Example: preflight task wait 3 --download videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    with _account(which, edition.load(), service) as (task_id, account):
        _brought(task_id, account, folder, shown_as)


@command.command("download")
@click.argument("which", metavar="TASK|ENTRY")
@click.argument("folder", type=FOLDER, default=DOWNLOADS, metavar="[DIR]")
@options_of(TextOrJson)
@options_of(EditionOptions)
@options_of(ServiceOptions)
@settings_file
def download_(
    *, which: str, folder: Path, shown_as: TextOrJson, edition: EditionOptions, service: ServiceOptions
) -> None:
    """Save the video of a completed task; its links live for a day.

    \b
    Example: preflight task download 3 videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    with _account(which, edition.load(), service) as (task_id, account):
        _brought(task_id, account, folder, shown_as, reach=True)


@command.command("drift")
@options_of(TextOrJson)
@options_of(ServiceOptions)
@settings_file
def mismatch_(*, shown_as: TextOrJson, service: ServiceOptions) -> None:
    """Report what the service refused although it had been called clean here.

    The report holds the day, the profile, the rule that should have caught it, the service's code and words, and what
    was measured of the assets: no names, addresses, media or prompts. It can be sent to the project.

    \b
    Example: preflight task drift --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.submission.mismatch import recorded

    with open_ledger(service.ledger_path) as ledger:
        drifted = recorded(ledger)
    if shown_as.is_json:
        _dump({"schema": DRIFT_SCHEMA, "preflight": __version__, "drift": drifted})
        return
    text.write(map(_mismatch_line, drifted))
    if not drifted:
        click.echo(localized("nothing was refused that had been called clean"), err=True)


def _mismatch_line(mismatch: "RuleMismatch") -> text.Line:
    where = "create call refused: {q}" if mismatch.stage == "create" else "task refused: {q}"
    code = f" [{printable(mismatch.code)}]" if mismatch.code else ""
    refused = localized(phrase(where, q=f"{printable(mismatch.message)}{code}"))
    kinds = localized(joined(str(asset.get("kind", "unmeasured")) for asset in mismatch.assets) or "no assets")
    words = f" {printable(mismatch.profile)}: {refused} ({kinds})"
    rule = localized(mismatch.rule or "no rule"), "bold red"
    return (f"{mismatch.at:%Y-%m-%d %H:%M} UTC", ""), (" ", ""), rule, (words, "")


def _dump(value: dict[str, Any]) -> None:
    from preflight.report.json import dump

    click.echo(dump(value), nl=False)


def _brought(task_id: str, account: Account, folder: Path | None, shown_as: TextOrJson, *, reach: bool = False) -> None:
    """Wait and download as `bring` does; as JSON, print what the ledger knows when the task is over."""
    if not shown_as.is_json:
        bring(task_id, account, folder, reach=reach)
        return
    try:
        paths = bring(task_id, account, folder, reach=reach, out=sys.stderr)
    except TaskFailed:
        _dump(_ended(task_id, account, "failed", []))
        raise
    _dump(_ended(task_id, account, "downloaded" if paths else "completed", paths))


def _ended(task_id: str, account: Account, outcome: str, paths: list[Path]) -> dict[str, Any]:
    """Tell how a task ended, by its entry; by what came of it where it is in another ledger."""
    entry = account.ledger.find(task_id)
    return whole_json(entry) if entry else stray_json(task_id, outcome, paths)


def bring(
    task_id: str, account: Account, folder: Path | None, *, reach: bool = False, out: TextIO | None = None
) -> list[Path]:
    """Wait for a task with progress, download it if a folder is named, say what came, and return its paths.

    Args:
        task_id: the task.
        account: where it is asked for, and written down.
        folder: where the video goes; None only waits.
        reach: whether no connection at the first question ends it; else it is said, and sat out.
        out: where what came is said; standard output if None.
    """
    try:
        with Bars("waiting", 1) as bars:
            told = _told(bars, task_id, account.profile.service.wait_s)
            task = wait(task_id, account, reach=reach, progress=told, trouble=_sat_out())
    except KeyboardInterrupt:
        words = phrase("The task goes on without you; `preflight task wait {q}` returns to it.", q=printable(task_id))
        click.echo(localized(words), err=True)
        raise
    if folder is None:
        words = phrase("Task {q} is completed. `preflight task download {q}` saves the video.", q=printable(task_id))
        click.echo(localized(words), file=out)
        return []
    with Bars("downloading", 1) as bars:
        paths = download(task, account, folder, progress=bars.start("result"))
    for path in paths:
        click.echo(f"{printable(str(path))}: {_seen(path)}", file=out)
    return paths


def _seen(path: Path) -> str:
    from preflight.values.assets import Asset
    from preflight.workers.pool import measured

    probed = measured(Asset(path=str(path)))
    return printable(localized(probed.fault.message)) if probed.fault else text.summary(probed.facts)


def _told(bars: Bars, task_id: str, limit_s: float) -> "Callable[[Task], None]":
    """Build the callback that moves the bar, and names an unknown status once."""
    from fractions import Fraction

    move, until, said = bars.start(task_id), _until(limit_s), False

    def tell(task: "Task") -> None:
        nonlocal said
        if move:
            move(Fraction(task.progress or 0, 100))
        if said or task.is_over or task.status in RUNNING:
            return
        said = True
        words = phrase("the unknown status {q}", q=repr(printable(task.status))) if task.status else "no status"
        click.echo(
            localized(phrase("task {q} has {what}: trying again until {n}", q=printable(task.id), what=words, n=until)),
            err=True,
        )

    return tell


def _until(left_s: float) -> str:
    """Tell the time of day in so many seconds, as it is said."""
    from datetime import UTC, datetime, timedelta

    return f"{datetime.now(UTC) + timedelta(seconds=left_s):%H:%M:%S} UTC"


def _sat_out() -> "Callable[[PreflightError, float], None]":
    """Build the callback that names each kind of fault once, with the wait, on standard error."""
    said: set[type[PreflightError]] = set()

    def tell(error: PreflightError, left_s: float) -> None:
        if type(error) is Refused or type(error) in said or left_s <= 0:
            return
        said.add(type(error))
        click.echo(
            localized(phrase("{q}: trying again until {n}", q=printable(message_of(error)), n=_until(left_s))), err=True
        )

    return tell


def _account(which: str, profile: Profile, service: ServiceOptions) -> "AbstractContextManager[tuple[str, Account]]":
    """Open the service that a task was submitted to, or the one that the call names."""
    return account_of(which, profile, service.ledger_path, lambda known: service.endpoint(profile, known), say_orphan)
