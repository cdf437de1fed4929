"""`preflight task`: what the ledger and the service know of submissions; wait, download, reconcile."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight import __version__
from preflight.assets import masked, printable, shown
from preflight.cli.options import (
    addresses,
    api_key,
    format_option,
    load_profile,
    profile_option,
    service_options,
    settings_file,
)
from preflight.cli.progress import Bars
from preflight.errors import CallError
from preflight.flow import Account, download, wait
from preflight.profiles import Profile
from preflight.report import text
from preflight.units import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from preflight.api import Service, Task
    from preflight.drift import Drift
    from preflight.ledger import Entry, Ledger

DOWNLOADS = "."
DRIFT_SCHEMA = "preflight.drift/1"


@click.group("task")
def command() -> None:
    """See, wait for and download what was submitted.

    \b
    Example: preflight task list
    """  # noqa: D301 - \b is click's mark for lines to keep


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@service_options
@settings_file
def list_(*, limit: int, base_url: str | None, files_url: str | None, ledger_path: Path | None) -> None:  # noqa: ARG001 - the same options everywhere
    """List the submissions in the ledger.

    \b
    Example: preflight task list
    """  # noqa: D301 - \b is click's mark for lines to keep
    with open_ledger(ledger_path) as ledger:
        entries = ledger.entries(limit)
    text.write(map(_line, entries))
    if not entries:
        click.echo("nothing was submitted yet", err=True)


@command.command("show")
@click.argument("which", metavar="TASK|ENTRY")
@service_options
@settings_file
def show(*, which: str, base_url: str | None, files_url: str | None, ledger_path: Path | None) -> None:  # noqa: ARG001 - the same options everywhere
    """Show one submission: its body, its assets, and what came of it.

    \b
    Example: preflight task show 3
    """  # noqa: D301 - \b is click's mark for lines to keep
    with open_ledger(ledger_path) as ledger:
        entry = _found(ledger, which)
    text.write([_line(entry)])
    click.echo(f"sent to {printable(entry.base_url)} under profile {printable(entry.profile)}")
    for asset in entry.assets:
        click.echo(f"{printable(asset.role)}: {shown(asset.path)}")
    for path in entry.downloads:
        click.echo(f"downloaded: {printable(path)}")
    click.echo(printable(masked(entry.body.decode("utf-8", "replace"))))


@command.command("wait")
@click.argument("which", metavar="TASK|ENTRY")
@click.option("--download", "folder", type=click.Path(file_okay=False, path_type=Path), help="Save the video here.")
@profile_option
@service_options
@settings_file
def wait_(
    *,
    which: str,
    folder: Path | None,
    profile_name: str,
    base_url: str | None,
    files_url: str | None,
    ledger_path: Path | None,
) -> None:
    """Wait until a task is over; Ctrl-C leaves it running.

    \b
    Example: preflight task wait 3 --download videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = load_profile(profile_name)
    with (
        open_ledger(ledger_path) as ledger,
        _service(ledger, which, profile, base_url, files_url) as (task_id, service),
    ):
        bring(task_id, Account(service, ledger, profile), folder)


@command.command("download")
@click.argument("which", metavar="TASK|ENTRY")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=DOWNLOADS, metavar="[DIR]")
@profile_option
@service_options
@settings_file
def download_(
    *,
    which: str,
    folder: Path,
    profile_name: str,
    base_url: str | None,
    files_url: str | None,
    ledger_path: Path | None,
) -> None:
    """Save the video of a completed task; its links live for a day.

    \b
    Example: preflight task download 3 videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = load_profile(profile_name)
    with (
        open_ledger(ledger_path) as ledger,
        _service(ledger, which, profile, base_url, files_url) as (task_id, service),
    ):
        bring(task_id, Account(service, ledger, profile), folder)


@command.command("reconcile")
@click.option("--adopt", metavar="ENTRY=TASK", help="This entry is that task at the service.")
@click.option("--gone", metavar="ENTRY", help="The service never got this entry; it may be sent again.")
@profile_option
@service_options
@settings_file
def reconcile(
    *,
    adopt: str | None,
    gone: str | None,
    profile_name: str,
    base_url: str | None,
    files_url: str | None,
    ledger_path: Path | None,
) -> None:
    """Find out what became of submissions whose answer was lost.

    Shows each one beside the tasks at the service that no entry accounts for. Only your word settles it.

    \b
    Example: preflight task reconcile --adopt 3=task-unified-1774857405-abc123
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = load_profile(profile_name)
    base, files = addresses(profile, base_url, files_url)
    from preflight.api import Service

    with open_ledger(ledger_path) as ledger:
        if gone:
            ledger.refused(_found(ledger, gone), "a person said that the service never got it")
            return
        with Service(base, api_key(), files_url=files) as service:
            if adopt:
                which, _, task_id = adopt.partition("=")
                ledger.accepted(_found(ledger, which), service.task(task_id))
                return
            _show_strays(ledger, service.tasks())


