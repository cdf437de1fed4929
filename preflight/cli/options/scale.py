"""Where many assets are judged: on this machine, or on a Dask cluster."""

from typing import Annotated, Literal

from preflight.cli.options.option import Group, Option


class EngineOptions(Group, frozen=True, kw_only=True):
    """What judges the assets of a verdict store."""

    engine: Annotated[
        Literal["dask"] | None,
        Option("Judge on a Dask cluster: --scheduler's, or one of --jobs workers here.", kept=True),
    ] = None
    scheduler: Annotated[
        str | None,
        Option("Address of a Dask scheduler, as tcp://HOST:8786.", kept=True, guarded=True, metavar="ADDRESS"),
    ] = None
