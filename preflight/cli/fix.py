"""`preflight fix`: files in; a plan shown, a question asked, new files out; sources are never written."""

import sys
from pathlib import Path
from typing import Any

import click

from preflight.assets import Window, collect, printable
from preflight.cli.check import nothing, requested, require
from preflight.cli.options import (
    format_option,
    load_profile,
    measuring,
    measuring_options,
    output_option,
    profile_option,
    settings_file,
)
from preflight.cli.progress import Bars
from preflight.errors import CallError
from preflight.findings import Judged, Loss
from preflight.flow import Treated, check_assets, decline, plan_fixes, treat, with_treated, write_request
from preflight.plan import Plan, Wishes
from preflight.plan.wishes import Fit
from preflight.profiles import Profile
from preflight.report import text

EXITS = {"untouched": 0, "fixed": 0, "unfixable": 1, "declined": 1, "failed": 3}


@click.command("fix")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--yes", is_flag=True, help="Do what the plan says without asking.")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--allow",
    type=click.Choice(["lossless", "lossy", "creative"]),
    default="lossy",
    show_default=True,
    envvar="PREFLIGHT_ALLOW",
    help="The most loss that is allowed; creative changes what is shown.",
)
@click.option(
    "--keep", "keeps", multiple=True, metavar="WHERE", help="start, middle, end, or FILE=3.0-9.5; repeatable."
)
@click.option(
    "--fit",
    type=click.Choice(["crop", "pad"]),
    default="crop",
    show_default=True,
    envvar="PREFLIGHT_FIT",
    help="How a refused shape is made to fit, with --allow creative.",
)
@output_option
@profile_option
@measuring_options
@format_option("text", "json")
@settings_file
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    paths: tuple[str, ...],
    yes: bool,
    dry_run: bool,
    allow: Loss,
    keeps: tuple[str, ...],
    fit: Fit,
    output: Path,
    profile_name: str,
    dress: str,
    **given: Any,  # noqa: ANN401 - what measuring_options adds
) -> None:
    """Show what would mend each PATH, ask, do it, and measure again.

    New files go to --output; a source is never written, a passing file never touched. Of a request.toml the assets
    are mended, and a new request.toml beside the new files names them.

    \b
    Example: preflight fix clip.mov --keep 'clip.mov=3.0-9.5'
    Example: preflight fix footage/ --yes --output ready/
    """  # noqa: D301 - \b is click's mark for lines to keep
    profile, wishes = load_profile(profile_name), wishes_of(keeps, allow, fit)
    spec = requested(paths, (), (), (), None)
    require(paths)
    assets = spec.assets if spec else collect(paths)
    with measuring(given) as how:
        plans = plan_fixes(check_assets(assets, profile, how), profile, wishes)
    if not plans:
        nothing()
    if dry_run:
        show(plans, profile, dress)
        return
    treated = carry_out(plans, profile, output, quiet=dress == "json", agreed=yes)
    report(treated, profile, dress)
    if spec and all(one.outcome in ("untouched", "fixed") for one in treated):
        click.echo(
            f"request written: {printable(str(write_request(with_treated(spec, treated), output)))}",
            err=dress == "json",
        )
    ctx.exit(max(EXITS[one.outcome] for one in treated))


def report(treated: list[Treated], profile: Profile, dress: str) -> None:
    """Print what came of each asset."""
    if dress == "json":
        from preflight.report.json import dump, fix_report

        click.echo(dump(fix_report(profile.name, treated)), nl=False)
    else:
        text.write(map(text.treated_line, treated))


def wishes_of(keeps: tuple[str, ...], allow: Loss, fit: Fit) -> Wishes:
    """Read `--keep`: a word for all, or FILE=START-END for one.

    Raises:
        CallError: it is neither.
    """
    words = [keep for keep in keeps if "=" not in keep]
    try:
        windows = {path: Window.parse(part) for path, _, part in (keep.rpartition("=") for keep in keeps) if path}
    except ValueError as error:
        raise CallError(f"--keep: {error}") from None
    word = words[-1] if words else "start"
    if word not in ("start", "middle", "end"):
        raise CallError(f"--keep: expected start, middle, end or FILE=START-END, got {word!r}")
    return Wishes(allow=allow, fit=fit, keep=word, keep_of=windows)  # type: ignore[arg-type] # checked just above


def show(plans: list[tuple[Judged, Plan]], profile: Profile, dress: str) -> None:
    """Print the plans and nothing else."""
    if dress == "json":
        from preflight.report.json import dump, plan_report

        click.echo(dump(plan_report(profile.name, plans)), nl=False)
        return
    for _, plan in plans:
        text.write(text.plan_lines(plan))


def carry_out(
    plans: list[tuple[Judged, Plan]], profile: Profile, output: Path, *, quiet: bool, agreed: bool
) -> list[Treated]:
    """Show the plans, ask, and carry them out with progress."""
    todo = sum(bool(plan.steps) for _, plan in plans)
    for _, plan in plans:
        text.write(text.plan_lines(plan), sys.stderr if quiet else sys.stdout)
    if todo and not (agreed or ask(f"Write {todo} new {'file' if todo == 1 else 'files'} to {output}?")):
        return [decline(judged, plan) for judged, plan in plans]
    with Bars("fixing", todo) as bars:
        return [
            treat(judged, plan, profile, output, bars.start(plan.asset.path) if plan.steps else None)
            for judged, plan in plans
        ]


def ask(question: str) -> bool:
    """Ask a person; refuse where there is none.

    Raises:
        CallError: standard input is no terminal.
    """
    if not sys.stdin.isatty():
        raise CallError("there is nobody to ask", advice="Say --yes to go on without asking, or --dry-run to look.")
    return click.confirm(question, err=True)
