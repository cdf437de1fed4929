"""Text reports: a line a finding, then a summary; coloured only on a terminal.

A line reads `asset: severity rule: measured; allowed`, for searching and cutting by other tools.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TextIO

from preflight.locale import language, listed, localized, sentence
from preflight.locale.typography import between
from preflight.report import Header, Summary, keep_latest
from preflight.report.citations import cited, reading
from preflight.report.remedies import came_of
from preflight.report.remedies import said as advice
from preflight.values.assets import Asset, printable, shown
from preflight.values.facts import AudioFacts, Facts, ImageFacts
from preflight.values.findings import EXIT_CODES, Finding, Judged, Verdict
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal, distinct_decimal, file_size, with_unit

if TYPE_CHECKING:
    from rich.console import Console

    from preflight.plan import Plan
    from preflight.plan.request import RequestPlan, Shared
    from preflight.plan.result import FixResult
    from preflight.plan.share import Share

Segment = tuple[str, str]
Line = tuple[Segment, ...]

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan", "pass": "green", "fail": "bold red"}
STYLES |= {"unsure": "bold magenta", "lossless": "green", "lossy": "yellow", "creative": "bold red"}


def write(lines: Iterable[Line], stream: TextIO | None = None) -> None:
    """Write lines; rich is imported only for a terminal."""
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


@keep_latest
def path_of(asset: Asset) -> str:
    """Format an asset's path for display."""
    return shown(asset.path)


@keep_latest
def name_of(asset: Asset) -> str:
    """Format an asset's name and role.

    A leading `::` is a command to GitHub's runners; `./` in front disarms it.
    """
    name = path_of(asset)
    name = f"./{name}" if name.lstrip().startswith("::") else name
    return f"{name} ({asset.role})" if asset.role else name


