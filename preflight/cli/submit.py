"""`preflight submit`: a request.toml in; checked, mended, priced, confirmed, uploaded, sent once; a video out."""

import sys
from contextlib import nullcontext
from fractions import Fraction
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import msgspec

from preflight.cli.address import agreed, is_agreed, remember
from preflight.cli.agree import ask, carry_out
from preflight.cli.check import print_report
from preflight.cli.cost import Amount, heed, price_lines
from preflight.cli.options import (
    api_key,
    asked,
    load_profile,
    measuring,
    measuring_options,
    output_option,
    profile_option,
    refuse_found,
    service_options,
    settings_file,
)
from preflight.cli.progress import Bars
from preflight.cli.prompt import placed_lines
from preflight.cli.streams import whoever_reads
from preflight.cli.task import bring, open_ledger
from preflight.errors import NotDone
from preflight.flow.check import check_request
from preflight.flow.fix import plan_whole, with_treated
from preflight.flow.submit import Ready, prepared, send
from preflight.plan import Plan, Wishes
from preflight.plan.marks import curtailed
from preflight.plan.steps import Cut, find
from preflight.profiles import Profile
from preflight.report import text
from preflight.request.body import build_body, encode
from preflight.request.file import RequestSpec, load_spec
from preflight.service.addresses import is_local
from preflight.submission.prepare import price_of, suffix_of, upload_assets
from preflight.submission.submit import NOT_SUBMITTED, UPLOADS_AT_ONCE, Account, advised
from preflight.upload.bucket import place_of
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset, printable
from preflight.values.findings import Report
from preflight.values.units import decimal

if TYPE_CHECKING:
    from preflight.flow.check import Measuring

UNCUT = "The lines above say why. Remove `keep` from the request to send the whole."
UPLOADED = "upload://... in the body stands for the address that each upload is given."


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of `submit` asks; how it measures is beside it."""

    request: Path
    yes: bool
    dry_run: bool
    view: str
    max_credits: Fraction | None
    again: bool
    waits: bool
    folder: Path | None
    output: Path
    profile_name: str
    base_url: str | None
    files_url: str | None
    ledger_path: Path | None
    agent: str | None
    bucket: str | None
    uploads: int


class Door(NamedTuple):
    """The key, and the two addresses to which it may be sent."""

    key: str
    base: str
    files: str


@click.command("submit")
@click.argument("request", type=click.Path(dir_okay=False, path_type=Path), metavar="REQUEST.TOML")
@click.option("--yes", is_flag=True, help="Mend and submit without asking.")
@click.option("--dry-run", is_flag=True, help="Check, print the body that would be sent, and stop.")
@click.option(
    "--format",
    "view",
    type=click.Choice(["json", "text"]),
    default="json",
    show_default=True,
    help="What --dry-run prints on stdout: the exact body, or which asset is which for the model.",
)
@click.option(
    "--max-credits",
    type=Amount(),
    envvar="PREFLIGHT_MAX_CREDITS",
    help="Refuse before anything leaves when the estimate is higher, or cannot be made.",
)
@click.option("--again", is_flag=True, help="Send a request that was sent before once more, and pay again.")
@click.option("--wait", "waits", is_flag=True, help="Wait until the video is made.")
@click.option(
    "--download",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Wait, and save the video here.",
)
@output_option
@profile_option
@measuring_options
@service_options
@click.option(
    "--bucket",
    callback=refuse_found,
    envvar="PREFLIGHT_BUCKET",
    metavar="URL",
    help="Upload to a bucket of your own: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.",
)
@click.option(
    "--uploads",
    type=click.IntRange(1, 32),
    default=UPLOADS_AT_ONCE,
    show_default=True,
    envvar="PREFLIGHT_UPLOADS",
    help="How many files are uploaded at once.",
)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:  # noqa: ANN401 - what the options add
    """Check REQUEST.TOML, offer to mend it, price it, ask, upload its assets, and submit it, once.

    The key is read from EVOLINK_API_KEY. Whatever becomes of the request is in the ledger: `preflight task list`.

    \b
    Example: preflight submit request.toml --dry-run
    Example: preflight submit request.toml --wait --download videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    call = asked(Asked, given)
    profile, spec = load_profile(call.profile_name), load_spec(call.request)
    key = "" if call.dry_run else api_key()
    there = ("", "") if call.dry_run else agreed(profile, call.base_url, call.files_url)
    with whoever_reads() if call.yes and not call.dry_run else nullcontext():
        status = _submitted(call, given, spec, profile, Door(key, *there))
    ctx.exit(status)


def _submitted(call: Asked, given: dict[str, Any], spec: RequestSpec, profile: Profile, door: Door) -> int:
    """Take a request as far as it may go, and return the exit status."""
    with Fetcher(allow_private=is_local(call.base_url), agent=call.agent) as fetch, measuring(given, fetch) as how:
        spec, report = _clean(call, spec, profile, how)
        due = _due(report, profile) if call.dry_run and report.verdict == "pass" else {}
    if report.verdict != "pass":
        _refuse(call, spec, report, profile)
        return report.exit_code
    ready = prepared(spec, report, profile)
    heed(call.max_credits, price_of(spec, report, profile, longest=True))
    if call.dry_run:
        _show(ready, call.view, due)
        return 0
    if _sent(call, ready, door):
        return 0
    click.echo("nothing was sent", err=True)
    return 1


