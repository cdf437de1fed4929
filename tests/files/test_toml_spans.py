"""What several lines of TOML share of a fault: which lines are replaced, and by what."""

import tomllib

import pytest

from preflight.files.toml_spans import MOST_LINES, Span, span_of


def span(text: str) -> Span | None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    said, _, place = str(caught.value).partition(" (at ")
    lines = text.split("\n")
    return span_of(lines, int(place.split()[1].rstrip(",)")) if place.startswith("line") else len(lines), said)


@pytest.mark.parametrize(
    ("text", "first", "last", "corrected"),
    [
        ("a = 1\nb = 2\na = 3", 3, 3, "# a = 3"),
        ('a = 1\n"a" = 3', 2, 2, '# "a" = 3'),
        ("a = [\n1\n# more\n\nb = 2", 2, 2, "1]"),
        ("a = [1\n[t]", 1, 1, "a = [1]"),
        ("a = [\n'x'\n# more\n'y'\n]", 2, 2, "'x',"),
        ('a = "x\n\n y z "\nb = 1', 1, 3, 'a = "x y z"'),
        ("a = 'x\ny'", 1, 2, "a = 'x y'"),
        ('a = """x\nb = 1', 1, 1, 'a = """x"""'),
    ],
)
def test_the_lines_that_share_a_fault_are_replaced_by_one(text: str, first: int, last: int, corrected: str) -> None:
    found = span(text)
    assert found
    assert (found.first, found.last, found.corrected) == (first, last, corrected)
    tomllib.loads("\n".join([*text.split("\n")[: first - 1], corrected, *("]" if "'x'," in corrected else "")]))


@pytest.mark.parametrize("text", ["a = ", 'a = "x\nb = 1', "[t]\n[t]", 'a = "x' + "\ny" * MOST_LINES + '\nz"'])
def test_a_fault_of_one_line_is_none_of_several(text: str) -> None:
    assert span(text) is None
