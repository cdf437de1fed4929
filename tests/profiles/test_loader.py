"""Profiles: both editions load, every limit says where it is from, and a broken profile is told the place."""

import datetime as dt
import json
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from preflight.errors import ProfileError
from preflight.profiles import DEFAULT, Profile, json_schema, load, names
from preflight.profiles.entries import entries
from preflight.profiles.loader import BASES, MAX_BYTES, MAX_DEPTH, SHIPPED, flatten, overlay
from preflight.values.assets import KINDS
from preflight.values.limits import Sourced
from preflight.values.remedy import Remedy

OLDER, NEWER = "seedance-2.0-2026-04", "seedance-2.0-2026-10"
FRAMES, WORDS = "seedance-2.0-image-to-video-2026-10", "seedance-2.0-text-to-video-2026-10"


FORMAT_1 = ("alone", "references", "prompt", "tags", "task_type", "quality", "body_bytes", "duration_s", "aspect_ratio")
"""What a profile of format 1 may say of a request."""


def sourced(value: object, place: str) -> Iterator[tuple[str, Sourced]]:
    """Yield every limit of a profile with its dotted place."""
    if isinstance(value, Sourced):
        yield place, value
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            yield from sourced(getattr(value, field), f"{place}.{field}".strip("."))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from sourced(inner, f"{place}.{key}")


