"""Where each asset stands in a request: the arrays of the edition, and the fields that hold one file each."""

from collections.abc import Iterable

from preflight.profiles.schema import Profile
from preflight.server.ui.items import KINDS, Item
from preflight.values.assets import Kind, Role


def roles_of(items: Iterable[Item], profile: Profile) -> dict[str, Role]:
    """Map id → role of what is sent.

    A field that was chosen comes first. Where an edition has no array for a kind, its fields are filled in order; what
    finds no place is numbered all the same, and is judged as one too many.
    """
    held = list(items)
    found: dict[str, Role] = {}
    for kind in KINDS:
        found |= _of_shelf([item for item in held if item.kind == kind], kind, profile)
    return found


def _of_shelf(shelf: list[Item], kind: Kind, profile: Profile) -> dict[str, Role]:
    free = list(profile.single(kind))
    found: dict[str, Role] = {}
    for item in shelf:
        if item.field in free:
            free.remove(item.field)
            found[item.id] = Role(kind, 0, item.field)
    rest = [item for item in shelf if item.id not in found]
    if not has_array(profile, kind):
        filled = list(zip(rest, free, strict=False))
        found |= {item.id: Role(kind, 0, name) for item, name in filled}
        rest = rest[len(filled) :]
    return found | {item.id: Role(kind, number) for number, item in enumerate(rest, 1)}


def has_array(profile: Profile, kind: Kind) -> bool:
    """Tell whether an edition takes an array of files of a kind."""
    counts = {"image": profile.image.count, "video": profile.video.count, "audio": profile.audio.count}
    return kind in counts and counts[kind].max > 0


def fields_of(profile: Profile, kind: Kind) -> list[str]:
    """List the places that a file of a kind may take, "" for the array first; none where there is no choice."""
    found = [*([""] if has_array(profile, kind) else []), *profile.single(kind)]
    return found if len(found) > 1 else []
