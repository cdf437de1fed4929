"""An object is measured where it lies, by few requests; what keeps it from being read is its own fault alone."""

import random
from pathlib import Path

import pytest

from preflight.objects.reading import probe_object
from preflight.objects.stores import RETRIES, Stores, as_etag
from preflight.probe import probe
from preflight.probe.remote import KEPT_BYTES, LARGEST
from preflight.values.assets import Asset, Stored
from preflight.values.choices import Depth
from preflight.values.facts import ImageFacts, VideoFacts
from preflight.values.probed import Fault, Probed
from scripts.bucket_server import Answer, Bucket, Request, said
from scripts.bucket_server import Fault as Breaking
from tests.objects.conftest import Clips
from tests.specimens import MEDIA

DEPTHS: tuple[Depth, ...] = ("header", "exact")


def put(bucket: Bucket, key: str, content: bytes, *, listed: bool = False) -> Asset:
    url = bucket.put(key, content)
    return Asset(path=url, stored=Stored(len(content), bucket.etag(key)) if listed else None)


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("place", ["front", "behind"])
@pytest.mark.parametrize("listed", [False, True])
def test_a_clip_with_an_index_costs_four_requests_and_256_kb_at_most(
    bucket: Bucket, stores: Stores, clips: Clips, depth: Depth, place: str, *, listed: bool, tmp_path: Path
) -> None:
    content: bytes = getattr(clips, place)
    assert len(content) > 5_000_000
    probed = probe_object(put(bucket, "clip.mp4", content, listed=listed), depth, stores)
    assert bucket.requests() <= 4
    assert bucket.bytes() <= 256_000
    assert bucket.by_method().keys() == {"GET"}
    (tmp_path / "clip.mp4").write_bytes(content)
    here = probe(Asset(path=str(tmp_path / "clip.mp4")), depth)
    assert facts_of(probed) == facts_of(here)


def facts_of(probed: Probed) -> dict[str, object]:
    assert probed.facts is not None, probed.fault
    facts = probed.facts
    return {name: getattr(facts, name) for name in facts.__struct_fields__ if name != "measured_by"}


@pytest.mark.parametrize("container", ["matroska", "avi"])
def test_the_header_of_a_container_without_an_index_in_front_costs_half_a_megabyte_at_most(
    bucket: Bucket, stores: Stores, clips: Clips, container: str, tmp_path: Path
) -> None:
    content: bytes = getattr(clips, container)
    probed = probe_object(put(bucket, f"clip.{container}", content), "header", stores)
    assert bucket.requests() <= 5
    assert bucket.bytes() <= 512_000
    (tmp_path / "clip").write_bytes(content)
    here = facts_of(probe(Asset(path=str(tmp_path / "clip")), "header"))
    assert facts_of(probed) | {"sound_duration_s": None} == here | {"sound_duration_s": None}


@pytest.mark.parametrize("container", ["matroska", "avi"])
def test_what_has_no_index_of_each_packet_is_brought_at_once(
    bucket: Bucket, stores: Stores, clips: Clips, container: str
) -> None:
    content: bytes = getattr(clips, container)
    assert probe_object(put(bucket, f"clip.{container}", content), "exact", stores).facts is not None
    assert bucket.requests() <= 3 + len(content) // LARGEST
    assert bucket.bytes() == len(content)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_small_jpeg_costs_one_request(bucket: Bucket, stores: Stores, depth: Depth, *, listed: bool) -> None:
    content = (MEDIA / "image-exif-harmless.jpg").read_bytes()
    probed = probe_object(put(bucket, "a.jpg", content, listed=listed), depth, stores)
    assert isinstance(probed.facts, ImageFacts)
    assert bucket.requests() == 1


def test_the_header_of_a_large_jpeg_costs_one_request(bucket: Bucket, stores: Stores) -> None:
    content = (MEDIA / "image-exif-harmless.jpg").read_bytes() + bytes(3_000_000)
    assert probe_object(put(bucket, "a.jpg", content), "header", stores).facts is not None
    assert (bucket.requests(), bucket.bytes()) == (1, 65_536)


