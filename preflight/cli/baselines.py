"""The baseline of a run: one that it stands on, or one that it writes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.cli.own_files import refuse_place, replace_file
from preflight.policy.baseline import (
    SCHEMA,
    AppliedBaseline,
    Baseline,
    dump,
    entries_of,
    path_in,
    read_baseline,
    refuse_to_overwrite,
)
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.policy.baseline import Entry
    from preflight.values.findings import Judged


class KnownBaseline:
    """A baseline that a run stands on.

    Args:
        path: its file.
        profile: the name of the edition.

    Raises:
        CallError: it cannot be read, or is of another edition.
    """

    def __init__(self, path: Path, profile: str) -> None:
        self._applied = AppliedBaseline(read_baseline(path, profile), _folder(path))

    def settle(self, judged: "Judged") -> "Judged":
        """Let what is in the baseline not count."""
        return self._applied.settle(judged)

    def words(self) -> str:
        """Say, at the end, what of the baseline was not met; empty where all was."""
        gone, unseen = self._applied.gone, self._applied.unseen
        if not (gone or unseen):
            return ""
        return phrase(
            "of the baseline {n1} no longer occur; {n2} are of files that were not met in this run",
            n1=f"{gone:,}",
            n2=f"{unseen:,}",
        )


class NewBaseline:
    """A baseline that a run writes.

    Args:
        path: its file.
        profile: the name of the edition.
    """

    def __init__(self, path: Path, profile: str) -> None:
        self._path, self._profile, self._folder = path, profile, _folder(path)
        self._entries: dict[str, list[Entry]] = {}

    def refuse_place(self) -> None:
        """Refuse, before any work, a place where it cannot be.

        Raises:
            CallError: something else is there, or nothing can be.
        """
        refuse_place(self._path)
        refuse_to_overwrite(self._path)

    def settle(self, judged: "Judged") -> "Judged":
        """Take the findings of an asset in, and judge it as the next run will."""
        entries = list(entries_of(judged, self._folder))
        self._entries[path_in(self._folder, judged)] = entries
        new = Baseline(schema=SCHEMA, profile=self._profile, findings=tuple(entries))
        return AppliedBaseline(new, self._folder).settle(judged)

    def write(self) -> None:
        """Write it.

        Raises:
            NotDone: it cannot be written.
        """
        replace_file(self._path, dump(self._profile, [one for of_path in self._entries.values() for one in of_path]))


def _folder(path: Path) -> str:
    return os.path.dirname(os.path.abspath(path))  # noqa: PTH100, PTH120 - as paths of assets are read: by their words
