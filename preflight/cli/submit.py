"""`preflight submit`: a request.toml in; checked, mended, priced, confirmed, uploaded, sent once; a video out."""

import sys
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from preflight.assets import Asset, printable
from preflight.cli.agree import ask, carry_out
from preflight.cli.check import print_report
from preflight.cli.cost import Amount, heed, price_lines
from preflight.cli.fetcher import Fetcher
from preflight.cli.options import (
    addresses,
    api_key,
    load_profile,
    measuring,
    measuring_options,
    output_option,
    profile_option,
    service_options,
    settings_file,
    upload_options,
)
from preflight.cli.progress import Bars
from preflight.cli.prompt import placed_lines
from preflight.cli.task import bring, open_ledger
from preflight.errors import NotDone
from preflight.findings import Report
from preflight.flow import (
    Account,
    Submission,
    body_of,
    check_request,
    fingerprints,
    plan_whole,
    price_of,
    renewed,
    submit,
    suffix_of,
    upload_assets,
    with_treated,
)
from preflight.plan import Wishes
from preflight.price import Estimate
from preflight.profiles import Profile
from preflight.report import text
from preflight.spec import RequestSpec, load_spec
from preflight.units import decimal

if TYPE_CHECKING:
    from preflight.upload import Place

UNCUT = "The lines above say why. Remove `keep` from the request to send the whole."
UPLOADED = "upload://... in the body stands for the address that each upload is given."


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
@upload_options
@settings_file
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    request: Path,
    yes: bool,
    dry_run: bool,
    view: str,
    max_credits: Fraction | None,
    again: bool,
    waits: bool,
    folder: Path | None,
    output: Path,
    profile_name: str,
    base_url: str | None,
    files_url: str | None,
    ledger_path: Path | None,
    bucket: str | None,
    uploads: int,
    **given: Any,  # noqa: ANN401 - what measuring_options adds
) -> None:
    """Check REQUEST.TOML, offer to mend it, price it, ask, upload its assets, and submit it, once.

    The key is read from EVOLINK_API_KEY. Whatever becomes of the request is in the ledger: `preflight task list`.

    \b
    Example: preflight submit request.toml --dry-run
    Example: preflight submit request.toml --wait --download videos/
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile = load_profile(profile_name)
    spec = load_spec(request)
    key = "" if dry_run else api_key()
    base, files = addresses(profile, base_url, files_url)
    with Fetcher(allow_private=_is_local(base_url)) as fetch, measuring(given, fetch) as how:
        check = partial(check_request, profile=profile, how=how)
        spec, report = _clean(spec, profile, check, output, agreed=yes, mends=not dry_run)
    if report.verdict != "pass":
        ctx.exit(report.exit_code)
    ready = Ready(spec, report, profile, fingerprints(report), price_of(spec, report, profile))
    heed(max_credits, price_of(spec, report, profile, longest=True))
    if dry_run:
        _show(ready, view)
        return
    from preflight.api import Service

    with Service(base, key, files_url=files) as service, open_ledger(ledger_path) as ledger:
        account = Account(service, ledger, profile, _place(bucket, profile, base_url), uploads)
        text.write(price_lines(ready.price, ready.profile, service.credits()))
        if not (yes or ask(f"Submit to {base}?")):
            click.echo("nothing was sent", err=True)
            ctx.exit(1)
        task_id = _send(ready, account, base, again=again, max_credits=max_credits)
        _follow(task_id, account, folder, waits=waits or folder is not None)


class Ready(msgspec.Struct, frozen=True):
    """A clean request, with all that is needed to send it."""

    spec: RequestSpec
    report: Report
    profile: Profile
    hashes: dict[str, str]
    """Path → SHA-256 as checked."""
    price: Estimate | None


def _follow(task_id: str, account: Account, folder: Path | None, *, waits: bool) -> None:
    """Bring the video where a person wants to wait for it, or say how to come back."""
    if waits:
        bring(task_id, account, folder)
    else:
        click.echo(f"It runs on its own. `preflight task wait {task_id}` waits for it.")


def _is_local(base_url: str | None) -> bool:
    """Tell whether the service runs on this machine; then, and only then, may URLs of this machine be asked."""
    from preflight.wire import is_loopback

    return base_url is not None and is_loopback(base_url)


def _place(bucket: str | None, profile: Profile, base_url: str | None) -> "Place | None":
    """Open a bucket of the user's own, where one is named."""
    if bucket is None:
        return None
    from preflight.upload.bucket import bucket_place

    return bucket_place(bucket, profile.service, allow_private=_is_local(base_url))