def written(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def changed(folder: Path, table: str, line: str) -> str:
    """Write a profile that extends the shipped one and says one thing differently."""
    return written(folder, f'extends = "{DEFAULT}"\n[{table}]\n{line}\n')


def complaint(path: str) -> str:
    with pytest.raises(ProfileError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_the_first_editions_are_shipped_still_and_the_default_stays() -> None:
    assert {OLDER, NEWER, FRAMES, WORDS} <= set(names())
    assert DEFAULT == OLDER


@pytest.mark.parametrize("name", names())
def test_an_edition_loads_under_its_own_name(name: str) -> None:
    assert load(name).name == name


@pytest.mark.parametrize("name", names())
def test_every_limit_says_where_and_when_it_was_read(name: str) -> None:
    found = dict(sourced(load(name), ""))
    assert len(found) > 20
    for place, limit in found.items():
        assert len(limit.source) > 10, place
        assert dt.date(2026, 1, 1) <= limit.read <= dt.date(2027, 1, 1), place


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [
        ("image.side_px", 300, 6000),
        ("image.aspect_ratio", Fraction(2, 5), Fraction(5, 2)),
        ("image.bytes", None, 30 * 2**20),
        ("video.duration_s", 2, 15),
        ("video.total_duration_s", None, 15),
        ("video.pixels", 409_600, 927_408),
        ("video.side_px", 300, 6000),
        ("video.aspect_ratio", Fraction(2, 5), Fraction(5, 2)),
        ("video.frame_rate_hz", 24, 60),
        ("video.bytes", None, 50 * 2**20),
        ("audio.duration_s", 2, 15),
        ("audio.total_duration_s", None, 15),
        ("audio.bytes", None, 15 * 2**20),
        ("request.body_bytes", None, 64 * 2**20),
    ],
)
def test_the_older_edition_holds_the_documents_ranges(place: str, low: int | None, high: int) -> None:
    limit: Any = load(OLDER)
    for step in place.split("."):
        limit = getattr(limit, step)
    assert limit.min == low
    assert limit.max == high


def test_a_megabyte_has_a_stricter_reading_which_warns() -> None:
    profile = load(OLDER)
    limits = [profile.image.bytes, profile.video.bytes, profile.audio.bytes, profile.request.body_bytes]
    strict = [limit.warn_above for limit in limits if limit]
    assert strict == [30 * 10**6, 50 * 10**6, 15 * 10**6, 64 * 10**6]


def test_the_older_edition_holds_the_documents_lists_and_counts() -> None:
    profile = load(OLDER)
    assert profile.image.format.allowed == ("jpeg", "png", "webp")
    assert profile.video.format.allowed == ("mp4", "mov")
    assert profile.audio.format.allowed == ("wav", "mp3")
    assert [part.count.text() for part in (profile.image, profile.video, profile.audio)] == ["0..9", "0..3", "0..3"]
    prompt, length, ratio = profile.request.prompt, profile.request.duration_s, profile.request.aspect_ratio
    assert prompt
    assert length
    assert ratio
    assert (prompt.characters, prompt.words) == (500, 1000)
    assert (length.min, length.max) == (4, 15)
    assert ratio.default == "16:9"


def test_the_newer_edition_differs_where_its_page_does_and_nowhere_else() -> None:
    older, newer = (dict(sourced(load(name), "")) for name in (OLDER, NEWER))
    places = {place for place in newer if newer[place] != older.get(place)}
    models = {f"models.seedance-2.0-{name}reference-to-video" for name in ("", "fast-", "mini-")}
    requests = {f"request.{key}" for key in ("aspect_ratio", "callback_url", "prompt", "tags")}
    assert places == models | requests | {"video.pixels", "price"}
    assert load(NEWER).video.pixels.max == 2_086_876


@pytest.mark.parametrize("name", [FRAMES, WORDS])
def test_a_sister_model_has_the_documented_settings_and_none_that_is_not(name: str) -> None:
    profile, newer = load(name), load(NEWER)
    length, ratio = profile.request.duration_s, profile.request.aspect_ratio
    assert length
    assert (length.min, length.max, length.default) == (4, 15, 5)
    assert ratio
    assert newer.request.aspect_ratio
    assert ratio.allowed == newer.request.aspect_ratio.allowed
    assert [model.quality for model in profile.models.values()] == [model.quality for model in newer.models.values()]
    assert profile.default_model == next(iter(profile.models))
    absent = {key for key in FORMAT_1 if getattr(profile.request, key) is None}
    assert absent == {"alone", "references", "prompt", "tags", "task_type", "quality", "body_bytes"}
    assert profile.price.models == {}
    assert profile.phrasings == {}


def test_image_to_video_takes_a_first_and_a_last_frame_and_nothing_else() -> None:
    profile = load(FRAMES)
    assert [part.count.text() for part in (profile.image, profile.video, profile.audio)] == ["1..2", "0..0", "0..0"]
    assert [profile.takes(kind) for kind in KINDS] == [True, False, False, True]
    for key in ("format", "side_px", "aspect_ratio", "bytes"):
        mine, theirs = getattr(profile.image, key), getattr(load(NEWER).image, key)
        assert msgspec.structs.replace(mine, source="") == msgspec.structs.replace(theirs, source="")
        assert mine.source.startswith("provider's family pages (newer)")


def test_text_to_video_takes_no_references() -> None:
    profile = load(WORDS)
    assert [part.count.text() for part in (profile.image, profile.video, profile.audio)] == ["0..0", "0..0", "0..0"]
    assert [profile.takes(kind) for kind in KINDS] == [False, False, False, True]


@pytest.mark.parametrize("name", [FRAMES, WORDS])
def test_no_limit_that_means_something_is_said_to_be_from_another_models_document(name: str) -> None:
    for place, entry in entries(load(name)).items():
        if entry and entry.source and place != "price":
            assert entry.source.startswith("provider's family pages (newer)"), place


def test_what_the_documents_do_not_say_is_left_out_by_its_place(tmp_path: Path) -> None:
    mine = load(written(tmp_path, f'extends = "{OLDER}"\nwithout = ["request.tags", "phrasings"]\n'))
    assert mine.request.tags is None
    assert mine.phrasings == {}
    assert mine.request.prompt == load(OLDER).request.prompt
    assert load(OLDER).request.tags is not None


def test_what_is_left_out_may_be_said_anew(tmp_path: Path) -> None:
    added = '[models.own]\nquality = ["720p"]\nsource = "a contract of our own"\nread = 2026-11-22\n'
    mine = load(written(tmp_path, f'extends = "{OLDER}"\nwithout = ["models"]\n{added}'))
    assert list(mine.models) == ["own"]


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ('["request.tag"]', "without.0: nothing stands at 'request.tag' in what is extended"),
        ('["phrasings", "phrasings"]', "without.1: nothing stands at 'phrasings' in what is extended"),
        ('["name.first"]', "without.0: nothing stands at 'name.first' in what is extended"),
        ('[""]', "without.0: nothing stands at '' in what is extended"),
        ('"phrasings"', "without: expected a list of places such as 'request.tags', got 'phrasings'"),
        ("[1]", "without: expected a list of places such as 'request.tags', got [1]"),
        ('["video.pixels"]', "video.pixels: missing"),
        ('["image"]', "image: missing"),
    ],
)
def test_a_place_that_cannot_be_left_out_is_named(without: str, message: str, tmp_path: Path) -> None:
    said = complaint(written(tmp_path, f'extends = "{OLDER}"\nwithout = {without}\n'))
    assert said.startswith(f"mine.toml: {message}")


def test_only_what_is_extended_can_be_left_out(tmp_path: Path) -> None:
    text = (SHIPPED / f"{OLDER}.toml").read_text()
    assert complaint(written(tmp_path, f'without = ["phrasings"]\n{text}')).startswith(
        "mine.toml: without: unknown key"
    )


def test_a_profile_of_ones_own_gives_only_what_differs(tmp_path: Path) -> None:
    mine = load(changed(tmp_path, "video.duration_s", "max = 30"))
    assert mine.video.duration_s.text() == "2..30"
    assert mine.image == load(DEFAULT).image


