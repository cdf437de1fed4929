"""Policies: a user's severities and exceptions for the findings of documented rules.

In: `[severity]`, `[[override]]` and `[[ignore]]` of a settings file, a judged asset, and the date. Out: the asset with
other severities, and the parts of the policy that had no effect. A finding against a documented limit stays in the
report with its original severity. No policy changes a finding that a value could not be read or measured.
"""

import datetime as dt
import os
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal, cast, get_args

import msgspec

from preflight.files.toml import TableError
from preflight.values.assets import printable
from preflight.values.choices import FailOn
from preflight.values.findings import Finding, Judged, Report
from preflight.values.limits import Severity
from preflight.values.phrase import joined, phrase

Level = Severity | Literal["off"]
LEVELS: tuple[str, ...] = (*get_args(Severity), "off")
UNTOUCHABLE = ("unjudged", "readable")
"""Last parts of the rule ids that no policy can change."""
ANY_FOLDERS = "**"


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Severities for the files that match some globs."""

    paths: tuple[str, ...]
    severity: dict[str, str]


class Ignore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule to ignore, with a reason and an end date."""

    rule: str
    """A rule id, or a glob of ids."""
    reason: str
    until: dt.date
    """Its last day."""
    paths: tuple[str, ...] = ()
    """Globs of its files; empty for all files."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of a settings file."""

    severity: dict[str, str] = {}
    """Rule id or glob → level; an exact id takes precedence over globs, a later glob over an earlier."""
    override: tuple[Override, ...] = ()
    """Each takes precedence over `severity` and over earlier ones."""
    ignore: tuple[Ignore, ...] = ()
    fail_on: FailOn = "error"
    folder: str = ""
    """Absolute path that path globs start from."""
    here: str = ""
    """Absolute path that relative asset paths start from, if another."""

    @property
    def is_idle(self) -> bool:
        """Whether it changes nothing."""
        return msgspec.structs.replace(self, folder="", here="") == Policy()


# ---- what a policy may say ------------------------------------------------------------------------------------------


def refuse_wrong(policy: Policy) -> None:
    """Validate rule ids, levels and reasons.

    Raises:
        TableError: with the place, and the nearest valid name.
    """
    from preflight.rules import RULES

    for place, table in _severity_tables(policy):
        for pattern, level in table.items():
            _refuse_rule(pattern, place, RULES)
            if level not in LEVELS:
                raise TableError(
                    phrase(
                        "{q1}.{q2}: expected {l} or off, got {q3}",
                        q1=place,
                        q2=pattern,
                        l=joined(LEVELS[:-1]),
                        q3=repr(level),
                    )
                )
    for number, ignore in enumerate(policy.ignore):
        _refuse_rule(ignore.rule, f"ignore.{number}.rule", RULES)
        if not ignore.reason.strip():
            raise TableError(
                phrase("ignore.{n}.reason: expected the reason in words, got {q}", n=number, q=repr(ignore.reason))
            )
    for place, globs in _path_lists(policy):
        _refuse_paths(globs, place)


def _severity_tables(policy: Policy) -> Iterator[tuple[str, dict[str, str]]]:
    yield "severity", policy.severity
    for number, override in enumerate(policy.override):
        yield f"override.{number}.severity", override.severity