def _show(ready: Ready, view: str) -> None:
    """Print the body that would be sent, or which asset is which; what is still to be uploaded stands by its hash."""
    planned = {
        judged.asset.path: f"upload://{ready.hashes[judged.asset.path]}.{suffix_of(judged.facts)}"
        for judged in ready.report.assets
        if not judged.asset.is_url
    }
    beside = sys.stdout if view == "text" else sys.stderr
    text.write(placed_lines(ready.spec, ready.profile, everywhere=False), beside)
    text.write(price_lines(ready.price, ready.profile, None), beside)
    if view == "text":
        return
    if planned:
        click.echo(UPLOADED, err=True)
    click.echo(body_of(ready.spec, ready.profile, planned))


def _clean(
    spec: RequestSpec,
    profile: Profile,
    check: Callable[[RequestSpec], Report],
    output: Path,
    *,
    agreed: bool,
    mends: bool,
) -> tuple[RequestSpec, Report]:
    """Return the request with clean assets, mended where a person lets us, and the report on it as it is then."""
    report = check(spec)
    print_report(report, "text", sys.stdout if mends else sys.stderr)
    marked = any(asset.keep for asset in spec.assets)
    if not mends or (report.verdict == "pass" and not marked):
        return spec, report
    planned = plan_whole(report, profile, Wishes())
    text.write(text.share_lines(planned))
    treated = carry_out(list(planned.plans), profile, output, quiet=False, agreed=agreed)
    if planned.beyond_mending or any(one.outcome in ("declined", "failed", "unfixable") for one in treated):
        text.write(map(text.treated_line, treated))
        if report.verdict == "pass":
            raise NotDone("a part to keep is marked and was not cut; nothing was sent", advice=UNCUT)
        return spec, report
    spec = with_treated(spec, treated)
    report = check(spec)
    click.echo("Measured again:")
    print_report(report, "text")
    return spec, report


def _sent(asset: Asset, hashes: dict[str, str], urls: dict[str, str]) -> tuple[str, str, str | None, str]:
    """Return what the ledger keeps of an asset: role, path, hash and URL."""
    return str(asset.role), asset.path, hashes.get(asset.path), urls.get(asset.path, asset.path)


def _send(ready: Ready, account: Account, base_url: str, *, again: bool, max_credits: Fraction | None) -> str:
    """Upload what is not there yet, and send the create call; return the task's id."""
    with Bars("uploading", len(ready.hashes)) as bars:
        urls = upload_assets(ready.report, ready.hashes, account, progress=bars.start)
    urls = renewed(urls, ready.report, ready.hashes, account)
    submission = Submission(
        body=body_of(ready.spec, ready.profile, urls),
        base_url=base_url,
        profile=ready.profile.name,
        assets=tuple(_sent(judged.asset, ready.hashes, urls) for judged in ready.report.assets),
        facts=tuple(judged.facts for judged in ready.report.assets),
        price=ready.price.credits if ready.price else None,
    )
    entry, task = submit(submission, account, again=again)
    reserved = f", {decimal(task.credits_reserved, 2)} credits reserved" if task.credits_reserved is not None else ""
    click.echo(f"Submitted once: task {printable(task.id)} (entry {entry.number}{reserved}).")
    if max_credits is not None and (task.credits_reserved or 0) > max_credits:
        click.echo(f"The service reserved more than --max-credits {decimal(max_credits, 6)}.", err=True)
    return task.id