def test_a_profile_may_extend_one_beside_it(tmp_path: Path) -> None:
    changed(tmp_path, "video.duration_s", "max = 30")
    mine = load(written(tmp_path, 'extends = "mine.toml"\n[video.duration_s]\nmin = 1\n', "second.toml"))
    assert mine.video.duration_s.text() == "1..30"


def test_a_path_to_a_shipped_file_with_an_extends_loads_like_its_name() -> None:
    assert load(str(SHIPPED / f"{NEWER}.toml")) == load(NEWER)


def test_a_shipped_name_wins_over_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "not a profile", DEFAULT)
    monkeypatch.chdir(tmp_path)
    assert load(DEFAULT).name == DEFAULT


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        ("video.duration_s", 'max = "15"', "video.duration_s.max: expected a number, got '15'"),
        ("video.duration_s", "max = true", "video.duration_s.max: expected a number, got True"),
        ("video.duration_s", "max = inf", "video.duration_s.max: expected a number, got inf"),
        ("video.duration_s", "max = nan", "video.duration_s.max: expected a number, got nan"),
        ("video.duration_s", "mx = 15", "video.duration_s.mx: unknown key; did you mean 'max'?"),
        ("video.duration_s", "zzz = 15", "video.duration_s.zzz: unknown key"),
        ("video.duration_s", "min = 16", "video.duration_s: expected min to be at most max, got 16 and 15"),
        ("video.duration", "max = 15", "video.duration: unknown key; did you mean 'duration_s'?"),
        ("image.count", "max = 9.5", "image.count.max: expected a whole number, got 9.5"),
        ("image.format", 'allowed = "png"', "image.format.allowed: expected a list, got 'png'"),
        ("image.format", "allowed = []", "image.format: expected at least one allowed word, got none"),
        ("image.format", 'allowed = ["png", 3]', "image.format.allowed.1: expected text, got 3"),
        ("image.side_px", "read = 3", "image.side_px.read: expected a date such as 2027-03-31, got 3"),
        ("image.side_px", "source = 3", "image.side_px.source: expected text, got 3"),
        ("image.side_px", 'severity = "fatal"', "image.side_px.severity: "),
        ("request.callback_url", "max_characters = true", "request.callback_url.max_characters: expected "),
        ("models.extra", 'quality = ["720p"]', "models.extra.source: missing"),
    ],
)
def test_a_broken_profile_names_the_place_and_what_stands_there(
    table: str, line: str, message: str, tmp_path: Path
) -> None:
    said = complaint(changed(tmp_path, table, line))
    assert said.startswith(f"mine.toml: {message}")


@pytest.mark.parametrize("line", ["mx = 15", 'max = "15"'])
def test_a_whole_message_is_one_line(line: str, tmp_path: Path) -> None:
    assert "\n" not in complaint(changed(tmp_path, "video.duration_s", line))


def test_a_missing_key_is_named_with_its_place(tmp_path: Path) -> None:
    text = (
        (SHIPPED / f"{OLDER}.toml")
        .read_text()
        .replace("source = \"reference-to-video document, 'Images': count 0-9\"\n", "")
    )
    assert complaint(written(tmp_path, text)) == "mine.toml: image.count.source: missing"


def test_a_whole_table_that_is_missing_is_named(tmp_path: Path) -> None:
    assert complaint(written(tmp_path, 'title = "x"\ndefault_model = "y"\n')) == "mine.toml: name: missing"


def test_a_scalar_where_a_table_belongs_is_named(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, f'extends = "{DEFAULT}"\nvideo = 3\n'))
    assert said == "mine.toml: video: expected a table, got 3"


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(ProfileError, match="no profile named 'imagine that'") as caught:
        load("imagine that")
    assert caught.value.remedies == (Remedy("list-models"),)
    with pytest.raises(ProfileError, match=r"no profile named 'seedance-2\.0-2026-11'") as caught:
        load("seedance-2.0-2026-11")
    assert {OLDER, NEWER} <= set(
        str(caught.value.advice).removeprefix("Shipped profiles with names like it: ")[:-1].split(", ")
    )


def test_a_base_that_does_not_exist_is_told(tmp_path: Path) -> None:
    assert "no profile named 'absent.toml'" in complaint(written(tmp_path, 'extends = "absent.toml"\n'))


@pytest.mark.parametrize("value", ["3", "[1]", "true", "{}"])
def test_a_base_that_is_no_name_is_told(value: str, tmp_path: Path) -> None:
    said = complaint(written(tmp_path, f"extends = {value}\n"))
    assert said.startswith("mine.toml: extends: expected a profile's name or path, got ")


