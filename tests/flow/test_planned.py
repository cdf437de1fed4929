"""What `fix` would do, as a page says it: the plan that `fix` makes, for what fails, and never more than an extra."""

import datetime as dt
import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.flow.check import Measuring, check_request
from preflight.flow.fix import plan_fixes
from preflight.flow.planned import PlannedFixes
from preflight.plan import FixOptions
from preflight.plan.steps import Cut, find
from preflight.policy.policy import Policy, apply
from preflight.report import Header
from preflight.request.file import RequestSpec, with_roles
from preflight.values.assets import Asset, Role
from preflight.values.findings import Judged, Report
from tests import made, specimens
from tests.report.fixed import written
from tests.report.test_html import classes, read, words
from tests.specimens import PROFILE, copied

TODAY = dt.date(2026, 11, 23)


def page(*assets: Judged, report: Report | None = None) -> str:
    planned_fixes = PlannedFixes(PROFILE)
    if report:
        planned_fixes.expect(report)
    heading = Header(profile=PROFILE.name, limits=PROFILE, planned_fixes=planned_fixes)
    return written("html", assets, report.findings if report else None, heading)


def steps(text: str) -> list[str]:
    return [words(step) for part in classes(read(text).root, "steps") for step in part]


def test_the_plan_on_the_page_is_the_one_that_fix_makes(tmp_path: Path) -> None:
    judged = specimens.judged(copied("video-1920x1080.mp4", tmp_path))
    ((_, planned),) = plan_fixes([judged], PROFILE, FixOptions())
    assert PlannedFixes(PROFILE).plan(judged) == planned
    assert steps(page(judged)) == [
        "scale to 1280 x 720 px lossy for video/pixels",
        *(f"{step.words()} {step.loss}" for step in planned.steps[1:]),
    ]


def test_of_what_passes_no_plan_is_shown(tmp_path: Path) -> None:
    judged = specimens.judged(copied("image-ok.jpeg", tmp_path))
    assert PlannedFixes(PROFILE).plan(judged) is None
    assert "would do" not in page(judged)


def test_where_nothing_can_be_done_the_advice_is_there_and_the_rule_that_stays(tmp_path: Path) -> None:
    text = page(specimens.judged(copied("video-1.8s.mp4", tmp_path)))
    (advice,) = classes(read(text).root, "advice")
    assert words(advice).startswith("It cannot mend video/duration. Too short cannot be mended")
    assert steps(text) == []


def test_what_could_not_be_read_is_beyond_mending(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    (advice,) = classes(read(page(specimens.judged(tmp_path / "empty.png"))).root, "advice")
    assert words(advice).startswith("It cannot mend image/readable. ")


def test_what_is_at_an_address_is_not_mended() -> None:
    asset = Asset(path="https://example.com/a.mov?key=secret")
    judged = made.judged(made.video(duration_s=Fraction(20)))
    text = page(Judged(asset=asset, kind="video", facts=judged.facts, findings=judged.findings))
    assert "It cannot mend video/duration" in words(read(text).root)
    assert "secret" not in text


def test_a_cut_between_packets_is_found_in_a_child_as_fix_finds_it(tmp_path: Path) -> None:
    judged = specimens.judged(copied("video-20s.mp4", tmp_path))
    found = PlannedFixes(PROFILE).plan(judged)
    ((_, planned),) = plan_fixes([judged], PROFILE, FixOptions())
    assert found == planned
    cut = find(planned.steps, Cut)
    assert cut
    assert cut.packets
    assert "keep 0 to 15 s (drops 5 s of 20 s), no re-encoding lossless for video/duration" in steps(page(judged))


def test_a_file_that_is_gone_by_now_costs_no_report(tmp_path: Path) -> None:
    judged = made.judged(made.video(duration_s=Fraction(20)), path=str(tmp_path / "gone.mp4"))
    assert any(step.startswith("keep 0 to 15 s (drops 5 s of 20 s) lossy") for step in steps(page(judged)))


def test_what_a_policy_lowered_is_planned_as_fix_will_find_it(tmp_path: Path) -> None:
    judged = specimens.judged(copied("video-1920x1080.mp4", tmp_path))
    policy = Policy(severity={"video/pixels": "warning"}, fail_on="warning")
    lowered = apply(policy, judged, TODAY)
    assert lowered.verdict == "fail"
    assert PlannedFixes(PROFILE).plan(lowered) == PlannedFixes(PROFILE).plan(judged)
    raised = apply(Policy(severity={"image/*": "error"}), made.judged(made.image(bytes=31_000_000)), TODAY)
    assert raised.verdict == "fail"
    assert "would leave it as it is" in words(read(page(raised)).root)


def request(tmp_path: Path) -> Report:
    """Return the report on two clips that are together too long, and each within its limits."""
    clips = [str(shutil.copy(copied("video-10s.mp4", tmp_path), tmp_path / f"{n}.mp4")) for n in "ab"]
    spec = RequestSpec(assets=tuple(with_roles("video", clips)), prompt="Video 1 and Video 2.")
    return check_request(spec, PROFILE, Measuring())


def test_a_request_is_planned_as_a_whole_and_the_page_says_who_gives_up_how_much(tmp_path: Path) -> None:
    report = request(tmp_path)
    assert {judged.verdict for judged in report.assets} == {"pass"}
    text = page(*report.assets, report=report)
    assert len([step for step in steps(text) if step.startswith("keep 0 to ")]) == 2
    (shares,) = classes(read(text).root, "shares")
    assert words(shares[0]).startswith("request/video-total-duration: ")
    assert any(words(row).startswith("or --share ") for row in shares)


def test_a_request_that_cannot_be_planned_as_a_whole_has_the_plans_of_its_assets(tmp_path: Path) -> None:
    clip = specimens.judged(copied("video-1920x1080.mp4", tmp_path))
    nameless = Judged(asset=Asset(path=clip.asset.path, role=Role("video", 1)), kind="video", facts=None)
    report = Report(profile="?", assets=(clip, nameless))
    planned_fixes = PlannedFixes(PROFILE)
    planned_fixes.expect(report)
    assert planned_fixes.plan(clip) is not None
    assert planned_fixes.plan(nameless) is None


@pytest.mark.parametrize("format_name", ["text", "json", "csv", "markdown"])
def test_other_reports_plan_nothing(format_name: str, tmp_path: Path) -> None:
    judged = specimens.judged(copied("video-1920x1080.mp4", tmp_path))
    plain = Header(profile=PROFILE.name, limits=PROFILE)
    foreseeing = Header(profile=PROFILE.name, limits=PROFILE, planned_fixes=PlannedFixes(PROFILE))
    assert written(format_name, [judged], header=plain) == written(format_name, [judged], header=foreseeing)
