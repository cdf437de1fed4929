"""`preflight check`: paths, folders, a request.toml or a set by options in; verdicts out."""

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from preflight.assets import Asset, collect, printable
from preflight.cli.fetcher import Fetcher
from preflight.cli.options import (
    format_option,
    load_profile,
    measuring,
    measuring_options,
    profile_option,
    settings_file,
)
from preflight.cli.progress import Count
from preflight.errors import CallError

if TYPE_CHECKING:
    from preflight.findings import Judged, Report, Verdict
    from preflight.profiles import Profile
    from preflight.spec import RequestSpec


@click.command("check")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--image", "images", multiple=True, metavar="PATH", help="An image of one request; may be repeated.")
@click.option("--video", "videos", multiple=True, metavar="PATH", help="A clip of one request; may be repeated.")
@click.option("--audio", "audios", multiple=True, metavar="PATH", help="A sound of one request; may be repeated.")
@click.option("--prompt", help="The prompt of one request.")
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
    images: tuple[str, ...],
    videos: tuple[str, ...],
    audios: tuple[str, ...],
    prompt: str | None,
    profile_name: str,
    dress: str,
    **given: Any,  # noqa: ANN401 - what measuring_options adds
) -> None:
    """Judge each PATH; folders are walked.

    A request.toml, or --image, --video, --audio and --prompt, is judged as one request: the assets in their roles,
    the set, the prompt and the settings.

    \b
    Example: preflight check footage/
    Example: preflight check request.toml --format json
    Example: preflight check --image style.png --audio bgm.mp3 --prompt "Audio 1 sets the pace."
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec = requested(paths, images, videos, audios, prompt)
    if spec is not None:
        with Fetcher(allow_private=False) as fetch, measuring(given, fetch, several=len(spec.assets) > 1) as how:
            from preflight.flow import check_request

            profile = load_profile(profile_name)
            report = check_request(spec, profile, how)
        print_report(report, dress)
        ctx.exit(report.exit_code)
    require(paths)
    several = len(paths) > 1 or os.path.isdir(paths[0])  # noqa: PTH112 - any bytes may be a name
    with measuring(given, several=several) as how, Count("checked") as count:
        from preflight.flow import check_assets

        profile = load_profile(profile_name)
        status = print_assets(count.over(check_assets(collect(paths), profile, how)), profile, dress)
    ctx.exit(status)


def requested(
    paths: tuple[str, ...],
    images: tuple[str, ...],
    videos: tuple[str, ...],
    audios: tuple[str, ...],
    prompt: str | None,
) -> "RequestSpec | None":
    """Return the one request that a call means, or None when it means files."""
    by_options = bool(images or videos or audios or prompt is not None)
    files = [path for path in paths if path.lower().endswith(".toml")]
    if by_options and paths:
        raise CallError("give either PATHs or --image, --video, --audio and --prompt, not both")
    if by_options:
        if prompt is not None and not prompt.isascii() and prompt != prompt.encode("utf-8", "replace").decode():
            raise CallError("--prompt: not UTF-8 text")
        for path in (*images, *videos, *audios):
            if not Asset(path=path).is_url:
                require([path])
        from preflight.spec import RequestSpec, with_roles

        assets = [*with_roles("image", images), *with_roles("video", videos), *with_roles("audio", audios)]
        return RequestSpec(assets=tuple(assets), prompt=prompt)
    if files and len(paths) > 1:
        raise CallError(f"{printable(files[0])}: a request file is judged alone; give one request and nothing else")
    if not files:
        return None
    from preflight.spec import load_spec

    return load_spec(Path(files[0]))


def require(paths: Iterable[str]) -> None:
    """Refuse the call when a path is not there, before any work is done.

    Raises:
        CallError: no path was given, or one does not exist or is neither a file nor a folder.
    """
    given = list(paths)
    if not given:
        raise CallError("nothing to check", advice="Give files, folders or a request.toml; `preflight check --help`.")
    for path in given:
        if Asset(path=path).is_url and not os.path.lexists(path):
            raise CallError(f"{printable(path)}: a URL is judged as part of a request: --image, --video or --audio")
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - any bytes may be a name
        except (OSError, ValueError) as error:
            raise CallError(f"{printable(path)}: {getattr(error, 'strerror', None) or error}") from None
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise CallError(f"{printable(path)}: is neither a file nor a folder")


def print_report(report: "Report", dress: str, stream: TextIO | None = None) -> None:
    """Print the verdict on one request; text goes to `stream`, standard output if none is named."""
    if dress == "json":
        from preflight.report.json import dump, report_json

        click.echo(dump(report_json(report)), nl=False)
        return
    from preflight.report import text

    totals = text.Totals()
    for judged in report.assets:
        totals.add(judged.verdict, judged.findings)
        text.write(text.judged_lines(judged), stream)
    totals.count(report.findings)
    text.write((text.finding_line("request", finding) for finding in report.findings), stream)
    text.write(totals.lines(report.verdict, report.profile), stream)


def print_assets(judged: "Iterable[Judged]", profile: "Profile", dress: str) -> int:
    """Print verdicts as they come, then the sum; return the exit status."""
    from preflight.findings import EXIT_CODES

    if dress == "json":
        from preflight.report.json import stream_report

        verdict = stream_report(profile.name, judged, sys.stdout)
    else:
        verdict = _print_lines(judged, profile)
    return EXIT_CODES[verdict] if verdict else nothing()


def _print_lines(judged: "Iterable[Judged]", profile: "Profile") -> "Verdict | None":
    from preflight.report import text

    totals = text.Totals()
    try:
        for one in judged:
            totals.add(one.verdict, one.findings)
            text.write(text.judged_lines(one))
    except KeyboardInterrupt:
        text.write(totals.lines("unsure", profile.name))
        raise
    if not totals.verdicts:
        return None
    text.write(totals.lines(totals.verdict, profile.name))
    return totals.verdict


def nothing() -> NoReturn:
    """Say that no medium was found: an empty folder has not been judged clean."""
    raise CallError("no picture, clip or sound found", advice="Nothing was judged; is this the right folder?")
