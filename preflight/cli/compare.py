"""`preflight check` with several `--profile`: the same assets by each edition, side by side.

In: what the command was given. Out: a table or JSON on standard output, and the exit status of the best edition.
"""

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec
from click.core import ParameterSource

from preflight.assets import printable
from preflight.cli.options import load_profiles, measuring
from preflight.cli.progress import Count
from preflight.errors import CallError

if TYPE_CHECKING:
    from preflight.assets import Asset
    from preflight.comparison import Comparison
    from preflight.profiles import Profile
    from preflight.spec import RequestSpec

DRESSES = ("text", "json")
OF_ONE = ("outputs", "baseline", "write_baseline", "log_format", "summary", "metrics")
"""Parameters of `check` that belong to a run by one edition."""


def print_comparison(
    ctx: click.Context, names: tuple[str, ...], spec: "RequestSpec | None", assets: Iterable["Asset"]
) -> int:
    """Judge a request, or else assets, by several editions, print it, and return the exit status.

    Raises:
        CallError: what was asked for belongs to a run by one edition, or nothing was found to judge.
    """
    from preflight.cli.settings import read_policy
    from preflight.policy import apply_to_report, expired

    dress = _dress(ctx)
    profiles = load_profiles(names)
    policy = msgspec.structs.replace(read_policy(Path.cwd()), fail_on=ctx.params["fail_on"])
    today = dt.datetime.now(dt.UTC).date()
    for words in expired(policy, today):
        click.echo(f"preflight: {printable(words)}", err=True)
    found = _compared(ctx.params, profiles, spec, assets)
    if not found.request and not found.reports[0].assets:
        from preflight.cli.check import nothing

        nothing()
    weighed = tuple(apply_to_report(policy, report, today) for report in found.reports)
    comparison = msgspec.structs.replace(found, reports=weighed)
    _write(comparison, dress, verbose=ctx.params["verbose"])
    return comparison.exit_code


def _compared(
    given: dict[str, Any], profiles: Sequence["Profile"], spec: "RequestSpec | None", assets: Iterable["Asset"]
) -> "Comparison":
    from preflight.cli.fetcher import Fetcher
    from preflight.comparison import compare_assets, compare_request

    if spec is None:
        with measuring(given) as how, Count("found") as count:
            return compare_assets(count.over(assets), profiles, how)
    with Fetcher(allow_private=False) as fetch, measuring(given, fetch) as how:
        return compare_request(spec, profiles, how)


def _write(comparison: "Comparison", dress: str, *, verbose: bool) -> None:
    from preflight.report.comparison import comparison_json, comparison_lines

    if dress == "json":
        from preflight.report.json import dump

        sys.stdout.write(dump(comparison_json(comparison)))
        return
    from preflight.report.summary import let_be_lines
    from preflight.report.text import write
    from preflight.tally import Tally

    write(comparison_lines(comparison, verbose=verbose))
    for report in comparison.reports:
        tally = Tally()
        tally.add_set(report)
        for judged in report.assets:
            tally.add(judged)
        for words in let_be_lines(tally):
            click.echo(f"preflight: {printable(f'{report.profile}: {words}')}", err=True)


def _dress(ctx: click.Context) -> str:
    """Return the format to print, and refuse what only a run by one edition has; what a setting says is passed over."""
    for name in OF_ONE:
        if _typed(ctx, name):
            option = "--output" if name == "outputs" else f"--{name.replace('_', '-')}"
            raise CallError(f"{option}: belongs to a check by one edition; give --profile once")
    dress: str = ctx.params["dress"]
    if dress not in DRESSES and _typed(ctx, "dress"):
        raise CallError(f"--format {dress}: several editions are printed as {' or '.join(DRESSES)}")
    return dress if dress in DRESSES else DRESSES[0]


def _typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
