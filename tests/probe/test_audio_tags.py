"""Fields of audio files: each place where a format keeps some is read, and damage ends only its own."""

import base64
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.recipe_location import RECIPES
from preflight.probe import probe
from preflight.probe.audio_tags import audio_fields
from preflight.probe.location import Field, tells_place
from preflight.probe.sniff import Sniffed, sniff
from preflight.values.assets import Asset
from preflight.values.facts import AudioFacts
from tests.probe.tags_by_hand import aiff, ape, chunk, comments, flac, id3, ogg, seven_bits, wav
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


# ---- written by hand, one place for metadata after the other ---------------------------------------------------------

OPENERS = {"m4a": "mov", "mp2": "mp3"}
WORDS = st.binary(min_size=1, max_size=30).filter(lambda word: b"\0" not in word and b"=" not in word)


def fields_of(content: bytes, kind: str, start: int = 0) -> list[Field]:
    sniffed = Sniffed(kind, "av", OPENERS.get(kind, kind), start)
    return list(audio_fields(io.BytesIO(content), len(content), sniffed))


def has(fields: list[Field], value: str | bytes) -> bool:
    return any(held == value for _, held in fields)


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("kind", ["mp3", "aac", "wav", "aiff", "flac"])
def test_a_text_in_an_id3_tag_in_front_is_a_field_of_every_format(version: int, kind: str) -> None:
    name = b"TT2" if version == 2 else b"TIT2"
    assert has(fields_of(id3((name, b"\0a title"), version=version) + bytes(40), kind), "a title")


def test_the_owner_description_and_file_of_an_id3_frame_are_the_name_of_its_field() -> None:
    frames = [
        (b"TXXX", b"\0place\0somewhere"),
        (b"GEOB", b"\0text/plain\0a.gpx\0what it is\0the object"),
        (b"PRIV", b"me@example.org\0private"),
        (b"WXXX", b"\0map\0http://a.example"),
    ]
    found = dict(fields_of(id3(*frames) + bytes(9), "mp3"))
    assert found["place"] == "somewhere"
    assert found["map"] == "http://a.example"
    assert "what it is a.gpx" in found
    assert "me@example.org" in found
    assert {b"the object", b"private"} <= {value for _, value in fields_of(id3(*frames) + bytes(9), "mp3")}


@pytest.mark.parametrize(
    "frames",
    [
        [(b"CTOC", b"\0\0\2\3\0"), (b"RVA2", b"\0\0\2\x10\xd2\0"), (b"TIT2", b"\0text")],
        [(b"XYZ\xff", b"abc"), (b"TIT2", b"\0text")],
        [(b"APIC", b"\0"), (b"TIT2", b"\0text")],
    ],
    ids=["a volume cut short", "a name that is none", "a cover cut short"],
)
def test_a_tag_with_a_broken_frame_is_read_as_far_as_it_can_be_or_as_one_block(
    frames: list[tuple[bytes, bytes]],
) -> None:
    tag = id3(*frames)
    found = fields_of(tag + bytes(9), "mp3")
    assert has(found, "text") or has(found, tag)


@pytest.mark.parametrize("depth", [1, 10, 2000])
def test_chapters_within_chapters_are_read_or_kept_as_one_block(depth: int) -> None:
    """Each chapter holds frames, and these may be chapters: a tag of a few kilobytes nests thousands."""
    inside = b"TIT2" + seven_bits(5) + bytes(2) + b"\0text"
    for _ in range(depth):
        content = b"a\0" + bytes(16) + inside
        inside = b"CHAP" + seven_bits(len(content)) + bytes(2) + content
    tag = id3()[:6] + seven_bits(len(inside)) + inside
    assert fields_of(tag + bytes(9), "mp3")


def test_several_tags_in_front_are_all_read_and_one_longer_than_its_file_is_none() -> None:
    tags = [id3((b"TIT2", b"\0title %d" % number)) for number in range(3)]
    found = fields_of(b"".join(tags) + bytes(30), "flac")
    assert [value for _, value in found] == ["title 0", "title 1", "title 2"]
    assert fields_of(id3((b"TIT2", b"\0title"), length=1 << 27), "flac") == []


@pytest.mark.parametrize("kind", ["mp1", "mp2", "mp3", "aac"])
def test_tags_at_the_end_are_read_of_bare_frames_in_any_order(kind: str) -> None:
    one = b"TAG" + b"old title".ljust(30, b"\0") + bytes(95)
    other = ape((b"Place", b"here"))
    third = id3((b"TIT2", b"\0appended"))
    for content in (other + one, third + other + one, other + third):
        found = fields_of(bytes(50) + content, kind)
        assert has(found, b"here")
        assert has(found, "appended") == (third in content)
        assert any(isinstance(held, bytes) and held.startswith(b"TAGold title ") for _, held in found) == (
            one in content
        )


