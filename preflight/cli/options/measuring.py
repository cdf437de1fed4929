"""How files are measured: the options, and the way of measuring that they mean."""

from typing import TYPE_CHECKING, Annotated

import click

from preflight.cli.options.option import Between, Group, Option
from preflight.values.choices import CacheBy, Depth

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from preflight.flow.check import Fetch, Measuring
    from preflight.values.remedy import Remedies


class MeasuringOptions(Group, frozen=True, kw_only=True):
    """How files are measured."""

    depth: Annotated[
        Depth,
        Option(
            "header believes the file; exact walks every packet and decodes every image; full decodes everything.",
            kept=True,
        ),
    ] = "exact"
    jobs: Annotated[
        int | None,
        Option(
            "How many files are measured at once; as many as there are processors if not said.",
            kind=click.IntRange(1, 256),
            kept=True,
        ),
    ] = None
    no_cache: Annotated[bool, Option("Measure every file anew, and remember nothing.")] = False
    cache_by: Annotated[
        CacheBy,
        Option(
            "What tells that a file was measured before: where it lies and its times, or, the strict way, a hash of "
            "what it holds.",
            kept=True,
        ),
    ] = "identity"
    time_limit: Annotated[
        float, Option("Seconds that measuring one file may take.", kind=Between(0.1, 3600), kept=True)
    ] = 60.0
    memory_limit: Annotated[
        int, Option("MiB that measuring one file may take.", kind=click.IntRange(256, 1 << 20), kept=True)
    ] = 4096

    anonymous: Annotated[
        bool, Option("Read buckets unsigned, as those that are open to everybody allow.", kept=True)
    ] = False

    def opened(self, fetch: "Fetch | None" = None, *, several: bool = False) -> "AbstractContextManager[Measuring]":
        """Open a way of measuring.

        Args:
            fetch: downloads URLs.
            several: whether there are several files.
        """
        from preflight.flow.measuring import measuring
        from preflight.values.bounds import Bounds

        return measuring(
            self.depth,
            jobs=self.jobs,
            bounds=Bounds(seconds=self.time_limit, memory_bytes=self.memory_limit << 20),
            cache=None if self.no_cache else self.cache_by,
            fetch=fetch,
            word=_word if fetch else None,
            several=several,
            anonymous=self.anonymous,
        )


def _word(remedies: "Remedies") -> str:
    """Say, in the words of the command line, what is to be done."""
    from preflight.report.remedies import said

    return said(remedies)
