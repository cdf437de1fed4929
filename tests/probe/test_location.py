"""Which fields of metadata tell a place."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fixtures.recipe_location import XMP
from preflight.probe.location import tells_place

TELL = (
    ("LOCATION", "Seoul"),
    ("RecordingLocation", "Seoul"),
    ("com.apple.quicktime.location.ISO6709", "+37.5665+126.9780/"),
    ("geo", "37.5"),
    ("Lat", "37.5"),
    ("GPSLatitude", b"\xff\xfe3\x007\x00"),
    ("comment", "+37.5665+126.9780+030.000/"),
    ("comment", "+3733.99+12658.68/"),
    ("comment", "geo:37.5665,126.9780;u=35"),
    ("comment", "lat: 37.5665, lon: 126.9780"),
    ("comment", "GPS 37.5665 126.9780"),
    ("comment", "https://maps.example/?q=37.5665,126.9780"),
    ("comment", "37°33'59.4\"N 126°58'40.8\"E"),
    ("iXML", b"<A><LOCATION_NAME>Pier 4</LOCATION_NAME></A>"),
    ("", XMP),
    ("", XMP.decode().encode("utf-16")),
)
TELL_NOTHING = (
    ("title", "Relocation blues"),
    ("mood", "allocation"),
    ("location", "0.0, 0.0"),
    ("location", ""),
    ("replaygain_track_gain", "-7.30 dB"),
    ("comment", "version 1.2.3, +12 -300/"),
    ("comment", "recorded 2026-11-29T18:20:11+09:00"),
    ("encoder", "Lavf62.1.100"),
    ("iXML", b"<A><LOCATION_TYPE>INT</LOCATION_TYPE><LOCATION_GPS/></A>"),
    ("file_location_url", "track.wav"),
    ("", bytes(range(256)) * 8),
)


@pytest.mark.parametrize("field", TELL, ids=lambda field: repr(field)[:60])
def test_a_place_is_found_by_its_name_its_writing_or_in_a_block(field: tuple[str, str | bytes]) -> None:
    assert tells_place([("title", "a"), field])


@pytest.mark.parametrize("field", TELL_NOTHING, ids=lambda field: repr(field)[:60])
def test_other_fields_tell_no_place(field: tuple[str, str | bytes]) -> None:
    assert not tells_place([field])


@given(st.text(), st.one_of(st.text(), st.binary()))
@example("", b"Exif\0\0II*\0")
@example("", b"\xff\xfe\0")
def test_no_field_stops_the_reading(name: str, value: str | bytes) -> None:
    assert tells_place([(name, value)]) in (True, False)


@given(st.decimals(10, 89, places=4), st.decimals(100, 179, places=4), st.text("abc ,.", max_size=9))
def test_coordinates_are_found_wherever_they_stand(latitude: object, longitude: object, before: str) -> None:
    assert tells_place([("comment", f"{before} +{latitude}+{longitude}/ {before}")])
