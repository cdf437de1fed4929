"""The environment of children: what they need, by name; a key, a token or a proxy's password is not among it."""

import os

NEEDED = frozenset(
    {
        *("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "TZ", "LANG", "LANGUAGE", "LOCPATH", "LOCALE_ARCHIVE"),
        # Where libraries lie that a program was not linked with by path.
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # Without these no Windows program starts, finds its libraries, or a place for temporary files.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
        *("PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS"),
    }
)
"""Names of variables, in capitals."""
NEEDED_BEGIN = ("LC_",)
TRACE = "PREFLIGHT_TRACE"
"""Where it is set, what goes wrong is shown in full, in children too."""


def needed_environment() -> dict[str, str]:
    """Return what of this program's environment another program may see."""
    names = [name for name in os.environ if _is_needed(name.upper())]  # a value that is not needed is not touched
    return {name: os.environ[name] for name in names}


def _is_needed(name: str) -> bool:
    return name in NEEDED or name.startswith(NEEDED_BEGIN)
