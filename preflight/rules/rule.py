"""A rule: what is wrong, why, how to fix it, and a check, under a permanent id.

The check's docstring is the rule's text: first line, `Why:`, `Fix:`.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Generic, TypeVar

import msgspec

from preflight.profiles.schema import UNSAID, Profile
from preflight.values.findings import Finding, Loss
from preflight.values.limits import OneOf, Range, Severity, Sourced
from preflight.values.phrase import phrase
from preflight.values.units import Unit, decimal, distinct_decimal, with_unit

Subject = TypeVar("Subject")
Check = Callable[[Subject, Profile], Iterator[Finding]]
WITHOUT_TEXT = "Not told: Python was started with -OO, which leaves all such text out."


class Rule(msgspec.Struct, Generic[Subject], frozen=True, kw_only=True):
    """One rule."""

    id: str
    what: str
    why: str
    fix: str
    limit: str | None
    """Dotted place of its limit in the profile; None for a rule without limit."""
    check: Check[Subject]

    def source(self, profile: Profile) -> str:
        """Source of the limit."""
        if self.limit is None:
            return "no limit of the documents: what the tool itself observes"
        found = limit_at(profile, self.limit)
        return found.source if found else phrase("not given: the documents of {q} have no such limit", q=profile.name)


def limit_at(profile: Profile, place: str | None) -> Sourced | None:
    """Look up the limit at a dotted place of a profile."""
    found: object = profile
    for step in (place or "").split(".") if place else ():
        found = getattr(found, step)
    if isinstance(found, dict):
        found = next(iter(found.values()), None)
    return found if isinstance(found, Sourced) and found.source != UNSAID["source"] else None


def rule(rule_id: str, limit: str | None = None) -> Callable[[Check[Subject]], Rule[Subject]]:
    """Make a rule of a check and its docstring."""

    def make(check: Check[Subject]) -> Rule[Subject]:
        text = inspect.getdoc(check)
        what, why, fix = (WITHOUT_TEXT,) * 3 if text is None and sys.flags.optimize > 1 else sections(text or "")
        return Rule(id=rule_id, what=what, why=why, fix=fix, limit=limit, check=check)

    return make


def sections(text: str) -> tuple[str, str, str]:
    """Split a rule's text into what, why and fix; raise ValueError when one is missing."""
    match = re.fullmatch(r"(.+?)\n\nWhy: (.+?)\n\nFix: (.+)", text, re.DOTALL)
    if not match:
        msg = f"a rule's docstring needs a sentence, `Why:` and `Fix:`, got {text!r}"
        raise ValueError(msg)
    what, why, fix = (" ".join(part.split()) for part in match.groups())
    return what, why, fix


class Reading(msgspec.Struct, frozen=True):
    """One measured value and its origin."""

    value: Fraction | int
    how: str = ""
    words: Callable[[str], str] | None = None
    """Words the value, formatted with enough digits to differ from the bound it breaks; value and unit when None."""


def shape(width_px: int, height_px: int, how: str = "") -> Reading:
    """Build the reading of an aspect ratio, width over height."""
    return Reading(
        Fraction(width_px, height_px),
        how,
        lambda n: phrase("{n1} x {n2} px is a width/height of {n3}", n1=width_px, n2=height_px, n3=n),
    )


def filled_by_n(template: str) -> Callable[[str], str]:
    """Word a value by a template of which it is `{n}`."""
    return lambda n: phrase(template, n=n)


def beyond(rule_id: str, reading: Reading, limit: Range, unit: Unit, *, fix: Loss) -> Iterator[Finding]:
    """Yield a finding where a reading lies outside a range, or in its grey zone."""
    bound = limit.broken_by(reading.value)
    severity: Severity = limit.weight
    if bound is None:
        grey = limit.note_above if limit.warn_above is None else limit.warn_above
        if grey is None or reading.value <= grey:
            return
        bound, severity = grey, "warning"
    value = distinct_decimal(reading.value, bound)
    said = reading.words(value) if reading.words else with_unit(value, unit)
    message = phrase("{said}; {limit} allowed", said=said, limit=limit.words(unit))
    if severity == "warning" and limit.warn_above is not None and limit.broken_by(reading.value) is None:
        message = phrase(
            "{said}: above {limit}, the stricter reading of the limit", said=said, limit=with_unit(decimal(bound), unit)
        )
    elif limit.broken_by(reading.value) is not None and limit.seen_accepted(reading.value):
        message = phrase("{said} (the service has been seen to accept it, the document does not)", said=message)
    if limit.note:
        message = phrase("{said}: the service {note}", said=message, note=limit.note)
    yield Finding(
        rule=rule_id,
        severity=severity,
        message=limit.told(message),
        measured=reading.value,
        limit=limit.text(),
        unit=unit,
        margin=limit.margin(reading.value),
        how=reading.how or None,
        source=limit.source,
        fix=fix,
        doubtful=limit.doubtful or (limit.broken_by(reading.value) is None and limit.warn_above is not None),
    )


def not_among(rule_id: str, value: str, limit: OneOf, message: str, *, fix: Loss) -> Iterator[Finding]:
    """Yield a finding where a word is not in a closed list."""
    if value not in limit.allowed:
        yield Finding(
            rule=rule_id,
            severity=limit.weight,
            message=limit.told(message),
            measured=value,
            limit=limit.text(),
            how="the content's own words, not the name's",
            source=limit.source,
            fix=fix,
            doubtful=limit.weight == "warning",
        )
