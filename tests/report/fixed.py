"""One fixed set of verdicts, made by hand, and what is written of it in each dress.

`python -m tests.report.fixed` writes the golden files anew; the difference is to be read before it is committed.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from preflight.media.thumbnails import thumbnails
from preflight.policy.policy import UnusedIgnore
from preflight.report import FORMATS, Header, open_writer, write_report
from preflight.values.assets import Asset, Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding, Judged
from tests import made

GOLDEN = Path(__file__).parent / "golden"
HEADING = Header(profile="house-2026", version="1.2.3", thumbnails=thumbnails)

DURATION = Finding(
    rule="video/duration",
    severity="error",
    message="16.016 s long; 2 to 15 s allowed",
    measured=Fraction(2002, 125),
    limit="2..15",
    unit="s",
    margin=Fraction(-127, 125),
    how="PyAV, sample index with edit list",
    source="reference-to-video document, 'Video': 2-15 seconds a clip",
    fix="lossy",
)
PIXELS = Finding(
    rule="video/pixels",
    severity="error",
    message="1920 x 1080 = 2,073,600 pixels; 409,600 to 927,408 pixels allowed",
    measured=2_073_600,
    limit="409600..927408",
    unit="pixels",
    margin=Fraction(-1_146_192),
    how="PyAV, sample description",
    source="reference-to-video document, 'Video': resolution 480p-720p",
    fix="lossy",
)
NAME = Finding(
    rule="image/name",
    severity="warning",
    message="is named .jpg but its content is png",
    measured="png",
    how="first bytes",
    fix="lossless",
)
EMPTY = Finding(rule="audio/readable", severity="error", message="is empty (0 bytes)")
DENIED = Finding(rule="image/unjudged", severity="error", message="cannot be read: Permission denied")
LET_BE = Finding(
    rule="image/alpha",
    severity="info",
    message="has transparency (warning, ignored by policy until 2027-01-31: logos need it)",
    measured="RGBA",
    severity_before="warning",
    ignored="ignored by policy until 2027-01-31: logos need it",
)
REFERENCE = Finding(
    rule="request/prompt-reference",
    severity="error",
    message='the prompt names "image 9", but 4 images sent',
    measured=9,
    limit="1..4",
    source="reference-to-video document, 'Prompt'",
)
UNNAMED = Finding(rule="request/prompt-reference", severity="info", message="the prompt never mentions audio 1")


def asset(path: str, facts: Facts | None, *findings: Finding, role: Role | None = None) -> Judged:
    """Make a verdict; its kind is that of the facts, or of the first finding's rule."""
    kind = made.KINDS[type(facts)] if facts else Asset(path=path).expected_kind
    return Judged(asset=Asset(path=path, role=role), kind=kind, facts=facts, findings=findings)


ASSETS = (
    asset("stills/style.png", made.IMAGE, role=Role("image", 1)),
    asset("stills/rider.jpg", made.IMAGE, NAME, role=Role("image", 2)),
    asset("pov.mov", made.video(duration_s=Fraction(2002, 125), frame_rate_hz=None), DURATION, PIXELS),
    asset("locked.png", None, DENIED, role=Role("image", 3)),
    asset("theme.mp3", None, EMPTY, role=Role("audio", 1)),
    asset("logo.png", made.image(alpha=True), LET_BE),
    asset("https://example.com/a%20b.png?key=secret", made.IMAGE, role=Role("image", 4)),
    asset("=cmd|' /C calc'!A0 <b>`x`</b>\n::error::no.wav", made.AUDIO),
)
REQUEST = (REFERENCE, UNNAMED)
REMARKS = (
    UnusedIgnore(place="ignore.0", state="expired", rules=("video/*",), reason="old", until=dt.date(2026, 1, 31)),
    UnusedIgnore(place="override.1", state="unreached", rules=("image/side",), paths=("{0}/\x1b[31m/[a](b)/**",)),
)


def written(
    format_name: str,
    assets: Iterable[Judged],
    findings: tuple[Finding, ...] | None = None,
    header: Header = HEADING,
    unused_ignores: Iterable[UnusedIgnore] = (),
) -> str:
    """Return a whole report."""
    out = io.StringIO()
    write_report([open_writer(format_name, header, out)], assets, findings, unused_ignores=lambda: unused_ignores)
    return out.getvalue()


def golden(format_name: str) -> Path:
    """Return where the golden file of a dress lies."""
    return GOLDEN / f"report.{(*FORMATS[format_name].endings, format_name)[0]}"


def unstyled(page: str) -> str:
    """Return a page without how it looks, which is no part of what was agreed; any other report as it is."""
    return re.sub(r"<style>.*?</style>", "<style></style>", page, flags=re.DOTALL)


if __name__ == "__main__":
    for name in FORMATS:
        golden(name).write_text(unstyled(written(name, ASSETS, REQUEST)), encoding="utf-8", newline="")
