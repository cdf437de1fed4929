"""Where settings files are looked for: the working folder in, and those above it of the same work out.

Above the working folder a file counts within a repository, or else below the home folder. Nowhere else: anybody may lay
a file into /tmp, and settings say which service is given the key.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from preflight.system.files import HAS_OWNERS, me, plain_config_folder

SETTINGS_FILES = ("preflight.toml", "pyproject.toml")
REPOSITORY = ".git"
FOREIGN = "preflight.foreign-settings"
"""Where a run's context keeps which parameters a found settings file names: parameter → file."""


def folders(here: Path) -> Iterator[Path]:
    """Yield the folders whose settings may count, the nearest first."""
    start = here.absolute()
    above = (start, *start.parents)
    top = next((folder for folder in above if os.path.lexists(folder / REPOSITORY)), None)
    if top is None:
        home = Path(os.path.expanduser("~"))  # noqa: PTH111 - without a home it says so and raises nothing
        top = home if home in above[:-1] else start  # a home that is the root, as in containers, is none
    for folder in above:
        yield folder
        if folder == top:
            return


def has_settings(here: Path) -> bool:
    """Tell whether there is a file that may hold settings: a glance, so that a run without them starts sooner."""
    return any(os.path.lexists(folder / name) for folder in folders(here) for name in SETTINGS_FILES)


def own_file() -> Path:
    """Find a user's own settings: the one file whose addresses, ledger and bucket count."""
    import platformdirs

    return platformdirs.user_config_path("preflight") / SETTINGS_FILES[0]


def has_own_settings() -> bool:
    """Tell whether the user has settings of their own: a glance, too, where it is plain where they would be."""
    plain = plain_config_folder()
    if plain is not None:
        return os.path.lexists(f"{plain}/preflight/{SETTINGS_FILES[0]}")
    return os.path.lexists(own_file())


def is_strangers(path: Path, here: Path) -> bool:
    """Tell whether a file above the working folder belongs neither to its owner, nor to who runs this, nor to root."""
    if not HAS_OWNERS or path.parent == here.absolute():
        return False
    return path.stat().st_uid not in {here.stat().st_uid, me(), 0}
