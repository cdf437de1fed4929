"""A judged asset is a row whose columns never change their name or type, whatever the file was."""

import datetime as dt
import json
from fractions import Fraction
from typing import Any

import jsonschema
import pyarrow as pa
import pytest
from msgspec.structs import replace

from preflight._version import __version__
from preflight.report.schemas import schema_of
from preflight.scale.schema import COLUMNS, DESCRIBED, FINDING, VERDICTS_SCHEMA, row_of, schema, table_of
from preflight.values.assets import Asset, Stored
from preflight.values.findings import Finding, Judged
from tests.specimens import judged

KEY = bytes(16)
NAMES = ("image-ok.png", "image-gps.jpg", "video-20s.mp4", "audio-5s.mp3", "image-truncated.jpg", "text-named.mp4")


def stored(one: Judged, mark: str | None = "m") -> dict[str, Any]:
    """Make the row of an asset, as Arrow gives it back."""
    (row,) = table_of([row_of(one, KEY, mark, "edition", "exact")]).to_pylist()
    found: dict[str, Any] = row
    return found


def test_every_column_is_described_and_has_a_type_that_stays() -> None:
    assert [*DESCRIBED] == [*COLUMNS] == schema().names
    assert schema().metadata == {b"preflight.schema": VERDICTS_SCHEMA.encode()}
    assert schema().field("key").type == pa.binary(16)
    assert schema().field("judged_at").type == pa.timestamp("us", tz="UTC")
    assert {field.name for field in schema().field("findings").type.value_type} == {*FINDING}


@pytest.mark.parametrize("name", NAMES)
def test_any_file_is_a_row_that_says_what_its_verdict_does(name: str) -> None:
    one = judged(name)
    row = stored(one)
    assert {*row} == {*COLUMNS}
    assert (row["url"], row["verdict"], row["kind"], row["version"]) == (
        one.asset.path,
        one.verdict,
        one.kind,
        __version__,
    )
    assert [finding["rule"] for finding in row["findings"]] == [finding.rule for finding in one.findings]
    assert abs(dt.datetime.now(dt.UTC) - row["judged_at"]) < dt.timedelta(hours=1)
    assert (row["facts"] is None) == (one.facts is None)


def test_a_row_of_an_image_a_clip_and_a_sound_has_its_own_columns() -> None:
    image, clip, sound = (stored(judged(name)) for name in ("image-ok.png", "video-20s.mp4", "audio-5s.mp3"))
    assert (image["format"], image["width_px"] > 0, image["duration_s"]) == ("png", True, None)
    assert (clip["codec"], round(clip["duration_s"]), clip["frame_rate_hz"] > 0, clip["channels"]) == (
        "h264",
        20,
        True,
        None,
    )
    assert (sound["codec"], sound["channels"] > 0, sound["sample_rate_hz"] > 0, sound["width_px"]) == (
        "mp3",
        True,
        True,
        None,
    )


def test_facts_are_the_json_that_probe_prints() -> None:
    shape = schema_of("facts")
    one = json.loads(stored(judged("video-20s.mp4"))["facts"])
    jsonschema.validate(one, {**shape["$defs"]["VideoFacts"], "$defs": shape["$defs"]})


def test_values_of_findings_are_text_and_doubt_is_a_bool() -> None:
    finding = Finding(rule="r", severity="error", message="m", measured=Fraction(1, 3), doubtful=True)
    (row,) = stored(replace(judged("image-ok.png"), findings=(finding,)))["findings"]
    assert (row["doubtful"], row["limit"], row["ignored"]) == (True, None, None)
    assert Fraction(row["measured"]) == Fraction(1, 3)


def test_a_clip_without_a_rate_or_a_length_has_none() -> None:
    clip = judged("video-20s.mp4")
    assert clip.facts
    row = stored(replace(clip, facts=replace(clip.facts, frame_rate_hz=None, duration_s=None)))
    assert (row["frame_rate_hz"], row["duration_s"]) == (None, None)


def test_the_size_of_an_object_that_was_not_read_is_the_listing_s() -> None:
    listed = Judged(asset=Asset(path="s3://bucket/a.png", stored=Stored(size=7, etag="e")), kind="image")
    assert stored(listed)["size"] == 7
    assert stored(Judged(asset=Asset(path="/gone.png"), kind="image"), None)["size"] is None


def test_a_name_that_is_no_text_is_told_as_text() -> None:
    row = stored(Judged(asset=Asset(path="/a\udcff\n.png"), kind="image"))
    assert row["url"] == r"/a\udcff\n.png"
    assert stored(Judged(asset=Asset(path="/한 글.png"), kind="image"))["url"] == "/한 글.png"


def test_no_rows_are_a_table_all_the_same() -> None:
    assert (table_of([]).num_rows, table_of([]).schema) == (0, schema())
