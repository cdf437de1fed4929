"""Items in their order: a shelf for each kind, what is added, and what goes to another place.

Every function takes the items of a project, by id in their order, and leaves them as they are.
"""

from collections.abc import Iterable, Mapping

from preflight.errors import CallError
from preflight.server.ui.items import KINDS, Item, kind_by_name
from preflight.server.ui.project import absolute
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import Asset, Kind
from preflight.values.probed import Probed

Items = Mapping[str, Item]


def of_kind(items: Items, kind: Kind) -> list[Item]:
    """List the items of a shelf, in order."""
    return [item for item in items.values() if item.kind == kind]


def ordered(items: Items) -> list[Item]:
    """List all items: images, clips, sounds, and what is no medium."""
    rest = [item for item in items.values() if item.kind not in KINDS]
    return [*(item for kind in KINDS for item in of_kind(items, kind)), *rest]


def place_of(items: Items, item: Item) -> int:
    """Tell the place of an item on its shelf, from 1; 0 where it is not there."""
    return next((n for n, one in enumerate(of_kind(items, item.kind), 1) if one is item), 0)


def moved(items: Items, item: Item, place: int) -> dict[str, Item]:
    """Put an item at another place of its shelf, from 1; beyond its ends, at the nearer one."""
    shelf = [one for one in of_kind(items, item.kind) if one.id != item.id]
    shelf.insert(max(place - 1, 0), item)
    rest = [one for one in items.values() if one.kind != item.kind]
    return {one.id: one for one in (*rest, *shelf)}


def made_last(items: Items, item: Item) -> dict[str, Item]:
    """Put an item behind all others."""
    return {**{id_: one for id_, one in items.items() if id_ != item.id}, item.id: item}


def fresh(items: Items, files: Iterable[tuple[str, str]], most: int) -> list[Item]:
    """Make items of the files that are not there yet.

    Args:
        items: those that are there.
        files: path or URL, and the name that a person knows it by.
        most: how many there may be in all.

    Raises:
        CallError: there would be more.
    """
    there = {item.source for item in items.values()}
    found: list[Item] = []
    for path, name in files:
        place = path if Asset(path=path).is_url else absolute(path)
        if place not in there:
            there.add(place)
            found.append(Item(name=name, source=place, kind=kind_by_name(place), probed={}, judged={}))
    if len(items) + len(found) > most:
        raise CallError(words_of("error.too-many", most=most), advice=WORDS["error.too-many.next"])
    return found


def shelf_of(probed: Probed) -> Kind:
    """Choose the shelf of what a file turned out to be, which is not what its name promised."""
    return "unknown" if probed.facts is None and probed.kind == "unknown" else probed.kind