def judged_lines(judged: Judged, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the lines of one asset: its findings, or that it passes."""
    name = name_of(judged.asset)
    if judged.verdict == "pass":
        yield (name, "bold"), (": ", ""), _worded("pass"), (f": {summary(judged.facts)}", "")
    yield from finding_lines(name, judged.findings, verbose=verbose)


def finding_lines(name: str, findings: Iterable[Finding], *, verbose: bool = False) -> Iterator[Line]:
    """Yield a line a finding, and its details if verbose."""
    for finding in findings:
        yield finding_line(name, finding)
        if verbose:
            yield ((f"    {grounds(finding)}", "dim"),)


def finding_line(name: str, finding: Finding) -> Line:
    """Format one finding."""
    return (name, "bold"), (": ", ""), _worded(finding.severity), (f" {finding.rule}: {message_of(finding)}", "")


def message_of(finding: Finding) -> str:
    """Format a finding's message for display, in the current language."""
    return printable(localized(finding.message))


def _worded(word: str) -> Segment:
    """Format a verdict, severity or loss: its word in the current language, in its own style."""
    return localized(word), STYLES.get(word, "")


def grounds(finding: Finding) -> str:
    """Format the details of a finding: "measured by ...; limit ...; margin ...; source ..."; a dash where unknown."""
    margin = None if finding.margin is None else with_unit(distinct_decimal(finding.margin, 0), finding.unit)
    limit = with_unit(finding.limit, finding.unit) if finding.limit else None
    how, source = reading(finding.how or ""), cited(finding.source or "")
    parts = {"measured by": how, "limit": limit, "margin": margin, "source": source}
    said = [f"{localized(title)} {printable(localized(words)) if words else '-'}" for title, words in parts.items()]
    return between("; ", language()).join(said)


def plan_lines(plan: "Plan") -> Iterator[Line]:
    """Yield the steps planned for one asset, or why there are none."""
    from preflight.plan.steps import Cut, find

    name = shown(plan.asset.path)
    for finding in plan.beyond_mending:
        yield (name, "bold"), (": ", ""), _styled("cannot be mended", "error"), *_said(finding)
    if plan.beyond_mending:
        yield (name, "bold"), (f": {advice(plan.remedies)}", "")
    elif not plan.steps:
        yield (name, "bold"), (": ", ""), _styled("stays as it is", "pass")
    part, chosen = find(plan.steps, Cut), "{step} as marked" if plan.asset.keep else "{step} as chosen"
    for step in plan.steps:
        words = step.words()
        if step.clears:
            words = phrase("{step} for {l}", step=words, l=joined(step.clears))
        elif step is part and not part.cut_off:
            words = phrase(chosen, step=words)
        yield (name, "bold"), (": ", ""), _worded(step.loss), (f": {localized(words)}", "")
    for finding in plan.left:
        yield (name, "bold"), (": ", ""), _styled("stays", "warning"), *_said(finding)


def _styled(words: str, like: str) -> Segment:
    """Format words in the current language, in the style of a severity or verdict."""
    return localized(words), STYLES[like]


def share_lines(planned: "RequestPlan") -> Iterator[Line]:
    """Yield how the seconds of a request are shared, with alternatives, or that they cannot be."""
    name = localized("the request")
    for finding in planned.beyond_mending:
        yield (name, "bold"), (": ", ""), _styled("cannot be mended", "error"), *_said(finding)
    if planned.advice:
        yield (name, "bold"), (f": {localized(planned.advice)}", "")
    for finding in planned.left:
        yield (name, "bold"), (": ", ""), _styled("no change of a file mends", "error"), *_said(finding)
    for shared in planned.shared:
        yield (name, "bold"), (f": {shared.rule}: {_share_words(shared, shared.chosen)}", "")
        for other in shared.alternatives:
            yield ((f"    {localized('or')} --share {other.ways[0]}: {_share_words(shared, other)}", "dim"),)


def _share_words(shared: "Shared", share: "Share") -> str:
    lengths = " + ".join(decimal(length) for length in share.lengths_s)
    whole = " + ".join(decimal(part.duration_s) for part in shared.parts)
    return localized(phrase("{why} ({q1} s, of {q2} s)", why=share.why, q1=lengths, q2=whole))


def _said(finding: Finding) -> Line:
    return ((f": {finding.rule}: {message_of(finding)}", ""),)


def result_line(result: "FixResult") -> Line:
    """Format the result of one asset."""
    name, after = shown(result.before.asset.path), result.after
    style = {"untouched": "green", "fixed": "green"}.get(result.outcome, "bold red")
    words = f" -> {printable(after.asset.path)}: {summary(after.facts)}" if after else ""
    said = f": {printable(why)}" if (why := came_of(result)) else ""
    grade = ""
    if found := result.quality:
        words_of = "VMAF {n1} (worst frame {n2})"
        grade = f"; {localized(phrase(words_of, n1=f'{found.vmaf_mean:.1f}', n2=f'{found.vmaf_min:.1f}'))}"
    return (name, "bold"), (": ", ""), (localized(result.outcome), style), (words + grade + said, "")


def summary(facts: Facts | None) -> str:
    """Format the main facts: "mp4, 1280 x 720 px, 25 fps, 5 s, 1,234 bytes"."""
    return localized(_summary(facts))


@keep_latest
def _summary(facts: Facts | None) -> str:
    """Format the main facts in English."""
    if facts is None:
        return "nothing measured"
    words = [printable(facts.format)]
    if not isinstance(facts, AudioFacts):
        words.append(phrase("{n1} x {n2} px", n1=facts.width_px, n2=facts.height_px))
    if not isinstance(facts, ImageFacts):
        rate = None if isinstance(facts, AudioFacts) else facts.frame_rate_hz
        words += [phrase("{n} fps", n=decimal(rate))] if rate is not None else []
        words += [phrase("{n} s", n=decimal(facts.duration_s))] if facts.duration_s is not None else []
    return joined([*words, file_size(facts.bytes)])


class Totals:
    """Counts of a run, without keeping assets."""

    def __init__(self) -> None:
        self.verdicts: Counter[Verdict] = Counter()
        self.severities: Counter[str] = Counter()
        self.fixable = 0

    def add(self, verdict: Verdict, findings: Iterable[Finding]) -> None:
        """Count one asset with its findings."""
        self.verdicts[verdict] += 1
        self.count(findings)

    def count(self, findings: Iterable[Finding]) -> None:
        """Count findings alone."""
        for finding in findings:
            self.severities[finding.severity] += 1
            self.fixable += finding.severity == "error" and finding.fix in ("lossless", "lossy")

    def words(self) -> str:
        """Format the counts: "4 files: 1 pass, 3 fail, 0 unsure; 4 errors, 1 warning"."""
        files = sum(self.verdicts.values())
        counts = [localized(phrase(JUDGED[one], n=self.verdicts[one])) for one in EXIT_CODES]
        found = [localized(phrase(FOUND[word][n != 1], n=n)) for word, n in sorted(self.severities.items())]
        of = localized(phrase("{n} file" if files == 1 else "{n} files", n=files))
        colon, semicolon = (between(sign, language()) for sign in (": ", "; "))
        return f"{of}{colon}{listed(counts)}{semicolon}{listed(found) or localized('no findings')}"

    def lines(self, header: Header, ending: Summary) -> Iterator[Line]:
        """Yield the closing lines."""
        passed = [passed_words(ending.passed_over)] if ending.passed_over else []
        told = map(sentence, [self.words(), *passed, signature(header)])
        words = f" {between(' ', language()).join(told)}"
        yield (localized(ending.verdict.upper()), STYLES[ending.verdict]), (words, "")
        if ending.interrupted:
            yield ((f"{localized(INTERRUPTED)}.", ""),)
        if self.fixable:
            yield ((localized(FIXABLE), "dim"),)


def passed_words(files: int) -> str:
    """Format the number of files skipped: "1 file passed over as no media"."""
    words = "{n} file passed over as no media" if files == 1 else "{n} files passed over as no media"
    return localized(phrase(words, n=f"{files:,}"))


JUDGED: dict[Verdict, str] = {"pass": "{n} pass", "fail": "{n} fail", "unsure": "{n} unsure"}
FOUND: dict[str, tuple[str, str]] = {
    "error": ("{n} error", "{n} errors"),
    "warning": ("{n} warning", "{n} warnings"),
    "info": ("{n} info", "{n} infos"),
}
"""Severity → words for one finding and for several."""


FIXABLE = "`preflight fix` can mend what is out of bounds; `preflight explain RULE` says why."
INTERRUPTED = "Interrupted: what is not named was not judged"


def signature(header: Header) -> str:
    """Format profile and version."""
    return localized(phrase("Profile {q}, preflight {w}", q=header.edition, w=header.version))


def group_lines(judged: Judged, *, verbose: bool = False) -> Iterator[Line]:
    """Yield the lines of one asset for a person: its name with the verdict, and its findings below."""
    name = name_of(judged.asset)
    if not judged.findings:
        yield from judged_lines(judged)
        return
    verdict = judged.verdict
    yield (name, "bold"), (": ", ""), _worded(verdict), (f": {summary(judged.facts)}", "dim")
    for finding in judged.findings:
        yield ("  ", ""), _worded(finding.severity), (f" {finding.rule}: {message_of(finding)}", "")
        if verbose:
            yield ((f"      {grounds(finding)}", "dim"),)


def badness(judged: Judged) -> tuple[int, int, int]:
    """Rank an asset, the worst first: by verdict, then by errors, then by other findings."""
    errors = sum(finding.severity == "error" for finding in judged.findings)
    return -EXIT_CODES[judged.verdict], -errors, errors - len(judged.findings)


HELD = 5000
"""Assets held for a terminal; of more, each is shown as it comes."""


class Writer:
    """Writes text, line by line; on a terminal files are grouped, the worst first, once all are judged."""

    def __init__(self, header: Header, out: TextIO) -> None:
        self._header, self._out, self._totals = header, out, Totals()
        self._styled = out.isatty()
        self._held: list[Judged] = []
        self._holds = self._styled

    def begin(self) -> None:
        """Write nothing."""

    def asset(self, judged: Judged) -> None:
        """Write the lines of one asset, or hold it."""
        self._totals.add(judged.verdict, judged.findings)
        if self._holds and judged.asset.role is None:
            self._held.append(judged)
            if len(self._held) > HELD:
                self._show_held()
            return
        self._write(judged_lines(judged, verbose=self._header.verbose))

    def end(self, ending: Summary) -> None:
        """Write what is held, the request, and the summary."""
        self._show_held()
        findings = ending.findings or ()
        self._totals.count(findings)
        write(finding_lines(localized("request"), findings, verbose=self._header.verbose), self._out)
        write(self._totals.lines(self._header, ending), self._out)

    def _show_held(self) -> None:
        """Write what is held, the worst first; a file alone needs no group."""
        lines = group_lines if len(self._held) > 1 else judged_lines
        for judged in sorted(self._held, key=badness):
            self._write(lines(judged, verbose=self._header.verbose))
        self._held, self._holds = [], False

    def _write(self, lines: Iterable[Line]) -> None:
        if self._styled:
            _write_styled(lines, self._out)
        else:
            self._out.write("".join("".join(text for text, _ in line) + "\n" for line in lines))
