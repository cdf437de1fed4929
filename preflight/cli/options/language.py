"""The setting that says in which language the tool speaks; `--lang` of every command stands before it."""

from typing import Annotated

from preflight.cli.language import MEANING, METAVAR
from preflight.cli.options.option import Group, Option


class LanguageOptions(Group, frozen=True, kw_only=True):
    """In which language a person reads what is said."""

    lang: Annotated[str | None, Option(MEANING, kept=True, metavar=METAVAR)] = None
