"""`preflight mcp`: folders that may be read in; tools for agents, on standard input and output or by HTTP."""

import os
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import FILE, FOLDER, Group, Option, options_of
from preflight.cli.options.price import Amount
from preflight.cli.options.service import ServiceOptions
from preflight.errors import CallError
from preflight.locale import localized
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.mcp.calls import SharedState

NEEDED = "mcp"
INSTALL = "pip install 'preflight-media[mcp]'"


class McpCall(Group, frozen=True, kw_only=True):
    """What a call of `mcp` asks."""

    roots: Annotated[
        tuple[Path, ...],
        Option("A folder whose files may be read; repeatable.", flags=("--root",), kind=FOLDER, metavar="DIR"),
    ] = ()
    output: Annotated[
        Path | None,
        Option(
            "The one folder where files are written.  [default: preflight-fixed in the first --root]",
            kind=FOLDER,
            metavar="DIR",
        ),
    ] = None
    http: Annotated[bool, Option("Serve by HTTP on this machine, not on standard input and output.")] = False
    port: Annotated[int, Option("Of --http; 0 takes a free one.", kind=click.IntRange(0, 65535))] = 0
    token_file: Annotated[
        Path | None, Option("Of --http: a file with the token that clients have to send.", kind=FILE, metavar="FILE")
    ] = None
    max_credits: Annotated[
        Fraction | None,
        Option(
            "Let a request be submitted without asking a person, by a token of estimate_price, where it costs at most "
            "so much; a costlier one is refused.",
            kind=Amount(),
        ),
    ] = None
    max_total: Annotated[
        Fraction | None,
        Option("With --max-credits: what all requests without a question may cost together.", kind=Amount()),
    ] = None
    edition: EditionOptions = EditionOptions()
    service: ServiceOptions = ServiceOptions()


@click.command("mcp")
@options_of(McpCall)
@settings_file
def command(*, call: McpCall) -> None:
    """Serve tools for agents by the Model Context Protocol, until the client goes or Ctrl-C comes.

    Agents read below --root, write in --output, and nowhere else. Nothing is paid without a word of a person: who is
    asked with price and body where the client can ask, or has said --max-credits. The key is EVOLINK_API_KEY.

    \b
    Example: preflight mcp --root footage/
    Example: preflight mcp --root footage/ --output fixed/ --max-credits 200
    Example: preflight mcp --root footage/ --http --port 8788
    """  # noqa: D301 - \b is click's mark for lines to keep
    if not call.roots:
        raise CallError("no folder may be read", advice="Name it: --root DIR.")
    if not call.http and (call.token_file or call.port):
        raise CallError("--port and --token-file are of --http", advice="Say --http, too.")
    if call.max_total is not None and call.max_credits is None:
        raise CallError("--max-total bounds what --max-credits allows", advice="Say --max-credits, too.")
    _refuse_without_sdk()
    shared = _shared(call)
    if not call.http:
        from preflight.mcp.stdio import serve_stdio

        serve_stdio(shared)
        return
    from preflight.mcp.http import read_token, serve_http

    serve_http(shared, call.port, _say_where, read_token(call.token_file) if call.token_file else None)


def _refuse_without_sdk() -> None:
    """Raise CallError where the SDK is not installed."""
    from importlib.util import find_spec

    if find_spec(NEEDED) is None or find_spec("mcp_types") is None:
        raise CallError("mcp, the SDK of the protocol, is not installed", advice=phrase("{q} installs it.", q=INSTALL))


def _shared(call: McpCall) -> "SharedState":
    from preflight.mcp.calls import Account, SharedState
    from preflight.mcp.offers import Budget
    from preflight.mcp.roots import Roots

    account = Account(
        key=os.environ.get("EVOLINK_API_KEY", ""),
        base_url=call.service.base_url,
        files_url=call.service.files_url,
        ledger=call.service.ledger_path,
        agent=call.service.agent,
        max_credits=call.max_credits,
    )
    roots, budget = Roots(call.roots, call.output), Budget(call.max_total)
    return SharedState(roots=roots, profile=call.edition.named, account=account, budget=budget)


def _say_where(url: str) -> None:
    click.echo(url)
    click.echo(localized("Whoever reaches this port of this machine can call the tools; Ctrl-C ends it."), err=True)
