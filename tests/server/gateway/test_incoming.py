"""A body as it came: files here, inline bytes and parts of forms are taken, and held for so long as it is read."""

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.request.incoming import ADDRESS_CHARACTERS, BodyError
from preflight.server.gateway.errors import ApiError
from preflight.server.gateway.incoming import below, incoming, inline, suffix_of
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.state import GatewayState
from tests.server.gateway.conftest import CLEAN, body
from tests.specimens import MEDIA

BYTES = (MEDIA / CLEAN).read_bytes()
DATA = f"data:image/jpeg;base64,{base64.b64encode(BYTES).decode()}"
OTHERS = (MEDIA / "image-300x300.png").read_bytes()
INLINE = base64.b64encode(OTHERS).decode()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root").resolve()
    (folder / "in").mkdir()
    (folder / "in" / "a picture.JPG").write_bytes(BYTES)
    (folder / "away.jpg").symlink_to("/etc/passwd")
    (folder / "round.jpg").symlink_to(folder / "round.jpg")
    (folder / "inner.jpg").symlink_to(folder / "in" / "a picture.JPG")
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe.jpg")
    return folder


@pytest.fixture(scope="module")
def state(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayState]:
    ledger = tmp_path_factory.mktemp("house") / "ledger.sqlite3"
    with GatewayState(Settings(base_url="http://127.0.0.1:9", ledger=ledger, roots=(root,))) as one:
        yield one


def left(state: GatewayState) -> list[Path]:
    return [*state.assets.contents.folder.iterdir()]


# ---- addresses of files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "file://{root}/in/a%20picture.JPG",
        "file://localhost{root}/in/a%20picture.JPG",
        "FILE://{root}/in/../in/./a%20picture.JPG",
        "file:{root}/in/a%20picture.JPG",
        "file://{root}/inner.jpg",
        "file://{root}/in/a%20picture.JPG?query#fragment",
    ],
)
def test_a_file_below_a_root_is_found_by_its_real_path(root: Path, address: str) -> None:
    assert below(address.format(root=root), (Path("/nowhere"), root)) == root / "in" / "a picture.JPG"


@pytest.mark.parametrize(
    "address",
    [
        "file://{root}",
        "file://{root}/",
        "file://{root}/in/../..",
        "file://{root}/away.jpg",
        "file://{root}/%2e%2e/%2e%2e/etc/passwd",
        "file://{root}-beside/a.jpg",
        "file://elsewhere{root}/in/a%20picture.JPG",
        "file://{root}/a%00.jpg",
        "file:in/a%20picture.JPG",
        "file:",
        "file://[{root}",
    ],
)
def test_nothing_else_is_below_a_root(root: Path, address: str) -> None:
    with pytest.raises(ApiError) as refused:
        below(address.format(root=root), (root,), "image_urls[0]")
    assert (refused.value.status, str(refused.value).partition(":")[0]) == (400, "image_urls[0]")


@given(st.text(max_size=30))
def test_no_address_leads_out_of_the_roots(text: str) -> None:
    root = Path("/nowhere/at/all")
    try:
        found = below(f"file://{root}/{text}", (root,))
    except ApiError:
        return
    assert found.is_relative_to(root)


def test_without_roots_nothing_is_read() -> None:
    with pytest.raises(ApiError, match="--root"):
        below("file:///etc/passwd", ())


# ---- inline bytes ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.booleans())
def test_base64_in_either_alphabet_and_with_any_line_ends_is_its_bytes(content: bytes, is_url: bool) -> None:
    encode = base64.urlsafe_b64encode if is_url else base64.b64encode
    text = encode(content).decode()
    lines = "\r\n".join(text[n : n + 20] for n in range(0, len(text), 20))
    for one in (text, text.rstrip("="), lines):
        assert inline(one, short=True) == content
        assert inline(f"data:;base64,{one}") == content
    assert inline(text) == (content if len(text.rstrip("=")) >= 64 else None)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("data:,a%20b", b"a b"),
        ("DATA:image/png;BASE64,QQ==", b"A"),
        ("data:image/png; base64,QQ%3D%3D", b"A"),
        ("data:,", b""),
        ("data:;base64,QQ=A", None),
        ("data:;base64,A", None),
        ("data:;base64,é", None),
        ("data:no comma", None),
        ("data:" + "x" * 300 + ",a", None),
        ("https://host/a.png", None),
        ("", None),
    ],
)
def test_inline_bytes_are_read_as_rfc_2397_has_them(text: str, content: bytes | None) -> None:
    assert inline(text) == content


