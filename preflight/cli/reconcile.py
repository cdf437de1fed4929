"""`preflight task reconcile`: lost answers, each beside what its own service has; a person's word on them."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import click
import msgspec

from preflight.cli.entries import found, line, open_ledger, stray_line
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import Group, Option, options_of
from preflight.cli.options.service import ServiceOptions
from preflight.errors import CallError, PreflightError
from preflight.locale import localized
from preflight.profiles import Profile
from preflight.report import text
from preflight.report.remedies import message_of
from preflight.service import origin
from preflight.submission import reconcile as reconciling
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from preflight.service.client import Service
    from preflight.submission.ledger import Ledger
    from preflight.submission.reconcile import Search
    from preflight.submission.states import Entry


ALL_KNOWN = "nothing to reconcile: every submission is accounted for"
SHOWN = 20
"""How many strays are shown for one entry, the likeliest first."""


class ReconcileCall(Group, frozen=True, kw_only=True):
    """What a call of `reconcile` asks."""

    adopt: Annotated[str | None, Option("This entry is that task at the service.", metavar="ENTRY=TASK")] = None
    gone: Annotated[
        str | None,
        Option(
            "The service never got this entry; it may be sent again. Believed 10 minutes after its answer was lost, and"
            " if the service has no task that may be it.",
            metavar="ENTRY",
        ),
    ] = None
    sure: Annotated[bool, Option("Of --gone: without a look at the service, or against what it shows.")] = False
    edition: EditionOptions
    service: ServiceOptions


@click.command("reconcile")
@options_of(ReconcileCall)
@settings_file
def command(call: ReconcileCall) -> None:
    """Find out what became of submissions whose answer was lost.

    Shows each one beside the tasks, at the service that it was sent to, that no entry accounts for. Only your word
    settles it. --base-url leaves out what was sent elsewhere.

    \b
    Example: preflight task reconcile --adopt 3=task-unified-1774857405-abc123
    """  # noqa: D301 - \b is click's mark for lines to keep
    if (call.adopt and call.gone) or (call.sure and not call.gone):
        raise CallError("--adopt and --gone are two different words, and --sure belongs to --gone")
    profile = call.edition.load()
    with open_ledger(call.service.ledger_path) as ledger:
        if call.adopt:
            _adopt(call, profile, ledger)
        elif call.gone:
            _say_gone(call, profile, ledger)
        else:
            _show_all(call, profile, ledger)


def _service(base_url: str, call: ReconcileCall, profile: Profile) -> "Service":
    elsewhere = msgspec.structs.replace(call.service, base_url=None)
    return elsewhere.endpoint(profile, base_url).service()


def _search(base_url: str, call: ReconcileCall, profile: Profile, ledger: "Ledger") -> "Search":
    with _service(base_url, call, profile) as service:
        return reconciling.search(base_url, service, ledger)


# ---- a person's word ------------------------------------------------------------------------------------------------


def _adopt(call: ReconcileCall, profile: Profile, ledger: "Ledger") -> None:
    which, mark, task_id = (call.adopt or "").partition("=")
    if not mark:
        raise CallError(
            phrase("--adopt {q}: expected ENTRY=TASK", q=printable(which)),
            advice="`preflight task reconcile` lists both.",
        )
    entry = _sent_there(found(ledger, which), call)
    with _service(entry.base_url, call, profile) as service:
        entry = reconciling.adopt(entry, task_id, service, ledger)
    number = entry.number
    then = phrase("`preflight task download {n}` saves the video.", n=number)
    if entry.status in ("failed", "cancelled"):
        then = phrase("`preflight task wait {n}` writes down why.", n=number)
    task, status = printable(task_id), printable(entry.status) if entry.status else "without status"
    click.echo(localized(phrase("Entry {n} is task {q}, {status}. {then}", n=number, q=task, status=status, then=then)))


def _say_gone(call: ReconcileCall, profile: Profile, ledger: "Ledger") -> None:
    entry = _sent_there(found(ledger, call.gone or ""), call)

    def searched() -> "Search":
        search = _search(entry.base_url, call, profile, ledger)
        for task in search.near(entry):
            click.echo(stray_line(task))
        return search

    settled = reconciling.gone(entry, ledger, None if call.sure else searched)
    click.echo(localized(phrase("Entry {n} is refused: the request may be sent again.", n=settled.number)))


def _sent_there(entry: "Entry", call: ReconcileCall) -> "Entry":
    """Find an entry, if it was sent to the service that the call names, or names none."""
    if call.service.base_url is None or origin.same(call.service.base_url, entry.base_url):
        return entry
    there, here = printable(entry.base_url), printable(call.service.base_url)
    words = phrase("entry {n} was sent to {q1}, not to {q2}", n=entry.number, q1=there, q2=here)
    raise CallError(words, advice="Leave --base-url (or PREFLIGHT_BASE_URL) out, and its own service is asked.")


# ---- what there is --------------------------------------------------------------------------------------------------


def _show_all(call: ReconcileCall, profile: Profile, ledger: "Ledger") -> None:
    """Show what is unknown, service by service; one that cannot be asked does not hide the others."""
    open_, only = reconciling.by_address(reconciling.unknown(ledger)), call.service.base_url
    here = {where: entries for where, entries in open_.items() if only is None or origin.same(only, where)}
    if not here:
        words = phrase("nothing to reconcile at {q}", q=origin.shown(only)) if only else ALL_KNOWN
        click.echo(localized(words))
    failures: list[PreflightError] = []
    for where, entries in here.items():
        click.echo(localized(phrase("Sent to {q}:", q=printable(where))))
        text.write(map(line, entries))
        try:
            _show(_search(entries[0].base_url, call, profile, ledger))
        except PreflightError as error:
            failures.append(error)
    for where, entries in open_.items():
        if where not in here:
            numbers = joined(str(entry.number) for entry in entries)
            click.echo(
                localized(
                    phrase("unknown too, and sent to {q}: {l}; --base-url left it out", q=printable(where), l=numbers)
                ),
                err=True,
            )
    _fail(failures)


def _fail(failures: list[PreflightError]) -> None:
    """Raise the last of what went wrong, and say the others aloud."""
    if failures:
        *others, last = failures
        for error in others:
            click.echo(f"preflight: {printable(message_of(error))}", err=True)
        raise last


def _show(search: "Search") -> None:
    """Print the strays of a service that may be what became of its entries, and what a person may say of each."""
    if search.skew is not None and abs(search.skew) >= reconciling.SKEWED:
        click.echo(
            localized(phrase("{apart}; the times of tasks are the service's", apart=_apart(search.skew))), err=True
        )
    near = {task.id: task for entry in search.entries for task in search.near(entry)[:SHOWN]}
    for task in near.values():
        click.echo(stray_line(task))
    alike = {task.id for entry in search.entries for task in search.near(entry)}
    if more := len(alike) - len(near):
        click.echo(localized(phrase("{n} more of the same model and length, made at other times", n=f"{more:,}")))
    if rest := len(search.strays) - len(alike):
        click.echo(
            localized(phrase("{n} more at the service and in no entry, of another model or length", n=f"{rest:,}"))
        )
    for entry in search.entries:
        click.echo(localized(_advice(entry, search)))


def _apart(skew: timedelta) -> str:
    """Say how far this machine's clock is from the service's."""
    minutes = round(abs(skew).total_seconds() / 60)
    amount = phrase("{n} min", n=minutes)
    if minutes >= 60:  # noqa: PLR2004 - minutes of an hour
        amount = phrase("{n1} h {n2} min", n1=minutes // 60, n2=minutes % 60)
    if skew > timedelta():
        return phrase("this machine's clock is {amount} behind the service's", amount=amount)
    return phrase("this machine's clock is {amount} ahead of the service's", amount=amount)


def _advice(entry: "Entry", search: "Search") -> str:
    """Advise on an entry, by the tasks that its service has."""
    number, match = entry.number, search.match(entry)
    if match:
        words = "entry {n} is probably that one: `preflight task reconcile --adopt {n}={q}` says so"
        return phrase(words, n=number, q=match.id)
    if search.near(entry):
        return phrase("entry {n} may be one of these: `preflight task reconcile --adopt {n}=TASK` says which", n=number)
    gone = phrase("entry {n} has no task there: `preflight task reconcile --gone {n}` lets it be sent again", n=number)
    until = reconciling.gone_from(entry)
    return phrase("{gone} from {q} UTC on", gone=gone, q=f"{until:%H:%M:%S}") if until > datetime.now(UTC) else gone
