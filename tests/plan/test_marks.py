"""FILE=START-END: which asset is meant, or what it could be instead; never nothing."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.plan.marks import Mark, curtailed, overruled, refuse_useless, with_marks
from preflight.profiles import load
from preflight.values.assets import Asset, Role, Window
from preflight.values.facts import Facts
from preflight.values.findings import Judged
from tests.made import audio, image, video

URL = "https://example.com/media/c.mp4?token=secret"


def kept(paths: list[str], *marks: str) -> dict[str, str]:
    """Return what stays of which path."""
    assets = with_marks([Asset(path=path) for path in paths], list(map(Mark.parse, marks)))
    return {asset.path: str(asset.keep) for asset in assets if asset.keep}


def refused(paths: list[str], *marks: str) -> CallError:
    with pytest.raises(CallError) as caught:
        kept(paths, *marks)
    return caught.value


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.mp4", "a.mp4"),
        ("a.mp4", "./a.mp4"),
        ("./a.mp4", "a.mp4"),
        ("set/a.mp4", "a.mp4"),
        ("set/a.mp4", "set/../set/a.mp4"),
        ("one/set/a.mp4", "set/a.mp4"),
        ("one/set/a.mp4", "./set//a.mp4"),
        ("a=b.mp4", "a=b.mp4"),
        (URL, URL),
        (URL, "c.mp4"),
        (URL, "media/c.mp4"),
    ],
)
def test_a_file_is_known_by_its_path_or_by_the_end_of_it(path: str, name: str) -> None:
    assert kept([path, "other.mp4"], f"{name}=3-9.5") == {path: "3-9.5"}


def test_an_absolute_path_and_a_relative_one_are_the_same_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    absolute = str(tmp_path / "set" / "a.mp4")
    assert kept([absolute], "set/a.mp4=1-4") == {absolute: "1-4"}
    assert kept(["set/a.mp4"], f"{absolute}=1-4") == {"set/a.mp4": "1-4"}


def test_a_link_is_known_by_its_own_name_and_by_the_file_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("stored.mp4").touch()
    Path("named.mp4").symlink_to("stored.mp4")
    assert kept(["named.mp4"], "stored.mp4=1-4") == kept(["named.mp4"], "named.mp4=1-4")


def test_a_whole_path_goes_before_the_end_of_another() -> None:
    assert kept(["set/a.mp4", "a.mp4"], "a.mp4=1-4") == {"a.mp4": "1-4"}


def test_part_of_a_name_is_no_end_of_a_path() -> None:
    assert "no such file" in refused(["set/data.mp4"], "a.mp4=1-4").message
    assert "no such file" in refused(["set/a.mp4"], "other/a.mp4=1-4").message
    assert "no such file" in refused(["set/a.mp4"], "../set/a.mp4=1-4").message


def test_what_may_be_two_files_is_refused_with_both() -> None:
    error = refused(["x/a.mp4", "y/a.mp4"], "a.mp4=1-4")
    assert error.exit_code == 2
    assert "x/a.mp4 or y/a.mp4" in error.message
    assert "Name more" in error.advice
    assert "x/a.mp4 or y/a.mp4 or 1 more" in refused(["x/a.mp4", "y/a.mp4", "z/a.mp4"], "a.mp4=1-4").message
    assert kept(["x/a.mp4", "y/a.mp4"], "y/a.mp4=1-4") == {"y/a.mp4": "1-4"}


def test_one_file_by_two_paths_is_not_two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kept(["x/a.mp4", "./x/a.mp4"], "a.mp4=1-4") == {"x/a.mp4": "1-4", "./x/a.mp4": "1-4"}


def test_an_asset_is_known_by_its_role() -> None:
    roles = [Role("image", 1), Role("video", 1), Role("video", 2), Role("audio", 1)]
    assets = [Asset(path=f"{role}.x", role=role) for role in roles]
    marks = [Mark.parse("video 2=1-4"), Mark.parse("Audio1=2-5")]
    assert [str(asset.keep) for asset in with_marks(assets, marks)] == ["None", "None", "1-4", "2-5"]
    with pytest.raises(CallError, match=r"video 3=1-4: there is no video 3") as caught:
        with_marks(assets, [Mark.parse("video 3=1-4")])
    assert caught.value.advice == "There are image 1, video 1, video 2, audio 1."


def test_a_file_that_is_named_like_a_role_is_that_file() -> None:
    assert kept(["video 1", "b.mp4"], "video 1=1-4") == {"video 1": "1-4"}


def test_a_part_without_a_name_is_of_the_only_clip_or_sound() -> None:
    assert kept(["a.mp4"], "1:00-1:09") == {"a.mp4": "60-69"}
    assert kept(["a.jpg", "a.mp4", "note.txt"], "1-4") == {"a.mp4": "1-4"}
    assert kept(["take"], "1-4") == {"take": "1-4"}
    error = refused(["a.mp4", "b.wav"], "80-95")
    assert error.message == "80-95: 2 clips and sounds are given; which is meant?"
    assert error.advice == "Write FILE=80-95, or video 1=80-95."
    assert "no clip or sound is given" in refused(["a.jpg"], "80-95").message


def test_composed_and_decomposed_letters_are_the_same_name() -> None:
    assert kept(["set/cafe\u0301.mp4"], "caf\u00e9.mp4=1-4") == {"set/cafe\u0301.mp4": "1-4"}
    both = ["x/cafe\u0301.mp4", "y/caf\u00e9.mp4"]
    assert kept(both, "caf\u00e9.mp4=1-4") == {"y/caf\u00e9.mp4": "1-4"}


def test_an_asset_that_is_there_twice_is_marked_twice() -> None:
    twice = [Asset(path="a.mp4", role=Role("video", 1)), Asset(path="a.mp4", role=Role("video", 2))]
    assert [str(asset.keep) for asset in with_marks(twice, [Mark.parse("a.mp4=1-4")])] == ["1-4", "1-4"]


def test_what_is_not_there_is_refused_with_the_nearest_name() -> None:
    assert refused(["set/holiday.mp4", "b.wav"], "holyday.mp4=1-4").advice == "Did you mean set/holiday.mp4?"
    assert refused(["set/holiday.mp4"], "xyz=1-4").advice == ""
    assert "no such file" in refused([], "a.mp4=1-4").message


def test_nothing_secret_and_nothing_that_a_terminal_acts_upon_is_shown() -> None:
    error = refused([URL, "b\x1b[31m.mp4"], "b\x1b[31mm.mp4=1-4")
    assert "\x1b" not in error.message + error.advice
    assert "secret" not in refused([URL], "https://example.com/media/d.mp4?token=secret=1-4").message


def test_two_parts_of_one_file_are_refused_and_the_same_part_twice_is_not() -> None:
    assert "a.mp4=1-4 and x/a.mp4=2-5" in refused(["x/a.mp4"], "a.mp4=1-4", "x/a.mp4=2-5").message
    assert kept(["x/a.mp4"], "a.mp4=1-4", "x/a.mp4=1.0-4") == {"x/a.mp4": "1-4"}


def test_a_mark_stands_over_one_made_before_and_that_is_said() -> None:
    before = [Asset(path="a.mp4", keep=Window(Fraction(1), Fraction(4))), Asset(path="b.mp4")]
    after = with_marks(before, [Mark.parse("a.mp4=2-5"), Mark.parse("b.mp4=3-6")])
    assert [str(asset.keep) for asset in after] == ["2-5", "3-6"]
    assert list(overruled(before, after)) == ["a.mp4: 2-5 s stay, as this call says, not 1-4 s, as the request does"]
    assert list(overruled(after, after)) == []


def test_without_marks_the_assets_are_as_they_were() -> None:
    assets = [Asset(path="a.mp4"), Asset(path="b.mp4", keep=Window(Fraction(1), Fraction(4)))]
    assert with_marks(assets, []) == assets


@pytest.mark.parametrize("text", ["=1-4", "a.mp4", "a.mp4=", "a.mp4=4-1", "a.mp4=first", ""])
def test_what_is_no_mark_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Mark.parse(text)


names = st.text(st.characters(codec="utf-8", exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


@given(names.filter(lambda name: name not in (".", "..")))
@example("IMAGE0")
@example("video 1")
def test_whatever_a_file_is_called_its_name_means_it(name: str) -> None:
    path = f"here/{name}"
    assert kept([path], f"{name}=1-4") == {path: "1-4"}


def of(facts: Facts | None, keep: str | None = "1-9") -> Judged:
    window = Window.parse(keep) if keep else None
    return Judged(asset=Asset(path="x", keep=window), kind="unknown", facts=facts, findings=())


PICTURE, CLIP, SOUND = image(), video(duration_s=Fraction(20)), audio(duration_s=Fraction(5))


def test_a_picture_has_no_part_to_keep() -> None:
    with pytest.raises(CallError, match="x: a picture has no part to keep"):
        refuse_useless((), [of(PICTURE)])
    refuse_useless((), [of(PICTURE, None), of(CLIP), of(SOUND), of(None)])


def test_a_mark_on_what_was_passed_over_is_refused() -> None:
    note = Asset(path="note.txt", keep=Window(Fraction(1), Fraction(2)))
    with pytest.raises(CallError, match=r"note\.txt: a part of it is to be kept, but it is no clip or sound"):
        refuse_useless([note, Asset(path="x")], [of(CLIP)])
    refuse_useless([Asset(path="other.txt")], [of(CLIP)])


@pytest.mark.parametrize(
    ("facts", "keep", "reasons"),
    [
        (CLIP, "0-30", "there are only 20 s, and no more than 15 s may be kept"),
        (CLIP, "2-19", "no more than 15 s may be kept"),
        (CLIP, "12-25", "there are only 20 s"),
        (SOUND, "1-9", "there are only 5 s"),
    ],
)
def test_a_part_that_cannot_be_kept_whole_is_said_with_the_reason(facts: Facts, keep: str, reasons: str) -> None:
    assert list(curtailed([of(facts, keep)], load())) == [f"x: {keep} s cannot be kept whole: {reasons}"]


def test_nothing_is_said_of_a_part_that_can_be_kept_or_that_the_plan_refuses() -> None:
    others = [of(CLIP, "3-9.5"), of(CLIP, "5-20"), of(CLIP, None), of(PICTURE, None), of(None), of(CLIP, "25-28")]
    assert list(curtailed(others, load())) == []
