"""`preflight check` with several `--profile`: the same assets by each edition, side by side.

In: what the command was given. Out: a comparison on standard output and in files, and the exit status of the best
edition.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from preflight.cli.progress import Count
from preflight.cli.weighing import weighing
from preflight.errors import CallError
from preflight.locale import localized
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase

if TYPE_CHECKING:
    from preflight.cli.check import CheckCall
    from preflight.cli.weighing import VerdictPolicy
    from preflight.flow.check import Passed
    from preflight.policy.tally import Tally
    from preflight.profiles import Profile
    from preflight.report.comparison import Writer
    from preflight.request.file import RequestSpec
    from preflight.values.assets import Asset
    from preflight.values.findings import Report
    from preflight.values.standing import Row, Standing

OF_ONE = ("baseline", "write_baseline", "log_format", "summary", "metrics")
"""Options of a run that belong to a run by one edition."""


def print_comparison(call: "CheckCall", spec: "RequestSpec | None", assets: Iterable["Asset"]) -> int:
    """Judge a request, or else assets, by several editions, print it, and return the exit status.

    Raises:
        CallError: what was asked for belongs to a run by one edition, or nothing was found to judge.
    """
    from preflight.report.comparison import FORMATS, Filed, open_comparison
    from preflight.report.files import opened, read_outputs

    format_name = _format_named(call)
    outputs = read_outputs(call.outputs, call.read(spec), formats=FORMATS)
    profiles = call.editions.load()
    by = weighing(call.run.fail_on)
    for words in by.expired():
        _say(words)
    editions = [profile.name for profile in profiles]
    with opened(outputs, lambda output, stream: Filed(output, editions, stream)) as files:
        printed = open_comparison(format_name, editions, sys.stdout, verbose=call.verbose)
        standing = _compared(call, profiles, spec, assets, by=by, writers=[printed, *files])
    return standing.exit_code


def _compared(
    call: "CheckCall",
    profiles: Sequence["Profile"],
    spec: "RequestSpec | None",
    assets: Iterable["Asset"],
    *,
    by: "VerdictPolicy",
    writers: "Sequence[Writer]",
) -> "Standing":
    """Judge, write every sheet, say what has to be said aloud, and return how the editions stand."""
    from preflight.flow.check import Passed
    from preflight.flow.compare import rows_of
    from preflight.policy.policy import unused_words
    from preflight.policy.tally import Tally
    from preflight.values.standing import Standing

    editions = [profile.name for profile in profiles]
    standing, tallies = Standing(editions), [Tally() for _ in editions]
    passed = Passed()
    rows = _rows(call, profiles, assets, by, passed)
    if spec is not None:
        reports = _reports(call, profiles, spec, by)
        standing.add_request(reports)
        rows = rows_of(reports)
    for row in rows:
        standing.add(row)
        for writer in writers:
            writer.row(row)
        for tally, judged in zip(tallies, row, strict=True):
            tally.add(judged)
    if not standing.files and spec is None:
        from preflight.flow.paths import nothing

        nothing(passed.files)
    standing.passed_over = passed.files
    done_nothing = tuple(by.unused())
    for writer in writers:
        writer.end(standing, done_nothing)
    if call.format_name != "json":
        _tell(standing, tallies)
    if said := unused_words(done_nothing):
        _say(said)
    return standing


def _rows(
    call: "CheckCall", profiles: Sequence["Profile"], assets: Iterable["Asset"], by: "VerdictPolicy", passed: "Passed"
) -> "Iterator[Row]":
    """Yield each file as the editions judge it."""
    from preflight.flow.compare import compare_assets

    with call.measuring.opened() as how, Count("checked") as count:
        counting = msgspec.structs.replace(how, passed=passed)
        for row in count.over(compare_assets(assets, profiles, counting)):
            yield tuple(map(by.asset, row))


def _reports(
    call: "CheckCall", profiles: Sequence["Profile"], spec: "RequestSpec", by: "VerdictPolicy"
) -> "list[Report]":
    """Judge a request by each edition."""
    from preflight.flow.compare import compare_request
    from preflight.upload.fetcher import Fetcher

    with Fetcher(allow_private=False, agent=call.asking.agent) as fetch, call.measuring.opened(fetch) as how:
        found = compare_request(spec, profiles, how)
    return list(map(by.request, found))


def _tell(standing: "Standing", tallies: Sequence["Tally"]) -> None:
    """Say what each edition's verdict lets be; in JSON each finding says it."""
    from preflight.report.summary import suppressed_lines

    for number, (edition, tally) in enumerate(zip(standing.editions, tallies, strict=True)):
        if standing.reports is not None:
            tally.add_set(standing.reports[number])
        for words in suppressed_lines(tally):
            _say(f"{edition}: {words}")


def _say(words: str) -> None:
    click.echo(f"preflight: {printable(localized(words))}", err=True)


def _format_named(call: "CheckCall") -> str:
    """Choose the format to print, and refuse what only a run by one edition has; what a setting says is passed over."""
    for name in OF_ONE:
        if name in call.run.typed:
            raise CallError(
                phrase("--{w}: belongs to a check by one edition; give --profile once", w=name.replace("_", "-"))
            )
    from preflight.report.comparison import FORMATS

    format_name = call.format_name
    if format_name not in FORMATS and "format_name" in call.typed:
        raise CallError(
            phrase("--format {w}: several editions are printed as {l}", w=format_name, l=joined(FORMATS, " or "))
        )
    return format_name if format_name in FORMATS else next(iter(FORMATS))
