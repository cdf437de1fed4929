"""The options of measuring are bounded, and mean what is really measured by."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from preflight.cli.options.measuring import MeasuringOptions
from preflight.cli.options.option import options_of
from preflight.flow.check import media as measured
from preflight.values.assets import Asset
from tests.specimens import media

seen: list[MeasuringOptions] = []


@click.command()
@options_of(MeasuringOptions)
def command(call: MeasuringOptions) -> None:
    """Take the options of measuring, and no more."""
    seen[:] = [call]


def run(*words: str) -> Result:
    return CliRunner().invoke(command, words)


def read(*words: str) -> MeasuringOptions:
    result = run(*words)
    assert result.exit_code == 0, result.output
    return seen[0]


def test_without_a_word_every_packet_is_read_by_every_processor_and_remembered() -> None:
    found = read()
    assert found == MeasuringOptions()
    assert (found.depth, found.jobs, found.no_cache, found.cache_by) == ("exact", None, False, "identity")


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (("--depth", "header"), "depth", "header"),
        (("--jobs", "1"), "jobs", 1),
        (("--jobs", "256"), "jobs", 256),
        (("--no-cache",), "no_cache", True),
        (("--time-limit", "0.1"), "time_limit", 0.1),
        (("--memory-limit", "256"), "memory_limit", 256),
        (("--anonymous",), "anonymous", True),
    ],
)
def test_each_option_is_its_field(words: tuple[str, ...], field: str, value: object) -> None:
    assert getattr(read(*words), field) == value


@pytest.mark.parametrize(
    "words",
    [
        ("--depth", "deep"),
        ("--jobs", "0"),
        ("--jobs", "257"),
        ("--jobs", "two"),
        ("--time-limit", "0"),
        ("--time-limit", "nan"),
        ("--time-limit", "3601"),
        ("--memory-limit", "255"),
        ("--cache-by", "name"),
    ],
)
def test_a_value_beyond_its_bounds_is_refused(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize("depth", ["header", "exact", "full"])
def test_files_are_measured_as_deep_as_is_asked(depth: Any) -> None:  # noqa: ANN401 - of a table
    options = MeasuringOptions(depth=depth, jobs=1, no_cache=True, time_limit=30.0, memory_limit=1024)
    with options.opened() as how:
        (found,) = measured([Asset(path=media("image-ok.png"))], how)
        assert (how.pool.depth, how.pool.bounds.seconds, how.pool.bounds.memory_bytes) == (depth, 30.0, 1 << 30)
    assert found.fault is None


def test_nothing_is_remembered_where_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(Path(media("image-ok.png")).read_bytes())
    for options in (MeasuringOptions(jobs=1), MeasuringOptions(jobs=1, no_cache=True)):
        with options.opened() as how:
            (found,) = measured([Asset(path=str(path))], how)
            assert found.facts
