"""Files that fail ──► new files that do not, each in a folder of its own where nobody looks for finished work.

The folder's name comes from the file's: what a run that was killed had made already is found again by its record.
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
    """Mend what can be mended, as many at a time as there are processors; return what came of each, in their order.

    Args:
        judged: files as the rules judged them, without a policy: new files are made by the documents.
        profile: the limits that new files must meet.
        fix_options: how much loss is allowed.
        stage: the folder that holds a folder for each file.
    """
    plans = plan_fixes(judged, profile, fix_options)
    return fix_all(plans, profile, lambda plan: stage_of(stage, plan.asset.path))


def stage_of(stage: Path, path: str) -> Path:
    """Return the folder in which a file's successor is made."""
    return stage / blake2b(os.fsencode(os.path.abspath(path)), digest_size=16).hexdigest()  # noqa: PTH100 - any bytes may be a name


def clear(stage: Path, keep: Iterable[str] = ()) -> None:
    """Remove what was made and is not needed, all but what was made of the files named."""
    kept = {stage_of(stage, path).name for path in keep}
    with suppress(OSError):
        for folder in list(stage.iterdir()):
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)


def clear_one(stage: Path, path: str) -> None:
    """Remove what is left of mending one file."""
    shutil.rmtree(stage_of(stage, path), ignore_errors=True)