def _refuse(call: Asked, spec: RequestSpec, report: Report, profile: Profile) -> None:
    """Say that a request is not clean and was not sent, and what to do; a dry run prints what else it can."""
    if call.dry_run and call.view == "json":
        from preflight.report.json import dump, report_json

        click.echo(dump(report_json(report)), nl=False)
    if call.dry_run:
        text.write(placed_lines(spec, profile, everywhere=False), sys.stdout if call.view == "text" else sys.stderr)
    why = "the request is not clean" if report.verdict == "fail" else "not all of the request could be judged"
    name = printable(str(call.request))
    click.echo(f"nothing was sent: {why}. Change {name} by what the lines above say, and submit it again.", err=True)


def _due(report: Report, profile: Profile) -> dict[Asset, Plan]:
    """Return what is cut before it is sent: each asset with a part to keep, and its plan.

    Raises:
        NotDone: one cannot be cut.
    """
    if not any(judged.asset.keep for judged in report.assets):
        return {}
    planned = plan_whole(report, profile, Wishes())
    beyond = [plan for _, plan in planned.plans if plan.beyond_mending]
    if beyond or planned.beyond_mending:
        for plan in beyond:
            text.write(text.plan_lines(plan), sys.stderr)
        raise NotDone("a part to keep is marked and cannot be cut; nothing would be sent", advice=UNCUT)
    for line in curtailed(report.assets, profile):
        click.echo(line, err=True)
    return {judged.asset: plan for judged, plan in planned.plans if plan.steps}


def _sent(call: Asked, ready: Ready, door: Door) -> bool:
    """Ask, send, and follow what was sent as far as a person wants; return whether anything was.

    Nothing that carries the key leaves before a person has said yes to the address, now or earlier.
    """
    from preflight.service.client import Service

    opened = Service(door.base, door.key, files_url=door.files, agent=call.agent)
    with opened as service, open_ledger(call.ledger_path) as ledger:
        place = place_of(call.bucket, ready.profile, call.base_url)
        account = Account(service, ledger, ready.profile, place, call.uploads)
        known = call.yes or is_agreed(door.base)
        text.write(price_lines(ready.price, ready.profile, service.credits() if known else None))
        if not (call.yes or ask(f"Submit to {door.base}?")):
            return False
        remember(door.base)
        task_id = _send(call, ready, account, door.base)
        _follow(task_id, account, call.folder, waits=call.waits or call.folder is not None)
        return True


def _follow(task_id: str, account: Account, folder: Path | None, *, waits: bool) -> None:
    """Bring the video where a person wants to wait for it, or say how to come back."""
    if waits:
        bring(task_id, account, folder)
    else:
        click.echo(f"It runs on its own. `preflight task wait {task_id}` waits for it.")


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
    part = f" to {decimal(cut.start_s)}-{decimal(cut.start_s + cut.length_s)} s" if cut else ""
    return (str(asset.role), "bold"), (f" is cut{part} first; its address depends on the new file", "")


def _clean(call: Asked, spec: RequestSpec, profile: Profile, how: "Measuring") -> tuple[RequestSpec, Report]:
    """Return the request with clean assets, mended where a person lets us, and the report on it as it is then."""
    report = check_request(spec, profile, how)
    print_report(report, "text", sys.stderr if call.dry_run else sys.stdout)
    marked = any(asset.keep for asset in spec.assets)
    if call.dry_run or (report.verdict == "pass" and not marked):
        return spec, report
    planned = plan_whole(report, profile, Wishes())
    for line in curtailed(report.assets, profile):
        click.echo(line)
    text.write(text.share_lines(planned))
    treated = carry_out(list(planned.plans), profile, call.output, quiet=False, agreed=call.yes)
    if planned.beyond_mending or any(one.outcome in ("declined", "failed", "unfixable") for one in treated):
        text.write(map(text.treated_line, treated))
        if report.verdict == "pass":
            raise NotDone("a part to keep is marked and was not cut; nothing was sent", advice=UNCUT)
        return spec, report
    if all(one.outcome == "untouched" for one in treated):
        return spec, report
    spec = with_treated(spec, treated)
    report = check_request(spec, profile, how)
    click.echo("Measured again:")
    print_report(report, "text")
    return spec, report


def _send(call: Asked, ready: Ready, account: Account, base_url: str) -> str:
    """Upload what is not there yet, and send the create call; return the task's id."""
    with advised(NOT_SUBMITTED), Bars("uploading", len(ready.hashes)) as bars:
        urls = upload_assets(ready.report, ready.hashes, account, progress=bars.start)
    entry, task = send(ready, urls, account, base_url, again=call.again)
    most, reserved = call.max_credits, task.credits_reserved
    words = f", {decimal(reserved, 2)} credits reserved" if reserved is not None else ""
    click.echo(f"Submitted once: task {printable(task.id)} (entry {entry.number}{words}).")
    if most is not None and (reserved or 0) > most:
        click.echo(f"The service reserved more than --max-credits {decimal(most, 6)}.", err=True)
    return task.id
