"""Pictures are made once for the state of a file, by children, and the folder holds so many bytes and no more."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from preflight.server.answers import MissingError
from preflight.server.ui import previews
from preflight.server.ui.items import Item
from preflight.server.ui.previews import Previews, facts_of, played_as
from preflight.values.assets import Asset
from preflight.values.facts import VideoFacts
from tests.server.ui.held import held
from tests.specimens import copied, video


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "seen"


def pictures(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_picture_is_a_small_jpeg_made_once_for_all_who_ask_at_once(folder: Path) -> None:
    shown, item = Previews(folder), held("image-6000x2400.png")
    with ThreadPoolExecutor(4) as pool:
        (path,) = {*pool.map(lambda _: shown.find(item, "original", "thumb"), range(4))}
    with Image.open(path) as picture:
        assert (picture.format, max(picture.size)) == ("JPEG", 320)
    assert pictures(folder) == [path.name]


def test_each_sort_and_each_state_of_a_file_has_a_picture_of_its_own(folder: Path, tmp_path: Path) -> None:
    shown, item = Previews(folder), held("image-ok.png")
    item.source = str(copied("image-ok.png", tmp_path))
    first = shown.find(item, "original", "thumb")
    os.utime(item.source, (1, 1))
    later = shown.find(item, "original", "thumb")
    assert len({first, later, shown.find(item, "original", "large")}) == 3
    assert shown.find(item, "original", "thumb") == later


def test_what_was_not_looked_at_for_longest_goes_first_and_what_is_asked_for_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, names = Previews(folder), ("image-ok.png", "image-ok.jpg", "image-gps.jpg")
    paths = [shown.find(held(name), "original", "thumb") for name in names]
    for at, path in enumerate(paths):
        os.utime(path, (at + 1, at + 1))
    shown.find(held(names[0]), "original", "thumb")
    monkeypatch.setattr(previews, "MOST_BYTES", paths[0].stat().st_size)
    last = shown.find(held("image-gps.webp"), "original", "thumb")
    assert last.exists()
    assert not paths[1].exists()
    monkeypatch.setattr(previews, "MOST_BYTES", 0)
    assert shown.find(held("image-gps.png"), "original", "thumb").exists()
    assert len(pictures(folder)) == 1


def test_several_who_make_pictures_in_a_full_folder_each_get_theirs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "MOST_BYTES", 0)
    shown = Previews(folder)
    items = [held(name) for name in ("image-ok.png", "image-ok.jpg", "image-gps.jpg", "image-gps.png")]
    with ThreadPoolExecutor(4) as pool:
        assert len({*pool.map(lambda item: shown.find(item, "original", "thumb"), items)}) == 4


@pytest.mark.parametrize("sort", ["thumb", "strip", "strip2"])
def test_a_sound_has_nothing_to_see(folder: Path, sort: previews.Sort) -> None:
    with pytest.raises(MissingError):
        Previews(folder).find(held("audio-5s.mp3"), "original", sort)
    assert not folder.exists() or pictures(folder) == []


def test_a_file_that_is_gone_or_cannot_be_is_missing(folder: Path, tmp_path: Path) -> None:
    item = held("image-ok.png")
    for gone in (tmp_path / "nothing.png", Path("a\0b.png")):
        item.source = str(gone)
        with pytest.raises(MissingError, match="not here"):
            Previews(folder).find(item, "original", "thumb")


def test_a_file_that_became_something_else_is_missing_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    item = held("image-ok.png")
    item.source = str(tmp_path / "a.png")
    Path(item.source).write_bytes(b"no picture")
    with pytest.raises(MissingError):
        Previews(folder).find(item, "original", "thumb")
    assert pictures(folder) == []


@pytest.mark.parametrize("state", ["unmeasured", "unread", "remote"])
def test_of_what_was_not_read_nothing_is_seen(state: str) -> None:
    item = held("text-named.mp4") if state == "unread" else Item(name="a", source="/a", probed={}, judged={})
    if state == "remote":
        seen = held("image-ok.png").judged["original"]
        item.judged["original"] = replace(seen, asset=Asset(path="https://host/a.png"))
    with pytest.raises(MissingError):
        facts_of(item, "original")
    with pytest.raises(MissingError):
        facts_of(item, "fixed")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("video-5s.mp4", "video/mp4"),
        ("video-2s.mov", "video/mp4"),
        ("video-24fps.mkv", None),
        ("video-alpha-prores.mov", None),
        ("audio-5s.mp3", "audio/mpeg"),
        ("audio-5s.wav", "audio/wav"),
        ("audio-opus.opus", None),
        ("image-ok.png", None),
    ],
)
def test_what_every_browser_plays_is_played_as_it_is(name: str, kind: str | None) -> None:
    facts = held(name).judged["original"].facts
    assert facts
    assert played_as(facts) == kind


@pytest.mark.parametrize(
    "other", [{"codec": "hevc"}, {"sound_codec": "ac3"}, {"bit_depth": 10}, {"mirrored": True}, {"format": "avi"}]
)
def test_a_clip_that_some_browser_does_not_play_is_not(other: dict[str, object]) -> None:
    plain = video("video-5s.mp4")
    assert isinstance(plain, VideoFacts)
    assert played_as(replace(plain, **other)) is None
