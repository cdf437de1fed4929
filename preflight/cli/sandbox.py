"""`preflight sandbox`: the service on this machine, until Ctrl-C."""

import click

from preflight.errors import CallError, NotDone


@click.command("sandbox")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address; nothing else is served.")
@click.option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@click.option("--run-s", type=click.FloatRange(0, 3600), default=2.0, show_default=True, help="How long a task takes.")
@click.option("--credits", "balance", type=click.FloatRange(0), default=10_000.0, show_default=True, help="Balance.")
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
def command(
    *, host: str, port: int, run_s: float, balance: float, edition: str, judge_at: str, fail_with: str | None
) -> None:
    """Run the service on this machine, to try requests against without paying.

    It takes any key, judges requests and assets by its own reading of the documents, and makes real small videos.

    \b
    Example: preflight sandbox --port 8787
             EVOLINK_API_KEY=any preflight submit request.toml --base-url http://127.0.0.1:8787
    """  # noqa: D301 - \b is click's mark for lines to keep
    from preflight.sandbox import serve

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
        )
    except ValueError as error:
        raise CallError(f"sandbox: {error}") from None
    except OSError as error:
        raise NotDone(
            f"sandbox: port {port}: {error.strerror}", advice="Choose another --port; 0 takes a free one."
        ) from None


def _say_where(url: str) -> None:
    click.echo(url)
    click.echo(f"sandbox at {url}; submit with --base-url {url} and any EVOLINK_API_KEY; Ctrl-C ends it", err=True)
