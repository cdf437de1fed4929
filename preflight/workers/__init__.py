"""Children in which all that comes from outside is opened: they may crash, hang or balloon, and cost one file.

    WorkerPool ──────┐                                    ┌── fork ──► child ── measures chunks of files
    call_isolated ───┼──► Starter ──► child that starts ──┤
    IsolatedCall ────┘      │         the others          └── fork ──► child ── makes one call
                            └── a child each, where nothing can be forked

No child is a fork of this program, which may have threads, secrets and a `__main__` that is not to be run again: each
begins with a fresh interpreter, an environment of what it needs, and this program's module path.
"""
