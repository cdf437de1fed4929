"""Reports that a gateway made: the latest, each under an address that nobody guesses."""

import io
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import msgspec

from preflight.locale import localized
from preflight.profiles.schema import Profile
from preflight.report import Header, Summary
from preflight.report.json import encode, finding_json, report_json
from preflight.values.assets import printable
from preflight.values.findings import Finding, Report, counts
from preflight.values.phrase import phrase

KEPT = 512
PATH = "/preflight/reports/"
HEADER = "Preflight-Report"


class StoredReport(msgspec.Struct, frozen=True):
    """A report, and the edition it was made by."""

    report: Report
    profile: Profile


class Reports:
    """The latest reports; safe to use from several threads."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._kept: OrderedDict[str, StoredReport] = OrderedDict()

    def keep(self, report: Report, profile: Profile) -> str:
        """Keep a report, and return its id."""
        name = secrets.token_urlsafe(16)
        with self._turn:
            self._kept[name] = StoredReport(report, profile)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return name

    def find(self, name: str) -> StoredReport | None:
        """Find a report."""
        with self._turn:
            return self._kept.get(name)


def named(report: Report, names: Mapping[str, str]) -> Report:
    """Call the files of this machine by what their senders called them."""
    if not names:
        return report
    assets = (
        msgspec.structs.replace(
            one, asset=msgspec.structs.replace(one.asset, path=names.get(one.asset.path, one.asset.path))
        )
        for one in report.assets
    )
    return msgspec.structs.replace(report, assets=tuple(assets))


def as_json(report: Report) -> dict[str, Any]:
    """Convert a report to `preflight.report/1`."""
    found: dict[str, Any] = msgspec.to_builtins(report_json(report), enc_hook=encode)
    return found


def as_html(kept: StoredReport) -> str:
    """Format a report as one page, without pictures of what may be gone."""
    from preflight.report.html import Writer

    out = io.StringIO()
    writer = Writer(Header(profile=kept.profile.name, limits=kept.profile), out)
    writer.begin()
    for judged in kept.report.assets:
        writer.asset(judged)
    writer.end(Summary(verdict=kept.report.verdict, findings=kept.report.findings))
    return out.getvalue()


def findings_json(report: Report) -> list[dict[str, Any]]:
    """List all findings, each with the place in the request that it is about."""
    found = [
        {"asset": str(judged.asset.role or "file"), **finding_json(finding)}
        for judged in report.assets
        for finding in judged.findings
    ]
    found += [{"asset": "request", **finding_json(finding)} for finding in report.findings]
    return [msgspec.to_builtins(one, enc_hook=encode) for one in found]


def in_short(report: Report) -> str:
    """Say the first finding that counts, and how many more there are."""
    found = [(str(judged.asset.role or "file"), one) for judged in report.assets for one in judged.findings]
    found += [("request", one) for one in report.findings]
    wrong = [_line(where, one) for where, one in found if counts(one, report.fail_on)]
    if not wrong:
        return localized(phrase("the request is {verdict}", verdict=report.verdict))
    more = len(wrong) - 1
    return f"{wrong[0]}; {localized(phrase('and {n} more', n=more))}" if more else wrong[0]


def _line(where: str, finding: Finding) -> str:
    return f"{where}: {finding.rule}: {printable(localized(finding.message))}"
