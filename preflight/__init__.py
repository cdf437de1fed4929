"""Measure, judge, fix and submit reference media for video generation, before anything leaves the machine.

     files, URLs, request.toml
       │
     assets ──► probe ──► facts ──► rules, profile ──► findings ──► plan ──► fix ──┐
                            ▲                                                      │ measured again
                            └──────────────────────────────────────────────────────┘
                                                  │ clean
                                                  ▼
                              request ──► upload ──► submit ──► wait ──► download
                                             └───── ledger ─────┘

In Python: `check`, `fix`, `build_request`, `check_request`, `submit`, `wait` and `download`, and `Client`, which holds
an account's settings for them. `preflight.api` lists every name; names load on first use.
"""

from preflight._version import __version__ as __version__

TYPE_CHECKING = False
"""As in `typing`, which is slower to import than this module; type checkers know the name."""

if TYPE_CHECKING:
    from preflight.api import *  # noqa: F403 - the public names, which stand there, each once

    __all__: list[str]
else:

    def __getattr__(name: str) -> object:
        """Load the public names, and look one up."""
        if name.startswith("_") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module
        from types import ModuleType

        api = vars(import_module("preflight.api"))
        public = {one: value for one, value in api.items() if one[0] != "_" and not isinstance(value, ModuleType)}
        if name == "__all__":
            return sorted((*public, "__version__"), key=lambda one: (not one[0].isupper(), one))
        if name not in public:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals().update(public)
        return public[name]

    def __dir__() -> list[str]:
        """List all names, loaded or not."""
        return sorted({*globals(), *__getattr__("__all__")})
