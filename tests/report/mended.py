"""Reports of a clip and a sound that were mended, a picture that was left, and a clip that failed."""

from preflight.media.thumbnails import thumbnails
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.report import Header
from preflight.report.fixed import fix_pieces
from preflight.report.fixes import Fixed
from tests.specimens import PROFILE

HEADING = Header(profile=PROFILE.name, limits=PROFILE, version="1.2.3", thumbnails=thumbnails)
NAMES = ("video-1920x1080.mp4", "image-ok.jpeg", "video-1.8s.mp4", "audio-20s.wav")


def report(format_name: str, *results: FixResult, planned: RequestPlan | None = None) -> str:
    """Write a report of results."""
    return "".join(fix_pieces(format_name, Fixed(HEADING, results, planned or RequestPlan(plans=()))))