def test_bytes_without_a_name_have_the_ending_of_what_they_are() -> None:
    assert suffix_of(BYTES) == "jpg"
    assert suffix_of((MEDIA / "video-2s.mp4").read_bytes()) == "mp4"
    assert suffix_of(b"") == suffix_of(b"neither picture nor clip") == ""


# ---- bodies ---------------------------------------------------------------------------------------------------------


def test_what_is_on_this_machine_is_taken_once_and_given_up_with_the_body(state: GatewayState, root: Path) -> None:
    address = f"file://{root}/in/a%20picture.JPG"
    with incoming(body(address, INLINE, address, "https://host/b.jpg"), state) as one:
        first, second, third, there = (asset.path for asset in one.spec.assets)
        assert first == third
        assert (Path(first).read_bytes(), Path(second).read_bytes()) == (BYTES, OTHERS)
        assert there == "https://host/b.jpg"
        assert {*one.here} == {first, second}
        assert one.table["image_urls"] == [first, second, first, there]
        assert one.names[first] == address
        assert one.names[second] == f"inline, {len(OTHERS):,} bytes, png"
        assert len(left(state)) == 2
    assert left(state) == []


def test_nothing_is_held_when_a_body_cannot_be_used(state: GatewayState) -> None:
    for wrong in (body(DATA, "no address"), body(DATA, duration="long"), body(DATA, model="nobody's")):
        with pytest.raises((ApiError, CallError)), incoming(wrong, state):
            pytest.fail("it was read")
    assert left(state) == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("no address", "is not a URL"),
        ("", "is not a URL"),
        ("data:image/png;base64,", "holds no bytes"),
        ("https://host/" + "x" * ADDRESS_CHARACTERS, "characters"),
        ("file://{root}/pipe.jpg", "not a file"),
        ("file://{root}/nothing.jpg", "cannot be read"),
        ("file://{root}/in", "directory"),
        ("file://{root}/round.jpg", "image_urls[1]"),
    ],
)
def test_an_asset_that_cannot_be_taken_is_named_by_its_place(
    state: GatewayState, root: Path, address: str, words: str
) -> None:
    with pytest.raises(ApiError) as refused, incoming(body(DATA, address.format(root=root)), state):
        pytest.fail("it was read")
    assert (refused.value.status, refused.value.param) == (400, "image_urls[1]")
    assert words in refused.value.message
    assert left(state) == []


def test_a_part_of_a_form_stands_for_itself_and_stays_with_whoever_holds_it(state: GatewayState) -> None:
    part = state.assets.contents.of_bytes(BYTES, "jpg")
    with incoming(body("part:0"), state, {"part:0": part}) as one:
        assert one.spec.assets[0].path == str(part.path)
    assert part.path.exists()
    state.assets.contents.release(part)
    assert left(state) == []


def hash_of(table: dict[str, Any], state: GatewayState) -> str:
    with incoming(table, state) as one:
        return one.body_hash


def test_equal_bodies_have_equal_hashes_whatever_the_order_of_their_keys(state: GatewayState) -> None:
    one = body(DATA)
    assert hash_of(one, state) == hash_of(dict(reversed(one.items())), state)
    assert hash_of(one, state) != hash_of(body(DATA, duration=5), state)
    assert hash_of(one, state) != hash_of(body(DATA, DATA), state)


def test_the_same_bytes_told_in_two_ways_are_one_request_if_they_are_called_alike(
    state: GatewayState, root: Path
) -> None:
    same = f"data:image/png;base64,{base64.urlsafe_b64encode(BYTES).decode()}"
    assert hash_of(body(DATA), state) == hash_of(body(same), state)
    assert hash_of(body(DATA), state) == hash_of(body(f"file://{root}/inner.jpg"), state)


@pytest.mark.parametrize(
    ("table", "param"),
    [
        ({"prompt": "x"}, "model"),
        ({"model": ""}, "model"),
        ({"model": 7}, "model"),
        (body(image_urls="https://host/a.png"), "image_urls"),
        (body(image_urls=[7]), "image_urls[0]"),
        (body(images=["https://host/a.png"]), "images"),
    ],
)
def test_a_body_of_another_shape_names_its_field(state: GatewayState, table: dict[str, Any], param: str) -> None:
    with pytest.raises(BodyError) as refused, incoming(table, state):
        pytest.fail("it was read")
    assert refused.value.param == param
