"""The prompt is shown with the places where it names references, and with how much of each budget it uses."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load, names
from preflight.request.file import RequestSpec
from preflight.server.ui.prompt_view import prompt_view
from preflight.values.assets import Asset, Role
from tests.specimens import PROFILE

EVERY = [load(name) for name in sorted(names())]
EDITIONS = [*{repr(one.request.prompt): one for one in EVERY}.values()]
"""One edition for each budget that there is."""


def view(prompt: str | None, *roles: Role) -> dict[str, Any]:
    assets = tuple(Asset(path=f"/{number}.png", role=role) for number, role in enumerate(roles))
    return prompt_view(RequestSpec(prompt=prompt, assets=assets), PROFILE)


def marked(shown: dict[str, Any]) -> list[str]:
    return [shown["text"][one["start"] : one["end"]] for one in shown["mentions"]]


def test_a_mention_is_marked_where_it_stands_in_code_points() -> None:
    shown = view("🎬 Image 1 and 视频2, then image 3.", Role("image", 1), Role("video", 2))
    assert marked(shown)[0] == "Image 1"
    assert [(one["kind"], one["number"]) for one in shown["mentions"]] == [("image", 1), ("video", 2), ("image", 3)]


def test_a_mention_of_what_is_not_there_is_told_apart() -> None:
    shown = view("Image 1 and image 2 and image 0.", Role("image", 1))
    assert [one["there"] for one in shown["mentions"]][:2] == [True, False]


def test_what_is_not_named_yet_is_listed_with_what_the_documents_would_say() -> None:
    shown = view("Image 1 sets the palette.", Role("image", 1), Role("image", 2))
    assert shown["unnamed"] == ["image 2"]
    assert {one["role"] for one in shown["offers"]} <= {"image 1", "image 2"}
    assert all(one["words"] != "N" and one["words"] for one in shown["offers"])


def test_an_asset_in_a_field_of_its_own_has_no_number_to_name() -> None:
    shown = view("A rider.", Role("image", 0, "image_start"))
    assert (shown["unnamed"], shown["offers"]) == ([], [])


def test_letters_that_a_system_stored_apart_are_composed() -> None:
    assert view("\u1112\u1161\u11ab")["text"] == "한"
    assert view(None)["text"] == ""


@pytest.mark.parametrize("edition", EDITIONS, ids=lambda one: one.name)
def test_a_budget_is_used_from_nothing_to_too_much(edition: Any) -> None:  # noqa: ANN401 - of a table
    limit = edition.request.prompt
    for prompt, over in (("", False), ("말" * 50_000, True)):
        counts = prompt_view(RequestSpec(prompt=prompt), edition)["counts"]
        bounded = limit is not None and any(
            one is not None for one in (limit.max_characters, limit.max_tokens, limit.characters)
        )
        assert bool(counts) == bounded
        assert [one["over"] for one in counts] == [over] * len(counts)
        assert all("%" in one["words"] for one in counts)


@given(st.text(alphabet=st.sampled_from("Image 1影像图片2和영상3参考🎬,. "), max_size=40), st.sampled_from(EDITIONS))
def test_any_prompt_is_shown_whole_and_its_marks_lie_within_it(prompt: str, edition: Any) -> None:  # noqa: ANN401 - as above
    shown = prompt_view(RequestSpec(prompt=prompt), edition)
    for one in shown["mentions"]:
        assert 0 <= one["start"] < one["end"] <= len(shown["text"])
