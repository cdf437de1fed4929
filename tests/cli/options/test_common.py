"""Editions and formats mean the same in every command."""

from pathlib import Path

import click
import pytest

from preflight.cli.options.common import EditionOptions, EditionsOptions, Formats
from preflight.errors import CallError
from preflight.profiles import DEFAULT, load

OWN = 'extends = "seedance-2.0-2026-04"\nname = "own"\n'


def own(folder: Path, file: str, more: str = "") -> str:
    path = folder / file
    path.write_text(OWN + more)
    return str(path)


def test_what_is_named_stands_over_the_model_and_the_model_over_the_default() -> None:
    model = "seedance-2.0-text-to-video"
    assert EditionOptions().load().name == DEFAULT
    assert EditionOptions().load(model).name == "seedance-2.0-text-to-video-2026-10"
    assert EditionOptions(profile_name=DEFAULT).load(model).name == DEFAULT
    assert EditionOptions().named is None
    assert EditionOptions(profile_name=DEFAULT).named == load()


def test_the_same_edition_twice_is_one() -> None:
    twice = EditionsOptions(profile_names=(DEFAULT, DEFAULT))
    assert not twice.are_several
    assert [one.name for one in twice.load()] == [DEFAULT]
    assert twice.named == load()
    several = EditionsOptions(profile_names=(DEFAULT, "seedance-2.0-2026-10"))
    assert several.are_several
    assert several.named is None
    assert [one.name for one in several.load()] == list(several.profile_names)
    assert several.one().name == DEFAULT


def test_two_different_ones_of_one_name_cannot_stand_side_by_side(tmp_path: Path) -> None:
    one, other = own(tmp_path, "a.toml"), own(tmp_path, "b.toml", 'title = "Another"\n')
    with pytest.raises(CallError, match="two different profiles are called 'own'"):
        EditionsOptions(profile_names=(one, other)).load()
    same = own(tmp_path, "c.toml")
    assert len(EditionsOptions(profile_names=(one, same)).load()) == 1


@click.command()
@click.option("--format", "format_name", type=Formats(("text", "json")), default="text")
def said(format_name: str) -> None:
    click.echo(format_name)


@pytest.mark.parametrize(
    ("typed", "setting", "shown"),
    [
        ([], None, "text"),
        (["--format", "json"], None, "json"),
        ([], "json", "json"),
        ([], "junit", "text"),
        (["--format", "junit"], None, None),
        ([], "pdf", None),
    ],
)
def test_a_format_of_another_command_is_passed_over_in_settings_and_refused_when_typed(
    typed: list[str], setting: str | None, shown: str | None
) -> None:
    from click.testing import CliRunner

    ended = CliRunner().invoke(said, typed, default_map={"format_name": setting} if setting else None)
    assert ended.exit_code == (2 if shown is None else 0)
    assert shown is None or ended.output == f"{shown}\n"
