"""Prompts that were judged wrongly once, if a table of them lies beside the checkout (or PREFLIGHT_HUNT has one)."""

import csv
import os
from pathlib import Path

import pytest

from preflight.request.prompt import mentions

TABLE = Path(os.environ.get("PREFLIGHT_HUNT", Path(__file__).parents[4] / "shared" / "hunt")) / "prompts.tsv"


def rows() -> list[dict[str, str]]:
    if not TABLE.is_file():
        return []
    with TABLE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def listed(column: str | None) -> set[str]:
    return {one.strip() for one in (column or "").split(",") if one.strip()}


@pytest.mark.skipif(not rows(), reason="no table of prompts here")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["prompt"])
def test_a_prompt_names_what_its_table_says(row: dict[str, str]) -> None:
    found = [one for one in mentions(row["prompt"]) if one.number is not None]
    certain = {f"{one.kind} {one.number}" for one in found if one.is_certain}
    uncertain = {f"{one.kind} {one.number}" for one in found if not one.is_certain}
    assert (certain, uncertain) == (listed(row["certain"]), listed(row["uncertain"]))
