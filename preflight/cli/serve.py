"""`preflight serve`: the gateway for programs, until Ctrl-C or SIGTERM."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click

from preflight.cli.options.beneath import settings_file
from preflight.cli.options.choices import FixChoices
from preflight.cli.options.common import EditionOptions
from preflight.cli.options.option import FILE, FOLDER, Between, Group, Option, options_of
from preflight.cli.options.service import ServiceOptions, UploadOptions, api_key
from preflight.errors import CallError, NotDone
from preflight.locale import localized
from preflight.values.assets import printable
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.plan import FixOptions
    from preflight.server.gateway.settings import Settings
    from preflight.server.gateway.start import Serving

PORT = 8686
TOKEN_MIN, TOKENS_MAX_BYTES = 16, 1 << 16


class ServeCall(Group, frozen=True, kw_only=True):
    """What a call of `serve` asks."""

    host: Annotated[str, Option("The address that is served; any but a loopback one needs --token-file.")] = "127.0.0.1"
    port: Annotated[int, Option("0 takes a free one.", kind=click.IntRange(0, 65535))] = PORT
    on_fail: Annotated[
        Literal["refuse", "fix"],
        Option("What becomes of a request that is not clean: answered with every finding, or mended and then sent."),
    ] = "refuse"
    roots: Annotated[
        tuple[Path, ...],
        Option("Folder below which programs may name files by file:///; repeatable.", flags=("--root",), kind=FOLDER),
    ] = ()
    token_file: Annotated[
        Path | None, Option("File of tokens, one a line, of which programs have to show one.", kind=FILE)
    ] = None
    key_from_env: Annotated[
        bool, Option("Send the key of EVOLINK_API_KEY, instead of the one that each program sends.")
    ] = False
    once_within: Annotated[
        float,
        Option(
            "Seconds within which the same body is one request, as with one Idempotency-Key; 0 for none.",
            kind=Between(0, 7 * 24 * 3600),
        ),
    ] = 600.0
    allow_private: Annotated[bool, Option("Bring assets from private addresses, too.")] = False
    at_once: Annotated[int, Option("How many requests are in work at the same time.", kind=click.IntRange(1, 512))] = 32
    fixes: Annotated[int, Option("How many requests are mended at the same time.", kind=click.IntRange(1, 32))] = 2
    choices: FixChoices = FixChoices()
    edition: EditionOptions = EditionOptions()
    service: ServiceOptions = ServiceOptions()
    upload: UploadOptions = UploadOptions()


@click.command("serve")
@options_of(ServeCall)
@settings_file
def command(*, call: ServeCall) -> None:
    """Serve the provider's own paths on this machine: programs change their base URL, and nothing else.

    Each asset is brought once, measured and judged with the prompt and the set. A clean request is sent once, through
    the ledger. The first line on standard output is the address; a line of JSON a request goes to standard error.

    \b
    Example: preflight serve
    Example: preflight serve --on-fail fix --root footage/
    Example: preflight serve --host 0.0.0.0 --token-file tokens --key-from-env
    """  # noqa: D301 - \b is click's mark for lines to keep
    settings = _settings(call)
    _refuse_open(call.host, settings)
    from preflight.server.gateway.start import serve_gateway

    serve_gateway(settings, _say_where, host=call.host, port=call.port, log=sys.stderr)


def _settings(call: ServeCall) -> "Settings":
    from preflight.server.gateway.settings import Settings

    settings = Settings(
        on_fail=call.on_fail,
        profile=call.edition.named,
        base_url=call.service.base_url,
        files_url=call.service.files_url,
        bucket=call.upload.bucket,
        ledger=call.service.ledger_path,
        agent=call.service.agent,
        roots=tuple(map(_root, call.roots)),
        key=api_key() if call.key_from_env else None,
        tokens=_tokens(call.token_file) if call.token_file else (),
        allow_private=call.allow_private,
        fix_options=_fix_options(call.choices),
        once_s=call.once_within,
        at_once=call.at_once,
        jobs=call.fixes,
    )
    settings.endpoint(settings.key or "any")  # an address that cannot be used is said now, not to each program
    return settings


def _fix_options(choices: FixChoices) -> "FixOptions":
    """Read how to fix; what names single files cannot be meant for all requests."""
    choice = choices.choice()
    if choice.marks or choice.crops or choice.best:
        raise CallError(
            "serve: --keep takes start, middle or end here, and --crop names a file", advice="Leave it out."
        )
    return choice.fix_options


def _root(path: Path) -> Path:
    real = Path(os.path.realpath(path))
    if not real.is_dir():
        raise CallError(phrase("--root: {q}: no such folder", q=printable(str(path))))
    return real


def _tokens(path: Path) -> tuple[str, ...]:
    """Read tokens, one a line.

    Raises:
        NotDone: the file cannot be read.
        CallError: there is none, or one is too short to be a secret.
    """
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            text = file.read(TOKENS_MAX_BYTES).decode("ascii")
    except OSError as error:
        raise NotDone(phrase("--token-file: {q}: cannot be read: {why}", q=name, why=error.strerror)) from None
    except UnicodeDecodeError:
        raise CallError(phrase("--token-file: {q}: holds more than ASCII letters, digits and signs", q=name)) from None
    tokens = tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    if not tokens or any(len(one) < TOKEN_MIN or " " in one for one in tokens):
        advice = "`openssl rand -hex 32 > FILE` makes one."
        raise CallError(
            phrase("--token-file: {q}: expected tokens of at least {n} characters, one a line", q=name, n=TOKEN_MIN),
            advice=advice,
        )
    return tokens


def _refuse_open(host: str, settings: "Settings") -> None:
    """Refuse to serve others than this machine without a token."""
    from preflight.server.listen import is_loopback

    if not is_loopback(host) and not settings.tokens:
        words = phrase("--host {q}: others than this machine could ask, and pay with it", q=printable(host))
        raise CallError(words, advice="Give --token-file, or leave --host out.")


def _say_where(serving: "Serving") -> None:
    click.echo(serving.url)
    click.echo(localized(phrase("gateway at {q}; Ctrl-C ends it", q=serving.url)), err=True)