@pytest.mark.parametrize(("header", "footer"), [(True, True), (True, False), (False, True)])
@given(st.dictionaries(WORDS, st.binary(max_size=20), min_size=1, max_size=4))
def test_the_items_of_an_ape_tag_come_back_whichever_end_it_has(
    header: bool, footer: bool, items: dict[bytes, bytes]
) -> None:
    tag = ape(*items.items(), header=header, footer=footer)
    if b"TAG" in b"".join([*items, *items.values()]):
        return
    found = fields_of(bytes(10) + tag, "mp3")
    assert {(name.decode("latin-1"), value) for name, value in items.items()} <= set(found)


@pytest.mark.parametrize("length", [0, 31, 33, 1 << 24, 0xFFFFFFFF])
def test_an_ape_tag_of_a_false_length_gives_no_item_beyond_the_file(length: int) -> None:
    tag = ape((b"Place", b"here"), length=length)
    for _, value in fields_of(bytes(10) + tag, "mp3"):
        assert len(value) <= len(tag) + 10


@pytest.mark.parametrize("kind", ["wav", "aiff"])
@given(st.lists(st.tuples(st.sampled_from([b"iXML", b"axml", b"NAME"]), st.binary(max_size=9)), max_size=5))
def test_chunks_come_back_as_they_were_put_in_odd_ones_with_their_zero(
    kind: str, chunks: list[tuple[bytes, bytes]]
) -> None:
    order, whole = ("<", wav) if kind == "wav" else (">", aiff)
    laid = [chunk(name, content, order) for name, content in chunks]
    wanted = [(name.decode(), content) for name, content in chunks]
    assert fields_of(whole(*laid), kind) == wanted
    sound = chunk(b"data" if kind == "wav" else b"SSND", bytes(5), order)
    assert fields_of(whole(sound, *laid), kind) == wanted


@pytest.mark.parametrize("name", [b"data", b"fmt ", b"fact", b"JUNK", b"PEAK"])
def test_samples_and_filling_are_no_metadata(name: bytes) -> None:
    assert fields_of(wav(chunk(name, b"location=here")), "wav") == []


def test_a_list_of_a_wav_holds_fields_that_end_at_their_zeros() -> None:
    inside = b"INFO" + chunk(b"INAM", b"title\0") + chunk(b"ICMT", b"odd\0\0") + chunk(b"IARL", b"")
    assert fields_of(wav(chunk(b"LIST", inside)), "wav") == [("INAM", b"title"), ("ICMT", b"odd"), ("IARL", b"")]


@pytest.mark.parametrize("size", range(22))
def test_a_list_that_is_cut_has_the_fields_before_the_cut(size: int) -> None:
    inside = b"INFO" + chunk(b"INAM", b"ab") + chunk(b"ICMT", b"cd")
    found = fields_of(wav(chunk(b"LIST", inside[:size])), "wav")
    assert [name for name, _ in found] == ["INAM", "ICMT"][: (size >= 12) + (size >= 22)]


@pytest.mark.parametrize("order", ["<", ">"])
def test_an_id3_tag_may_be_a_chunk(order: str) -> None:
    kind, whole = ("wav", wav) if order == "<" else ("aiff", aiff)
    for name in (b"id3 ", b"ID3 "):
        assert has(fields_of(whole(chunk(name, id3((b"TIT2", b"\0a title")), order)), kind), "a title")


@pytest.mark.parametrize(
    ("kind", "place", "told"),
    [(0x33, b"\x12\x34\x56", "123456"), (0x33, bytes(12), ""), (0x33, b"\xff" * 12, ""), (0x13, b"\x12", None)],
    ids=["extended with coordinates", "with zeros", "with nothing known", "a basic one"],
)
def test_a_broadcast_extension_tells_texts_and_the_coordinates_of_an_extended_umid(
    kind: int, place: bytes, told: str | None
) -> None:
    """SMPTE 330M: twelve bytes, a length that tells a basic from an extended one, and coordinates from byte 40 on."""
    umid = (bytes(12) + bytes((kind,)) + bytes(27) + place).ljust(64, b"\0")
    texts = b"description".ljust(256, b"\0") + b"originator".ljust(32, b"\0") + b"reference".ljust(32, b"\0")
    found = fields_of(wav(chunk(b"bext", texts + bytes(28) + umid + bytes(190) + b"history")), "wav")
    assert [value for name, value in found if name == "location"] == ([] if told is None else [told])
    held = [value.rstrip(b"\0") for name, value in found if not name and isinstance(value, bytes)]
    assert held == [b"description", b"originator", b"reference", b"history"]


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
def test_behind_samples_of_64_bits_chunks_are_found_by_the_long_length(form: bytes) -> None:
    long = chunk(b"ds64", struct.pack("<QQQ", 100, 6, 3))
    sound = chunk(b"data", bytes(6), length=0xFFFFFFFF)
    assert fields_of(wav(long, sound, chunk(b"iXML", b"told"), form=form), "wav") == [("iXML", b"told")]


@pytest.mark.parametrize("length", [0, 5, 1 << 40, (1 << 64) - 1])
def test_a_false_long_length_of_the_samples_ends_in_the_file(length: int) -> None:
    long = chunk(b"ds64", struct.pack("<QQQ", 100, length, 3))
    sound = chunk(b"data", bytes(6), length=0xFFFFFFFF)
    assert isinstance(fields_of(wav(long, sound, chunk(b"iXML", b"told"), form=b"RF64"), "wav"), list)


