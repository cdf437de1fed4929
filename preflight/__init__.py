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

from preflight._version import __version__

TYPE_CHECKING = False
"""As in `typing`, which takes longer to import than all that stands here; type checkers go by the name."""


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
    from preflight.api.check import check, check_request
    from preflight.api.common import Advance, load_profile
    from preflight.api.fix import fix, with_treated
    from preflight.api.request import body_of, build_request, load_request
    from preflight.api.submit import Submitted, submit
    from preflight.api.task import download, wait
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
    from preflight.flow.fix import Treated
    from preflight.plan import Plan
    from preflight.profiles import Profile
    from preflight.request.file import RequestSpec
    from preflight.request.price import Estimate
    from preflight.service.client import Task
    from preflight.submission.ledger import Entry
    from preflight.values.assets import Asset, Window
    from preflight.values.facts import AudioFacts, Facts, ImageFacts, VideoFacts
    from preflight.values.findings import Finding, Judged, Report

_HOMES = {
    "api.check": ("check", "check_request"),
    "api.common": ("Advance", "load_profile"),
    "api.fix": ("fix", "with_treated"),
    "api.request": ("body_of", "build_request", "load_request"),
    "api.submit": ("Submitted", "submit"),
    "api.task": ("download", "wait"),
    "errors": (
        *("CallError", "FixFailed", "NotDone", "OutcomeUnknown", "PreflightError", "ProfileError", "Refused"),
        *("RequestFileError", "TaskFailed", "Unreachable"),
    ),
    "flow.fix": ("Treated",),
    "plan": ("Plan",),
    "profiles": ("Profile",),
    "request.file": ("RequestSpec",),
    "request.price": ("Estimate",),
    "service.client": ("Task",),
    "submission.ledger": ("Entry",),
    "values.assets": ("Asset", "Window"),
    "values.facts": ("AudioFacts", "Facts", "ImageFacts", "VideoFacts"),
    "values.findings": ("Finding", "Judged", "Report"),
}
"""Module → the public names that it holds."""


if not TYPE_CHECKING:  # a type checker would take any name for one that is here

    def __getattr__(name: str) -> object:
        """Load a public name."""
        for module, held in _HOMES.items():
            if name in held:
                found = getattr(importlib.import_module(f"preflight.{module}"), name)
                globals()[name] = found
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return all names, those not loaded yet too."""
    return sorted({*globals(), *__all__})
