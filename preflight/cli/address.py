"""Where the key may be sent: addresses of a shipped edition, those named on the command line, those agreed to before.

Any other one is shown and asked for, once, `--yes` or not; a profile that a found settings file names may bring none.
"""

import click
from click.core import ParameterSource

from preflight.cli.question import ask, is_anybody_there
from preflight.cli.searched import FOREIGN, own_file
from preflight.errors import CallError
from preflight.files import notes as own
from preflight.profiles import Profile, shipped_addresses
from preflight.service import origin
from preflight.service.addresses import addresses
from preflight.values.phrase import phrase

AGREED = "addresses"
"""The list of addresses that a person said yes to."""


def agreed(
    profile: Profile, base_url: str | None, files_url: str | None, *, known: str | None = None
) -> tuple[str, str]:
    """Choose the addresses of the service and its files service, if the key may be sent there.

    Args:
        profile: the edition in use.
        base_url: as the option, the variable or the settings have it.
        files_url: as well.
        known: where the request in question was sent before.

    Raises:
        CallError: an address cannot be used, or a person does not agree to it, or there is nobody to ask.
    """
    base, files = addresses(profile, base_url or known, files_url)
    for address in dict.fromkeys((base, files)):
        if not _is_settled(address, known):
            _refuse_brought(profile, address)
            _ask(address)
    return base, files


def is_agreed(address: str) -> bool:
    """Tell whether a person has said yes to an address before."""
    return any(origin.same(address, one) for one in own.lines(AGREED))


def remember(address: str) -> None:
    """Remember that a person said yes to an address."""
    own.add(AGREED, origin.normal(address))


def refuse_found(ctx: click.Context, param: click.Parameter, value: object) -> object:
    """Refuse what a found settings file says of where the key goes and what was sent; runs as an option is read.

    Raises:
        CallError: it does.
    """
    name = param.name or ""
    file = ctx.meta.get(FOREIGN, {}).get(name)
    if file and ctx.get_parameter_source(name) is ParameterSource.DEFAULT_MAP:
        option = param.opts[0]
        raise _refusal(phrase("{q}: {w}", q=file, w=_setting(option)), option)
    return value


def _setting(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _refusal(what: str, option: str) -> CallError:
    words = phrase(
        "{what} is not taken from a settings file that lies in a folder: whoever puts one there would choose it",
        what=what,
    )
    variable = f"PREFLIGHT_{_setting(option).upper()}"
    return CallError(
        words, advice=phrase("Say it by {w1}, by {w2}, or in your own {q}.", w1=option, w2=variable, q=own_file())
    )


def _is_settled(address: str, known: str | None) -> bool:
    ours = any(origin.same(address, one) for one in shipped_addresses())
    return ours or _is_typed(address) or (known is not None and origin.same(address, known)) or is_agreed(address)


def _is_typed(address: str) -> bool:
    """Tell whether an address stands on the command line."""
    ctx = click.get_current_context()
    typed = [ctx.params.get(name) for name in ("base_url", "files_url") if _source(ctx, name) == "typed"]
    return any(origin.same(address, one) for one in typed if isinstance(one, str))


def _source(ctx: click.Context, name: str) -> str:
    return "typed" if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE else "elsewhere"


def _refuse_brought(profile: Profile, address: str) -> None:
    """Raise CallError where a profile that a found settings file names has brought an address."""
    ctx = click.get_current_context()
    file = ctx.meta.get(FOREIGN, {}).get("profile_name")
    said_there = ctx.get_parameter_source("profile_name") is ParameterSource.DEFAULT_MAP
    brought = any(origin.same(address, one) for one in (profile.service.base_url, profile.service.files_url))
    if file and said_there and brought:
        what = phrase("{q1}: profile {w}, which has the address {q2},", q1=file, w=profile.name, q2=address)
        raise _refusal(what, "--profile")


def _ask(address: str) -> None:
    words = phrase("The key would be sent to {q}, which is the address of no shipped edition", q=address)
    if not is_anybody_there():
        raise CallError(
            phrase("{words}, and there is nobody to ask", words=words),
            advice=phrase("Name it: --base-url {q}", q=address),
        )
    if not ask(phrase("{words}. Send it there?", words=words)):
        raise CallError(phrase("{q}: not agreed to, so nothing was sent", q=address))
    remember(address)
