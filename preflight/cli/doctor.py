"""`preflight doctor`: what is installed, what is missing, what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
import msgspec

from preflight._version import __version__
from preflight.cli.options.beneath import settings_file
from preflight.cli.options.common import TextOrJson
from preflight.cli.options.option import options_of
from preflight.errors import PreflightError
from preflight.locale import localized
from preflight.locale.columns import filled
from preflight.report import text
from preflight.report.remedies import message_of, said
from preflight.values.assets import printable
from preflight.values.phrase import joined, phrase, plain

ENCODERS = ("libx264", "aac", "libmp3lame", "pcm_s16le")
FILTERS = ("scale", "fps", "crop", "pad", "zscale", "tonemap", "bwdif")
LIBRARIES = ("av", "pillow", "pillow-heif", "mutagen", "httpx", "ffmpeg-python", "msgspec")
MISSING = 3
WORD_COLUMNS = 8
NAME_COLUMNS = 14


class Diagnosis(msgspec.Struct, frozen=True):
    """One thing looked at."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    needed: bool = True
    """Whether the tool cannot do its work without it."""


@click.command("doctor")
@options_of(TextOrJson)
@settings_file
@click.pass_context
def command(ctx: click.Context, /, *, shown: TextOrJson) -> None:
    """Say what is installed, what is missing, and what to do about it.

    Exit status 3 when something that is needed is missing.

    \b
    Example: preflight doctor --format json
    """  # noqa: D301 - \b is click's mark for lines to keep
    examined = list(examine())
    if shown.is_json:
        from preflight.report.json import dump

        click.echo(
            dump({"schema": "preflight.doctor/1", "checks": msgspec.to_builtins(examined, enc_hook=plain)}), nl=False
        )
    else:
        text.write(map(line, examined))
    ctx.exit(MISSING if any(one.needed and not one.ok for one in examined) else 0)


def examine() -> Iterator[Diagnosis]:
    """Look at everything the tool stands on."""
    yield Diagnosis(
        "preflight", ok=True, found=phrase("{w1} on Python {w2}", w1=__version__, w2=sys.version.split()[0])
    )
    for name in LIBRARIES:
        yield library(name)
    yield from _ffmpeg()
    yield key()
    yield from network()
    yield ledger()


def key() -> Diagnosis:
    """Tell whether there is a key, and nothing of it."""
    has_key = bool(os.environ.get("EVOLINK_API_KEY"))
    return Diagnosis(
        "key",
        ok=has_key,
        found="EVOLINK_API_KEY is set (never shown)" if has_key else "EVOLINK_API_KEY is not set",
        advice="" if has_key else "Needed only to submit: export EVOLINK_API_KEY=...",
        needed=False,
    )


def network() -> Iterator[Diagnosis]:
    """Look at what stands between here and the service: addresses, proxies and certificates."""
    from preflight.service.proxies import named_proxies

    for name in ("PREFLIGHT_BASE_URL", "PREFLIGHT_FILES_URL"):
        if value := os.environ.get(name):
            yield _tried(name.removeprefix("PREFLIGHT_").lower(), partial(_address_words, value))
    for name, value in named_proxies():
        yield _tried("proxy", partial(_proxy_words, name, value))
    if hosts := os.environ.get("NO_PROXY") or os.environ.get("no_proxy"):
        yield Diagnosis(
            "no proxy", ok=True, found=phrase("for {q}, and never for this machine", q=printable(hosts)), needed=False
        )
    yield _tried("certificates", _certificate_words)


def _address_words(value: str) -> str:
    from preflight.service.http import origin_of

    return phrase("leads to {q}", q=origin_of(value))


def _proxy_words(name: str, value: str) -> str:
    from preflight.service.proxies import read_proxy

    url = read_proxy(value, name).url
    way = printable(f"{url.scheme.decode()}://{url.host.decode()}:{url.port}")
    return phrase("{w} leads by {q}", w=name, q=way)


def _certificate_words() -> str:
    from preflight.service.certificates import where_from

    return phrase("are taken from {where}", where=where_from())


def _tried(name: str, look: Callable[[], str]) -> Diagnosis:
    """Look at something that only submitting needs; what is wrong with it is told as it would be then."""
    try:
        return Diagnosis(name, ok=True, found=look(), needed=False)
    except PreflightError as error:
        found, advice = printable(message_of(error)), printable(said(error.remedies))
        return Diagnosis(name, ok=False, found=found, advice=advice, needed=False)


def library(name: str) -> Diagnosis:
    """Tell the version of a distribution, or how it is installed."""
    try:
        return Diagnosis(name, ok=True, found=version(name))
    except PackageNotFoundError:
        return Diagnosis(name, ok=False, found="not installed", advice=f"pip install {name}")


def _ffmpeg() -> Iterator[Diagnosis]:
    from preflight.apply.ffmpeg import candidates, inspect

    tools = [(path, inspect(path)) for path in candidates()]
    able = next((tool for _, tool in tools if tool and not tool.lacks((*ENCODERS, *FILTERS))), None)
    for path, tool in tools:
        lacks = tool.lacks((*ENCODERS, *FILTERS)) if tool else []
        found = phrase("{q}: does not run", q=path)
        if tool:
            found = phrase("{q}: version {w}", q=path, w=tool.version)
        if lacks:
            found = phrase("{found}; lacks {l}", found=found, l=joined(lacks))
        yield Diagnosis("ffmpeg", ok=bool(tool and not lacks), found=found, needed=False)
    if able is None:
        advice = "Install ffmpeg, or `pip install imageio-ffmpeg`, or point PREFLIGHT_FFMPEG at one."
        yield Diagnosis("ffmpeg", ok=False, found="none that can do everything", advice=advice)


def ledger() -> Diagnosis:
    """Tell where submissions are recorded, and whether they can be."""
    from preflight.submission.ledger import default_path

    named = os.environ.get("PREFLIGHT_LEDGER")
    path = Path(named) if named else default_path()
    there = next((place for place in (path, *path.absolute().parents) if place.exists()), Path("/"))
    ok = os.access(there, os.W_OK) and (there == path or there.is_dir())
    advice = "" if ok else "Choose another place with --ledger or PREFLIGHT_LEDGER."
    found = phrase("{q} (exists)", q=path) if path.exists() else phrase("{q} (not yet made)", q=path)
    return Diagnosis("ledger", ok=ok, found=found, advice=advice)


def line(one: Diagnosis) -> text.Line:
    """Format one thing looked at."""
    word, style = ("ok", "green") if one.ok else ("missing", "bold red") if one.needed else ("note", "yellow")
    advice = f"  {localized(one.advice)}" if one.advice else ""
    told, name = filled(localized(word), WORD_COLUMNS), filled(localized(one.name), NAME_COLUMNS)
    return (told, style), (name, "bold"), (f"{localized(one.found)}{advice}", "")
