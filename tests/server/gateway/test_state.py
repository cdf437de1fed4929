"""The state of a gateway: its ledger is its own, and whoever wants the same goes one after another."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.profiles import load
from preflight.server.gateway.settings import Settings
from preflight.server.gateway.state import GatewayState, NamedLocks

NAMES = st.lists(st.sampled_from("abc"), max_size=4)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(base_url="http://127.0.0.1:9", ledger=tmp_path / "ledger.sqlite3")


# ---- turns ----------------------------------------------------------------------------------------------------------


@given(st.lists(NAMES, max_size=12))
def test_nobody_is_within_two_blocks_of_one_name_and_everybody_gets_there(wishes: list[list[str]]) -> None:
    turns, within, met = NamedLocks(), set[str](), list[list[str]]()
    check = threading.Lock()

    def enter(names: list[str]) -> None:
        with turns.of(*names):
            with check:
                assert not within & {*names}
                within.update(names)
            with check:
                within.difference_update(names)
                met.append(names)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(enter, names) for names in wishes]:
            done.result()
    assert sorted(met) == sorted(wishes)


def test_a_block_that_fails_lets_the_next_one_in() -> None:
    turns = NamedLocks()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.of("a", "b", "a"):
            raise ZeroDivisionError
    with turns.of("a"), turns.of("b"):
        assert {*turns._locks} == {"a", "b"}  # noqa: SLF001 - that nothing stays in memory has no other sight
    assert turns._locks == {}  # noqa: SLF001 - as above


# ---- the state ------------------------------------------------------------------------------------------------------


def test_a_ledger_is_one_gateway_s_until_it_is_closed(settings: Settings) -> None:
    with GatewayState(settings), pytest.raises(NotDone, match="another gateway"):
        GatewayState(settings)
    with GatewayState(settings) as again:
        assert again.ledger.entries(1) == []


def test_a_house_that_cannot_be_built_leaves_no_lock(settings: Settings) -> None:
    assert settings.ledger
    settings.ledger.write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(NotDone, match="ledger"):
            GatewayState(settings)
    settings.ledger.unlink()
    GatewayState(settings).close()


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_served(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotDone, match="cannot be made"):
        GatewayState(Settings(ledger=tmp_path / "file" / "ledger.sqlite3"))


def test_its_folder_is_read_by_nobody_else(settings: Settings) -> None:
    with GatewayState(settings) as state:
        assert state.folder.stat().st_mode & 0o077 == 0
        assert state.assets.contents.folder.stat().st_mode & 0o077 == 0


def test_a_job_has_a_folder_of_its_own(settings: Settings) -> None:
    with GatewayState(settings) as state:
        assert state.fixed("one") != state.fixed("another")
        assert state.fixed("one").is_relative_to(state.folder)


@pytest.fixture
def state(settings: Settings) -> Iterator[GatewayState]:
    with GatewayState(settings) as one:
        yield one


def test_a_door_is_each_program_s_own_though_its_address_is_found_once(state: GatewayState) -> None:
    assert (state.endpoint("sk-1").key, state.endpoint("sk-2").key) == ("sk-1", "sk-2")
    edition = load("seedance-2.0-2026-04")
    assert state.endpoint("sk-1", edition).base_url == state.endpoint("sk-1").base_url
    assert not any("sk-" in str(endpoint) for endpoint in state._endpoints.values())  # noqa: SLF001 - where a key might stay


def test_an_address_that_cannot_be_used_fails_whoever_asks(tmp_path: Path) -> None:
    with GatewayState(Settings(base_url="ftp://x", ledger=tmp_path / "ledger.sqlite3")) as state:
        for _ in range(2):
            with pytest.raises(CallError):
                state.endpoint("sk-1")


def test_accounts_are_told_apart_by_what_shows_no_key(state: GatewayState) -> None:
    one, another = state.account("sk-one"), state.account("sk-another")
    assert one == state.account("sk-one") != another
    assert "sk-" not in one


def test_measuring_children_are_started_ahead_and_end_with_the_house(state: GatewayState) -> None:
    state.warm()
    state.close()
    state.warm()  # a gateway that ends meanwhile is no fault
