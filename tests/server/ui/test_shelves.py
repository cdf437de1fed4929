"""Items keep their order but for the one that goes elsewhere, and nothing is there twice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError
from preflight.server.ui.items import Item
from preflight.server.ui.shelves import fresh, made_last, moved, of_kind, ordered, place_of, shelf_of
from preflight.values.assets import Asset, Kind
from preflight.values.probed import Fault, Probed
from tests.made import AUDIO, IMAGE, VIDEO, measured

NAMES: dict[Kind, str] = {"image": "a.png", "video": "a.mp4", "audio": "a.wav", "unknown": "a.txt"}
SHELVES = st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=9)


def table(kinds: list[Kind]) -> dict[str, Item]:
    items = [Item(name=str(n), source=f"/{n}-{NAMES[kind]}", kind=kind) for n, kind in enumerate(kinds)]
    return {item.id: item for item in items}


def names(items: list[Item]) -> list[str]:
    return [item.name for item in items]


@given(SHELVES)
def test_every_item_is_on_one_shelf_and_the_shelves_stand_in_the_order_of_the_service(kinds: list[Kind]) -> None:
    items = table(kinds)
    rows = ordered(items)
    assert sorted(names(rows)) == sorted(names(list(items.values())))
    order = ["image", "video", "audio", "unknown"]
    assert [item.kind for item in rows] == sorted(kinds, key=order.index)
    assert rows == [item for kind in order for item in of_kind(items, kind)]  # type: ignore[arg-type] # of a list


@given(SHELVES)
def test_places_count_from_one_on_each_shelf(kinds: list[Kind]) -> None:
    items = table(kinds)
    for kind in NAMES:
        assert [place_of(items, item) for item in of_kind(items, kind)] == [*range(1, kinds.count(kind) + 1)]
    assert place_of(items, Item(name="x", source="/x", kind=kinds[0])) == 0


@given(SHELVES, st.data(), st.integers(-3, 12))
def test_an_item_goes_where_it_is_put_and_the_others_keep_their_order(
    kinds: list[Kind], data: st.DataObject, place: int
) -> None:
    items = table(kinds)
    item = data.draw(st.sampled_from(list(items.values())))
    after = moved(items, item, place)
    shelf = len(of_kind(items, item.kind))
    assert place_of(after, item) == min(max(place, 1), shelf)
    assert {*after} == {*items}
    for kind in NAMES:
        rest = [one for one in of_kind(items, kind) if one is not item]
        assert [one for one in of_kind(after, kind) if one is not item] == rest
    assert names(list(moved(after, item, place).values())) == names(list(after.values()))


@given(SHELVES, st.data())
def test_moving_changes_no_other_table(kinds: list[Kind], data: st.DataObject) -> None:
    items = table(kinds)
    before, item = list(items), data.draw(st.sampled_from(list(items.values())))
    moved(items, item, 1)
    last = made_last(items, item)
    assert list(items) == before
    assert list(last) == [*(id_ for id_ in before if id_ != item.id), item.id]


# ---- new ones -------------------------------------------------------------------------------------------------------


def test_a_file_is_added_once_by_whatever_name_it_is_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = fresh({}, [("a.png", "a"), ("./a.png", "b"), (str(tmp_path / "x" / ".." / "a.png"), "c")], 10)
    assert [(item.name, item.source, item.kind) for item in found] == [("a", str(tmp_path / "a.png"), "image")]
    assert fresh({found[0].id: found[0]}, [("a.png", "again")], 10) == []


def test_an_address_is_taken_as_it_is_written() -> None:
    urls = ["https://h/a.mp4", "https://h/b/../a.mp4", "https://h/a.mp4?x=1"]
    found = fresh({}, [(url, "a") for url in urls], 10)
    assert [item.source for item in found] == urls
    assert {item.kind for item in found[:2]} == {"video"}


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 6))
def test_as_many_as_there_may_be_are_taken_and_of_more_none(there: int, new: int, most: int) -> None:
    items = table(["image"] * there)
    files = [(f"/new/{n}.png", "x") for n in range(new)]
    if there + new <= most:
        assert len(fresh(items, files, most)) == new
        return
    with pytest.raises(CallError, match=f"at most {most} files") as refused:
        fresh(items, files, most)
    assert refused.value.advice


def test_those_that_are_there_already_do_not_count_twice() -> None:
    items = table(["image", "image"])
    assert fresh(items, [(item.source, "x") for item in items.values()], 2) == []


@pytest.mark.parametrize(
    ("facts", "name", "kind"), [(IMAGE, "a.mp4", "image"), (AUDIO, "a.png", "audio"), (VIDEO, "a", "video")]
)
def test_what_a_file_is_counts_over_what_it_is_called(facts: None, name: str, kind: Kind) -> None:
    assert shelf_of(measured(facts, name)) == kind


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "image"), ("a.mp4", "video"), ("a.txt", "unknown"), ("a", "unknown")]
)
def test_of_what_cannot_be_read_the_name_counts(name: str, kind: Kind) -> None:
    assert shelf_of(Probed(asset=Asset(path=name), fault=Fault("unreadable", "no"))) == kind
