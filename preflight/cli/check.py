"""`preflight check`: paths, folders, a request.toml or a set by options in; verdicts out."""

import os
import stat
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from preflight.assets import Asset, collect, printable
from preflight.cli.fetcher import Fetcher
from preflight.cli.gate import gate_options, list_options, listed, opened
from preflight.cli.options import (
    format_option,
    load_profile,
    measuring,
    measuring_options,
    profiles_option,
    settings_file,
)
from preflight.errors import CallError
from preflight.report import DRESSES, Heading, open_sheet, write_report

if TYPE_CHECKING:
    from preflight.findings import Report
    from preflight.report import Sheet
    from preflight.spec import RequestSpec


@click.command("check")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--image", "images", multiple=True, metavar="PATH", help="An image of one request; may be repeated.")
@click.option("--video", "videos", multiple=True, metavar="PATH", help="A clip of one request; may be repeated.")
@click.option("--audio", "audios", multiple=True, metavar="PATH", help="A sound of one request; may be repeated.")
@click.option("--prompt", help="The prompt of one request.")
@list_options
@profiles_option
@measuring_options
@gate_options
@format_option(*DRESSES)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FILE",
    help="Write a report to a file as well, its format by its ending or as in junit:FILE; may be repeated.",
)
@click.option("--verbose", "-v", is_flag=True, help="Say of each finding how it was measured, and by which source.")
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
    profile_names: tuple[str, ...],
    dress: str,
    outputs: tuple[str, ...],
    verbose: bool,
    **given: Any,  # noqa: ANN401 - what measuring_options adds
) -> None:
    """Judge each PATH; folders are walked.

    A request.toml, or --image, --video, --audio and --prompt, is judged as one request: the assets in their roles,
    the set, the prompt and the settings.

    With several --profile the same assets are judged by each edition, side by side, as text or JSON; the exit status is
    that of the best: 0 when at least one edition takes everything as it is.

    What counts, and how much, can be said in the settings: `[severity]`, `[[override]]` and `[[ignore]]`.

    Exit status: 0 clean, 1 findings, 2 the call is wrong, 3 something could not be judged, which outranks 1.

    \b
    Example: preflight check footage/
    Example: preflight check footage/ --output report.xml --output report.md
    Example: preflight check footage/ --baseline known.json --fail-on warning
    Example: find footage/ -newer last -print0 | preflight check --from0 -
    Example: preflight check request.toml --format json
    Example: preflight check footage/ --profile seedance-2.0-2026-04 --profile seedance-2.0-2026-10
    Example: preflight check --image style.png --audio bgm.mp3 --prompt "Audio 1 sets the pace."
    """  # noqa: D301 - \b is click's mark for lines to keep
    spec = requested(paths, images, videos, audios, prompt)
    assets = listed(given, paths, request=spec is not None)
    if spec is None and (paths or assets is None):
        require(paths)
    if len(set(profile_names)) > 1:
        from preflight.cli.compare import print_comparison

        ctx.exit(print_comparison(ctx, profile_names, spec, assets or collect(paths)))
    fetching = Fetcher(allow_private=False) if spec else nullcontext()
    with fetching as fetch, measuring(given, fetch, several=_several(spec, paths)) as how:
        # While the children get ready, the rest of the program is loaded.
        from preflight.findings import EXIT_CODES
        from preflight.flow import check_assets, check_request
        from preflight.report.files import drafts, read_outputs

        profile = load_profile(profile_names[0])
        read = [*paths, *(asset.path for asset in (spec.assets if spec else ()) if not asset.is_url)]
        heading = Heading(profile=profile.name, verbose=verbose)
        with opened(given, profile.name) as gate, drafts(read_outputs(outputs, read), heading) as files:
            gate.watch(how)
            sheets: list[Sheet] = [*files, open_sheet(dress, heading, sys.stdout)]
            if spec is None:
                with gate.counting() as count:
                    judged = count.over(gate.over(check_assets(assets or collect(paths), profile, how)))
                    verdict = write_report(sheets, judged, seen=sys.stdout)
            else:
                report = gate.report(check_request(spec, profile, how))
                verdict = write_report(sheets, report.assets, report.findings)
    ctx.exit(EXIT_CODES[verdict] if verdict else nothing())


def _several(spec: "RequestSpec | None", paths: tuple[str, ...]) -> bool:
    """Tell whether there is more than one file to measure, as far as a glance tells."""
    if spec:
        return len(spec.assets) > 1
    return len(paths) != 1 or os.path.isdir(paths[0])  # noqa: PTH112 - any bytes may be a name


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
    """Print the verdict on one request, to `stream`, or standard output if none is named."""
    sheet = open_sheet(dress, Heading(profile=report.profile), stream or sys.stdout)
    write_report([sheet], report.assets, report.findings)


def nothing() -> NoReturn:
    """Say that no medium was found: an empty folder has not been judged clean."""
    raise CallError("no picture, clip or sound found", advice="Nothing was judged; is this the right folder?")
