"""Measure, judge, mend and submit reference media for video generation, before anything leaves the machine.

     files, URLs, request.toml
       │
     assets ──► probe ──► facts ──► rules, profile ──► findings ──► plan ──► fix ──┐
                            ▲                                                      │ measured again
                            └──────────────────────────────────────────────────────┘
                                                  │ clean
                                                  ▼
                              request ──► upload ──► submit ──► wait ──► download
                                             └───── ledger ─────┘

Each arrow is a module, each word between two arrows a frozen value; `flow` alone knows the order.

For Python, the flow is `check`, `fix`, `build_request`, `check_request`, `submit`, `wait` and `download`, with the
values that they take and return, and the errors that they raise. Each is loaded when it is first used.
"""

import importlib
import sys
from types import ModuleType

TYPE_CHECKING = False
"""As in `typing`, which takes longer to import than all that stands here; type checkers go by the name."""

__version__ = "0.1.0"

__all__ = [
    "Advance",
    "Asset",
    "AudioFacts",
    "CallError",
    "Entry",
    "Estimate",
    "Facts",
    "Finding",
    "FixFailed",
    "ImageFacts",
    "Judged",
    "NotDone",
    "OutcomeUnknown",
    "Plan",
    "PreflightError",
    "Profile",
    "ProfileError",
    "Refused",
    "Report",
    "RequestFileError",
    "RequestSpec",
    "Submitted",
    "Task",
    "TaskFailed",
    "Treated",
    "Unreachable",
    "VideoFacts",
    "Window",
    "__version__",
    "body_of",
    "build_request",
    "check",
    "check_request",
    "download",
    "fix",
    "load_profile",
    "load_request",
    "submit",
    "wait",
    "with_treated",
]

if TYPE_CHECKING:
    from preflight.api import Task
    from preflight.assets import Asset, Window
    from preflight.errors import (
        CallError,
        FixFailed,
        NotDone,
        OutcomeUnknown,
        PreflightError,
        ProfileError,
        Refused,
        RequestFileError,
        TaskFailed,
        Unreachable,
    )
    from preflight.facts import AudioFacts, Facts, ImageFacts, VideoFacts
    from preflight.findings import Finding, Judged, Report
    from preflight.flow import Treated
    from preflight.ledger import Entry
    from preflight.library.check import check, check_request
    from preflight.library.common import Advance, load_profile
    from preflight.library.fix import fix, with_treated
    from preflight.library.request import body_of, build_request, load_request
    from preflight.library.submit import Submitted, submit
    from preflight.library.task import download, wait
    from preflight.plan import Plan
    from preflight.price import Estimate
    from preflight.profiles import Profile
    from preflight.spec import RequestSpec

_HOMES = {
    "api": ("Task",),
    "assets": ("Asset", "Window"),
    "errors": (
        *("CallError", "FixFailed", "NotDone", "OutcomeUnknown", "PreflightError", "ProfileError", "Refused"),
        *("RequestFileError", "TaskFailed", "Unreachable"),
    ),
    "facts": ("AudioFacts", "Facts", "ImageFacts", "VideoFacts"),
    "findings": ("Finding", "Judged", "Report"),
    "flow": ("Treated",),
    "ledger": ("Entry",),
    "library.check": ("check", "check_request"),
    "library.common": ("Advance", "load_profile"),
    "library.fix": ("fix", "with_treated"),
    "library.request": ("body_of", "build_request", "load_request"),
    "library.submit": ("Submitted", "submit"),
    "library.task": ("download", "wait"),
    "plan": ("Plan",),
    "price": ("Estimate",),
    "profiles": ("Profile",),
    "spec": ("RequestSpec",),
}
"""Module → the public names that it holds."""


class _Package(ModuleType):
    """This package, in which `fix` is the function, also when the part of that name has been imported."""

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute; the import system sets one for each part, and a public name goes before it."""
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

if not TYPE_CHECKING:  # a type checker would take any name for one that is here

    def __getattr__(name: str) -> object:
        """Load a public name."""
        for module, held in _HOMES.items():
            if name in held:
                found = getattr(importlib.import_module(f"preflight.{module}"), name)
                globals()[name] = found
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])


def __dir__() -> list[str]:
    """Return all names, those not loaded yet too."""
    return sorted({*globals(), *__all__})
