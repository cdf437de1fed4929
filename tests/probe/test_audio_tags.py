"""Fields of audio files: each place where a format keeps some is read, and damage ends only its own."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_location import RECIPES
from preflight.probe import probe
from preflight.probe.audio_tags import audio_fields
from preflight.probe.location import tells_place
from preflight.probe.sniff import Sniffed, sniff
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts
from tests.specimens import MEDIA


@pytest.mark.parametrize("name", RECIPES)
def test_a_place_is_read_out_of_every_kind_of_tag(name: str) -> None:
    facts = probe(Asset(path=str(MEDIA / name))).facts
    assert isinstance(facts, AudioFacts)
    assert facts.location == ("no-place" not in name)


@pytest.mark.parametrize("name", RECIPES)
def test_a_header_alone_tells_it_too(name: str) -> None:
    facts = probe(Asset(path=str(MEDIA / name)), depth="header").facts
    assert isinstance(facts, AudioFacts)
    assert facts.location == ("no-place" not in name)


@pytest.mark.parametrize("kind", ["wav", "aiff", "flac", "ogg", "mp3", "m4a"])
@given(content=st.binary(max_size=200))
def test_no_content_stops_the_reading(kind: str, content: bytes) -> None:
    opener = {"m4a": "mov"}.get(kind, kind)
    heads = {"wav": b"RIFF\0\0\0\0WAVE", "aiff": b"FORM\0\0\0\0AIFF", "flac": b"fLaC", "ogg": b"OggS"}
    whole = heads.get(kind, b"") + content
    assert isinstance(list(audio_fields(io.BytesIO(whole), len(whole), Sniffed(kind, "av", opener))), list)


@given(st.sampled_from(sorted(RECIPES)), st.integers(0, 3_000), st.integers(0, 255))
def test_a_changed_byte_ends_at_most_its_own_tag(name: str, at: int, byte: int) -> None:
    content = bytearray(Path(MEDIA / name).read_bytes())
    content[at % len(content)] = byte
    sniffed = sniff(io.BytesIO(content))
    if sniffed:
        assert tells_place(audio_fields(io.BytesIO(content), len(content), sniffed)) in (True, False)
