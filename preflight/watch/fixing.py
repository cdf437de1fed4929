"""Failing files ──► fixed files, each in its own staging folder.

The folder's name derives from the file's, so that the next run finds the work of a killed one by its record.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.flow.fix import fix_all, plan_fixes
from preflight.plan.result import FixResult
from preflight.profiles.schema import Profile
from preflight.values.findings import Judged

if TYPE_CHECKING:
    from preflight.plan import FixOptions


def fix_files(judged: Sequence[Judged], profile: Profile, fix_options: "FixOptions", stage: Path) -> list[FixResult]:
    """Fix files, one per processor at a time; return the results in order.

    Args:
        judged: files as the rules judged them, without a policy: fixes follow the documents.
        profile: the limits for fixed files.
        fix_options: how much loss a fix may cause.
        stage: the folder for the staging folders.
    """
    plans = plan_fixes(judged, profile, fix_options)
    return fix_all(plans, profile, lambda plan: stage_of(stage, plan.asset.path))


def stage_of(stage: Path, path: str) -> Path:
    """Return the staging folder of a file."""
    return stage / blake2b(os.fsencode(os.path.abspath(path)), digest_size=16).hexdigest()  # noqa: PTH100 - any bytes may be a name


def clear(stage: Path, keep: Iterable[str] = ()) -> None:
    """Remove staging folders, except those of the named files."""
    kept = {stage_of(stage, path).name for path in keep}
    with suppress(OSError):
        for folder in list(stage.iterdir()):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def clear_one(stage: Path, path: str) -> None:
    """Remove the staging folder of one file."""
    shutil.rmtree(stage_of(stage, path), ignore_errors=True)
