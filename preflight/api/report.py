"""The report for programs and notebooks."""

import html
from contextlib import suppress
from io import StringIO
from typing import Any, Self

import msgspec

from preflight.errors import ProfileError
from preflight.profiles import load
from preflight.report import Header, Summary
from preflight.values import findings

PICTURED = 24
"""Most assets shown with previews in a notebook; each takes a child process."""
FRAME = (
    '<iframe sandbox srcdoc="{page}" title="preflight report" loading="lazy" '
    'style="width:100%;height:{height_px}px;border:1px solid #8884;border-radius:6px"></iframe>'
)
TOP_PX, ASSET_PX, MOST_PX = 220, 260, 720


class Report(findings.Report, frozen=True, kw_only=True):
    """All assets in order, and the findings on the request; as text, JSON or a notebook page."""

    @classmethod
    def of(cls, report: findings.Report) -> Self:
        """Add the methods of this class to a report."""
        return cls(**{name: getattr(report, name) for name in report.__struct_fields__})

    @property
    def ok(self) -> bool:
        """Whether all was measured and complies: the verdict is "pass"."""
        return self.verdict == "pass"

    def to_dict(self) -> dict[str, Any]:
        """Convert to plain values, by the keys of `preflight.report/1`."""
        converted: dict[str, Any] = msgspec.json.decode(self.to_json())
        return converted

    def to_json(self) -> str:
        """Convert to JSON, `preflight.report/1`."""
        from preflight.report.json import dump, report_json

        return dump(report_json(self))

    def __repr__(self) -> str:
        """Show verdict, counts and edition."""
        verdicts = [judged.verdict for judged in self.assets]
        counts = ", ".join(f"{verdicts.count(one)} {one}" for one in ("pass", "fail", "unsure") if one in verdicts)
        files = f"{len(verdicts)} asset{'' if len(verdicts) == 1 else 's'}"
        return f"<Report {self.verdict}: {files}{f' ({counts})' if counts else ''}; {self.profile}>"

    def _repr_html_(self) -> str:
        """Render a page in a sandboxed frame, isolated from the notebook's styles and scripts."""
        from preflight.report.html import Writer

        page = StringIO()
        writer = Writer(self._header(), page)
        writer.begin()
        for judged in self.assets:
            writer.asset(judged)
        named = self.findings if any(judged.asset.role for judged in self.assets) else None
        writer.end(Summary(verdict=self.verdict, findings=named, passed_over=self.passed_over))
        height_px = min(TOP_PX + ASSET_PX * len(self.assets), MOST_PX)
        return FRAME.format(page=html.escape(page.getvalue()), height_px=height_px)

    def _header(self) -> Header:
        from preflight.media.thumbnails import thumbnails

        limits = None
        with suppress(ProfileError):  # a profile of one's own is known by its name alone
            limits = load(self.profile)
        seen = thumbnails if len(self.assets) <= PICTURED else None
        return Header(profile=self.profile, limits=limits, thumbnails=seen)
