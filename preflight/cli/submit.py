"""`preflight submit`: a request.toml in; checked, mended, priced, confirmed, uploaded, sent once; a video out."""

import sys
from contextlib import contextmanager, nullcontext
from functools import partial
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click

from preflight.cli.address import is_agreed, remember
from preflight.cli.agree import apply_agreed, ask
from preflight.cli.check import print_report
from preflight.cli.cost import price_lines
from preflight.cli.entries import say_orphan
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions, OutputOptions
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import FILE, FOLDER, Argument, Group, Option, options_of
from preflight.cli.options.price import PriceOptions
from preflight.cli.options.service import ServiceOptions, UploadOptions
from preflight.cli.progress import Bars
from preflight.cli.prompt import placed_lines
from preflight.cli.streams import whoever_reads
from preflight.cli.task import bring
from preflight.errors import NotDone
from preflight.flow.submit import UNCUT, Ready, Steps, Submitted, Terms, Unclean, cleaned, cuts_due, prepared, submit
from preflight.plan import Plan
from preflight.plan.marks import curtailed
from preflight.plan.result import FixResult
from preflight.plan.steps import Cut, find
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.body import build_body, encode
from preflight.request.file import RequestSpec, load_spec
from preflight.service.addresses import is_local, refuse_check_only
from preflight.submission.prepare import suffix_of
from preflight.submission.submit import Account
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset, printable
from preflight.values.findings import Report
from preflight.values.units import decimal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preflight.flow.account import Door
    from preflight.flow.check import Measuring
    from preflight.flow.submit import Begin
    from preflight.plan.request import RequestPlan

UPLOADED = "upload://... in the body stands for the address that each upload is given."

PLACED = "Take the place out with another program, or decline that step where you are asked."


class Asked(Group, frozen=True, kw_only=True):
    """What a call of `submit` asks."""

    request: Annotated[Path, Argument("REQUEST.TOML", FILE)]
    yes: Annotated[bool, Option("Mend and submit without asking.")] = False
    dry_run: Annotated[bool, Option("Check, print the body that would be sent, and stop.")] = False
    view: Annotated[
        Literal["json", "text"],
        Option(
            "What --dry-run prints on stdout: the exact body, or which asset is which for the model.",
            flags=("--format",),
        ),
    ] = "json"
    price: PriceOptions = PriceOptions()
    again: Annotated[bool, Option("Send a request that was sent before once more, and pay again.")] = False
    waits: Annotated[bool, Option("Wait until the video is made.", flags=("--wait",))] = False
    folder: Annotated[
        Path | None, Option("Wait, and save the video here.", flags=("--download",), kind=FOLDER, metavar="DIR")
    ] = None
    out: OutputOptions = OutputOptions()
    edition: EditionOptions = EditionOptions()
    measuring: MeasuringOptions = MeasuringOptions()
    service: ServiceOptions = ServiceOptions()
    upload: UploadOptions = UploadOptions()


