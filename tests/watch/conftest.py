"""A folder that is watched, and where things go from there."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.flow.check import Measuring
from preflight.plan import FixOptions
from preflight.watch import Folders, Journal, Judging, News, Watch, folders_of
from preflight.workers.pool import WorkerPool
from tests.specimens import MEDIA, PROFILE


class Yard:
    """The folders of one watch, and a way to run it once."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.news: list[News] = []
        self.notes: list[str] = []

    def arrive(self, specimen: str, name: str | None = None) -> Path:
        """Put a specimen where files arrive."""
        target = self.folders.incoming / (name or specimen)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MEDIA / specimen, target)
        return target

    def once(
        self,
        *,
        settle_s: float = 0,
        fix_options: FixOptions | None = None,
        before: Callable[[Watch], None] | None = None,
    ) -> Watch:
        """Watch once, with one child that measures."""
        with Journal(self.folders.incoming) as journal, WorkerPool("exact", jobs=1) as pool:
            judging = Judging(profile=PROFILE, how=Measuring(pool=pool), fix_options=fix_options)
            watch = Watch(
                self.folders, judging, journal, settle_s=settle_s, tell=self.news.append, note=self.notes.append
            )
            if before:
                before(watch)
            watch.once()
        return watch

    def ready(self) -> set[str]:
        return files(self.folders.ready)

    def rejected(self) -> set[str]:
        return files(self.folders.rejected)

    def waiting(self) -> set[str]:
        """Name what lies where files arrive, hidden files too."""
        return files(self.folders.incoming)


def files(folder: Path) -> set[str]:
    """Name every file below a folder, reports left out."""
    found = (os.path.relpath(path, folder) for path in folder.rglob("*") if not path.is_dir())
    return {name for name in found if not name.endswith(".report.json")}


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    incoming = tmp_path / "in"
    incoming.mkdir()
    return Yard(folders_of(incoming, tmp_path / "ready", tmp_path / "rejected"))
