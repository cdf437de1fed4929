"""`preflight sandbox`: the service on this machine, until Ctrl-C."""

import click

from preflight.cli.options.option import Between
from preflight.cli.unforeseen import said_of
from preflight.errors import CallError, NotDone
from preflight.locale import localized
from preflight.values.phrase import phrase


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address; nothing else is served.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@click.option("--run-s", type=Between(0, 3600), default=2.0, show_default=True, help="How long a task takes.")
@click.option("--credits", "balance", type=Between(0), default=10_000.0, show_default=True, help="Balance.")
@click.option(
    "--edition",
    type=click.Choice(["2026-04", "2026-10"]),
    default="2026-04",
    show_default=True,
    help="Of the documents.",
)
@click.option(
    "--judge-at",
    type=click.Choice(["submit", "task"]),
    default="submit",
    show_default=True,
    help="Whether a bad asset is refused at submission or makes the task fail.",
)
@click.option("--fail-with", metavar="CODE", help="Make every task fail with this error code.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="ROUTE:KIND[:PROBABILITY[:SECONDS]]",
    help="Break something; may be repeated. `--fault help` lists what can go wrong.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides which calls meet their faults.")
def command(
    *,
    host: str,
    port: int,
    run_s: float,
    balance: float,
    edition: str,
    judge_at: str,
    fail_with: str | None,
    faults: tuple[str, ...],
    seed: int,
) -> None:
    """Run the service on this machine, to try requests against without paying.

    It takes any key, judges requests and assets by its own reading of the documents, and makes real small videos.

    \b
    Example: preflight sandbox --port 8787
             EVOLINK_API_KEY=any preflight submit request.toml --base-url http://127.0.0.1:8787
    Example: preflight sandbox --fault create:drop-after:0.2 --fault task:503:0.3 --seed 7
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.sandbox import Faults, read_fault, serve

    if "help" in faults:
        _list_faults()
        return
    try:
        serve(
            host=host,
            port=port,
            on_ready=_say_where,
            run_s=run_s,
            credits=balance,
            edition=edition,
            judge_at=judge_at,
            fail_with=fail_with,
            faults=Faults(seed=seed, faults=tuple(map(read_fault, faults))),
        )
    except ValueError as error:
        raise CallError(phrase("sandbox: {why}", why=said_of(error))) from None
    except OSError as error:
        raise NotDone(
            phrase("sandbox: port {n}: {why}", n=port, why=error.strerror),
            advice="Choose another --port; 0 takes a free one.",
        ) from None


def _list_faults() -> None:
    """Print each route and what can go wrong there."""
    from preflight.sandbox.faults import KINDS

    for route, kinds in KINDS.items():
        click.echo(f"{route}: {' '.join(sorted(kinds))}")


def _say_where(url: str) -> None:
    click.echo(url)
    click.echo(
        localized(phrase("sandbox at {q}; submit with --base-url {q} and any EVOLINK_API_KEY; Ctrl-C ends it", q=url)),
        err=True,
    )
