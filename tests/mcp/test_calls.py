"""What the tools share: whose edition, which files, and a request in whatever form a model hands it over."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.flow.check import media
from preflight.mcp.calls import (
    MOST_PLANS,
    Account,
    Call,
    Plans,
    SharedState,
    badness,
    most,
    one_of,
    plain,
    unwrapped,
)
from preflight.mcp.roots import Roots
from preflight.profiles import load
from preflight.values.parsed import DEEPEST
from tests.mcp.called import call, root, shared
from tests.specimens import judged

MODEL = "seedance-2.0-reference-to-video"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "secret.png").write_bytes(b"x")
    return root(tmp_path / "root", "image-ok.png", "video-2s.mp4")


@pytest.fixture
def one(place: Path) -> Call:
    return call(shared(place))


# ---- plans, accounts ------------------------------------------------------------------------------------------------


def test_a_plan_is_found_by_its_id_until_newer_ones_take_its_place() -> None:
    plans = Plans()
    for n in range(MOST_PLANS + 1):
        plans.keep(f"plan-{n}", {"n": n})
    assert plans.find("plan-1") == {"n": 1}
    for gone in ("plan-0", "", "plan-<b>"):
        with pytest.raises(CallError) as missing:
            plans.find(gone)
        assert "<b>" not in missing.value.message


def test_a_key_is_shown_by_nothing() -> None:
    account = Account(key="sk-secret", base_url="https://host")
    shared = SharedState(roots=Roots([Path("/tmp")]), account=account)  # noqa: S108 - a folder that is there
    assert "sk-secret" not in repr(account) + repr(shared)


def test_without_a_key_nothing_is_sent_and_a_person_is_told_what_to_set() -> None:
    with pytest.raises(CallError, match="EVOLINK_API_KEY"):
        Account().endpoint(load())


def test_the_door_leads_to_the_account_s_service_then_to_the_known_one_then_to_the_edition_s() -> None:
    here = "http://127.0.0.1:8080"
    endpoint = Account(key="sk-1", base_url=here).endpoint(load(), "https://other.example.com")
    assert (endpoint.base_url, endpoint.allow_private) == (here, True)
    assert Account(key="sk-1").endpoint(load(), here).base_url == here
    assert Account(key="sk-1").endpoint(load()).base_url == load().service.base_url
    assert not Account(key="sk-1").is_local


# ---- editions -------------------------------------------------------------------------------------------------------


def test_the_edition_is_the_named_one_else_the_server_s_else_the_model_s(place: Path) -> None:
    own = load("seedance-2.0-2026-10")
    free, bound = call(shared(place)), call(SharedState(roots=Roots([place]), profile=own))
    assert free.edition("seedance-2.0-2026-04").name == "seedance-2.0-2026-04"
    assert bound.edition("seedance-2.0-2026-04").name == "seedance-2.0-2026-04"
    assert bound.edition(None, "nobody's model") is own
    assert bound.edition(own.name) is own
    assert MODEL in free.edition(None, MODEL).models
    assert free.edition(None).name == load().name


@pytest.mark.parametrize("named", ["", "nothing", "../seedance-2.0-2026-04", "/etc/passwd", "seedance.toml"])
def test_an_edition_is_a_name_and_never_a_file(one: Call, named: str) -> None:
    with pytest.raises(CallError, match="no edition"):
        one.edition(named)


# ---- requests -------------------------------------------------------------------------------------------------------


def test_a_request_is_a_table_a_text_of_one_or_a_file(one: Call, place: Path) -> None:
    table = {"prompt": "Image 1.", "images": ["image-ok.png"]}
    (place / "request.toml").write_text('prompt = "Image 1."\nimages = ["image-ok.png"]\n')
    (place / "request.json").write_text(json.dumps(table))
    theirs = {"prompt": "Image 1.", "image_urls": ["image-ok.png"]}
    specs = [one.spec(given, None) for given in (table, theirs, json.dumps(table), "request.toml", "request.json")]
    assert all(spec == specs[0] for spec in specs)
    assert [asset.path for asset in specs[0].assets] == [str(place.resolve() / "image-ok.png")]


@pytest.mark.parametrize(
    "request_",
    [
        {"prompt": "x", "images": ["../secret.png"]},
        {"prompt": "x", "images": ["/etc/passwd"]},
        {"prompt": "x", "images": ["nothing.png"]},
        {"prompt": "x", "images": ["."]},
        {"prompt": "x", "images": [7]},
        {"prompt": 7},
        {"prompt": "x", "nothing": 1},
        {},
        "nothing.toml",
        "../secret.png",
        "{no JSON",
        "[]",
        "",
    ],
)
def test_a_request_that_cannot_be_used_or_leads_out_is_refused(one: Call, request_: str | dict[str, Any]) -> None:
    with pytest.raises(CallError):
        one.spec(request_, None)


def test_an_address_in_a_request_is_an_address(one: Call) -> None:
    spec = one.spec({"prompt": "x", "images": ["https://host/a.png"]}, None)
    assert [asset.path for asset in spec.assets] == ["https://host/a.png"]


@given(st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.lists(st.booleans(), max_size=2)))
def test_an_object_that_came_as_text_is_the_object(table: dict[str, Any]) -> None:
    assert unwrapped(json.dumps(table)) == unwrapped(f"\n {json.dumps(table)}") == table
    assert unwrapped(table) is table


@pytest.mark.parametrize(
    "text",
    [
        "request.toml",
        "",
        "{",
        "{no JSON}",
        '{"a": NaN}',
        "[1]",
        '{"a":' * 9999,
        '{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1),
    ],
)
def test_any_other_text_stays_text(text: str) -> None:
    assert unwrapped(text) == text


def test_measuring_tells_how_far_it_is(one: Call) -> None:
    assets = list(one.shared.roots.media(["image-ok.png", "video-2s.mp4"]))
    with one.measuring(expected=2) as how:
        assert [probed.fault for probed in media(assets, how)] == [None, None]
    assert one.run.meter.read() == (2.0, 2.0, "measuring")


# ---- small things ---------------------------------------------------------------------------------------------------


def test_the_worst_stands_first() -> None:
    found = [judged(name) for name in ("image-ok.png", "image-gif.gif", "image-truncated.jpg")]
    assert [one.verdict for one in sorted(found, key=badness)] == sorted(
        (one.verdict for one in found), key=("unsure", "fail", "pass").index
    )


def test_more_is_told_where_all_is_asked_for() -> None:
    assert most(verbose=True) > most(verbose=False) > 0


@pytest.mark.parametrize(
    ("paths", "request_", "is_one"), [(["a"], None, True), (None, {}, True), (None, None, False), ([], "x", False)]
)
def test_a_call_is_about_files_or_a_request(paths: object, request_: object, is_one: bool) -> None:
    if is_one:
        one_of(paths, request_)
        return
    with pytest.raises(CallError, match="either"):
        one_of(paths, request_)


def test_values_are_plain_json() -> None:
    assert plain({"a": Fraction(1, 2), "b": ("x",), "c": None}) == {"a": 0.5, "b": ["x"], "c": None}
