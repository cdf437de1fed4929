"""`models` lists every model that is known, and of one all that is: each limit with its source, and what changed."""

import json
from typing import Any

import pytest

from preflight.cli.models import MODEL_SCHEMA, MODELS_SCHEMA
from preflight.profiles import edition_for, load, names
from preflight.profiles.index import index
from tests.cli.conftest import Program, program

__all__ = ["program"]
MODEL = "seedance-2.0-reference-to-video"


def told(program: Program, *words: str) -> Any:  # noqa: ANN401 - JSON
    ended = program("models", *words, "--format", "json")
    assert (ended.status, ended.err) == (0, "")
    return json.loads(ended.out)


@pytest.fixture
def every(program: Program) -> list[dict[str, Any]]:
    found = told(program)
    assert found["schema"] == MODELS_SCHEMA
    rows: list[dict[str, Any]] = found["models"]
    return rows


def test_every_model_is_a_row_by_the_edition_that_judges_it(every: list[dict[str, Any]]) -> None:
    assert {row["model"]: row["edition"] for row in every} == dict(index().models)
    for row in every:
        assert row["quality"] == list(load(row["edition"]).models[row["model"]].quality)
        assert row["usd_per_s"] is None or row["usd_per_s"] > 0


def test_the_list_for_a_person_names_each_model_on_a_line_of_its_own(program: Program) -> None:
    lines = program("models").out.splitlines()
    assert [line.split()[0] for line in lines] == [*index().models]
    assert all(edition_for(line.split()[0]) in line for line in lines)
    assert all(" s" in line or "no length" in line for line in lines)


def test_of_one_model_each_limit_has_a_value_and_a_source_with_its_day(program: Program) -> None:
    found = told(program, MODEL)
    assert (found["schema"], found["model"], found["edition"]) == (MODEL_SCHEMA, MODEL, edition_for(MODEL))
    assert len(found["limits"]) > 10
    assert all(one["value"] for one in found["limits"])
    assert any(one["source"] and one["read"] for one in found["limits"])


def test_what_changed_between_its_editions_is_told(program: Program) -> None:
    others = [name for name in names() if MODEL in load(name).models and name != edition_for(MODEL)]
    found = told(program, MODEL)
    assert [one["edition"] for one in found["others"]] == others
    text = program("models", MODEL).out
    assert all(f"Changed in {name}:" in text for name in others)
    for one in found["others"]:
        assert all(" -> " in words for words in one["differences"])


@pytest.mark.parametrize("model", sorted(index().models)[::9])
def test_any_model_is_told_for_a_person_and_a_program(program: Program, model: str) -> None:
    assert told(program, model)["model"] == model
    assert program("models", model).out.startswith(f"{model}: ")


@pytest.mark.parametrize(
    ("name", "words"),
    [("seedance-2.0-reference-to-vidoe", MODEL), ("xyzzy", "preflight models"), ("a\x1b[2J", "models")],
)
def test_a_model_that_nobody_knows_is_refused_with_those_that_are_near(program: Program, name: str, words: str) -> None:
    ended = program("models", name)
    assert (ended.status, ended.out) == (2, "")
    assert words in ended.err
    assert "\x1b" not in ended.err


def test_an_address_without_a_reason_is_a_wrong_call(program: Program) -> None:
    assert program("models", "--refresh-prices", "--base-url", "ftp://nowhere").status == 2
