"""Shared by the functions: arguments → values of the stages, and progress."""

import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import msgspec

from preflight.api.remedies import said, to_a_program
from preflight.errors import CallError
from preflight.flow.check import Measuring
from preflight.flow.measuring import measuring as opened
from preflight.probe import Depth
from preflight.profiles import DEFAULT, Profile, edition_for, load, names
from preflight.request.file import RequestSpec, load_spec
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset, as_stored, printable
from preflight.values.findings import Report

if TYPE_CHECKING:
    from preflight.flow.account import Endpoint

AnyPath = str | bytes | os.PathLike[str] | os.PathLike[bytes]
Stage = Literal["check", "look", "fix", "upload", "wait", "download"]
Doing = Literal["", "looking", "encoding", "checking"]


# ---- progress -------------------------------------------------------------------------------------------------------


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """Progress of one thing, passed to a `progress` callback.

    Calls come one at a time, but not always in the caller's thread. An exception in the callback ends the work.
    """

    stage: Stage
    name: str
    """Path or URL of an asset; for "wait" and "download" the task id."""
    part: Fraction
    """0 to 1. "check" reports 1 once per asset; elsewhere a repeated attempt restarts."""
    doing: Doing = ""
    """Step within "fix", whose part is 1 when the new file is checked, not when it is encoded."""


Progress = Callable[[Advance], None]


class Teller:
    """Calls the user's progress callback, one call at a time, if there is one."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._turn = threading.RLock()

    def tell(self, stage: Stage, name: str, part: Fraction, doing: Doing = "") -> None:
        """Report a part done."""
        if self._progress:
            with self._turn:
                self._progress(Advance(stage=stage, name=name, part=min(part, Fraction(1)), doing=doing))

    def ended(self, stage: Stage, name: str) -> None:
        """Report that something is done."""
        self.tell(stage, name, Fraction(1))

    def begin(self, stage: Stage, name: str) -> "Move":
        """Report that something begins; returns the callback for the rest."""
        self.tell(stage, name, Fraction(0))
        return partial(self.tell, stage, name)


class Move(Protocol):
    """Report a part done."""

    def __call__(self, part: Fraction, doing: Doing = "") -> None:
        """Report a part done, and the step where there are several."""


# ---- what a caller means --------------------------------------------------------------------------------------------


@to_a_program()
def load_profile(name_or_path: AnyPath = DEFAULT) -> Profile:
    """Load a shipped edition by name or a profile by path; it is the caller's own, whatever becomes of it.

    Raises:
        ProfileError: it does not exist, is not TOML, or breaks the schema; the message begins with the place.
    """
    return deepcopy(load(path_of(name_or_path, "profile")))


def edition_of(profile: Profile | AnyPath | None, model: str | None = None) -> Profile:
    """Choose the profile that is meant; for None the edition of a request's model, or the default one.

    Raises:
        CallError: no edition describes the model.
    """
    if isinstance(profile, Profile):
        return profile
    return load(edition_for(model) if profile is None else path_of(profile, "profile"))


def edition_behind(report: Report, profile: Profile | AnyPath | None) -> Profile:
    """Load the profile of a report: limits of two editions must not be mixed.

    Raises:
        CallError: it is not a shipped one, so it must be passed; or another one was.
    """
    if profile is None and report.profile not in names():
        advice = "Hand over the profile that it was checked by, too."
        raise CallError(f"the report is by profile {report.profile!r}, which is not a shipped one", advice=advice)
    edition = edition_of(report.profile if profile is None else profile)
    if edition.name != report.profile:
        raise CallError(f"the report is by profile {report.profile!r}, and {edition.name!r} was given")
    return edition


def spec_of(request: RequestSpec | AnyPath, profile: Profile | AnyPath | None = None) -> RequestSpec:
    """Pass a request on, or read the request.toml at a path, with the fields of the profile, if one is named."""
    if isinstance(request, RequestSpec):
        return request
    return load_spec(Path(path_of(request, "request")), None if profile is None else edition_of(profile))


def path_of(given: AnyPath, name: str) -> str:
    """Convert a path to text; undecodable bytes survive a round trip.

    Raises:
        CallError: it is no path; `name` is the argument.
    """
    if not isinstance(given, str | bytes | os.PathLike):
        raise CallError(f"{name}: expected a path, got {_short(given)}")
    return as_stored(os.fsdecode(given))


def asset_of(given: AnyPath | Asset, name: str) -> Asset:
    """Make an asset of a path; pass assets on."""
    if isinstance(given, Asset):
        return msgspec.structs.replace(given, path=path_of(given.path, f"{name}: Asset.path"))
    return Asset(path=path_of(given, name))


def ledger_path(ledger: AnyPath | None) -> Path | None:
    """Convert the ledger's path; None for the default."""
    return None if ledger is None else Path(path_of(ledger, "ledger"))


def refuse_no_text(given: object, name: str, what: str) -> None:
    """Raise CallError for anything but text; the value is not shown, it may be a key."""
    if not isinstance(given, str):
        raise CallError(f"{name}: expected {what}, as text, got {type(given).__name__}")


def refuse_no_count(given: object, name: str) -> None:
    """Raise CallError for anything but None or an integer of 1 or more."""
    if given is not None and (not isinstance(given, int) or given < 1):
        raise CallError(f"{name}: expected a whole number of 1 or more, or None, got {_short(given)}")


def refuse_no_seconds(given: object, name: str) -> None:
    """Raise CallError for anything but None or a number of seconds."""
    if given is not None and not (isinstance(given, int | float | Fraction) and 0 <= given < math.inf):
        raise CallError(f"{name}: expected a number of seconds of 0 or more, or None, got {_short(given)}")


def _short(given: object) -> str:
    """Shorten a value for messages."""
    return printable(repr(given)[:80])


def endpoint_of(  # noqa: PLR0913 - where to, and as whom, each by name
    edition: Profile,
    key: str,
    base_url: str | None,
    files_url: str | None = None,
    *,
    known: str | None = None,
    agent: str | None = None,
) -> "Endpoint":
    """Build the endpoint of the service, without a person to ask.

    Args:
        edition: the profile in use.
        key: the service's key.
        base_url: as the caller gave it.
        files_url: as the caller gave it.
        known: where the request was sent before.
        agent: User-Agent.

    Raises:
        CallError: an address cannot be used, or comes from a profile alone and is no shipped edition's.
    """
    from preflight.flow.account import Endpoint
    from preflight.service.addresses import is_local, named_addresses

    base, files = named_addresses(edition, base_url or known, files_url)
    return Endpoint(key=key, base_url=base, files_url=files, agent=agent, allow_private=is_local(base_url))


# ---- judging --------------------------------------------------------------------------------------------------------


@contextmanager
def measuring(
    depth: Depth, jobs: int | None, *, cache: bool, allow_private: bool = False, agent: str | None = None
) -> Iterator[Measuring]:
    """Open a way of measuring with cache, worker processes and downloads.

    Raises:
        CallError: depth or number of jobs are invalid.
    """
    if depth not in get_args(Depth):
        raise CallError(f"depth: expected {', '.join(map(repr, get_args(Depth)))}, got {_short(depth)}")
    refuse_no_count(jobs, "jobs")
    with (
        Fetcher(allow_private=allow_private, agent=agent) as fetch,
        opened(depth, jobs=jobs, cache="identity" if cache else None, fetch=fetch, word=said) as how,
    ):
        yield how
