"""Text: one line a finding, which can be searched and cut, and nothing in it acts upon a terminal."""

import io
import os
import re
from fractions import Fraction

import msgspec
import pytest

from preflight.plan import FixOptions, Plan, plan
from preflight.plan.result import FixResult
from preflight.report import Header, Summary, open_writer, write_report
from preflight.report.text import (
    Line,
    Totals,
    finding_line,
    grounds,
    judged_lines,
    name_of,
    plan_lines,
    result_line,
    summary,
    write,
)
from preflight.rules import judge
from preflight.values.assets import Asset, Role
from preflight.values.facts import Facts
from preflight.values.findings import Finding, Judged, Verdict
from preflight.values.limits import Severity
from tests import made
from tests.report.fixed import ASSETS, DURATION, EMPTY, REQUEST, written
from tests.specimens import PROFILE, judged, media


class Terminal(io.StringIO):
    """Stands in for a terminal: a stream that says it is one."""

    def isatty(self) -> bool:
        return True


def words(line: Line) -> str:
    return "".join(text for text, _ in line)


def test_a_finding_is_one_line_with_asset_severity_rule_and_message() -> None:
    one = judge(made.measured(made.image(width_px=299), "a b.png", role=Role("image", 2)), PROFILE)
    assert [words(line) for line in judged_lines(one)] == [
        "a b.png (image 2): error image/side: 299 px wide; 300 to 6,000 px allowed"
    ]


def test_what_passes_is_one_line_with_its_measures() -> None:
    one = judge(made.measured(made.VIDEO, "clip.mp4"), PROFILE)
    assert [words(line) for line in judged_lines(one)] == [
        "clip.mp4: pass: mp4, 1280 x 720 px, 25 fps, 5 s, 100,000 bytes"
    ]


def test_what_passes_with_a_warning_says_both() -> None:
    one = judge(made.measured(made.image(location=True), "a.png"), PROFILE)
    lines = [words(line) for line in judged_lines(one)]
    assert lines[0].startswith("a.png: pass: ")
    assert lines[1].startswith("a.png: warning image/location: ")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (made.IMAGE, "png, 640 x 480 px, 10,000 bytes"),
        (made.AUDIO, "wav, 5 s, 50,000 bytes"),
        (made.video(frame_rate_hz=Fraction(24000, 1001)), "mp4, 1280 x 720 px, 23.976 fps, 5 s, 100,000 bytes"),
        (made.video(frame_rate_hz=None, duration_s=None), "mp4, 1280 x 720 px, 100,000 bytes"),
        (None, "nothing measured"),
    ],
)
def test_a_summary_names_the_measures_that_matter(facts: Facts | None, said: str) -> None:
    assert summary(facts) == said


@pytest.mark.parametrize("name", ["a\x1b[31m.png", "a\nb: pass.png", os.fsdecode(b"\xff.png"), "\u202egpj.png"])
def test_nothing_of_a_name_acts_upon_a_terminal(name: str) -> None:
    one = Judged(
        asset=Asset(path=name),
        kind="image",
        findings=(Finding(rule="image/name", severity="error", message=f"is {name}"),),
    )
    found = plan(one, PROFILE, FixOptions())
    lines = [
        *judged_lines(one),
        *plan_lines(found),
        result_line(FixResult(plan=found, outcome="failed", before=one, message=name)),
    ]
    for line in lines:
        assert words(line).isprintable()


def test_a_plan_is_told_step_by_step_with_its_loss_and_reason() -> None:
    lines = [words(line) for line in plan_lines(plan(judged("image-200x200.png"), PROFILE, FixOptions()))]
    path = media("image-200x200.png")
    assert lines == [f"{path}: lossy: scale to 300 x 300 px for image/side", f"{path}: lossless: write as png"]


def test_a_plan_of_nothing_says_so() -> None:
    assert [words(line) for line in plan_lines(Plan(asset=Asset(path="a.png"), kind="image"))] == [
        "a.png: stays as it is"
    ]


def test_what_cannot_be_mended_names_the_rule_and_what_to_do() -> None:
    lines = [words(line) for line in plan_lines(plan(judged("empty.png"), PROFILE, FixOptions()))]
    assert any("cannot be mended: image/readable" in line for line in lines)
    assert lines[-1].endswith("`preflight explain image/readable` says what can be done by hand.")
    assert all(line == line.rstrip(" :") for line in lines)


def test_what_came_of_an_asset_is_one_line() -> None:
    before, after = judged("image-200x200.png"), judged("image-300x300.png")
    done = FixResult(plan=plan(before, PROFILE, FixOptions()), outcome="fixed", before=before, after=after)
    left, right = words(result_line(done)).split(" -> ")
    assert left == f"{media('image-200x200.png')}: fixed"
    assert right.startswith(f"{media('image-300x300.png')}: png, 300 x 300 px, ")
    failed = FixResult(plan=done.plan, outcome="failed", before=before, message="no room")
    assert words(result_line(failed)).endswith(": failed: no room")


HEADING = Header(profile=PROFILE.name, version="1.2.3")


def closing(totals: Totals, verdict: Verdict, *, interrupted: bool = False) -> list[str]:
    return [words(line) for line in totals.lines(HEADING, Summary(verdict=verdict, interrupted=interrupted))]


def test_totals_count_verdicts_and_findings() -> None:
    totals = Totals()
    for name in ("image-ok.png", "image-200x200.png", "image-alpha.png", "video-1.8s.mp4"):
        one = judged(name)
        totals.add(one.verdict, one.findings)
    assert closing(totals, "fail") == [
        f"FAIL 4 files: 2 pass, 2 fail, 0 unsure; 3 errors, 1 warning. Profile {PROFILE.name}, preflight 1.2.3.",
        "`preflight fix` can mend what is out of bounds; `preflight explain RULE` says why.",
    ]


