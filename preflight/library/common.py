"""What the functions share: what a caller means in, the values that the stages take out; and how far things are."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from preflight import flow
from preflight.assets import printable
from preflight.call import Fetcher
from preflight.errors import CallError
from preflight.findings import Report, counts
from preflight.flow import Measuring
from preflight.library.words import to_a_program
from preflight.probe import Depth
from preflight.profiles import DEFAULT, Profile, load, names
from preflight.spec import RequestSpec, load_spec

AnyPath = str | os.PathLike[str]
Stage = Literal["check", "fix", "upload", "wait", "download"]

UNCLEAN = "`check_request` returns every finding, and `fix` mends what can be mended."
UNCUT = (
    "`fix` cuts it, and `with_treated` returns the request with what was cut; or leave `keep` out to send the whole."
)


# ---- progress -------------------------------------------------------------------------------------------------------


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """How far one thing is: what a `progress` callable is handed.

    Calls come one at a time, though not always in the caller's thread. What the callable raises ends the work.
    """

    stage: Stage
    name: str
    """The path or URL of an asset; of "wait" and "download", the task's id."""
    part: Fraction
    """0 to 1. "check" tells 1 of each asset, once; elsewhere an attempt that is repeated begins anew."""


Progress = Callable[[Advance], None]


class Teller:
    """Tells a program's callable how far things are, one call at a time; there need be none."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._turn = threading.RLock()

    def tell(self, stage: Stage, name: str, part: Fraction) -> None:
        """Tell of one thing."""
        if self._progress:
            with self._turn:
                self._progress(Advance(stage=stage, name=name, part=min(part, Fraction(1))))

    def begin(self, stage: Stage, name: str) -> Callable[[Fraction], None]:
        """Tell that one thing begins, and return what tells the rest."""
        self.tell(stage, name, Fraction(0))
        return partial(self.tell, stage, name)


# ---- what a caller means --------------------------------------------------------------------------------------------


@to_a_program()
def load_profile(name_or_path: AnyPath = DEFAULT) -> Profile:
    """Load a shipped edition by name or a profile of one's own by path.

    Raises:
        ProfileError: it does not exist, is not TOML, or breaks the schema; the message begins with the place.
    """
    return load(os.fspath(name_or_path))


def edition_of(profile: Profile | AnyPath | None) -> Profile:
    """Return the profile that is meant; the default one for None."""
    if isinstance(profile, Profile):
        return profile
    return load_profile(DEFAULT if profile is None else profile)


def edition_behind(report: Report, profile: Profile | AnyPath | None) -> Profile:
    """Return the profile that a report is by, for limits of two editions are not to be mixed.

    Raises:
        CallError: it has to be handed over, or another one was.
    """
    if profile is None and report.profile not in names():
        advice = "Hand over the profile that it was checked by, too."
        raise CallError(f"the report is by profile {report.profile!r}, which is not a shipped one", advice=advice)
    edition = edition_of(report.profile if profile is None else profile)
    if edition.name != report.profile:
        raise CallError(f"the report is by profile {report.profile!r}, and {edition.name!r} was given")
    return edition


def spec_of(request: RequestSpec | AnyPath) -> RequestSpec:
    """Return a request, or read the request.toml at a path."""
    return request if isinstance(request, RequestSpec) else load_spec(Path(request))


# ---- judging --------------------------------------------------------------------------------------------------------


@contextmanager
def measuring(depth: Depth, jobs: int | None, *, cache: bool, allow_private: bool = False) -> Iterator[Measuring]:
    """Give a way of measuring, with cache, children and room for what is downloaded, for as long as it lasts."""
    from preflight.cache import Cache, default_path
    from preflight.probe.child import Crew

    kept = Cache(default_path()) if cache else nullcontext()
    with Fetcher(allow_private=allow_private) as fetch, Crew(depth, jobs=jobs) as crew, kept as known:
        yield Measuring(crew=crew, cache=known, fetch=fetch)


def judged_request(spec: RequestSpec, edition: Profile, how: Measuring, teller: Teller) -> Report:
    """Judge a request, and tell of each asset: when it is measured, or at the end where that was not needed."""
    waiting = dict.fromkeys(asset.path for asset in spec.assets)

    def measured(path: str, _took_s: float) -> None:
        if path in waiting:
            del waiting[path]
            teller.tell("check", path, Fraction(1))

    how.crew.watch = measured
    report = flow.check_request(spec, edition, how)
    for path in waiting:
        teller.tell("check", path, Fraction(1))
    return report


def refuse_unclean(spec: RequestSpec, report: Report) -> None:
    """Raise CallError for what is not to be sent: what is not clean, and what was to be cut and is not."""
    if report.verdict != "pass":
        found = [(str(judged.asset.role), finding) for judged in report.assets for finding in judged.findings]
        found += [("request", finding) for finding in report.findings]
        wrong = [f"{where}: {finding.message}" for where, finding in found if counts(finding, report.fail_on)]
        first, more = wrong[0] if wrong else report.verdict, len(wrong) - 1
        said = f"{printable(first)}{f', and {more} more' if more > 0 else ''}"
        raise CallError(f"the request is not clean, so nothing was sent: {said}", advice=UNCLEAN)
    for asset in spec.assets:
        if asset.keep:
            where = printable(asset.path)
            raise CallError(f"{where}: a part to keep is marked and was not cut, so nothing was sent", advice=UNCUT)
