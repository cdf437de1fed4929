"""What is made ready before the create call: the price, the hash that a request is known by, and the exact body."""

import json
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.request.file import RequestSpec, with_roles
from preflight.submission.prepare import body_of, hash_assets, price_of, request_hash, suffix_of
from preflight.values.assets import Asset, Window
from preflight.values.facts import Facts
from preflight.values.findings import Judged, Report
from tests import made
from tests.specimens import PROFILE

IMAGES = ("a.png", "b.png")


def request(*paths: str, **settings: object) -> RequestSpec:
    return RequestSpec(assets=tuple(with_roles("image", paths)), prompt="A.", **settings)  # type: ignore[arg-type] # by name


def report(spec: RequestSpec, *facts: Facts | None) -> Report:
    known = facts or [None] * len(spec.assets)
    assets = (Judged(asset=asset, kind="image", facts=one) for asset, one in zip(spec.assets, known, strict=True))
    return Report(profile=PROFILE.name, assets=tuple(assets))


def hashed(spec: RequestSpec, hashes: dict[str, str]) -> str:
    return request_hash(spec, report(spec), PROFILE, hashes)


# ---- the hash --------------------------------------------------------------------------------------------------------


@given(st.text("abc", min_size=1, max_size=3), st.text("abc", min_size=1, max_size=3))
def test_files_of_the_same_content_make_the_same_request_wherever_they_lie(one: str, other: str) -> None:
    assert hashed(request(f"{one}.png"), {f"{one}.png": "0" * 64}) == hashed(
        request(f"{other}.jpg"), {f"{other}.jpg": "0" * 64}
    )


def test_other_contents_another_order_and_other_settings_make_another() -> None:
    hashes = {"a.png": "0" * 64, "b.png": "1" * 64}
    found = [
        hashed(request(*IMAGES), hashes),
        hashed(request(*IMAGES[::-1]), hashes),
        hashed(request(*IMAGES), {**hashes, "b.png": "2" * 64}),
        hashed(request("a.png"), hashes),
        hashed(request(*IMAGES, duration=5), hashes),
        hashed(request(*IMAGES, duration=6), hashes),
        hashed(request("https://example.com/a.png", "b.png"), hashes),
    ]
    assert len(set(found)) == len(found)


def test_an_address_is_known_by_itself() -> None:
    link = "https://example.com/a.png"
    assert hashed(request(link), {}) == hashed(request(link), {"b.png": "1" * 64})
    assert hashed(request(link), {}) != hashed(request(f"{link}?v=2"), {})


# ---- the body --------------------------------------------------------------------------------------------------------


def test_a_body_holds_each_file_s_address_in_order_and_links_as_they_are() -> None:
    spec = request("b.png", "https://example.com/c.png", "a.png")
    body = json.loads(body_of(spec, PROFILE, {"a.png": "https://f/1", "b.png": "https://f/2"}))
    assert body["image_urls"] == ["https://f/2", "https://example.com/c.png", "https://f/1"]


def test_a_file_without_an_address_cannot_be_sent() -> None:
    with pytest.raises(KeyError):
        body_of(request(*IMAGES), PROFILE, {"a.png": "https://f/1"})


@pytest.mark.parametrize(("facts", "suffix"), [(made.image(format="jpeg"), "jpg"), (made.VIDEO, "mp4"), (None, "bin")])
def test_an_upload_goes_by_the_ending_of_its_content(facts: Facts | None, suffix: str) -> None:
    assert suffix_of(facts) == suffix


# ---- what may be hashed ----------------------------------------------------------------------------------------------


def test_what_is_judged_wrong_or_in_doubt_is_not_read_again() -> None:
    from preflight.values.findings import Finding

    spec = request("absent.png")
    for rule in ("image/size", "image/unjudged"):
        finding = Finding(rule=rule, severity="error", message="no")
        with pytest.raises(CallError, match="not clean"):
            hash_assets(msgspec.structs.replace(report(spec), findings=(finding,)))


def test_a_file_in_a_bucket_is_no_file_that_the_service_can_read() -> None:
    spec = request("s3://bucket/a.png")
    assert spec.assets[0].is_object
    with pytest.raises(CallError, match="lies in a bucket"):
        hash_assets(report(spec))


def test_links_have_no_hash() -> None:
    assert hash_assets(report(request("https://example.com/a.png"))) == {}


# ---- the price -------------------------------------------------------------------------------------------------------


def price(*clips: tuple[Facts | None, Window | None], longest: bool = False) -> Fraction | None:
    roles = [one.role for one in with_roles("video", ["a.mp4"] * len(clips))]
    assets = tuple(Asset(path="a.mp4", role=role, keep=keep) for role, (_, keep) in zip(roles, clips, strict=True))
    spec = RequestSpec(assets=assets, duration=4, quality="720p")
    found = price_of(spec, report(spec, *(facts for facts, _ in clips)), PROFILE, longest=longest)
    return found.credits if found else None


def test_clips_are_billed_by_their_length_or_by_the_part_that_is_kept() -> None:
    whole = price((made.VIDEO, None))
    assert whole
    assert whole == price((made.VIDEO, Window(Fraction(0), Fraction(99))))
    part, twice = price((made.VIDEO, Window(Fraction(1), Fraction(3)))), price((made.VIDEO, None), (made.VIDEO, None))
    assert part
    assert twice
    assert part < whole < twice
    assert part == price((made.video(duration_s=Fraction(2)), None))


def test_a_part_beyond_the_end_costs_nothing_of_the_clip() -> None:
    beyond = price((made.VIDEO, Window(Fraction(50), Fraction(60))))
    assert beyond == price((made.video(duration_s=Fraction(0)), None))


def test_the_longest_that_anybody_may_read_is_asked_for_by_name() -> None:
    claims = made.video(header_duration_s=Fraction(9))
    assert price((claims, None)) == price((made.VIDEO, None))
    longest = price((claims, None), longest=True)
    assert longest == price((made.video(duration_s=Fraction(9)), None))
    assert price((made.video(header_duration_s=Fraction(1)), None), longest=True) == price((made.VIDEO, None))


@pytest.mark.parametrize("facts", [None, made.video(duration_s=None), made.IMAGE])
def test_a_clip_whose_length_nobody_knows_has_no_price(facts: Facts | None) -> None:
    assert price((made.VIDEO, None), (facts, None)) is None