def test_totals_of_nothing_wrong_offer_no_fix() -> None:
    totals = Totals()
    totals.add("pass", [])
    assert closing(totals, "pass") == [
        f"PASS 1 file: 1 pass, 0 fail, 0 unsure; no findings. Profile {PROFILE.name}, preflight 1.2.3."
    ]


def test_the_end_of_an_interrupted_run_says_so() -> None:
    totals = Totals()
    totals.add("pass", [])
    first, second = closing(totals, "unsure", interrupted=True)
    assert first.startswith("UNSURE 1 file: 1 pass")
    assert second == "Interrupted: what is not named was not judged."


def test_a_verbose_report_says_of_each_finding_how_it_was_measured() -> None:
    text = written("text", ASSETS, REQUEST, msgspec.structs.replace(HEADING, verbose=True))
    assert text.count("    measured by ") == sum(len(one.findings) for one in ASSETS) + len(REQUEST)
    lines = text.splitlines()
    at = lines.index("pov.mov: error video/duration: 16.016 s long; 2 to 15 s allowed")
    assert lines[at + 1] == f"    {grounds(DURATION)}"


def test_the_grounds_of_a_finding_are_reader_limit_margin_and_source() -> None:
    assert grounds(DURATION) == (
        "measured by PyAV, sample index with edit list; limit 2..15 s; margin -1.016 s; "
        "source reference-to-video document, 'Video': 2-15 seconds a clip"
    )
    assert grounds(EMPTY) == "measured by -; limit -; margin -; source -"


def test_a_margin_is_never_printed_as_nothing() -> None:
    near = msgspec.structs.replace(DURATION, margin=Fraction(-1, 100_000))
    assert "margin -0.00001 s" in grounds(near)


@pytest.mark.parametrize("name", ["::error::x.png", "::add-mask::x", " ::stop-commands::x"])
def test_a_name_at_the_beginning_of_a_line_gives_no_order_to_a_runner(name: str) -> None:
    for line in judged_lines(judge(made.measured(made.image(width_px=299), name), PROFILE)):
        assert words(line).startswith(f"./{name}: ")


def test_a_url_is_named_without_what_may_be_secret() -> None:
    assert name_of(Asset(path="https://user:word@example.com/a.png?key=secret")) == "https://example.com/a.png?..."


def test_a_file_gets_plain_text_and_a_terminal_gets_color() -> None:
    line = finding_line("a.png", Finding(rule="image/side", severity="error", message="[bold]299[/bold] px"))
    plain, colored = io.StringIO(), Terminal()
    write([line], plain)
    write([line], colored)
    assert plain.getvalue() == "a.png: error image/side: [bold]299[/bold] px\n"
    assert "[bold]299[/bold] px" in colored.getvalue()
    assert "\x1b[" in colored.getvalue()


def test_a_long_line_is_not_broken_on_a_terminal() -> None:
    out = Terminal()
    write([(("x" * 500, ""),)], out)
    assert "x" * 500 in out.getvalue()


def test_output_goes_to_standard_output_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    write([(("hello", "bold"),)])
    assert capsys.readouterr().out == "hello\n"


# ---- on a terminal ---------------------------------------------------------------------------------------------------


def shown(*found: Judged, findings: tuple[Finding, ...] | None = None) -> list[str]:
    """Return what a terminal shows of a report, without its colours."""
    out = Terminal()
    write_report([open_writer("text", Header(profile="p", version="1"), out)], found, findings)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()


def a_finding(severity: Severity, rule: str = "image/side") -> Finding:
    return Finding(rule=rule, severity=severity, message=f"a {severity}")


def found_of(path: str, *findings: Finding, role: Role | None = None) -> Judged:
    return Judged(asset=Asset(path=path, role=role), kind="image", facts=made.image(), findings=findings)


def test_files_are_grouped_with_the_worst_first() -> None:
    error, warning = a_finding("error"), a_finding("warning")
    lines = shown(
        found_of("clean.png"),
        found_of("warned.png", warning),
        found_of("bad.png", error),
        found_of("untold.png", a_finding("error", "image/unjudged")),
        found_of("worse.png", warning, error, error),
    )
    names = [line.partition(": ")[0] for line in lines if not line.startswith("  ")]
    assert names[:-1] == ["untold.png", "worse.png", "bad.png", "warned.png", "clean.png"]
    assert lines[2].startswith("worse.png: fail: png, ")
    assert lines[3:6] == ["  warning image/side: a warning", *["  error image/side: a error"] * 2]


def test_a_file_alone_has_a_line_a_finding_as_it_has_elsewhere() -> None:
    assert shown(found_of("bad.png", a_finding("error")))[0] == "bad.png: error image/side: a error"


def test_the_assets_of_a_request_keep_their_order() -> None:
    numbered = [found_of(f"{n}.png", *[a_finding("error")] * (n - 1), role=Role("image", n)) for n in (1, 2)]
    assert [line[:5] for line in shown(*numbered, findings=())][:2] == ["1.png", "2.png"]


def test_of_too_many_files_each_is_shown_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.report.text.HELD", 2)
    lines = shown(*(found_of(f"{n}.png", *[a_finding("error")] * (n > 1)) for n in range(5)))
    assert [line[:5] for line in lines if line[0].isdigit()] == ["2.png", "0.png", "1.png", "3.png", "4.png"]
