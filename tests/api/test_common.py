"""What a caller hands over is taken as it is meant, or refused in words that show no key."""

import math
import os
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.api.common import (
    Advance,
    Teller,
    asset_of,
    edition_of,
    ledger_path,
    load_profile,
    path_of,
    refuse_no_count,
    refuse_no_seconds,
    refuse_no_text,
)
from preflight.errors import CallError
from preflight.profiles import DEFAULT, load
from preflight.values.assets import Asset, Role


@pytest.mark.parametrize("given", ["a/b.mp4", b"a/b.mp4", Path("a/b.mp4")])
def test_a_path_of_any_kind_is_the_same_path(given: str | bytes | Path) -> None:
    assert path_of(given, "path") == "a/b.mp4"
    assert asset_of(given, "asset") == Asset(path="a/b.mp4")


def test_a_name_of_any_bytes_comes_back_as_these_bytes() -> None:
    assert os.fsencode(path_of(b"a\xff.mp4", "path")) == b"a\xff.mp4"


@pytest.mark.parametrize("given", [None, 3, ["a"], object()])
def test_what_is_no_path_is_refused_by_the_name_of_the_argument(given: object) -> None:
    with pytest.raises(CallError, match=r"^ledger: expected a path, got "):
        path_of(given, "ledger")  # type: ignore[arg-type] # what a caller may do


def test_an_asset_keeps_what_else_it_says() -> None:
    asset = Asset(path="a.mp4", role=Role("video", 2))
    assert asset_of(asset, "asset") == asset
    with pytest.raises(CallError, match=r"^assets: Asset\.path: expected a path"):
        asset_of(Asset(path=3), "assets")  # type: ignore[arg-type] # what a caller may do


def test_none_means_the_default() -> None:
    assert ledger_path(None) is None
    assert edition_of(None).name == DEFAULT
    assert edition_of(None, "seedance-2.0-text-to-video").name != DEFAULT
    profile = load()
    assert edition_of(profile) is profile


def test_a_profile_is_the_caller_s_own() -> None:
    mine = load_profile()
    mine.at.clear()
    mine.request.fields.clear()
    mine.price.models.clear()
    assert load_profile() == edition_of(None) != mine


@pytest.mark.parametrize("given", [0, -1, 1.5, "3", [], math.nan])
def test_what_is_no_count_is_refused(given: object) -> None:
    with pytest.raises(CallError, match=r"^jobs: expected a whole number of 1 or more, or None, got "):
        refuse_no_count(given, "jobs")
    refuse_no_count(1, "jobs")
    refuse_no_count(None, "jobs")


@pytest.mark.parametrize("given", [-1, -0.5, math.inf, math.nan, "3", Fraction(-1, 2)])
def test_what_is_no_length_of_time_is_refused(given: object) -> None:
    with pytest.raises(CallError, match=r"^limit: expected a number of seconds of 0 or more, or None, got "):
        refuse_no_seconds(given, "limit")
    for fine in (0, 0.5, Fraction(1, 3), None):
        refuse_no_seconds(fine, "limit")


def test_a_key_that_is_no_text_is_not_repeated() -> None:
    with pytest.raises(CallError) as refused:
        refuse_no_text(b"sk-secret", "key", "a key")
    assert str(refused.value) == "key: expected a key, as text, got bytes"


def test_progress_is_told_from_its_beginning_and_never_beyond_its_end() -> None:
    heard: list[Advance] = []
    teller = Teller(heard.append)
    move = teller.begin("fix", "a.mp4")
    move(Fraction(1, 2), "encoding")
    move(Fraction(3, 2))
    teller.ended("fix", "a.mp4")
    assert [(one.part, one.doing) for one in heard] == [(0, ""), (Fraction(1, 2), "encoding"), (1, ""), (1, "")]
    assert {(one.stage, one.name) for one in heard} == {("fix", "a.mp4")}
    Teller(None).ended("fix", "a.mp4")


def test_a_callback_may_itself_begin_something() -> None:
    heard: list[str] = []

    def tell(one: Advance) -> None:
        heard.append(one.name)
        if one.name == "a":
            teller.ended("check", "b")

    teller = Teller(tell)
    teller.ended("check", "a")
    assert heard == ["a", "b"]
