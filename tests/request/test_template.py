"""A new request.toml: what is written reads back as the request it was made of, whatever files are called."""

import datetime as dt
import tomllib
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.profiles import DEFAULT, Profile, load
from preflight.profiles.loader import names
from preflight.request.file import RequestSpec, load_spec, with_roles
from preflight.request.prompt import mentions
from preflight.request.template import LINE, allowed_words, is_chosen, stub_prompt, template
from preflight.values.assets import Asset, Kind, Window
from preflight.values.limits import Range
from tests.specimens import PROFILE

file_names = st.text(st.characters(exclude_characters="/\0", codec="utf-8"), min_size=1, max_size=30).filter(
    lambda name: name not in (".", "..")
)
ASSETS = (
    *with_roles("image", ["a.png", "b.png"]),
    *with_roles("video", ["c.mov"]),
    *with_roles("audio", ["https://example.com/d.mp3"]),
)


def read_back(words: str, folder: Path) -> RequestSpec:
    (folder / "request.toml").write_text(words)
    return load_spec(folder / "request.toml", absent=True)


def test_what_is_written_reads_back_as_the_same_request(tmp_path: Path) -> None:
    kept = msgspec.structs.replace(ASSETS[2], path=str(tmp_path / "c.mov"), keep=Window(Fraction(3, 2), Fraction(4)))
    spec = RequestSpec(assets=(kept, ASSETS[3]), prompt='Use video 1.\n"""quoted""" \\ tab\t', duration=None)
    found = read_back(template(spec, PROFILE, tmp_path), tmp_path)
    assert (found.assets, found.prompt) == (spec.assets, spec.prompt)


@settings(max_examples=15)
@given(st.lists(file_names, min_size=1, max_size=3, unique=True), st.text(max_size=20), st.text(max_size=30))
def test_no_file_s_name_and_no_note_breaks_out_of_its_place(files: list[str], note: str, lead: str) -> None:
    folder = Path("/footage")
    spec = RequestSpec(assets=tuple(with_roles("image", [f"/footage/{name}" for name in files])), prompt="A.")
    words = template(spec, PROFILE, folder, lead=[lead], notes=dict.fromkeys(spec.assets, note), left_out=files)
    found = tomllib.loads(words)
    assert set(found) == {"prompt", "images", "videos", "audios"}
    assert found["images"] == files
    assert found["prompt"] == "A."


def test_paths_are_relative_to_the_folder_of_the_file_and_addresses_stay() -> None:
    assets = (
        *with_roles("image", ["/home/a/b/one.png", "/home/c/two.png"]),
        *with_roles("audio", ["https://x.org/d.mp3"]),
    )
    found = tomllib.loads(template(RequestSpec(assets=assets, prompt=""), PROFILE, Path("/home/a")))
    assert (found["images"], found["audios"]) == (["b/one.png", "../c/two.png"], ["https://x.org/d.mp3"])


@pytest.mark.parametrize(
    "name", [DEFAULT, "seedance-2.5-reference-to-video-2026-10", "minimax-h3-max-text-to-video-2026-10"]
)
def test_every_setting_may_be_taken_as_it_stands(name: str) -> None:
    """Without its #, each line of the settings is TOML, and a value that the edition takes."""
    profile = load(name)
    words = template(RequestSpec(prompt="A rider."), profile, Path())
    lines = [line.removeprefix("# ") for line in words.partition("Settings;")[2].splitlines()[1:] if " = " in line]
    found = tomllib.loads("\n".join(line.replace("https://...", "https://x.org/") for line in lines))
    request = profile.request
    assert request.duration_s is None or request.duration_s.takes(found["duration"])
    assert request.aspect_ratio is None or found["aspect_ratio"] in request.aspect_ratio.allowed
    assert "quality" not in found or found["quality"] in profile.models[profile.default_model].quality


def test_a_template_of_each_edition_is_a_request_that_names_it() -> None:
    for profile in map(load, names()):
        found = tomllib.loads(template(RequestSpec(prompt="A rider."), profile, Path()))
        assert found.get("model", profile.default_model) == profile.default_model
        assert ("model" in found) == is_chosen(profile), profile.name


def test_a_stub_names_each_asset_once_and_nothing_else() -> None:
    found = [(one.kind, one.number) for one in mentions(stub_prompt(ASSETS, PROFILE)) if one.number]
    assert found == [("image", 1), ("image", 2), ("video", 1), ("audio", 1)]
    assert stub_prompt([Asset(path="a.png")], PROFILE) == ""


def test_a_stub_goes_on_where_the_documents_have_no_more_phrasings() -> None:
    many = with_roles("image", [f"{number}.png" for number in range(9)])
    lines = stub_prompt(many, PROFILE).split("\n")
    assert len(lines) == 9
    assert lines[-1] == "Image 9 is a reference."


def test_comments_keep_to_a_width_and_say_what_was_left_out() -> None:
    long = "a very long reason " * 30
    words = template(RequestSpec(prompt=""), PROFILE, Path(), left_out=[f"a.mp4: {long}"])
    comments = [line for line in words.splitlines() if line.startswith("#")]
    assert max(len(line) for line in comments[:3]) <= LINE + len("# ")
    assert "# Left out:" in comments
    assert "a.mp4" in words.partition("Left out:")[2]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("image", "At most 2 images: png; 300 to 6,000 px a side."),
        ("video", "At most 0 clips: mp4."),
        ("audio", "At most 1 sounds: wav; at most 15 s each."),
    ],
)
def test_what_is_allowed_is_said_in_a_sentence_and_what_is_open_is_not_said(kind: Kind, words: str) -> None:
    assert allowed_words(kind, small_profile()) == words


def small_profile() -> Profile:
    """Limit few things, and leave the others open."""
    about = {"source": "s", "read": dt.date(2026, 11, 29)}

    def ranged(low: int | None, high: int | None) -> Range:
        return Range(min=None if low is None else Fraction(low), max=None if high is None else Fraction(high), **about)  # type: ignore[arg-type] # a table of both

    replace = msgspec.structs.replace
    image, video, audio = (
        replace(limits, count=replace(limits.count, max=most), format=replace(limits.format, allowed=(name,)))
        for limits, most, name in ((PROFILE.image, 2, "png"), (PROFILE.video, 0, "mp4"), (PROFILE.audio, 1, "wav"))
    )
    nothing = ranged(None, None)
    open_video = dict.fromkeys(("duration_s", "total_duration_s", "pixels", "side_px", "aspect_ratio"), nothing)
    return replace(
        PROFILE,
        image=replace(image, side_px=ranged(300, 6000), aspect_ratio=nothing, bytes=nothing),
        video=replace(video, **open_video, frame_rate_hz=nothing, bytes=nothing),
        audio=replace(audio, duration_s=ranged(None, 15), total_duration_s=nothing, bytes=nothing),
    )
