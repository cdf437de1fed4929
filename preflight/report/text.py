"""Reports for people: one line a finding, then a summary. Colour only on a terminal.

A line reads `asset: severity rule: measured; allowed`, so it can be searched and cut by other tools.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TextIO

from preflight.assets import printable
from preflight.facts import AudioFacts, Facts, ImageFacts
from preflight.findings import EXIT_CODES, Finding, Judged, Verdict, worst
from preflight.units import decimal, file_size

if TYPE_CHECKING:
    from rich.console import Console

    from preflight.flow import Treated
    from preflight.plan import Plan

Segment = tuple[str, str]
Line = tuple[Segment, ...]

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan", "pass": "green", "fail": "bold red"}
STYLES |= {"unsure": "bold magenta", "lossless": "green", "lossy": "yellow", "creative": "bold red"}


def write(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Write lines; rich is loaded only for a terminal, where there is colour to show."""
    out = stream or sys.stdout
    if out.isatty():
        _write_styled(lines, out)
        return
    for line in lines:
        out.write("".join(text for text, _ in line) + "\n")
    out.flush()


def _write_styled(lines: Iterable[Line], out: TextIO) -> None:
    from rich.text import Text

    console = _console(out)
    for line in lines:
        console.print(Text.assemble(*line), soft_wrap=True)


@cache
def _console(out: TextIO) -> "Console":
    from rich.console import Console

    return Console(file=out, highlight=False)


def judged_lines(judged: Judged) -> Iterator[Line]:
    """Yield the lines of one asset: its findings, or that it passes."""
    role = f" ({judged.asset.role})" if judged.asset.role else ""
    name = printable(judged.asset.path) + role
    if judged.verdict == "pass":
        yield (name, "bold"), (": ", ""), ("pass", STYLES["pass"]), (f": {summary(judged.facts)}", "")
    for finding in judged.findings:
        yield finding_line(name, finding)


def finding_line(name: str, finding: Finding) -> Line:
    """Return the line of one finding."""
    return (
        (name, "bold"),
        (": ", ""),
        (finding.severity, STYLES[finding.severity]),
        (f" {finding.rule}: {printable(finding.message)}", ""),
    )


def plan_lines(plan: "Plan") -> Iterator[Line]:
    """Yield what is to be done to one asset, or why nothing is."""
    name = printable(plan.asset.path)
    for finding in plan.beyond_mending:
        said = f": {finding.rule}: {printable(finding.message)}"
        yield (name, "bold"), (": ", ""), ("cannot be mended", STYLES["error"]), (said, "")
    if plan.beyond_mending:
        yield (name, "bold"), (f": {plan.advice}", "")
    elif not plan.steps:
        yield (name, "bold"), (": ", ""), ("stays as it is", STYLES["pass"])
    for step in plan.steps:
        reason = f" for {', '.join(step.clears)}" if step.clears else ""
        yield (name, "bold"), (": ", ""), (step.loss, STYLES.get(step.loss, "")), (f": {step.words()}{reason}", "")


def treated_line(treated: "Treated") -> Line:
    """Return what came of one asset."""
    name, after = printable(treated.before.asset.path), treated.after
    style = {"untouched": "green", "fixed": "green"}.get(treated.outcome, "bold red")
    words = f" -> {printable(after.asset.path)}: {summary(after.facts)}" if after else ""
    said = f": {printable(treated.message)}" if treated.message else ""
    return (name, "bold"), (": ", ""), (treated.outcome, style), (words + said, "")


def summary(facts: Facts | None) -> str:
    """Return the measures that matter in a few words: "mp4, 1280 x 720 px, 25 fps, 5 s, 1,234 bytes"."""
    if facts is None:
        return "nothing measured"
    words = [facts.format]
    if not isinstance(facts, AudioFacts):
        words.append(f"{facts.width_px} x {facts.height_px} px")
    if not isinstance(facts, ImageFacts):
        rate = None if isinstance(facts, AudioFacts) else facts.frame_rate_hz
        words += [f"{decimal(rate)} fps"] if rate is not None else []
        words += [f"{decimal(facts.duration_s)} s"] if facts.duration_s is not None else []
    return ", ".join([*words, file_size(facts.bytes)])


class Totals:
    """What a run came to, counted as assets go by, so that none has to be kept."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.severities: Counter[str] = Counter()
        self.fixable = 0

    def add(self, verdict: Verdict, findings: Iterable[Finding]) -> None:
        """Count one asset, or the set's own findings."""
        self.verdicts[verdict] += 1
        self.count(findings)

    def count(self, findings: Iterable[Finding]) -> None:
        """Count findings alone."""
        for finding in findings:
            self.severities[finding.severity] += 1
            self.fixable += finding.severity == "error" and finding.fix in ("lossless", "lossy")

    @property
    def verdict(self) -> Verdict:
        """The verdict that outranks the others."""
        return worst(self.verdicts)

    def lines(self, verdict: Verdict, profile: str) -> Iterator[Line]:
        """Yield the closing lines."""
        files = sum(self.verdicts.values())
        counts = [f"{self.verdicts[one]} {one}" for one in EXIT_CODES]
        found = [f"{n} {severity}{'s' if n != 1 else ''}" for severity, n in sorted(self.severities.items())]
        words = (
            f" {files} {'file' if files == 1 else 'files'}: {', '.join(counts)}; {', '.join(found) or 'no findings'}"
        )
        yield (verdict.upper(), STYLES[verdict]), (f"{words}. Profile {profile}.", "")
        if self.fixable:
            yield (("`preflight fix` can mend what is out of bounds; `preflight explain RULE` says why.", "dim"),)