@click.command("submit")
@options_of(Asked)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, call: Asked) -> None:
    """Check REQUEST.TOML, offer to mend it, price it, ask, upload its assets, and submit it, once.

    The key is read from EVOLINK_API_KEY. Whatever becomes of the request is in the ledger: `preflight task list`.

    \b
    Example: preflight submit request.toml --dry-run
    Example: preflight submit request.toml --wait --download videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec = load_spec(call.request, call.edition.named)
    profile = call.edition.load(spec.model)
    refuse_check_only(profile)
    if call.dry_run:
        ctx.exit(_looked_at(call, spec, profile))
    door = call.service.door(profile)
    with whoever_reads() if call.yes else nullcontext():
        status = _submitted(call, spec, profile, door)
    ctx.exit(status)


@contextmanager
def _how(call: Asked) -> "Iterator[Measuring]":
    fetching = Fetcher(allow_private=is_local(call.service.base_url), agent=call.service.agent)
    with fetching as fetch, call.measuring.opened(fetch) as how:
        yield how


def _terms(call: Asked) -> Terms:
    return Terms(
        ledger=call.service.ledger_path,
        bucket=call.upload.bucket,
        uploads_at_once=call.upload.uploads,
        again=call.again,
        max_credits=call.price.max_credits,
        limit="--max-credits",
        hint=": `preflight submit --dry-run` shows what of",
    )


def _submitted(call: Asked, spec: RequestSpec, profile: Profile, door: "Door") -> int:
    """Take a request as far as it may go, and return the exit status.

    Nothing that carries the key leaves before a person has said yes to the address, now or earlier.
    """
    steps = Steps(
        judged=lambda report: print_report(report, "text"),
        apply_plan=partial(_mended, call, profile),
        judged_again=_print_again,
        confirm=partial(_agreed, call, door.base_url),
        orphan=say_orphan,
        uploading=_uploading,
        accepted=partial(_follow, call),
    )
    try:
        sent = submit(spec, profile, door, partial(_how, call), steps=steps, terms=_terms(call))
    except Unclean as refused:
        return _refuse(call, refused.report)
    if sent is None:
        click.echo("nothing was sent", err=True)
    return 0 if sent else 1


def _looked_at(call: Asked, spec: RequestSpec, profile: Profile) -> int:
    """Print what would be sent, and return the exit status."""
    with _how(call) as how:
        _, report = cleaned(spec, profile, how)
        print_report(report, "text", sys.stderr)
        due = cuts_due(report, profile, _hopeless) if report.verdict == "pass" else {}
        for line in curtailed(report.assets, profile) if report.verdict == "pass" else ():
            click.echo(line, err=True)
    try:
        ready = prepared(spec, report, profile, _terms(call), uncut=True)
    except Unclean:
        if call.view == "json":
            from preflight.report.json import dump, report_json

            click.echo(dump(report_json(report)), nl=False)
        text.write(placed_lines(spec, profile, everywhere=False), sys.stdout if call.view == "text" else sys.stderr)
        return _refuse(call, report)
    _show(ready, call.view, due)
    return 0


def _refuse(call: Asked, report: Report) -> int:
    """Say that a request is not clean and was not sent, and what to do; return the exit status."""
    why = "the request is not clean" if report.verdict == "fail" else "not all of the request could be judged"
    name = printable(str(call.request))
    click.echo(f"nothing was sent: {why}. Change {name} by what the lines above say, and submit it again.", err=True)
    return report.exit_code


def _hopeless(plan: Plan) -> None:
    text.write(text.plan_lines(plan), sys.stderr)


def _agreed(call: Asked, base_url: str, ready: Ready, account: Account) -> bool:
    """Show the price, and ask."""
    known = call.yes or is_agreed(base_url)
    text.write(price_lines(ready.price, ready.profile, account.service.credits() if known else None))
    if not (call.yes or ask(f"Submit to {base_url}?")):
        return False
    remember(base_url)
    return True


@contextmanager
def _uploading(ready: Ready) -> "Iterator[Begin]":
    with Bars("uploading", len(ready.hashes)) as bars:
        yield bars.start


def _follow(call: Asked, sent: Submitted, account: Account) -> None:
    """Say what was sent, and bring the video where a person wants to wait for it, or say how to come back."""
    task, most, reserved = sent.task, call.price.max_credits, sent.task.credits_reserved
    words = f", {decimal(reserved, 2)} credits reserved" if reserved is not None else ""
    click.echo(f"Submitted once: task {printable(task.id)} (entry {sent.entry.number}{words}).")
    if most is not None and (reserved or 0) > most:
        click.echo(f"The service reserved more than --max-credits {decimal(most, 6)}.", err=True)
    if call.waits or call.folder is not None:
        bring(task.id, account, call.folder)
    else:
        click.echo(f"It runs on its own. `preflight task wait {task.id}` waits for it.")


def _show(ready: Ready, view: str, due: dict[Asset, Plan]) -> None:
    """Print the body that would be sent, or which asset is which; what is still to be uploaded stands by its hash.

    What is cut first has no hash yet.
    """
    formats = {judged.asset: suffix_of(judged.facts) for judged in ready.report.assets}

    def planned(asset: Asset) -> str:
        if asset.is_url:
            return asset.path
        if asset in due:
            return f"upload://{str(asset.role).replace(' ', '-')}-when-cut"
        return f"upload://{ready.hashes[asset.path]}.{formats[asset]}"

    beside = sys.stdout if view == "text" else sys.stderr
    text.write(placed_lines(ready.spec, ready.profile, everywhere=False), beside)
    text.write(starmap(_due_line, due.items()), beside)
    text.write(price_lines(ready.price, ready.profile, None), beside)
    if view == "text":
        return
    if not all(asset.is_url for asset in ready.spec.assets):
        click.echo(UPLOADED, err=True)
    click.echo(encode(build_body(ready.spec, ready.profile, planned)))


def _due_line(asset: Asset, plan: Plan) -> text.Line:
    cut = find(plan.steps, Cut)
    if cut is None:
        words = " loses the place in its metadata first; its address depends on the new file"
        return (str(asset.role), "bold"), (words, "")
    part = f" to {decimal(cut.start_s)}-{decimal(cut.start_s + cut.length_s)} s"
    return (str(asset.role), "bold"), (f" is cut{part} first; its address depends on the new file", "")


def _mended(call: Asked, profile: Profile, report: Report, planned: "RequestPlan") -> list[FixResult]:
    """Show the plans, carry out what a person lets us, and return what came of it; nothing where not all was done.

    Raises:
        NotDone: a part to keep was not cut.
    """
    for line in curtailed(report.assets, profile):
        click.echo(line)
    text.write(text.share_lines(planned))
    results = apply_agreed(list(planned.plans), profile, call.out.output, quiet=False, agreed=call.yes)
    if not planned.beyond_mending and all(map(_may_go_on, results)):
        return results
    text.write(map(text.result_line, results))
    if any(one.outcome == "failed" and not one.before.asset.keep for one in results) and report.verdict == "pass":
        raise NotDone("a place could not be taken out of a file; nothing was sent", advice=PLACED)
    if report.verdict == "pass":
        raise NotDone("a part to keep is marked and was not cut; nothing was sent", advice=UNCUT)
    return []


def _may_go_on(one: FixResult) -> bool:
    """Tell whether an asset may be sent: what passes may keep its place, where a person says so."""
    kept = one.outcome == "declined" and one.before.verdict == "pass" and not one.before.asset.keep
    return kept or one.outcome in ("untouched", "fixed")


def _print_again(report: Report) -> None:
    click.echo("Measured again:")
    print_report(report, "text")