def test_a_profile_that_extends_itself_is_told_so(tmp_path: Path) -> None:
    said = complaint(written(tmp_path, 'extends = "mine.toml"\n'))
    assert said == f"mine.toml: extends: {MAX_DEPTH} profiles deep; does one extend itself?"


def test_two_profiles_that_extend_one_another_end_too(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "mine.toml"\n', "other.toml")
    assert "does one extend itself?" in complaint(written(tmp_path, 'extends = "other.toml"\n'))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[", "not TOML"),
        (b"a = 1\na = 2\n", "not TOML"),
        (b"\xff\xfe\x00", "not UTF-16 text"),
        (b"\0" * 100, "not TOML"),
        (b"#" * (MAX_BYTES + 1), "larger than 1,048,576 bytes: not a profile"),
    ],
)
def test_what_is_no_profile_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    assert complaint(str(path)).startswith(f"mine.toml: {words}")


def test_nesting_too_deep_for_the_reader_is_refused_in_words(tmp_path: Path) -> None:
    assert complaint(written(tmp_path, f"a = {'[' * 100_000}\n")).startswith("mine.toml: not TOML")


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    assert "no profile named" in complaint(str(tmp_path))


tables = st.recursive(
    st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=6
).filter(lambda value: isinstance(value, dict))


@given(tables)
def test_a_table_laid_over_itself_is_itself(table: dict[str, Any]) -> None:
    assert overlay(table, table) == table
    assert overlay({}, table) == overlay(table, {}) == table


@given(tables, tables, tables)
def test_layers_can_be_laid_in_one_go_or_one_by_one(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    top = overlay(overlay(a, b), c)
    assert {key: top[key] for key in c if not isinstance(c[key], dict)} == {
        key: c[key] for key in c if not isinstance(c[key], dict)
    }
    assert set(top) == set(a) | set(b) | set(c)


TYPES: dict[str, tuple[type, ...]] = {"string": (str,), "number": (int, float), "integer": (int,)}
TYPES |= {"boolean": (bool,), "null": (type(None),)}


def fits(value: object, schema: dict[str, Any], defs: dict[str, Any]) -> bool:
    """Tell whether a JSON value satisfies a schema, by the words that the schema uses."""
    if "$ref" in schema:
        return fits(value, defs[schema["$ref"].rsplit("/", 1)[-1]], defs)
    if "anyOf" in schema:
        return any(fits(value, one, defs) for one in schema["anyOf"])
    if "enum" in schema or schema == {}:
        return value in schema.get("enum", [value])
    if schema["type"] == "object":
        return isinstance(value, dict) and fits_object(value, schema, defs)
    if schema["type"] == "array":
        return isinstance(value, list) and all(fits(inner, schema["items"], defs) for inner in value)
    return isinstance(value, TYPES[schema["type"]]) and isinstance(value, bool) == (schema["type"] == "boolean")


def fits_object(value: dict[str, Any], schema: dict[str, Any], defs: dict[str, Any]) -> bool:
    known, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", [])) <= set(value) or (extra is False and not set(value) <= set(known)):
        return False
    return all(fits(inner, known.get(key, extra), defs) for key, inner in value.items())


@pytest.mark.parametrize("name", names())
def test_an_edition_satisfies_the_schema_that_is_shown(name: str) -> None:
    schema = json.loads(json.dumps(json_schema()))
    table = json.loads(json.dumps(flatten(SHIPPED / f"{name}.toml"), default=str))
    assert fits(table, schema, schema["$defs"])


@pytest.mark.parametrize("path", [*SHIPPED.glob("*.toml"), *BASES.glob("*.toml")], ids=lambda path: path.stem)
def test_each_shipped_file_satisfies_the_schema_as_it_stands(path: Path) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    schema = {key: value for key, value in json_schema().items() if key != "anyOf" or path.parent == SHIPPED}
    Draft202012Validator(schema).validate(json.loads(json.dumps(table, default=str)))


@pytest.mark.parametrize("table", [{}, {"title": "mine"}, {"extends": "a", "vidoe": {}}, {"extends": 3}])
def test_what_is_no_profile_does_not_satisfy_the_schema(table: dict[str, Any]) -> None:
    assert not Draft202012Validator(json_schema()).is_valid(table)


def test_the_schema_refuses_what_the_loader_refuses() -> None:
    schema = json_schema()
    table = json.loads(json.dumps(flatten(SHIPPED / f"{OLDER}.toml"), default=str))
    table["video"]["duration_s"]["max"] = "15"
    assert not fits(table, schema, schema["$defs"])


def test_a_loaded_profile_cannot_be_changed() -> None:
    profile: Any = load()
    with pytest.raises(AttributeError):
        profile.name = "other"
    assert isinstance(profile, Profile)
