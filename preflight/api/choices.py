"""What may be chosen where files are fixed: said once, for each function that takes it by name."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, ParamSpec, TypedDict, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from preflight.api.common import AnyPath, path_of, refuse_no_text
from preflight.errors import CallError
from preflight.plan import FixOptions
from preflight.values.assets import printable
from preflight.values.choices import Bits, Fit, KeepBest, Lengthen, Strategy, Where
from preflight.values.facts import Area
from preflight.values.findings import Loss, Report
from preflight.values.ready import ready

P = ParamSpec("P")
T = TypeVar("T")


class FixChoices(TypedDict, total=False):
    """The choices of one call of `fix`; each may be left out. What they mean stands there."""

    allow: Loss
    keep: KeepBest
    extend: Lengthen | None
    fit: Fit | None
    pad_color: str
    bits: Bits
    share: Strategy
    also: Iterable[str]
    crop: Mapping[AnyPath, Where | tuple[int, int, int, int]] | None


BEST = "best"
"""What `keep` says where each file is looked into before it is planned."""
NOT_SAID = msgspec.structs.asdict(FixOptions())
DEFAULTS: dict[str, Any] = {name: NOT_SAID.get(name) for name in FixChoices.__annotations__} | {"fit": None}
"""Choice → what counts where it is left out."""


def spelled_out(function: Callable[P, T]) -> Callable[P, T]:
    """Show, in the signature of a function that takes `**choices`, each of them by name, with type and default."""
    signature = inspect.signature(function)
    whole = signature.parameters.values()
    choices = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS[name], annotation=hint)
        for name, hint in get_type_hints(FixChoices).items()
    ]
    by_place = [one for one in whole if one.kind is one.POSITIONAL_OR_KEYWORD]
    shown = [*by_place, *choices, *(one for one in whole if one.kind is one.KEYWORD_ONLY)]
    hints = {one.name: one.annotation for one in shown if one.annotation is not one.empty}
    function.__annotations__ = hints | {"return": signature.return_annotation}
    function.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined] # what `inspect` looks for
    return function


def options_from(choices: Mapping[str, Any], report: Report) -> FixOptions:
    """Read how to fix from the choices of a call.

    Args:
        choices: those of `FixChoices` that were said.
        report: what is to be fixed.

    Raises:
        TypeError: there is no choice of such a name.
        CallError: a choice is none, `also` has a name of no warning, or `crop` a path that is none of the report's.
    """
    for name in choices:
        if name not in DEFAULTS:
            raise TypeError(f"fix() got an unexpected keyword argument {name!r}")
    said = {**DEFAULTS, **choices}
    also, crop, fit = _also(said.pop("also")), _crop_of(said.pop("crop") or {}, report), said["fit"]
    try:
        keep = "start" if said["keep"] == BEST else said["keep"]
        plain = msgspec.convert(
            {**said, "keep": keep, "fit": fit or "crop", "fit_named": fit is not None}, ready(FixOptions)
        )
    except msgspec.ValidationError as error:
        _, _, place = str(error).partition(" - at `$.")
        name = place.rstrip("`")
        if name not in said:
            raise CallError(f"fix: {error}") from None
        raise CallError(f"fix: {name}: {_expected(name)}, got {said.get(name)!r}") from None
    return msgspec.structs.replace(plain, also=also, crop_of=crop)


def _expected(name: str) -> str:
    """Word what a choice may be."""
    hint = get_type_hints(FixChoices).get(name, str)
    words = [
        repr(one) for literal in (hint, *get_args(hint)) if get_origin(literal) is Literal for one in get_args(literal)
    ]
    return f"expected {', '.join(words) or 'text'}"


def _also(given: object) -> tuple[str, ...]:
    from preflight.plan.also import read_also

    names = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else (given,)
    for name in names:
        refuse_no_text(name, "also", "names of warnings")
    return read_also(names)


def _crop_of(given: Mapping[AnyPath, Where | tuple[int, int, int, int]], report: Report) -> dict[str, Where | Area]:
    from preflight.plan.crops import read_crop

    if not isinstance(given, Mapping):
        raise CallError(f"crop: expected path → part, got {_short(given)}")
    known = {one.asset.path for one in report.assets}
    found = {path_of(path, "crop"): part for path, part in given.items()}
    if strange := next((path for path in found if path not in known), None):
        raise CallError(f"crop: {printable(strange)} is none of the files of the report")
    return {path: read_crop(_part(part)) for path, part in found.items()}


def _part(given: object) -> str:
    """Write a part as a command has it; what is none is refused by who reads it."""
    if isinstance(given, str):
        return given
    return ",".join(map(str, given)) if isinstance(given, Sequence) else _short(given)


def _short(given: object) -> str:
    return printable(repr(given)[:80])
