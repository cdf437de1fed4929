"""Names of settings are promises: they are those of the options, and none goes away."""

import click
import pytest

from preflight.cli.commands import COMMANDS, root
from preflight.cli.options.kept import in_toml, is_path, kept
from preflight.cli.options.option import Option

KEYS = {
    *("profile", "depth", "jobs", "time_limit", "memory_limit", "cache_by", "format", "allow", "fit", "bits", "output"),
    *("base_url", "files_url", "bucket", "user_agent", "uploads", "max_credits", "ledger"),
    *("fail_on", "baseline", "log_format", "metrics", "lang", "anonymous", "engine", "scheduler"),
}


def test_the_settings_that_stand_behind_options_are_these() -> None:
    assert {said.key for said in kept()} == KEYS


def test_settings_that_name_files_lie_relative_to_their_file() -> None:
    assert {said.key for said in kept() if is_path(said)} == {"output", "ledger", "baseline", "metrics"}


def test_only_what_says_where_the_key_goes_is_guarded() -> None:
    guarded = {said.key for said in kept() if isinstance(said.how, Option) and said.how.guarded}
    assert guarded == {"base_url", "files_url", "ledger", "bucket", "scheduler"}


def test_numbers_are_numbers_in_a_settings_file_and_all_else_is_text() -> None:
    types = {said.key: in_toml(said) for said in kept()}
    assert {key: kind for key, kind in types.items() if kind is not str} == {
        "anonymous": bool,
        "jobs": int,
        "time_limit": float,
        "memory_limit": int,
        "uploads": int,
        "max_credits": int | float,
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_each_variable_has_the_name_of_its_option(name: str) -> None:
    command = root.get_command(click.Context(root), name)
    assert command is not None
    for option in (one for one in command.params if isinstance(one, click.Option) and one.envvar):
        assert option.envvar == f"PREFLIGHT_{option.opts[0].removeprefix('--').replace('-', '_').upper()}"
