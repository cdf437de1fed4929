"""`preflight profiles compare`: a document of the provider in; what no longer agrees with our editions, out."""

from pathlib import Path
from typing import Any

import click

from preflight.cli.unforeseen import said_of
from preflight.errors import CallError
from preflight.files.documents import document_of
from preflight.files.text import bytes_of
from preflight.locale import localized
from preflight.profiles import Profile, load
from preflight.profiles.drift import Drift, NoSchemaError, drifts, models_of, request_schema
from preflight.profiles.index import index, nearest_models
from preflight.report import text
from preflight.values.assets import Asset, printable, shown
from preflight.values.phrase import joined, phrase

DRIFT_SCHEMA = "preflight.drift/1"
MAX_BYTES = 16 << 20
LOOK = "look here"


def compare(words: tuple[str, ...], *, as_json: bool) -> int:
    """Hold a document against editions, print what does not agree, and return the exit status."""
    if not 1 <= len(words) <= 2:  # noqa: PLR2004 - the document, and an edition
        raise CallError(
            "compare takes a document, and may take one edition", advice="`preflight profiles compare FILE`."
        )
    name = shown(words[0])
    try:
        schema = request_schema(document_of(_read(words[0]), "openapi"))
    except NoSchemaError as error:
        raise CallError(phrase("{q}: describes no request of a model: {why}", q=name, why=said_of(error))) from None
    except CallError as error:
        raise CallError(phrase("{q}: {fault}", q=name, fault=error.message), advice=error.remedies) from None
    editions, unknown = _editions(models_of(schema), words[1:])
    found = {profile.name: list(drifts(schema, profile)) for profile in editions}
    if as_json:
        _print_json(name, found, unknown)
    else:
        _print_text(found, unknown)
    certain = any(drift.is_certain for drift_list in found.values() for drift in drift_list)
    return 1 if certain or unknown else 0


def _read(place: str) -> bytes:
    """Read a file, or bring what lies at a URL."""
    if not Asset(path=place).is_url:
        return _bytes(Path(place))
    from preflight.upload.fetcher import Fetcher

    with Fetcher(allow_private=False) as fetch:
        return _bytes(fetch(place))


def _bytes(path: Path) -> bytes:
    try:
        content = bytes_of(path, MAX_BYTES)
    except OSError as error:
        raise CallError(phrase("cannot be read: {why}", why=error.strerror)) from None
    if len(content) > MAX_BYTES:
        raise CallError(phrase("larger than {n} bytes", n=f"{MAX_BYTES:,}"))
    return content


def _editions(models: tuple[str, ...], named: tuple[str, ...]) -> tuple[list[Profile], list[str]]:
    """Choose the editions to hold a document against, and the models of it that none describes."""
    if named:
        return [load(named[0])], []
    known = index().models
    names = dict.fromkeys(known[model] for model in models if model in known)
    return [load(name) for name in names], [model for model in models if model not in known]


def _print_text(found: dict[str, list[Drift]], unknown: list[str]) -> None:
    for model in unknown:
        near = nearest_models(model)
        said = phrase("no edition describes it; nearest: {l}", l=joined(near)) if near else "no edition describes it"
        text.write([((f"{printable(model)}: ", "bold"), (localized(said), "red"))])
    for name, drift_list in found.items():
        text.write(_line(name, drift) for drift in drift_list)
        certain = sum(drift.is_certain for drift in drift_list)
        agrees = (
            phrase("{n} no longer agree", n=certain) if certain > 1 else "1 no longer agrees" if certain else "agrees"
        )
        said = phrase("{agrees}, {n} to look at.", agrees=agrees, n=len(drift_list) - certain)
        text.write([((name, "bold"), (f": {localized(said)}", ""))])


def _line(name: str, drift: Drift) -> text.Line:
    if not drift.is_certain:
        return (f"{localized(LOOK)} ", "yellow"), (printable(drift.place), "bold"), (f": {printable(drift.theirs)}", "")
    ours, theirs = printable(drift.ours), printable(drift.theirs)
    said = localized(phrase("{q1} has {q2}, the document {q3}", q1=name, q2=ours, q3=theirs))
    return (f"{localized(drift.what)} ", "red"), (printable(drift.place), "bold"), (f": {said}", "")


def _print_json(name: str, found: dict[str, list[Drift]], unknown: list[str]) -> None:
    from preflight.report.json import dump

    rows: list[dict[str, Any]] = [
        {"edition": edition, "what": one.what, "place": one.place, "ours": one.ours, "theirs": one.theirs}
        for edition, drift_list in found.items()
        for one in drift_list
    ]
    told = {"schema": DRIFT_SCHEMA, "document": name, "editions": list(found), "unknown": unknown, "drifts": rows}
    click.echo(dump(told), nl=False)
