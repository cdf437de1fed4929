"""The environment of children: a list of allowed variables, without keys, tokens and proxy passwords."""

import os

NEEDED = frozenset(
    {
        *("PATH", "HOME", "TMPDIR", "TEMP", "TMP", "TZ", "LANG", "LANGUAGE", "LOCPATH", "LOCALE_ARCHIVE"),
        # Where the dynamic linker finds libraries.
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # Windows programs need these to start, to find libraries and for temporary files.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
        *("PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS"),
    }
)
"""Names of variables, in upper case."""
NEEDED_BEGIN = ("LC_",)
TRACE = "PREFLIGHT_TRACE"
"""Variable that shows errors in full, in children too."""


def needed_environment() -> dict[str, str]:
    """Return the allowed part of this program's environment."""
    names = [name for name in os.environ if _is_needed(name.upper())]  # touches no other value
    return {name: os.environ[name] for name in names}


def _is_needed(name: str) -> bool:
    return name in NEEDED or name.startswith(NEEDED_BEGIN)
