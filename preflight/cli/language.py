"""The language of a command: `--lang`, `PREFLIGHT_LANG`, a settings file, then the locale; and click's own words in it.

In: arguments, environment, commands. Out: the language, the same commands with `--lang`, and help and errors in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from preflight.locale import ENGLISH, VARIABLE, Language, from_locale, language, language_of, localized, speak
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from click.formatting import HelpFormatter

OPTION = "--lang"
NAME = "lang"
METAVAR = "en|ko|zh"
MEANING = "Language of what is said: English, Korean or Chinese; that of the locale if not said."
EXAMPLE = "Example:"


def language_for(arguments: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Choose the language before anything is parsed, so that help and errors have it, too."""
    if words := said(arguments, environ):
        return language_of(words) or ENGLISH
    return from_locale(environ)


def said(arguments: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """Find what the call, or else the variable, says of the language."""
    for at, word in enumerate(arguments):
        if word == "--":
            break
        if word == OPTION and at + 1 < len(arguments):
            return arguments[at + 1]
        if word.startswith(f"{OPTION}="):
            return word.partition("=")[2]
    return environ.get(VARIABLE)


def with_language(command: click.Command) -> click.Command:
    """Give a command, and those below it, `--lang` and help in the language."""
    if any(param.name == NAME for param in command.params):
        return command
    command.params.append(
        click.Option([OPTION], metavar=METAVAR, envvar=VARIABLE, help=MEANING, expose_value=False, callback=_heed)
    )
    command.context_class = Context
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            with_language(inner)
    return command


def _heed(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Use the language that is said here or in the settings; the variable was heeded before anything was parsed."""
    if value is not None and ctx.get_parameter_source(NAME) is not ParameterSource.ENVIRONMENT:
        speak(language_of(value) or ENGLISH)


# ---- help ------------------------------------------------------------------------------------------------------------


class Formatter(click.HelpFormatter):
    """Writes help in the current language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, localized(prefix or "Usage: "))

    def write_heading(self, heading: str) -> None:
        """Write the title of a section."""
        super().write_heading(localized(heading))

    def write_text(self, text: str) -> None:
        """Write paragraphs; examples stay as they are, but for their lead."""
        if language() == ENGLISH:
            super().write_text(text)
            return
        from preflight.locale.columns import wrapped

        lead = " " * self.current_indent
        for at, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if at else "")
            if paragraph.lstrip().startswith("\b"):
                lines = [_example(line) for line in paragraph.strip().splitlines()[1:]]
            else:
                lines = wrapped(localized(" ".join(paragraph.split())), self.width - self.current_indent)
            self.write("".join(f"{lead}{line}\n" for line in lines))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms with what they mean."""
        if language() == ENGLISH:
            super().write_dl(list(rows), col_max, col_spacing)
            return
        from preflight.locale.columns import definitions

        told = [(term, _meaning(words)) for term, words in rows]
        for line in definitions(told, self.width, self.current_indent, col_max, col_spacing):
            self.write(f"{line}\n")


def _example(line: str) -> str:
    return line.strip().replace(EXAMPLE, localized(EXAMPLE), 1)


def _meaning(words: str) -> str:
    """Translate what an option means, and what click adds in brackets: its default, or that it is required."""
    said, bracket, extra = words.rpartition("  [")
    if not bracket:
        return localized(words)
    parts = (localized(_extra(part)) for part in extra.removesuffix("]").split("; "))
    return f"{localized(said)}  [{'; '.join(parts)}]"


def _extra(part: str) -> str:
    """Word what click says of an option beside its meaning."""
    title, _, value = part.partition(": ")
    words = {"default": "default: {what}", "env var": "env var: {what}"}
    return phrase(words[title], what=value) if title in words else part


class Context(click.Context):
    """A call whose help is in the language."""

    formatter_class: "type[HelpFormatter]" = Formatter


# ---- errors ----------------------------------------------------------------------------------------------------------


def show_error(error: click.ClickException) -> None:
    """Print what click found wrong with a call."""
    if language() == ENGLISH:
        error.show()
        return
    say = partial(click.echo, err=True)
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is not None:
        say(ctx.get_usage())
        say(localized(phrase("Try '{q1} {q2}' for help.", q1=ctx.command_path, q2=ctx.help_option_names[0])))
        say("")
    from preflight.cli.click_words import phrased

    say(localized(phrase("Error: {what}", what=phrased(error.format_message()))))
