"""Every dress: the same verdicts, whole or cut short, in the same bytes each time, without keeping what it need not."""

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from preflight.policy.policy import UnusedIgnore
from preflight.report import FORMATS, Header, Summary, keep_latest, open_writer, write_report
from preflight.values.findings import Judged
from tests import made
from tests.report.fixed import ASSETS, DURATION, HEADING, REMARKS, REQUEST, asset, golden, unstyled, written

KEEPS_ROWS = {"markdown"}
"""Dresses whose sum stands above what it counts."""


class Lines:
    """A sheet that notes what it is asked for."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.summary: Summary | None = None

    def begin(self) -> None:
        self.said.append("begin")

    def asset(self, judged: Judged) -> None:
        self.said.append(judged.asset.path)

    def end(self, summary: Summary) -> None:
        self.said.append("end")
        self.summary = summary


def stopped(judged: tuple[Judged, ...]) -> Iterator[Judged]:
    """Yield verdicts until somebody presses Ctrl-C."""
    yield from judged
    raise KeyboardInterrupt


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_a_user_sees_is_as_it_was_agreed(format_name: str) -> None:
    """Read the difference; `python -m tests.report.fixed` writes these files anew."""
    assert unstyled(written(format_name, ASSETS, REQUEST)) == golden(format_name).read_bytes().decode()


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_verdicts_give_the_same_bytes(format_name: str) -> None:
    assert written(format_name, ASSETS, REQUEST) == written(format_name, iter(list(ASSETS)), REQUEST)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_names_the_profile_and_the_version_of_the_program(format_name: str) -> None:
    text = written(format_name, ASSETS[:1])
    assert HEADING.profile in text
    assert HEADING.version in text


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_report_is_text_that_acts_upon_no_terminal(format_name: str) -> None:
    assert written(format_name, ASSETS, REQUEST).replace("\n", "").isprintable()


@pytest.mark.parametrize("format_name", FORMATS)
def test_each_asset_is_named_in_its_order(format_name: str) -> None:
    text = written(format_name, [asset(f"{name}.mov", made.VIDEO, DURATION) for name in ("b", "a", "c")])
    assert sorted(("b.mov", "a.mov", "c.mov"), key=text.index) == ["b.mov", "a.mov", "c.mov"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_file_of_a_dress_begins_as_its_pattern_says_and_as_no_other_one_does(format_name: str) -> None:
    import re

    for text in (written(format_name, ASSETS), written(format_name, ASSETS[2:3]), written(format_name, (), REQUEST)):
        head = text.encode()
        assert {name for name, one in FORMATS.items() if re.match(one.begins, head, re.DOTALL)} == {format_name}


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_interrupted_run_says_so_and_gives_no_clean_verdict(format_name: str) -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        write_report([open_writer(format_name, HEADING, out)], stopped(ASSETS[:1]))
    assert "interrupted" in out.getvalue().lower() or '"exitCode":130' in out.getvalue()
    assert out.getvalue() != written(format_name, ASSETS[:1])
    assert "PASS" not in out.getvalue()


@pytest.mark.parametrize("format_name", FORMATS)
def test_where_nothing_was_judged_nothing_is_written(format_name: str) -> None:
    assert written(format_name, ()) == ""


@pytest.mark.parametrize("format_name", sorted(FORMATS.keys() - KEEPS_ROWS))
def test_memory_does_not_grow_with_the_number_of_files(format_name: str) -> None:
    one = asset("a.mov", made.VIDEO, DURATION)
    with open("/dev/null", "w", encoding="utf-8") as out:  # noqa: PTH123 - a device, not a path of ours
        write_report([open_writer(format_name, HEADING, out)], [one] * 400)  # templates are compiled once
        tracemalloc.start()
        write_report([open_writer(format_name, HEADING, out)], (one for _ in range(3000)))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 300_000


def test_the_verdict_outranks_as_the_contract_has_it() -> None:
    writer = Lines()
    assert write_report([writer], ASSETS[:2]) == "pass"
    assert write_report([writer], ASSETS[:3]) == "fail"
    assert write_report([writer], ASSETS[:4]) == "unsure"
    assert write_report([writer], ASSETS[:2], REQUEST) == "fail"
    assert write_report([writer], (), ()) == "pass"
    assert write_report([writer], ()) is None


def test_several_sheets_get_each_asset_before_the_next_is_judged() -> None:
    first, second = Lines(), Lines()

    def judged() -> Iterator[Judged]:
        for one in ASSETS[:3]:
            assert first.said == second.said
            yield one

    write_report([first, second], judged())
    assert first.said == second.said == ["begin", *(one.asset.path for one in ASSETS[:3]), "end"]


def test_an_interrupted_run_ends_each_sheet_once() -> None:
    for judged in ((), ASSETS[:2]):
        writer = Lines()
        with pytest.raises(KeyboardInterrupt):
            write_report([writer], stopped(judged))
        assert writer.said == ["begin", *(one.asset.path for one in judged), "end"]
        assert writer.summary == Summary(verdict="unsure", interrupted=True)


def test_what_several_reports_ask_for_of_one_asset_is_made_once_and_not_mixed_up() -> None:
    asked: list[str] = []

    @keep_latest
    def name(judged: Judged) -> str:
        asked.append(judged.asset.path)
        return judged.asset.path.upper()

    first, second = asset("a.png", made.IMAGE), asset("b.png", made.IMAGE)
    said = [name(one) for one in (first, first, second, second, first, asset("a.png", made.IMAGE))]
    assert said == ["A.PNG", "A.PNG", "B.PNG", "B.PNG", "A.PNG", "A.PNG"]
    assert asked == ["a.png", "b.png", "a.png", "a.png"]


def test_a_report_beside_others_is_what_it_is_alone() -> None:
    outs = {format_name: io.StringIO() for format_name in FORMATS}
    write_report([open_writer(format_name, HEADING, out) for format_name, out in outs.items()], ASSETS, REQUEST)
    for format_name, out in outs.items():
        assert out.getvalue() == written(format_name, ASSETS, REQUEST)


def test_what_of_a_policy_did_nothing_is_asked_for_at_the_end_and_not_of_a_run_that_was_stopped() -> None:
    writer = Lines()

    def unused_ignores() -> tuple[UnusedIgnore, ...]:
        assert writer.said[-1] == ASSETS[1].asset.path
        return REMARKS

    write_report([writer], ASSETS[:2], unused_ignores=unused_ignores)
    assert writer.summary == Summary(verdict="pass", unused_ignores=REMARKS)
    with pytest.raises(KeyboardInterrupt):
        write_report([writer], stopped(ASSETS[:1]), unused_ignores=unused_ignores)
    assert writer.summary == Summary(verdict="unsure", interrupted=True)


def test_the_request_has_a_verdict_of_its_own() -> None:
    assert Summary(verdict="unsure", findings=REQUEST).request_verdict == "fail"
    assert Summary(verdict="fail", findings=REQUEST[1:]).request_verdict == "pass"


def test_somebody_who_watches_sees_each_asset_when_it_is_judged() -> None:
    class Watched(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    out = Watched()
    write_report([open_writer("csv", Header(profile="p"), out)], ASSETS, seen=out)
    assert out.flushed == len(ASSETS)


@pytest.mark.parametrize("format_name", FORMATS)
def test_ctrl_c_while_the_first_asset_is_written_begins_no_report_twice(format_name: str) -> None:
    class Stopping(Lines):
        def asset(self, judged: Judged) -> None:  # noqa: ARG002 - Ctrl-C comes before it is looked at
            raise KeyboardInterrupt

    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        write_report([open_writer(format_name, HEADING, out), Stopping()], ASSETS)
    cut = io.StringIO()
    with pytest.raises(KeyboardInterrupt):
        write_report([open_writer(format_name, HEADING, cut)], stopped(ASSETS[:1]))
    assert out.getvalue() == cut.getvalue()
