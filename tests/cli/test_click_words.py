"""Sentences of click are found by their templates, whatever stands in their gaps."""

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from preflight.cli.click_words import TEMPLATES, phrased
from preflight.locale import Language
from preflight.locale.catalogue import LOCALES, messages
from preflight.values.phrase import Phrase


@click.command()
@click.argument("path")
@click.option("--depth", type=click.Choice(["header", "full"]))
@click.option("--jobs", type=click.IntRange(1, 4))
@click.option("--file", type=click.Path(exists=True, dir_okay=False))
def command(path: str, depth: str, jobs: int, file: str) -> None:
    """Take what is given."""


@pytest.mark.parametrize(
    "arguments",
    [
        *(["a", "--depth", "deep"], ["a", "--jobs", "9"], ["a", "--jobs", "x"], ["a", "--file", "none"]),
        *([], ["a", "b"], ["a", "--dept", "full"], ["a", "--jobs"], ["a", "--none"]),
    ],
)
def test_what_click_says_has_a_template_in_the_catalogues(arguments: list[str]) -> None:
    with pytest.raises(click.ClickException) as raised:
        command.main(arguments, standalone_mode=False)
    said = phrased(raised.value.format_message())
    assert isinstance(said, Phrase)
    assert said.template in messages("ko")
    why = said.arguments.get("why")
    assert why is None or isinstance(why, Phrase)
    assert CliRunner().invoke(command, arguments).exit_code == raised.value.exit_code


@pytest.mark.parametrize("language", tuple(LOCALES))
def test_every_template_is_in_the_catalogues(language: Language) -> None:
    assert [one for one in TEMPLATES if one not in messages(language)] == []


@given(st.text(max_size=40))
def test_any_text_keeps_its_words(text: str) -> None:
    assert phrased(text) == text
    assert phrased(f"Invalid value for 'PATH': {text or '-'}") == f"Invalid value for 'PATH': {text or '-'}"
