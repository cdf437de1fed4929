"""Names of files that stand in lists: `--from0`, `--from` and `--manifest`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from preflight.errors import CallError
from preflight.values.assets import Asset, collect

if TYPE_CHECKING:
    from preflight.cli.options.run import ListOptions


def listed(lists: "ListOptions", paths: tuple[str, ...], *, request: bool) -> Iterator[Asset] | None:
    """Collect the assets that paths and lists mean; None when there is no list.

    Raises:
        CallError: a list is given beside a request.
    """
    if not lists:
        return None
    if request:
        raise CallError("--from0, --from and --manifest name files, and a request is judged alone")
    return _listed(paths, lists)


def _listed(paths: tuple[str, ...], lists: "ListOptions") -> Iterator[Asset]:
    from preflight.request.manifest import manifest, names

    yield from collect(paths)
    if lists.from_nuls:
        yield from collect(names(lists.from_nuls, b"\0", "--from0"))
    if lists.from_lines:
        yield from collect(names(lists.from_lines, b"\n", "--from"))
    if lists.manifest:
        yield from manifest(lists.manifest)