@command.command("drift")
@format_option("text", "json")
@service_options
@settings_file
def drift_(*, dress: str, base_url: str | None, files_url: str | None, ledger_path: Path | None) -> None:  # noqa: ARG001 - the same options everywhere
    """Report what the service refused although it had been called clean here.

    The report holds the day, the profile, the rule that should have caught it, the service's code and words, and what
    was measured of the assets: no names, addresses, media or prompts. It can be sent to the project.

    \b
    Example: preflight task drift --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.drift import recorded

    with open_ledger(ledger_path) as ledger:
        found = recorded(ledger)
    if dress == "json":
        from preflight.report.json import dump

        click.echo(dump({"schema": DRIFT_SCHEMA, "preflight": __version__, "drift": found}), nl=False)
        return
    text.write(map(_drift_line, found))
    if not found:
        click.echo("nothing was refused that had been called clean", err=True)


def _drift_line(drift: "Drift") -> text.Line:
    where = "create call" if drift.stage == "create" else "task"
    code = f" [{printable(drift.code)}]" if drift.code else ""
    kinds = ", ".join(str(asset.get("kind", "unmeasured")) for asset in drift.assets) or "no assets"
    words = f" {printable(drift.profile)}: {where} refused: {printable(drift.message)}{code} ({kinds})"
    return (f"{drift.at:%Y-%m-%d %H:%M} UTC", ""), (" ", ""), (drift.rule or "no rule", "bold red"), (words, "")


def bring(task_id: str, account: Account, folder: Path | None) -> None:
    """Wait for a task with progress, download it if a folder is named, and say what came."""
    try:
        with Bars("waiting", 1) as bars:
            task = wait(task_id, account, progress=_told(bars, task_id))
    except KeyboardInterrupt:
        click.echo(f"The task goes on without you; `preflight task wait {printable(task_id)}` returns to it.", err=True)
        raise
    if folder is None:
        click.echo(f"Task {printable(task_id)} is completed. `preflight task download {task_id}` saves the video.")
        return
    with Bars("downloading", 1) as bars:
        paths = download(task, account, folder, progress=bars.start("result"))
    for path in paths:
        click.echo(f"{printable(str(path))}: {_seen(path)}")


def _seen(path: Path) -> str:
    from preflight.assets import Asset
    from preflight.probe import probe

    probed = probe(Asset(path=str(path)))
    return printable(probed.fault.message) if probed.fault else text.summary(probed.facts)


def _told(bars: Bars, task_id: str) -> "Callable[[Task], None]":
    from fractions import Fraction

    move = bars.start(task_id)
    return lambda task: move(Fraction(task.progress or 0, 100)) if move else None


@contextmanager
def open_ledger(path: Path | None) -> "Iterator[Ledger]":
    """Open the ledger, and say aloud which submissions another run left without an answer."""
    from preflight.ledger import Ledger

    with Ledger(path) as ledger:
        for entry in ledger.settle_orphans():
            click.echo(f"entry {entry.number} was sent and no answer is known: `preflight task reconcile`", err=True)
        yield ledger


@contextmanager
def _service(
    ledger: "Ledger", which: str, profile: Profile, base_url: str | None, files_url: str | None
) -> "Iterator[tuple[str, Service]]":
    """Open the service that a task was submitted to, or the one that the call names."""
    from preflight.api import Service

    entry = ledger.find(which)
    if entry and entry.task_id is None:
        raise CallError(f"entry {entry.number} is {entry.state}: there is no task to ask for")
    base, files = addresses(profile, base_url or (entry.base_url if entry else None), files_url)
    with Service(base, api_key(), files_url=files) as service:
        yield (entry.task_id if entry and entry.task_id else which), service


def _found(ledger: "Ledger", which: str) -> "Entry":
    entry = ledger.find(which)
    if entry is None:
        raise CallError(f"{printable(which)}: no such task or entry in the ledger", advice="`preflight task list`")
    return entry


def _show_strays(ledger: "Ledger", tasks: "list[Task]") -> None:
    unknown = [entry for entry in ledger.entries(10_000) if entry.state == "unknown"]
    if not unknown:
        click.echo("every submission is accounted for")
        return
    text.write(map(_line, unknown))
    strays = [task for task in tasks if ledger.find(task.id) is None]
    for task in strays:
        created = task.raw.get("created")
        when = f", created {created}" if isinstance(created, int) else ""
        click.echo(f"at the service, in no entry: {printable(task.id)} ({printable(task.status)}{when})")
    click.echo("--adopt ENTRY=TASK says that they are the same; --gone ENTRY says that the service never got it")


def _line(entry: "Entry") -> text.Line:
    price = f", about {decimal(entry.price, 2)} credits" if entry.price is not None else ""
    said = f": {printable(entry.message)}" if entry.message else ""
    task = printable(entry.task_id) if entry.task_id else "no task"
    words = f" {entry.created_at:%Y-%m-%d %H:%M} UTC, {task}{price}{said}"
    style = {"unknown": "bold magenta", "failed": "bold red", "refused": "bold red"}.get(entry.state, "green")
    return (f"{entry.number}", "bold"), (" ", ""), (entry.state, style), (words, "")
