"""Child processes that read files from outside: a crash, a hang or a memory leak costs one file.

    WorkerPool ──────┐                                    ┌── fork ──► child ── measures chunks of files
    call_isolated ───┼──► Starter ──► fork server ────────┤
    IsolatedCall ────┘      │                             └── fork ──► child ── makes one call
                            └── single children, where nothing can be forked

No child forks from this program, which may have threads, secrets and a `__main__` that must not run again: each begins
with a fresh interpreter, a minimal environment and this program's module path.
"""
