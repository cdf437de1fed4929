"""Rows of fixed assets, written as soon as each is fixed: a chunk that is broken off costs the fix at hand alone.

fixed ──► a part of one row ── chunk done ──► the chunk's part, and those of one row go
"""

from typing import TYPE_CHECKING, Any

from preflight.scale.schema import table_of

if TYPE_CHECKING:
    from preflight.scale.store import VerdictStore


class Saving:
    """Rows of one chunk, kept one by one.

    Args:
        store: where they are kept.
    """

    def __init__(self, store: "VerdictStore") -> None:
        self._store = store
        self._names: list[str] = []

    def find(self, key: bytes) -> dict[str, Any] | None:
        """Return the row that a worker of this run has saved before it died; raise NotDone."""
        table = self._store.find_part([key])
        if table is None:
            return None
        self._names.append(self._store.name_part([key]))
        row: dict[str, Any] = table.to_pylist()[0]
        return row

    def add(self, row: dict[str, Any]) -> None:
        """Save a row; raise NotDone."""
        self._names.append(self._store.write_part(table_of([row])))

    def end(self, part: str) -> None:
        """Let the rows go, once a part has all of them; raise NotDone."""
        self._store.remove_parts([name for name in self._names if name != part])
