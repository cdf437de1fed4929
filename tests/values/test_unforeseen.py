"""Words for what nobody foresaw, and that it costs one file."""

import pickle
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from preflight.flow.fix import fix_all
from preflight.plan import FixOptions, planned
from preflight.probe import probe
from preflight.profiles import load
from preflight.rules import judge
from preflight.values.assets import Asset
from preflight.values.facts import ImageFacts
from preflight.values.probed import Probed
from preflight.values.unforeseen import place_of, unforeseen, with_place
from preflight.values.units import decimal

MEDIA = Path(__file__).parent.parent.parent / "fixtures" / "media"
PROFILE = load()


def raised(call: object, *args: object) -> Exception:
    try:
        call(*args)  # type: ignore[operator] # whatever the test hands over
    except Exception as error:  # noqa: BLE001 - it is what is asked for
        return error
    raise AssertionError


def test_kind_words_place_and_what_to_do_are_said() -> None:
    said = unforeseen(raised(decimal, "no number"))
    assert said.startswith("met ")
    assert "units.py:" in said
    assert "please report it" in said


def test_the_place_survives_the_border_between_processes() -> None:
    error = with_place(raised(decimal, "no number"))
    there = pickle.loads(pickle.dumps(error)).with_traceback(None)  # noqa: S301 - our own
    assert place_of(there) == place_of(error)
    assert place_of(error).startswith("values/units.py:")


def test_what_an_error_quotes_of_a_file_is_short_and_acts_on_nothing() -> None:
    said = unforeseen(ValueError("\x1b[31m" + "x" * 1000))
    assert "\x1b" not in said
    assert len(said) < 400


def test_a_want_of_memory_is_no_fault_of_the_program() -> None:
    assert unforeseen(MemoryError()) == "needs more memory than there is"


def broken() -> Probed:
    """Return facts that no probe gives: a picture without a width, for which no ratio can be told."""
    facts = probe(Asset(path=str(MEDIA / "image-399x1000.png"))).facts
    assert isinstance(facts, ImageFacts)
    return Probed(asset=Asset(path="a.png"), facts=msgspec.structs.replace(facts, width_px=0, height_px=0))


def test_a_rule_that_breaks_leaves_the_asset_without_a_verdict_and_says_which() -> None:
    judged = judge(broken(), PROFILE)
    told = [one for one in (*judged.findings, *judged.untold) if one.rule == "image/unjudged"]
    assert any("the rule image/aspect-ratio met ZeroDivisionError" in one.message for one in told)
    assert judged.verdict != "pass"


def test_a_plan_that_breaks_is_failed_and_the_next_file_is_carried_out(tmp_path: Path) -> None:
    narrow = judge(probe(Asset(path=str(MEDIA / "image-399x1000.png"))), PROFILE)
    fix_options = FixOptions(allow="creative")
    todo = planned(msgspec.structs.replace(narrow, facts=broken().facts), PROFILE, fix_options)
    assert "please report it" in todo.fault
    wrong = msgspec.structs.replace(planned(narrow, PROFILE, fix_options), asset=Asset(path=""))
    fine = judge(probe(Asset(path=str(MEDIA / "image-ok.jpeg"))), PROFILE)
    plans = [(narrow, todo), (narrow, wrong), (fine, planned(fine, PROFILE, fix_options))]
    done = fix_all(plans, PROFILE, tmp_path)
    assert [one.outcome for one in done] == ["failed", "failed", "untouched"]
    assert done[0].message == todo.fault


BREAKS = """
import sys
from preflight.report import Header, open_writer, write_report
from preflight.values.findings import Judged
from preflight.values.assets import Asset
good = Judged(asset=Asset(path="good.png"), kind="image")
bad = Judged(asset=Asset(path="bad.png"), kind="image", facts=object())
sheet = open_writer(sys.argv[1], Header(profile="any"), sys.stdout)
print(write_report([sheet], [bad, good]), file=sys.stderr)
"""


@pytest.mark.parametrize("format_name", ["text", "json", "jsonl", "junit", "csv", "markdown"])
def test_a_report_that_breaks_at_one_file_says_so_and_goes_on(format_name: str) -> None:
    ended = subprocess.run([sys.executable, "-c", BREAKS, format_name], capture_output=True, text=True, check=True)
    assert ended.stderr.split() in (["unsure"], ["pass"])
    assert "bad.png" in ended.stdout
    assert ("please report it" in ended.stdout) == (ended.stderr.split() == ["unsure"])
