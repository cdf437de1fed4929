"""What the page is told is plain values: every word that is shown, nothing that acts on a screen, nothing made up."""

import json
from fractions import Fraction
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from preflight.profiles import load
from preflight.server.ui.items import Choices, Item
from preflight.server.ui.views import (
    box_view,
    card_view,
    choices_view,
    finding_view,
    fixed_view,
    is_undecided,
    length_s,
    plan_view,
    shelf_views,
    trim_view,
    why_view,
)
from preflight.values.assets import Asset, Role, Window
from preflight.values.facts import Area
from preflight.values.findings import Finding, Judged
from tests.server.ui.held import held, planned
from tests.specimens import PROFILE

SPECIMENS = ("image-ok.png", "image-gps.jpg", "video-20s.mp4", "audio-1.8s.wav", "text-named.mp4", "image-alpha.png")


def plain(view: object) -> Any:  # noqa: ANN401 - JSON
    return json.loads(msgspec.json.encode(view, enc_hook=str))


def fixed(name: str = "video-20s.mp4", after: str = "video-15s.mp4") -> Item:
    """Hold an item with a new file."""
    item, new = held(name), held(after)
    item.fixed, item.taken, item.fixed_by = new.source, True, item.made_by
    item.judged["fixed"] = new.judged["original"]
    return item


# ---- cards ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECIMENS)
@pytest.mark.parametrize("edition", [PROFILE.name, "kling-o3-reference-to-video-2026-10"])
def test_a_card_is_plain_values_for_any_file_by_any_edition(name: str, edition: str) -> None:
    profile = load(edition)
    item = planned(held(name, profile), profile)
    card = plain(card_view(item, Role("image", 1), profile))
    assert (card["state"], card["verdict"]) == ("judged", item.judged["original"].verdict)
    assert len(card["problems"]) == len(item.judged["original"].findings)
    assert all(one["words"].isprintable() and one["sign"] for one in card["problems"])


def test_a_card_that_waits_says_so_and_nothing_of_a_verdict() -> None:
    card = card_view(Item(name="a.png", source="/a.png", kind="image", probed={}, judged={}), None, PROFILE)
    assert (card["word"], card["verdict"], card["sign"], card["role"]) == ("waiting", "", "", "")
    assert (card["problems"], card["measures"], card["trim"], card["plan"], card["fixed"]) == ([], [], None, None, None)
    assert not card["sees"]


def test_names_and_messages_are_told_without_what_acts_on_a_screen() -> None:
    item = held("image-ok.png")
    item.name, item.message = "a\u202egpj.exe", "b\x1b[2J"
    card = card_view(item, None, PROFILE)
    assert card["name"].isprintable()
    assert card["message"].isprintable()


def test_an_address_that_was_not_fetched_is_remote_and_not_seen() -> None:
    item = Item(name="a", source="https://host/a.png", kind="image", probed={}, judged={})
    item.judged["original"] = Judged(asset=Asset(path="https://host/a.png"), kind="image")
    card = card_view(item, None, PROFILE)
    assert (card["remote"], card["sees"]) == (True, False)


def test_a_verdict_stands_on_rules_with_grounds_and_measures() -> None:
    item = held("video-20s.mp4")
    why = plain(why_view(item, "original", PROFILE))
    assert [one["rule"] for one in why["findings"]] == [one.rule for one in item.judged["original"].findings]
    assert all(one["grounds"] for one in why["findings"])
    assert any(one["bar"] for one in why["measures"])
    assert why_view(item, "fixed", PROFILE) == {"findings": [], "measures": []}


# ---- what to keep ---------------------------------------------------------------------------------------------------


def test_a_clip_can_be_cut_within_its_limits() -> None:
    trim = trim_view(held("video-20s.mp4", keep=Window.parse("1-4")), PROFILE)
    assert trim
    limit = PROFILE.video.duration_s
    assert (round(trim["duration_s"]), trim["least_s"], trim["most_s"]) == (20, limit.min, limit.max)
    assert (trim["keep"], trim["made"], trim["active"]) == ([1, 4], None, True)
    assert 0 < trim["frame_s"] < 0.1


def test_a_sound_is_cut_by_the_hundredth_of_a_second() -> None:
    trim = trim_view(held("audio-5s.mp3"), PROFILE)
    assert trim
    assert trim["frame_s"] == 0.01


def test_a_new_file_shows_which_part_it_holds() -> None:
    item = fixed()
    item.fixed_part = Window.parse("0-15")
    trim = trim_view(item, PROFILE)
    assert trim
    assert (trim["made"], trim["active"]) == ([0, 15], False)


@pytest.mark.parametrize("name", ["image-ok.png", "text-named.mp4", "empty.mp3"])
def test_what_does_not_last_is_not_cut(name: str) -> None:
    assert trim_view(held(name), PROFILE) is None


# ---- plans and choices ----------------------------------------------------------------------------------------------


def test_a_plan_says_its_steps_its_loss_and_what_comes_out() -> None:
    view = plain(plan_view(planned(held("video-20s.mp4"))))
    assert view["steps"]
    assert all(step["words"] for step in view["steps"])
    assert (view["loss"] in ("lossless", "lossy"), bool(view["tag"]), view["undecided"]) == (True, True, False)
    assert view["part"]
    assert view["part"][0] == 0


def test_a_clean_file_has_no_plan_unless_a_part_of_it_was_marked() -> None:
    assert plan_view(planned(held("video-5s.mp4"))) is None
    marked = held("video-5s.mp4", keep=Window.parse("1-4"))
    marked.plan = planned(held("video-20s.mp4")).plan
    view = plan_view(marked)
    assert view
    assert view["cuts"]