def test_a_wav_behind_a_tag_is_read_from_where_it_begins() -> None:
    tag = id3((b"TIT2", b"\0a title"))
    found = fields_of(tag + wav(chunk(b"iXML", b"told")), "wav", len(tag))
    assert found == [("", "a title"), ("iXML", b"told")]


@given(st.lists(st.tuples(WORDS, st.binary(max_size=20)), max_size=5), st.binary(max_size=9))
def test_comments_come_back_as_they_were_put_in(held: list[tuple[bytes, bytes]], vendor: bytes) -> None:
    block = comments(*(name + b"=" + value for name, value in held), vendor=vendor)
    assert fields_of(flac((0, bytes(34)), (4, block)), "flac") == [
        (name.decode("latin-1"), value) for name, value in held if name.lower() != b"metadata_block_picture"
    ]


@pytest.mark.parametrize("count", [2, 1000, 0xFFFFFFFF])
def test_comments_that_claim_more_than_there_are_end_with_the_block(count: int) -> None:
    assert fields_of(flac((4, comments(b"a=1", count=count))), "flac") == [("a", b"1")]


def test_a_comment_without_a_sign_is_a_name_alone() -> None:
    assert fields_of(flac((4, comments(b"alone", b"a=b=c"))), "flac") == [("alone", b""), ("a", b"b=c")]


def test_covers_and_applications_of_a_flac_are_blocks_and_others_are_not_read() -> None:
    blocks = [(0, b"stream"), (1, b"padding"), (2, b"application"), (3, b"seek table"), (5, b"cue"), (6, b"cover")]
    assert fields_of(flac(*blocks), "flac") == [("", b"application"), ("", b"cover")]


def test_behind_the_last_block_and_within_one_that_is_cut_nothing_is_read() -> None:
    assert fields_of(flac((6, b"one")) + flac((6, b"two"))[4:], "flac") == [("", b"one")]
    whole = flac((6, b"cover"), ended=False)
    assert [fields_of(whole[:size], "flac") for size in range(4, len(whole))] == [[]] * 9


@pytest.mark.parametrize(
    "mark",
    [b"\x03vorbis", b"OpusTags", b"Speex   " + bytes(72), b"\x84\0\0\x30"],
    ids=["Vorbis", "Opus", "Speex", "FLAC"],
)
def test_comments_of_each_codec_are_found_in_the_pages_of_an_ogg(mark: bytes) -> None:
    found = fields_of(ogg(b"\x01first packet", mark + comments(b"place=here")), "ogg")
    assert ("place", b"here") in found


@given(st.integers(1, 254), st.integers(1, 5))
def test_comments_that_run_over_segments_and_pages_are_put_together(segment: int, per_page: int) -> None:
    packet = b"OpusTags" + comments(b"place=" + bytes(range(32, 127)) * 3)
    assert fields_of(ogg(packet, segment=segment, per_page=per_page), "ogg") == [("place", bytes(range(32, 127)) * 3)]


@pytest.mark.parametrize("name", [b"METADATA_BLOCK_PICTURE", b"metadata_block_picture"])
def test_a_cover_in_a_comment_is_unpacked_and_what_is_no_base64_stays(name: bytes) -> None:
    picture = b"Exif\0\0 within a cover"
    for value, wanted in ((base64.b64encode(picture), picture), (b"a", b"a")):
        packet = b"OpusTags" + comments(name + b"=" + value)
        assert fields_of(ogg(packet), "ogg") == [(name.decode(), wanted)]


@pytest.mark.parametrize("size", range(0, 60, 7))
def test_pages_that_are_cut_end_the_comments_and_nothing_else(size: int) -> None:
    whole = ogg(b"OpusTags" + comments(b"a=1", b"b=2"))
    found = fields_of(whole[:size], "ogg")
    assert set(found) <= {("a", b"1"), ("a", b""), ("b", b"2"), ("b", b"")}


def test_a_movie_tells_its_lists_and_the_boxes_that_programs_add() -> None:
    from tests.probe.boxes_by_hand import box, full, moov

    item = box(b"----", full(b"mean", b"com.apple.iTunes"), full(b"name", b"PLACE"), full(b"data", bytes(4) + b"here"))
    meta = full(b"meta", box(b"ilst", item))
    added = box(b"uuid", bytes(16) + b"<x:xmpmeta>")
    found = fields_of(box(b"ftyp", b"M4A ") + moov(box(b"udta", meta)) + added, "m4a")
    assert ("PLACE", b"here") in found
    assert any(isinstance(value, bytes) and value.endswith(b"<x:xmpmeta>") for _, value in found)
    placed = moov(box(b"udta", box(b"\xa9xyz", b"\0\x0c\x15\xc7+37.5+126.9/")))
    assert ("location", "box") in fields_of(placed, "m4a")


def test_a_movie_header_that_is_too_large_tells_nothing() -> None:
    whole = struct.pack(">I4s", 200 << 20, b"moov") + bytes(100)
    sniffed = Sniffed("m4a", "av", "mov")
    assert list(audio_fields(io.BytesIO(whole), 200 << 20, sniffed)) == []
