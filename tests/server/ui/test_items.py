"""An item says which of its files is sent, how it is mended, and where a part of it may begin and end."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.server.ui.items import (
    ALSO,
    Choices,
    Item,
    StoredItem,
    item_of,
    kind_by_name,
    name_of,
    on_frames,
    part_of,
)
from preflight.values.assets import Role, Window
from preflight.values.facts import Area, VideoFacts
from tests.server.ui.held import held, planned

SECONDS = st.fractions(min_value=0, max_value=60, max_denominator=1000)


def item(**fields: object) -> Item:
    kept = msgspec.convert({"name": "a.mp4", "source": "/a.mp4", "kind": "video", **fields}, StoredItem)
    return item_of(kept)


# ---- choices --------------------------------------------------------------------------------------------------------


def test_without_a_choice_nothing_creative_is_done_and_a_place_is_taken_out() -> None:
    options = Choices().options("/a.jpg")
    assert (options.fit_named, options.extend, options.also, options.crop_of) == (False, None, ALSO, {})


def test_a_choice_is_an_option_of_the_plan() -> None:
    options = Choices(fit="pad", extend="loop", pad_color="#112233", also=("hdr",)).options("/a.mp4")
    assert (options.fit, options.fit_named, options.extend) == ("pad", True, "loop")
    assert (options.pad_color, options.also) == ("#112233", ("hdr",))


def test_a_crop_counts_only_where_something_is_cropped() -> None:
    drawn = Area(left_px=0, top_px=0, width_px=10, height_px=10)
    assert Choices(fit="crop", crop=drawn).options("/a.jpg").crop_of == {"/a.jpg": drawn}
    assert Choices(fit="pad", crop=drawn).options("/a.jpg").crop_of == {}
    assert Choices(fit="crop").options("/a.jpg").crop_of == {}


@pytest.mark.parametrize(
    "told", [{"pad_color": "pinkish"}, {"also": ["nothing"]}, {"fit": "squeeze"}, {"extend": "wait"}, {"other": 1}]
)
def test_a_choice_that_is_none_is_refused(told: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(told, Choices)


def test_no_warning_at_all_is_a_choice_too() -> None:
    assert Choices(also=()).options("/a.jpg").also == ()


# ---- which file -----------------------------------------------------------------------------------------------------


def test_the_original_is_sent_until_a_new_file_is_there_and_taken() -> None:
    one = item()
    assert (one.which, one.path) == ("original", "/a.mp4")
    one.taken = True
    assert (one.which, one.path) == ("original", "/a.mp4")
    one.fixed = "/new.mp4"
    assert (one.which, one.path, one.path_of("original")) == ("fixed", "/new.mp4", "/a.mp4")
    one.taken = False
    assert (one.which, one.path, one.path_of("fixed")) == ("original", "/a.mp4", "/new.mp4")


def test_a_part_is_kept_of_an_original_that_lasts_and_of_nothing_else() -> None:
    keep, role = Window.parse("1-3"), Role("video", 1)
    one = item()
    one.keep = keep
    assert one.asset(role).keep == keep
    one.kind = "image"
    assert one.asset(role).keep is None
    one.kind, one.fixed, one.taken = "video", "/new.mp4", True
    assert (one.asset(role).keep, one.asset(role).path) == (None, "/new.mp4")


def test_what_was_chosen_is_done_once_to_the_original() -> None:
    one = item()
    one.choices = Choices(fit="pad", extend="loop", also=("hdr",), crop="left")
    assert (one.options.fit, one.options.extend) == ("pad", "loop")
    one.fixed, one.taken = "/new.mp4", True
    assert (one.options.fit_named, one.options.extend, one.options.crop_of) == (False, None, {})
    assert one.options.also == ("hdr",)


def test_a_new_file_is_stale_once_anything_that_made_it_changes() -> None:
    one = item()
    made = {one.made_by}
    one.keep = Window.parse("1-3")
    made.add(one.made_by)
    one.choices = Choices(fit="pad")
    made.add(one.made_by)
    one.choices = Choices(fit="blur")
    made.add(one.made_by)
    assert len(made) == 4
    one.choices, one.name, one.message, one.version = Choices(fit="pad"), "other", "x", 9
    assert one.made_by in made


def test_what_is_written_down_is_what_comes_back() -> None:
    one = item(field="image_start", fixed="/new.mp4", fixed_by="x", taken=True)
    one.version, one.message = 7, "x"
    again = item_of(one.kept())
    assert again.kept() == one.kept()
    assert (again.version, again.message, again.state, again.judged) == (0, "", "waiting", {})


def test_two_items_share_nothing() -> None:
    one, another = item(), item()
    assert one.id != another.id
    assert one.judged is not another.judged


# ---- parts ----------------------------------------------------------------------------------------------------------


@given(SECONDS, SECONDS)
def test_a_part_begins_and_ends_on_frames_and_keeps_one_at_least(at: Fraction, length: Fraction) -> None:
    facts = CLIP.judged["original"].facts
    assert isinstance(facts, VideoFacts)
    assert facts.frame_rate_hz
    frame = 1 / facts.frame_rate_hz
    found = on_frames(Window(at, at + length), CLIP)
    for wanted, moment in ((at, found.start_s), (at + length, found.end_s)):
        off = (moment / frame) % 1
        assert min(off, 1 - off) * frame <= Fraction(1, 10**9)
        assert abs(moment - wanted) <= frame / 2 + Fraction(1, 10**9) or found.end_s - found.start_s <= frame * 2
    assert found.end_s - found.start_s >= frame - Fraction(1, 10**9)
    assert on_frames(found, CLIP) == found
    assert str(found) == str(Window.parse(str(found)))


CLIP = held("video-23.976fps.mp4")


@pytest.mark.parametrize("name", ["audio-5s.mp3", "image-ok.png", "text-named.mp4"])
def test_what_has_no_even_frames_keeps_the_moment_that_was_said(name: str) -> None:
    window = Window(Fraction(1, 3), Fraction(2, 3))
    assert on_frames(window, held(name)) is window
    assert on_frames(window, item()) is window


def test_a_plan_that_cuts_says_which_part_it_keeps() -> None:
    long = planned(held("video-20s.mp4"))
    assert long.plan
    part = part_of(long.plan)
    assert part
    assert part.start_s == 0
    assert 0 < part.end_s <= Fraction("15.2")
    clean = planned(held("image-ok.png"))
    assert clean.plan
    assert part_of(clean.plan) is None


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "name"), [("/a/b.mp4", "b.mp4"), ("b", "b"), ("/", "/"), ("", ""), ("a/", "a")])
def test_a_name_is_the_last_part_of_a_path(path: str, name: str) -> None:
    assert name_of(path) == name


@pytest.mark.parametrize(
    ("path", "kind"),
    [("a.JPG", "image"), ("a.mp4", "video"), ("a.wav", "audio"), ("a.txt", "unknown"), ("", "unknown")],
)
def test_a_kind_is_guessed_by_name_until_the_file_was_read(path: str, kind: str) -> None:
    assert kind_by_name(path) == kind
