"""Where each asset stands in a request: nobody has two places, nobody's place is lost, a choice is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.profiles import load, names
from preflight.server.ui.items import KINDS, Item
from preflight.server.ui.places import fields_of, has_array, roles_of
from preflight.values.assets import Kind

EDITIONS = {name: load(name) for name in names()}
SINGLE = [(name, kind) for name, edition in EDITIONS.items() for kind in KINDS if edition.single(kind)]
ARRAYS = [(name, kind) for name, edition in EDITIONS.items() for kind in KINDS if has_array(edition, kind)]


def shelf(*fields: str, kind: Kind = "image") -> list[Item]:
    return [Item(name=str(n), source=f"/{n}", kind=kind, field=field) for n, field in enumerate(fields)]


@given(st.sampled_from(sorted(EDITIONS)), st.lists(st.tuples(st.sampled_from((*KINDS, "unknown")), st.integers(-1, 3))))
def test_everything_that_is_sent_has_one_place_and_no_two_have_the_same(
    name: str, wanted: list[tuple[Kind, int]]
) -> None:
    edition, items = EDITIONS[name], list[Item]()
    for kind, field in wanted:
        single = list(edition.single(kind))
        items += shelf(single[field] if 0 <= field < len(single) else "nobody's" if field == 3 else "", kind=kind)
    found = roles_of(items, edition)
    assert {*found} == {item.id for item in items if item.kind in KINDS}
    assert len({*found.values()}) == len(found)
    for item in items:
        if item.id in found:
            role = found[item.id]
            assert role.kind == item.kind
            assert bool(role.field) != bool(role.number)
            assert not role.field or role.field in edition.single(item.kind)
    for kind in KINDS:
        numbers = [role.number for role in found.values() if role.kind == kind and not role.field]
        assert numbers == [*range(1, len(numbers) + 1)]


@pytest.mark.parametrize(("name", "kind"), ARRAYS[:3])
def test_an_array_is_numbered_in_the_order_of_its_shelf(name: str, kind: Kind) -> None:
    items = shelf("", "", "", kind=kind)
    found = roles_of(items, EDITIONS[name])
    assert [found[item.id].number for item in items] == [1, 2, 3]


@pytest.mark.parametrize(("name", "kind"), SINGLE)
def test_a_field_that_was_chosen_is_kept_and_given_once(name: str, kind: Kind) -> None:
    edition = EDITIONS[name]
    last = list(edition.single(kind))[-1]
    items = shelf("", last, last, kind=kind)
    found = roles_of(items, edition)
    assert found[items[1].id].field == last
    assert [role.field for role in found.values()].count(last) == 1


@pytest.mark.parametrize(("name", "kind"), [one for one in SINGLE if one not in ARRAYS])
def test_without_an_array_the_fields_are_filled_in_order_and_what_is_left_is_one_too_many(
    name: str, kind: Kind
) -> None:
    edition = EDITIONS[name]
    single = list(edition.single(kind))
    items = shelf(*[""] * (len(single) + 1), kind=kind)
    found = roles_of(items, edition)
    assert [found[item.id].field for item in items] == [*single, ""]
    assert found[items[-1].id].number == 1


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_a_choice_of_places_is_offered_where_there_is_one(name: str) -> None:
    edition = EDITIONS[name]
    for kind in KINDS:
        offered = fields_of(edition, kind)
        assert len(offered) != 1
        assert {*offered} <= {"", *edition.single(kind)}
        assert not offered or ("" in offered) == has_array(edition, kind)
    assert fields_of(edition, "unknown") == []
    assert not has_array(edition, "unknown")