def test_what_is_decoded_whole_is_downloaded_once_and_kept_on_disk(
    bucket: Bucket, stores: Stores, clips: Clips
) -> None:
    padded = clips.front + (KEPT_BYTES).to_bytes(4, "big") + b"free" + bytes(KEPT_BYTES - 8)
    probed = probe_object(put(bucket, "clip.mp4", padded, listed=True), "full", stores)
    assert isinstance(probed.facts, VideoFacts), probed.fault
    assert bucket.bytes() == len(padded)


def test_damage_in_a_keyframe_is_found_where_it_is_read(bucket: Bucket, stores: Stores, clips: Clips) -> None:
    damaged = bytearray(clips.front)
    damaged[100_000:] = random.Random(1).randbytes(len(damaged) - 100_000)  # noqa: S311 - noise
    probed = probe_object(put(bucket, "clip.mp4", bytes(damaged)), "exact", stores)
    assert probed.fault is not None
    assert probed.fault.kind == "unreadable"


def test_a_clip_cut_short_is_unreadable(bucket: Bucket, stores: Stores, clips: Clips) -> None:
    probed = probe_object(put(bucket, "clip.mp4", clips.front[:2_000_000]), "exact", stores)
    assert probed.fault is not None
    assert "cut short" in probed.fault.message


def test_an_empty_object_is_unreadable_whether_its_size_is_known(bucket: Bucket, stores: Stores) -> None:
    for listed in (False, True):
        fault = probe_object(put(bucket, "zero.mp4", b"", listed=listed), "exact", stores).fault
        assert fault is not None
        assert (fault.kind, fault.message) == ("unreadable", "is empty (0 bytes)")


# ---- faults: each of this object alone, and never a verdict ----------------------------------------------------------


def ranged(asked: Request, body: bytes, whole: int, **headers: str) -> Answer:
    assert asked.range is not None
    span = f"bytes {asked.range[0]}-{asked.range[0] + len(body) - 1}/{whole}"
    return Answer(206, body, {"ETag": '"x"', "Content-Range": span} | headers)


