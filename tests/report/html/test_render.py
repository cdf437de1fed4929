"""Templates: everything that is no markup is escaped, and a name that was misspelt is an error."""

import jinja2
import pytest

from preflight.report.html.render import COLORS, POLICY, TEMPLATES, _pieces, page_begin, render


def test_a_title_is_text_whatever_it_holds() -> None:
    begin = page_begin("<!DOCTYPE html>\n<!-- mark -->\n", "</title><script>alert(1)</script>\x1b[2J")
    assert begin.startswith("<!DOCTYPE html>\n<!-- mark -->\n")
    assert "<script" not in begin
    assert "\x1b" not in begin
    assert "&lt;script&gt;" in begin


def test_a_page_carries_its_style_and_its_policy() -> None:
    begin = page_begin("<!DOCTYPE html>\n", "t")
    assert COLORS.read_text(encoding="utf-8") in begin
    assert POLICY.replace("'", "&#39;") in begin or POLICY in begin
    assert "http://" not in begin.replace("http://www.w3.org/", "")


def test_a_value_that_nobody_gave_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("asset")
    with pytest.raises(jinja2.TemplateNotFound):
        render("absent")


@pytest.mark.parametrize(
    ("words", "pieces"),
    [
        ("plain", ["plain"]),
        ("`a`", ["", "a", ""]),
        ("use `a b` or `c`.", ["use ", "a b", " or ", "c", "."]),
        ("a ` alone", ["a ` alone"]),
        ("``", ["``"]),
    ],
)
def test_what_stands_between_backticks_is_every_second_piece(words: str, pieces: list[str]) -> None:
    assert _pieces(words) == pieces


def test_every_template_can_be_parsed() -> None:
    environment = jinja2.Environment(autoescape=True)
    for path in TEMPLATES.glob("*.html"):
        environment.parse(path.read_text(encoding="utf-8"))
