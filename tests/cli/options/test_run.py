"""What a run judges and writes: nothing is asked for unless it is said."""

from pathlib import Path

import pytest

from preflight.cli.options.run import ListOptions, RequestParts, RunOptions


@pytest.mark.parametrize(
    "parts", [{"images": ("a.png",)}, {"videos": ("a.mp4",)}, {"audios": ("a.wav",)}, {"prompt": ""}]
)
def test_any_part_makes_a_request_an_empty_prompt_too(parts: dict[str, object]) -> None:
    assert RequestParts(**parts)  # type: ignore[arg-type] # any part
    assert not RequestParts()


def test_any_list_is_a_list() -> None:
    assert ListOptions(manifest=Path("a.csv"))
    assert not ListOptions()


@pytest.mark.parametrize(
    "said",
    [
        {"baseline": Path("b")},
        {"write_baseline": Path("b")},
        {"log_format": "json"},
        {"summary": True},
        {"metrics": Path("m")},
    ],
)
def test_a_run_is_idle_until_something_is_to_be_written(said: dict[str, object]) -> None:
    assert not RunOptions(**said).are_idle  # type: ignore[arg-type] # any option
    assert RunOptions(fail_on="warning").are_idle
