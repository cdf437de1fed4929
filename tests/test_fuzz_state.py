"""The fuzzer over our own state and the service's heads: some inputs, and that it would see what it looks for."""

import re
from pathlib import Path
from random import Random

import msgspec
import pytest

from scripts.fuzz_state import WORDS, broken, broken_by, damage_of, damaged, own_folders, run
from scripts.fuzz_state_legs import Leg, legs
from scripts.fuzz_state_wire import HONEST, TASK, refuses

INPUTS = 340
FOUND = (
    ("settings", rb'"off"', b"{}"),
    ("journal", rb'"path":"[^"]+"', b'"path":"\\ud800"'),
    ("cache", rb"TABLE measures", b"TABLE measur\xd5s"),
    ("profile", rb'"seedance-2.0-2026-04"', b'"' + b"x" * 5_000 + b'"'),
    ("plan", rb'"path":"[^"]+"', b'"path":"' + b"x" * 5_000 + b'"'),
    ("plan", rb'"path":"[^"]+","bytes"', b'"path":"\\ud800","bytes"'),
    ("plan", rb'"path":"[^"]+","bytes"', b'"path":"\\u0000","bytes"'),
    ("baseline", rb'"video/duration"', b'"\\ud800"'),
    ("baseline", rb'"preflight.baseline/1"', b'"\\ud800"'),
    ("wire-1", rb"303 See Other", b"340 What"),
    ("request", rb'"duration"', b'"\\ud800"'),
)
"""Leg, what stood in its honest state, and what in its stead once ended in something unforeseen."""


def test_damaged_state_and_answers_break_no_law(tmp_path: Path) -> None:
    with own_folders(tmp_path / "user"):
        done = list(run(tmp_path, range(INPUTS), 5))
    assert len({name for name, _, _ in done}) > 10
    assert [one for one in done if one[2]] == []


@pytest.mark.parametrize(("name", "stood", "instead"), FOUND)
def test_what_once_broke_a_law_breaks_none_now(tmp_path: Path, name: str, stood: bytes, instead: bytes) -> None:
    with own_folders(tmp_path / "user"), legs(tmp_path) as ready:
        (one,) = (one for one in ready if one.name == name)
        changed = [re.sub(stood, lambda _: instead, honest) for honest in one.honest]
        assert changed != list(one.honest)
        assert [broken_by(one, content) for content in changed] == [[] for _ in changed]


def test_a_seed_and_a_number_always_do_the_same_damage() -> None:
    made = [
        [
            damaged(Random(n), HONEST[0], WORDS)  # noqa: S311 - damage, not secrets
            for n in range(50)
        ]
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len(set(made[0])) > 40


def test_a_run_elsewhere_does_the_same_damage(tmp_path: Path) -> None:
    made = []
    for place in (tmp_path / "a", tmp_path / "another place"):
        with own_folders(place / "user"), legs(place) as ready:
            made.append({one.name: [damage_of(one, 5, number) for number in range(40)] for one in ready})
            for one in ready:
                assert all(real in b"".join(one.honest) for real in one.varies)
    assert made[0] == made[1]


def leg(folder: Path, read: object) -> Leg:
    (folder / "home").mkdir(parents=True)
    (folder / "home" / "key").write_bytes(b"secret")
    return msgspec.structs.replace(Leg("one", folder, (b"{}",), lambda _: []), read=read)


def escape(folder: Path, deed: str) -> list[str]:
    key = folder / "home" / "key"
    match deed:
        case "changed":
            key.write_bytes(b"other")
        case "removed":
            key.unlink()
        case "made":
            (folder / "stolen").write_bytes(b"")
        case "link":
            (folder / "home" / "link").symlink_to(key)
    return []


@pytest.mark.parametrize("deed", ["changed", "removed", "made", "link"])
def test_a_file_outside_its_folders_that_is_touched_would_be_seen(tmp_path: Path, deed: str) -> None:
    one = leg(tmp_path, lambda _: escape(tmp_path, deed))
    assert any("outside its folders" in law for law in broken(one, 1, 1))


def test_an_exception_that_nobody_foresaw_would_be_seen(tmp_path: Path) -> None:
    def read(_: bytes) -> list[str]:
        raise KeyError("token")

    assert broken(leg(tmp_path, read), 1, 1) == ["unexpected: KeyError: 'token'"]


def test_a_refusal_that_the_service_did_not_say_would_be_seen() -> None:
    assert refuses(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert not refuses(b"HTTP/1.1 303 See Other\r\nLocation: http://[\r\n\r\n")
    assert not refuses(b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n" + TASK)
