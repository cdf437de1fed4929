"""Several editions side by side: assets are measured once, and judged by each.

    assets ── compare_assets ──► rows: each asset by every edition ──► Standing
    request ─ compare_request ─► a report an edition ── rows_of ──► rows ──► Standing

A row goes by when its asset is measured, and nothing of it has to be kept.
"""

from collections.abc import Iterable, Iterator, Sequence

from preflight.errors import CallError
from preflight.flow.check import Measuring, judge_whole, measure, media
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.rules import judge
from preflight.values.assets import Asset
from preflight.values.findings import EXIT_CODES, Judged, Report, Verdict, verdict_of, worst

Row = tuple[Judged, ...]
"""One asset as the editions judge it, in their order."""


class Standing:
    """How each edition stands to the same assets, counted as they go by.

    Args:
        editions: their names, in the order asked for.
    """

    def __init__(self, editions: Sequence[str]) -> None:
        self.editions = tuple(editions)
        self.files = 0
        self.passed_over = 0
        """How many files of a folder were no media."""
        self.reports: tuple[Report, ...] | None = None
        """What each edition says of the request as a whole; None where files were judged, and no request."""
        self.passing = dict.fromkeys(editions, 0)
        """Edition → how many assets it takes as they are."""
        self._worst: dict[str, Verdict] = dict.fromkeys(editions, "pass")

    def add(self, row: Row) -> None:
        """Count one asset."""
        self.files += 1
        for edition, judged in zip(self.editions, row, strict=True):
            self._hear(edition, judged.verdict)
            self.passing[edition] += judged.verdict == "pass"

    def add_request(self, reports: Sequence[Report]) -> None:
        """Count what is said of the request as a whole; its assets are added one by one."""
        self.reports = tuple(reports)
        for edition, report in zip(self.editions, reports, strict=True):
            self._hear(edition, verdict_of(report.findings, report.fail_on))

    def _hear(self, edition: str, verdict: Verdict) -> None:
        self._worst[edition] = worst([self._worst[edition], verdict])

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Edition → its verdict on everything."""
        return dict(self._worst)

    @property
    def taking(self) -> tuple[str, ...]:
        """The names of the editions that take everything as it is."""
        return tuple(edition for edition, verdict in self._worst.items() if verdict == "pass")

    @property
    def verdict(self) -> Verdict:
        """Pass when at least one edition takes everything as it is; unsure, which outranks it, when one cannot tell."""
        if "unsure" in self._worst.values():
            return "unsure"
        return "pass" if self.taking else "fail"

    @property
    def exit_code(self) -> int:
        """The contracted exit status of the verdict."""
        return EXIT_CODES[self.verdict]


def compare_assets(assets: Iterable[Asset], profiles: Sequence[Profile], how: Measuring | None = None) -> Iterator[Row]:
    """Yield files as several editions judge them; what a folder holds besides media is passed over."""
    for probed in media(assets, how or Measuring()):
        yield tuple(judge(probed, profile) for profile in profiles)


def compare_request(spec: RequestSpec, profiles: Sequence[Profile], how: Measuring | None = None) -> tuple[Report, ...]:
    """Judge one request by several editions; one that does not describe the model does not take it.

    Raises:
        CallError: none of them describes the model.
    """
    if spec.model is not None and not any(spec.model in profile.models for profile in profiles):
        known = dict.fromkeys(model for profile in profiles for model in profile.models)
        raise CallError(f"model: {spec.model!r} is in none of the profiles", advice=f"They know {', '.join(known)}.")
    probed = tuple(measure(spec.assets, how or Measuring()))
    return tuple(judge_whole(spec, probed, profile) for profile in profiles)


def rows_of(reports: Sequence[Report]) -> Iterator[Row]:
    """Yield the assets of reports over the same request, side by side."""
    yield from zip(*(report.assets for report in reports), strict=True)
