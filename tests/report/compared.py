"""What two editions say of the same files, made by hand, and what is written of it."""

import io
from typing import NamedTuple

from preflight.flow.compare import rows_of
from preflight.policy.policy import UnusedIgnore
from preflight.report.comparison import open_comparison
from preflight.values.assets import Asset, Role
from preflight.values.findings import Finding, Judged, Report
from preflight.values.standing import Standing

LARGE = Finding(rule="video/pixels", severity="error", message="too large", how="PyAV", limit="..9", source="a page")
FAST = Finding(rule="video/frame-rate", severity="error", message="too fast")
PLACE = Finding(rule="video/location", severity="warning", message="tells the place")
COUNT = Finding(rule="request/video-count", severity="error", message="4 clips")


def judged(path: str, *findings: Finding, role: Role | None = None) -> Judged:
    return Judged(asset=Asset(path=path, role=role), kind="video", findings=findings)


class Compared(NamedTuple):
    """What editions say: of files, or of one request."""

    reports: tuple[Report, ...]
    request: bool = False

    def written(self, format_name: str, *, verbose: bool = False, unused_ignores: tuple[UnusedIgnore, ...] = ()) -> str:
        editions, out = [report.profile for report in self.reports], io.StringIO()
        writer, standing = open_comparison(format_name, editions, out, verbose=verbose), Standing(editions)
        for row in rows_of(self.reports):
            standing.add(row)
            writer.row(row)
        if self.request:
            standing.add_request(self.reports)
        assert out.getvalue() == ""
        writer.end(standing, unused_ignores)
        return out.getvalue()


def compared(*columns: tuple[Judged, ...], names: tuple[str, ...] = ("old", "new")) -> Compared:
    return Compared(tuple(Report(profile=name, assets=column) for name, column in zip(names, columns, strict=True)))


TWO = compared(
    (judged("a.mp4", LARGE, PLACE), judged("long-name.mp4")), (judged("a.mp4", PLACE), judged("long-name.mp4"))
)
REQUEST = Compared(
    (
        Report(profile="old", assets=(judged("a.mp4", role=Role("video", 1)),), findings=(COUNT,)),
        Report(profile="new", assets=(judged("a.mp4", LARGE, FAST, FAST, role=Role("video", 1)),)),
    ),
    request=True,
)
