"""What a settings file may say of the options: key → the parameter, and the type that TOML gives it."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from preflight.cli.options.choices import FixChoices
from preflight.cli.options.common import EditionOptions, OutputOptions, TextOrJson
from preflight.cli.options.language import LanguageOptions
from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import Group, Option, ResolvedOption, fields_of
from preflight.cli.options.price import PriceOptions
from preflight.cli.options.run import RunOptions
from preflight.cli.options.scale import EngineOptions
from preflight.cli.options.service import ServiceOptions, UploadOptions

GROUPS: tuple[type[Group], ...] = (
    EditionOptions,
    MeasuringOptions,
    TextOrJson,
    FixChoices,
    OutputOptions,
    ServiceOptions,
    UploadOptions,
    PriceOptions,
    RunOptions,
    LanguageOptions,
    EngineOptions,
)
IN_TOML: dict[Any, Any] = {bool: bool, int: int, float: float, Fraction: int | float}
"""Type of an option → that of its setting, where it is no text."""


def kept() -> Iterator[ResolvedOption]:
    """Yield the fields that a settings file may say."""
    for group in GROUPS:
        for said in fields_of(group):
            if isinstance(said, ResolvedOption) and isinstance(said.how, Option) and said.how.kept:
                yield said


def in_toml(said: ResolvedOption) -> Any:  # noqa: ANN401 - any type
    """Tell the type that a settings file gives a field."""
    return IN_TOML.get(said.type, str)


def is_path(said: ResolvedOption) -> bool:
    """Tell whether a setting names a file or folder, which lies relative to the settings."""
    return said.type is Path