FAULTS: dict[str, tuple[Breaking, str]] = {
    "the whole for a range": (lambda _, content: Answer(200, content, {"ETag": '"x"'}), "gives no parts of objects"),
    "too few bytes": (
        lambda asked, content: ranged(asked, content[:65_530], len(content)),
        "Requested 0..65536, got 0..65530",
    ),
    "too few bytes, promised more": (
        lambda asked, content: ranged(asked, content[:100], len(content), **{"Content-Length": "100"}),
        "cannot be read|gave 100 bytes",
    ),
    "another range": (
        lambda _, content: Answer(206, content[:99], {"ETag": '"x"', "Content-Range": f"bytes 9-107/{len(content)}"}),
        "cannot be read: .*Requested",
    ),
    "forbidden": (lambda *_: Answer(403, said("AccessDenied", "Access Denied")), "may not be read with these cred"),
    "gone": (lambda *_: Answer(404, said("NoSuchKey", "No such key")), "is not there any more"),
    "replaced": (lambda *_: Answer(412, said("PreconditionFailed", "no")), "changed while it was measured"),
    "a login page": (lambda *_: Answer(200, b"<html>who are you?</html>", {"ETag": '"x"'}), "gives no parts"),
    "nonsense": (lambda *_: Answer(418, b"\x1b[31mteapot\n"), "cannot be read"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_store_leaves_the_object_unmeasured(
    bucket: Bucket, stores: Stores, clips: Clips, name: str
) -> None:
    fault, words = FAULTS[name]
    asset = put(bucket, "clip.mp4", clips.front, listed=True)
    bucket.faults["clip.mp4"] = fault
    probed = probe_object(asset, "exact", stores)
    unmeasured(probed, words)
    assert "\x1b" not in (probed.fault.message if probed.fault else "")


def unmeasured(probed: Probed, words: str) -> None:
    import re

    assert probed.fault is not None
    assert probed.fault.kind == "unmeasured"
    assert re.search(words, probed.fault.message), probed.fault.message
    assert probed.facts is None


@pytest.mark.parametrize("at", [2, 3, 4])
def test_an_object_replaced_at_any_request_was_changed_while_it_was_measured(
    bucket: Bucket, stores: Stores, clips: Clips, at: int
) -> None:
    asset = put(bucket, "clip.mp4", clips.behind, listed=True)

    def replaced(_asked: Request, content: bytes) -> Answer | None:
        if bucket.requests() == at - 1:
            bucket.put("clip.mp4", content[:-1] + b"x")
        return None

    bucket.faults["clip.mp4"] = replaced
    unmeasured(probe_object(asset, "exact", stores), "changed while it was measured")


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_fault_at_any_request_leaves_the_object_unmeasured(
    bucket: Bucket, stores: Stores, clips: Clips, at: int
) -> None:
    asset = put(bucket, "clip.mp4", clips.behind, listed=True)
    refusal = Answer(403, said("AccessDenied", "Access Denied"))
    bucket.faults["clip.mp4"] = lambda *_: refusal if bucket.requests() >= at - 1 else None
    unmeasured(probe_object(asset, "exact", stores), "may not be read")


def test_a_busy_store_is_asked_again_and_then_given_up(bucket: Bucket, stores: Stores) -> None:
    asset = put(bucket, "a.jpg", (MEDIA / "image-exif-harmless.jpg").read_bytes())
    busy = Answer(503, said("SlowDown", "Please reduce your request rate."))
    bucket.faults["a.jpg"] = lambda *_: busy if bucket.requests() < 2 else None
    assert probe_object(asset, "exact", stores).fault is None
    bucket.faults["a.jpg"] = lambda *_: busy
    unmeasured(probe_object(asset, "exact", stores), f"asked too much, and refused {RETRIES + 1} times")


ODD_KEYS = ("416.jpg", "a - Server returned non-2xx status code: 416.jpg", "503 SlowDown.jpg")


@pytest.mark.parametrize("key", ODD_KEYS)
def test_digits_in_a_message_are_no_status_of_the_store(bucket: Bucket, stores: Stores, key: str) -> None:
    asset = Asset(path=f"s3://{bucket.name}/{key}")
    unmeasured(probe_object(asset, "exact", stores), "no such object")
    teapot = Answer(418, said("Odd", "status code: 416, 429 or 503"))
    bucket.faults[key] = lambda *_: teapot
    unmeasured(probe_object(asset, "exact", stores), "cannot be read: status code: 416")


def test_an_object_without_bytes_is_empty_whatever_its_key(bucket: Bucket, stores: Stores) -> None:
    empty = Fault("unreadable", "is empty (0 bytes)")
    for key in ODD_KEYS:
        bucket.put(key, b"")
        assert probe_object(Asset(path=f"s3://{bucket.name}/{key}"), "exact", stores).fault == empty


@pytest.mark.parametrize("quotes", [True, False])
def test_a_mark_that_a_listing_tells_without_quotes_is_the_same_mark(
    bucket: Bucket, stores: Stores, *, quotes: bool
) -> None:
    content = (MEDIA / "image-exif-harmless.jpg").read_bytes()
    url = bucket.put("a.jpg", content)
    told = bucket.etag("a.jpg")
    listed = Stored(len(content), as_etag(told if quotes else told.strip('"')))
    assert probe_object(Asset(path=url, stored=listed), "exact", stores).fault is None


def test_no_message_and_no_text_of_the_value_holds_a_credential(bucket: Bucket, stores: Stores) -> None:
    secret = bucket.variables["AWS_SECRET_ACCESS_KEY"]
    asset = put(bucket, "a.jpg", b"x" * 100)
    bucket.faults["a.jpg"] = lambda *_: Answer(403, said("InvalidKey", f"{secret} is no key"))
    unmeasured(probe_object(asset, "exact", stores), r"\[credential\] is no key")
    assert secret not in repr(stores) + str(stores)
