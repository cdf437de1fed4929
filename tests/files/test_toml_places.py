"""The line of a place in TOML, however the tables of the text are written."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tomli_w import dumps

from preflight.files.toml_places import MOST_CHARACTERS, Spot, excerpt_at, spot_of

TABLES = """
prompt = "path = one"  # path = two
[[videos]]
path = "a.mp4"
[[videos]]
"path" = "b.mp4"
keep = "3-x"
[settings.deep]
path = 5
"""
INLINE = """
videos = [ "a.mp4", { path = "b.mp4", keep = "3-x" },
  { path = 'a.mp4' }, 5,
]
settings.deep.path = 5
"""


def shown(text: str, fault: str) -> tuple[str, str] | None:
    """Return the line, and what stands at the caret."""
    found = excerpt_at(text.encode(), fault)
    assert found is None or text.split("\n")[found.line - 1] == found.text
    return (found.text, found.text[found.column - 1 :]) if found else None


@pytest.mark.parametrize(
    ("text", "fault", "line", "at"),
    [
        (TABLES, "videos.1.keep: no", 'keep = "3-x"', '"3-x"'),
        (TABLES, "videos.1.path: no", '"path" = "b.mp4"', '"b.mp4"'),
        (TABLES, "videos.1.path: unknown key", '"path" = "b.mp4"', '"path" = "b.mp4"'),
        (TABLES, "videos.1: no such file", '"path" = "b.mp4"', '"b.mp4"'),
        (TABLES, "settings.deep.path: no", "path = 5", "5"),
        (TABLES, "settings.deep.width: missing", "[settings.deep]", "deep]"),
        (TABLES, "videos: unknown key", "[[videos]]", "videos]]"),
        (INLINE, "videos.0: no such file", 'videos = [ "a.mp4", { path = "b.mp4", keep = "3-x" },', '"a.mp4", {'),
        (INLINE, "videos.1.keep: no", 'videos = [ "a.mp4", { path = "b.mp4", keep = "3-x" },', '"3-x" },'),
        (INLINE, "videos.2.path: no", "  { path = 'a.mp4' }, 5,", "'a.mp4' }, 5,"),
        (INLINE, "videos.2.keep: missing", "  { path = 'a.mp4' }, 5,", "path = 'a.mp4' }, 5,"),
        (INLINE, "videos.3: expected text", "  { path = 'a.mp4' }, 5,", "5,"),
        (INLINE, "settings.deep.path: no", "settings.deep.path = 5", "5"),
    ],
)
def test_a_place_is_found_in_every_way_to_write_it(text: str, fault: str, line: str, at: str) -> None:
    found = shown(text, fault)
    assert found
    assert found[0] == line
    assert found[1].startswith(at)


@pytest.mark.parametrize(
    "text", ["a = 1", "", "a = [", f"{'#' * MOST_CHARACTERS}\nvideos = [{{ keep = 1 }}]", "videos = 1", "videos = []"]
)
def test_what_is_not_there_or_cannot_be_read_is_not_shown(text: str) -> None:
    assert spot_of(text, ("videos", "0", "keep")) is None
    assert excerpt_at(text.encode(), "videos.0.keep: no", above=False) is None


def test_only_the_place_itself_is_shown_where_what_is_above_it_would_mislead() -> None:
    assert excerpt_at(b"[a]\nb = 1", "a.c: missing", above=False) is None
    assert excerpt_at(b"[a]\nb = 1", "a.c: missing")
    assert excerpt_at(b"\xff\xfe\xff", "a: missing") is None


def test_an_entry_without_keys_is_shown_by_what_it_is_in() -> None:
    assert shown("videos = [{}]", "videos.0.path: missing") == ("videos = [{}]", "videos = [{}]")


def test_a_line_is_written_anew_by_whoever_knows_how() -> None:
    def upper(line: str, spot: Spot) -> str:
        return line[: spot.begin] + line[spot.begin : spot.end].upper() + line[spot.end :]

    found = excerpt_at(b"a = 1\r\nb = [{ c = 2 }]\r\n", "b.0.c: unknown key", upper)
    assert found
    assert (found.line, found.column, found.corrected) == (2, 8, "b = [{ C = 2 }]")


KEYS = st.sampled_from(["a", "b", "keep", "path"])
TREES = st.recursive(
    st.integers(-9, 9) | st.sampled_from(["a", "b", "a = 1", "[a]", "#"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def leaves(tree: object, place: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], object]]:
    if isinstance(tree, dict):
        return [one for key, value in tree.items() for one in leaves(value, (*place, key))]
    if isinstance(tree, list):
        return [one for n, value in enumerate(tree) for one in leaves(value, (*place, str(n)))]
    return [(place, tree)]


@given(st.dictionaries(KEYS, TREES, max_size=4))
def test_every_value_of_every_text_is_found_where_it_stands(tree: dict[str, object]) -> None:
    """What is read at the spot is the value of the place, and another there changes that place."""
    text = dumps(tree)
    for place, value in leaves(tree):
        spot = spot_of(text, place)
        assert spot
        first = text[spot.value :].split("\n")[0]
        read = [tomllib.loads(f"v = {first[:end]}")["v"] for end in range(1, len(first) + 1) if parses(first[:end])]
        assert value in read


def parses(text: str) -> bool:
    try:
        tomllib.loads(f"v = {text}")
    except tomllib.TOMLDecodeError:
        return False
    return True
