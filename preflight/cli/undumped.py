"""Keeping a key that this program holds out of core dumps, and away from what else the same user runs."""

import sys

PR_SET_DUMPABLE = 4
"""Linux's prctl(2): a process that is not dumpable leaves no core, and nobody may attach to it or read its /proc."""


def keep_undumped() -> None:
    """Let no crash write down what is in the memory of this process, where the system can be told so."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