def _path_lists(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    for number, override in enumerate(policy.override):
        if not override.paths:
            raise TableError(phrase("override.{n}.paths: expected at least one glob, got none", n=number))
        yield f"override.{number}.paths", override.paths
    for number, ignore in enumerate(policy.ignore):
        yield f"ignore.{number}.paths", ignore.paths


def _refuse_paths(globs: tuple[str, ...], place: str) -> None:
    for number, glob in enumerate(globs):
        if not glob or glob.startswith("/") or ".." in glob.split("/"):
            raise TableError(
                phrase(
                    "{q1}.{n}: expected a glob below the folder of this file, got {q2}",
                    q1=place,
                    n=number,
                    q2=repr(glob),
                )
            )


class UnknownRuleError(TableError):
    """No rule has this name or a similar one."""


def _refuse_rule(pattern: str, place: str, known: Collection[str]) -> None:
    """Refuse a rule or glob that matches nothing, or only rules that no policy can change."""
    meant = [rule for rule in known if fnmatchcase(rule, pattern)]
    if not meant:
        import difflib

        near = difflib.get_close_matches(pattern, known, n=1, cutoff=0.4)
        if not near:
            raise UnknownRuleError(phrase("{q1}: no rule named {q2}", q1=place, q2=repr(pattern)))
        raise TableError(
            phrase("{q1}: no rule named {q2}; did you mean {q3}?", q1=place, q2=repr(pattern), q3=repr(near[0]))
        )
    if all(map(is_untouchable, meant)):
        raise TableError(
            phrase(
                "{q1}: {q2} cannot be changed or ignored: what could not be read or measured was not judged, and"
                ' that is never "yes"',
                q1=place,
                q2=repr(pattern),
            )
        )


def is_untouchable(rule: str) -> bool:
    """Tell whether a rule reports that a value could not be read or measured; no policy can change it."""
    return rule.rpartition("/")[2] in UNTOUCHABLE


def expired(policy: Policy, today: dt.date) -> Iterator[str]:
    """Yield a sentence for each ignore past its end date."""
    for ignore in policy.ignore:
        if today > ignore.until:
            yield phrase(
                "policy: {q1} was ignored until {w}, and counts again ({q2})",
                q1=ignore.rule,
                w=ignore.until,
                q2=ignore.reason,
            )


# ---- what it does ---------------------------------------------------------------------------------------------------


class Usage:
    """The parts of a policy used in a run; `apply` records them."""

    def __init__(self) -> None:
        self.matched: set[int] = set()
        """Ignores that matched a finding."""
        self.reached: set[tuple[str, int]] = set()
        """Ignores and overrides whose paths matched a file."""

    def note(self, policy: Policy, path: str | None) -> None:
        """Record which paths match a file; skip those that matched before."""
        tables: dict[str, tuple[Ignore | Override, ...]] = {"ignore": policy.ignore, "override": policy.override}
        for table, rows in tables.items():
            for number, row in enumerate(rows):
                if (table, number) not in self.reached and _holds(row.paths, path):
                    self.reached.add((table, number))


def apply(policy: Policy, judged: Judged, today: dt.date, usage: Usage | None = None) -> Judged:
    """Apply a policy to the findings of one asset; record its usage."""
    path = None if judged.asset.is_url else below(policy.folder, judged.asset.path, policy.here)
    if usage:
        usage.note(policy, path)
    weighed = judged.with_findings(_weighed(policy, judged.findings, path, today, usage))
    return msgspec.structs.replace(weighed, fail_on=policy.fail_on)


def apply_to_report(policy: Policy, report: Report, today: dt.date, usage: Usage | None = None) -> Report:
    """Apply a policy to a whole request; parts for some paths do not apply to the set."""
    return msgspec.structs.replace(
        report,
        assets=tuple(apply(policy, judged, today, usage) for judged in report.assets),
        findings=apply_to_set(policy, report.findings, today, usage),
        fail_on=policy.fail_on,
    )


def apply_to_set(
    policy: Policy, findings: Iterable[Finding], today: dt.date, usage: Usage | None = None
) -> tuple[Finding, ...]:
    """Apply a policy to the findings about a whole request."""
    return tuple(_weighed(policy, findings, None, today, usage))


def _weighed(
    policy: Policy, findings: Iterable[Finding], path: str | None, today: dt.date, usage: Usage | None
) -> Iterator[Finding]:
    for finding in findings:
        if is_untouchable(finding.rule):
            yield finding
            continue
        meant = {
            number: one
            for number, one in enumerate(policy.ignore)
            if fnmatchcase(finding.rule, one.rule) and _holds(one.paths, path)
        }
        if usage:
            usage.matched.update(meant)
        found = _applied(policy, finding, path, today, list(meant.values()))
        if found is not None:
            yield found


def _applied(policy: Policy, finding: Finding, path: str | None, today: dt.date, meant: list[Ignore]) -> Finding | None:
    """Apply a policy to a finding; None where it is off and concerns no documented limit."""
    living = next((one for one in meant if today <= one.until), None)
    if living:
        return suppressed(finding, phrase("ignored by policy until {w}: {q}", w=living.until, q=living.reason))
    if meant:
        over = max(meant, key=lambda one: one.until)
        finding = _saying(finding, phrase("was ignored by policy until {w}: {q}", w=over.until, q=over.reason))
    level = _level(policy, finding.rule, path) or finding.severity
    if level == finding.severity:
        return finding
    if level == "off":
        return suppressed(finding, "turned off by policy") if breaks_a_limit(finding) else None
    changed = _with_severity(finding, level)
    return (
        _saying(changed, phrase("error, lowered to {level} by policy", level=level))
        if breaks_a_limit(finding)
        else changed
    )


def suppressed(finding: Finding, why: str) -> Finding:
    """Mark a finding as ignored, for a reason."""
    said = _saying(_with_severity(finding, "info"), joined([finding.severity, why]))
    return msgspec.structs.replace(said, ignored=why)


def breaks_a_limit(finding: Finding) -> bool:
    """Tell whether a finding is an error against a documented limit."""
    return finding.severity == "error" and finding.source is not None


def _with_severity(finding: Finding, severity: Severity) -> Finding:
    before = finding.severity_before or finding.severity
    return msgspec.structs.replace(finding, severity=severity, severity_before=before)


def _saying(finding: Finding, words: str) -> Finding:
    return msgspec.structs.replace(finding, message=phrase("{said} ({why})", said=finding.message, why=words))


def _level(policy: Policy, rule: str, path: str | None) -> Level | None:
    """Return the level that the policy sets for a rule and a file, or None."""
    tables = [policy.severity, *(one.severity for one in policy.override if _holds(one.paths, path))]
    for table in reversed(tables):
        said = table.get(rule) or next((table[one] for one in reversed(table) if fnmatchcase(rule, one)), None)
        if said is not None:
            return cast("Level", said)
    return None


# ---- what did nothing -----------------------------------------------------------------------------------------------

State = Literal["unmatched", "unreached", "expired"]
SAID: dict[State, str] = {
    "unmatched": "{w} ({q}) matched nothing in this run",
    "unreached": "{w} ({q}) met no file of this run",
    "expired": "{w} ({q}) has ended, and counts for nothing",
}
NAMED = 5
"""Most exceptions named in one sentence."""


class UnusedIgnore(msgspec.Struct, frozen=True, kw_only=True):
    """An exception without effect in a run: out of date, or about other files."""

    place: str
    """Its place in the settings: "ignore.0"."""
    state: State
    rules: tuple[str, ...]
    paths: tuple[str, ...] = ()
    reason: str | None = None
    until: dt.date | None = None

    def words(self) -> str:
        """Format it with the reason: "ignore.0 (video/pixels) matched nothing in this run"."""
        return phrase(SAID[self.state], w=self.place, q=printable(", ".join([*self.rules, *self.paths])))


def unused_ignores(policy: Policy, usage: Usage, today: dt.date) -> Iterator[UnusedIgnore]:
    """Yield the ignores that matched no finding or have ended, and the overrides that matched no file.

    An override that matched files but no finding is used: it may guard against future ones.
    """
    for number, one in enumerate(policy.ignore):
        state: State = "unmatched" if ("ignore", number) in usage.reached else "unreached"
        if today > one.until or number not in usage.matched:
            yield UnusedIgnore(
                place=f"ignore.{number}",
                state="expired" if today > one.until else state,
                rules=(one.rule,),
                paths=one.paths,
                reason=one.reason,
                until=one.until,
            )
    for number, other in enumerate(policy.override):
        if ("override", number) not in usage.reached:
            place, rules = f"override.{number}", tuple(other.severity)
            yield UnusedIgnore(place=place, state="unreached", rules=rules, paths=other.paths)


def unused_words(found: Iterable[UnusedIgnore]) -> str:
    """Summarise unused exceptions in one sentence, or an empty string; `expired` reports those that ended."""
    said = [one.words() for one in found if one.state != "expired"]
    rest = [phrase("and {n} more", n=f"{len(said) - NAMED:,}")] if len(said) > NAMED else []
    return phrase("policy: {what}", what=joined([*said[:NAMED], *rest], "; ")) if said else ""


# ---- globs of paths -------------------------------------------------------------------------------------------------


def below(folder: str, path: str, here: str = "") -> str:
    """Return a path relative to a folder, without following links.

    Args:
        folder: start of the result.
        path: the path.
        here: start of a relative path; `folder` by default.
    """
    return os.path.relpath(os.path.join(here or folder, path), folder or None)  # noqa: PTH118 - any bytes may be a name


def _holds(globs: tuple[str, ...], path: str | None) -> bool:
    return not globs or (path is not None and any(matches(glob, path) for glob in globs))


def matches(glob: str, path: str) -> bool:
    """Tell whether a glob matches a path: `*` stops at a slash, `**` does not; without a slash it matches any name.

    `legacy/` matches everything below it. Time is linear in glob and path: the regular expression of pathspec takes 13
    s for `**/a***/a***/a*/b`, and settings may come from others.
    """
    parts = f"{glob}**".split("/") if glob.endswith("/") else glob.split("/")
    if len(parts) == 1 and parts[0] != ANY_FOLDERS:
        parts = [ANY_FOLDERS, *parts]
    states = _with_skips({0}, parts)
    for name in path.split("/"):
        kept = {at for at in states if at < len(parts) and parts[at] == ANY_FOLDERS}
        moved = {at + 1 for at in states - kept if at < len(parts) and fnmatchcase(name, parts[at])}
        states = _with_skips(kept | moved | {at + 1 for at in kept}, parts)
    return len(parts) in states


def _with_skips(states: set[int], parts: list[str]) -> set[int]:
    """Add the positions where `**` matches no folder; at the end it needs a name."""
    for at in range(len(parts) - 1):
        if at in states and parts[at] == ANY_FOLDERS:
            states.add(at + 1)
    return states