def test_what_a_choice_mends_is_undecided_until_it_is_chosen() -> None:
    item = planned(held("image-299x750.png"))
    view = plan_view(item)
    assert view
    assert (view["steps"], view["undecided"], bool(view["advice"])) == ([], True, True)
    item.choices = Choices(fit="pad")
    assert not is_undecided(planned(item))
    assert not is_undecided(held("image-ok.png"))


def test_what_nothing_mends_is_not_waiting_for_a_choice() -> None:
    item = planned(held("image-truncated.jpg"))
    assert not is_undecided(item)


@pytest.mark.parametrize(
    ("name", "offers"),
    [
        ("image-ok.png", set()),
        ("image-299x750.png", {"fit"}),
        ("audio-1.8s.wav", {"extend"}),
        ("image-gps.jpg", {"also"}),
        ("text-named.mp4", set()),
    ],
)
def test_a_choice_is_offered_where_there_is_one(name: str, offers: set[str]) -> None:
    assert {*choices_view(held(name))} == offers


def test_a_crop_is_taken_from_the_sides_that_a_frame_has_to_give() -> None:
    tall = choices_view(held("image-299x750.png", choices=Choices(fit="crop")))["crop"]
    wide = choices_view(held("image-751x300.png", choices=Choices(fit="crop", crop="left")))["crop"]
    assert (tall["of"], tall["now"]) == (["top", "center", "bottom"], "center")
    assert (wide["of"], wide["now"]) == (["left", "center", "right"], "left")


def test_bars_have_a_color_and_what_is_also_mended_is_said() -> None:
    padded = choices_view(held("image-299x750.png", choices=Choices(fit="pad", pad_color="white")))
    assert padded["pad_color"]["now"] == "white"
    places = held("image-gps.jpg")
    assert choices_view(places)["also"] == {"now": ["location"], "of": ["location"]}
    places.choices = Choices(also=())
    assert choices_view(places)["also"]["now"] == []


def test_a_crop_that_is_drawn_is_shown_where_it_lies_and_fits_the_ratio() -> None:
    box = box_view(held("image-751x300.png", choices=Choices(fit="crop")), PROFILE)
    assert box
    left, top, width, height = box["area"]
    assert (box["size"], top, height) == ([751, 300], 0, 300)
    assert box["least"] <= width / height <= box["most"]
    assert 0 <= left <= 751 - width
    drawn = Area(left_px=1, top_px=2, width_px=600, height_px=280)
    view = box_view(held("image-751x300.png", choices=Choices(fit="crop", crop=drawn)), PROFILE)
    assert view
    assert view["area"] == [1, 2, 600, 280]


@pytest.mark.parametrize(
    ("name", "fit"), [("image-ok.png", "crop"), ("image-751x300.png", "pad"), ("audio-5s.mp3", "crop")]
)
def test_nothing_is_drawn_where_nothing_is_cropped(name: str, fit: str) -> None:
    choices = Choices(fit="crop") if fit == "crop" else Choices(fit="pad")
    assert box_view(held(name, choices=choices), PROFILE) is None


# ---- new files ------------------------------------------------------------------------------------------------------


def test_a_new_file_stands_beside_its_original() -> None:
    view = fixed_view(fixed(), PROFILE)
    assert view
    assert (view["taken"], view["stale"], view["name"]) == (True, False, "video-15s.mp4")
    length = next(one for one in view["both"] if one["before"]["state"] == "over" or one["before"]["sign"] == "✗")
    assert length["before"]["value"] != length["after"]["value"]


def test_a_new_file_is_stale_once_something_else_was_chosen() -> None:
    item = fixed()
    item.choices = Choices(fit="pad")
    view = fixed_view(item, PROFILE)
    assert view
    assert view["stale"]


def test_a_new_file_that_is_not_measured_yet_has_no_facts() -> None:
    item = fixed()
    del item.judged["fixed"]
    view = fixed_view(item, PROFILE)
    assert view
    assert (view["facts"], view["both"]) == ("", [])


# ---- the request ----------------------------------------------------------------------------------------------------


def test_a_finding_on_the_request_is_a_sentence() -> None:
    finding = Finding(rule="request/prompt", severity="warning", message="too\nlong", source=None)
    view = finding_view(finding)
    assert (view["words"], view["source"]) == (r"Too\nlong", "")


def test_a_shelf_counts_what_it_holds_and_the_seconds_together() -> None:
    items = [held("video-5s.mp4"), held("video-10s.mp4", keep=Window.parse("2-5")), held("image-ok.png")]
    shelves = shelf_views(items, PROFILE)
    assert (shelves["video"]["count"], shelves["image"]["count"], shelves["audio"]["count"]) == (2, 1, 0)
    assert shelves["video"]["used_s"] == pytest.approx(8, abs=0.1)
    assert shelves["video"]["most_s"] == float(PROFILE.video.total_duration_s.max or 0)
    assert "used_s" not in shelves["image"]


@pytest.mark.parametrize(("keep", "length"), [(None, 5), ("1-3", 2), ("4-9", 1), ("8-9", 0), ("0-60", 5)])
def test_an_item_counts_as_long_as_the_part_of_it_that_is_there(keep: str | None, length: int) -> None:
    item = held("video-5s.mp4", keep=Window.parse(keep) if keep else None)
    assert float(length_s(item)) == pytest.approx(length, abs=0.05)


def test_what_does_not_last_counts_nothing() -> None:
    assert length_s(held("image-ok.png")) == length_s(held("text-named.mp4")) == Fraction(0)
    clip = held("video-5s.mp4")
    judged = clip.judged["original"]
    assert judged.facts
    clip.judged["original"] = replace(judged, facts=replace(judged.facts, duration_s=None))
    assert length_s(clip) == 0
