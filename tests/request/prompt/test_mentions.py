"""The table of what people write: each line's references, certain and uncertain, as a person reads them."""

import unicodedata
from pathlib import Path

from preflight.request.prompt import mentions

TABLE = Path(__file__).parent / "mentions.tsv"


def rows() -> list[tuple[str, list[str]]]:
    lines = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(text, wanted.split()) for text, wanted in lines]


def read(text: str) -> list[str]:
    named = [mention for mention in mentions(text) if mention.number is not None]
    return [f"{'' if one.is_certain else '?'}{one.kind[0]}{one.number}" for one in named]


def test_a_prompt_names_what_a_person_reads_in_it() -> None:
    assert {text: found for text, wanted in rows() if (found := read(text)) != wanted} == {}


def test_the_table_is_wide() -> None:
    assert len(rows()) >= 400


def test_letters_in_parts_and_blanks_around_change_nothing() -> None:
    odd = {f"  {unicodedata.normalize('NFD', text)}\r\n": wanted for text, wanted in rows()}
    assert {text: found for text, wanted in odd.items() if (found := read(text)) != wanted} == {}
