"""What a run judges, and what it does with its verdicts: lists of names, and what counts, is logged and is written."""

from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import click

from preflight.cli.options.option import FILE, Group, Option, stored
from preflight.values.choices import FailOn


class RequestParts(Group, frozen=True, kw_only=True):
    """One request, said by its parts."""

    images: Annotated[
        tuple[str, ...],
        Option("An image of one request; may be repeated.", flags=("--image",), kind=stored, metavar="PATH"),
    ] = ()
    videos: Annotated[
        tuple[str, ...],
        Option("A clip of one request; may be repeated.", flags=("--video",), kind=stored, metavar="PATH"),
    ] = ()
    audios: Annotated[
        tuple[str, ...],
        Option("A sound of one request; may be repeated.", flags=("--audio",), kind=stored, metavar="PATH"),
    ] = ()
    prompt: Annotated[str | None, Option("The prompt of one request.")] = None

    def __bool__(self) -> bool:
        """Tell whether any part is said."""
        return bool(self.images or self.videos or self.audios or self.prompt is not None)


class ListOptions(Group, frozen=True, kw_only=True):
    """Lists of names."""

    from_nuls: Annotated[
        BinaryIO | None,
        Option(
            "Names to check, each ended by NUL, as `find -print0` writes them; - is standard input.",
            flags=("--from0",),
            kind=click.File("rb"),
            metavar="FILE",
        ),
    ] = None
    from_lines: Annotated[
        BinaryIO | None,
        Option("The same, one name a line.", flags=("--from",), kind=click.File("rb"), metavar="FILE"),
    ] = None
    manifest: Annotated[
        Path | None,
        Option(
            "CSV with a column `path`, or JSON Lines; beside it `kind`, `role`, `keep`. Paths start from its folder. "
            "A line that cannot be read costs itself alone.",
            kind=FILE,
            metavar="FILE",
        ),
    ] = None

    def __bool__(self) -> bool:
        """Tell whether there is any list."""
        return bool(self.from_nuls or self.from_lines or self.manifest)


class RunOptions(Group, frozen=True, kw_only=True):
    """What counts in a run, and what it writes beside its report."""

    fail_on: Annotated[FailOn, Option("The least severity that fails.", kept=True)] = "error"
    baseline: Annotated[
        Path | None,
        Option(
            "Findings that are in this file do not count; new and worse ones do.", kind=FILE, kept=True, metavar="FILE"
        ),
    ] = None
    write_baseline: Annotated[
        Path | None, Option("Write this run's findings to a baseline.", kind=FILE, metavar="FILE")
    ] = None
    log_format: Annotated[
        Literal["json"] | None,
        Option("Write a log to standard error: a line for the start, each asset and the end.", kept=True),
    ] = None
    summary: Annotated[bool, Option("Say on standard error how often each rule was broken and what took long.")] = False
    metrics: Annotated[
        Path | None,
        Option(
            "Write OpenMetrics text, for a node exporter's text file collector.", kind=FILE, kept=True, metavar="FILE"
        ),
    ] = None

    @property
    def are_idle(self) -> bool:
        """Whether nothing is to be written, compared or logged."""
        return not (self.baseline or self.write_baseline or self.log_format or self.summary or self.metrics)
