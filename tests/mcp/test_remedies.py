"""Next steps are told to an agent as its tools, and to the person behind it where no tool does."""

import re
from typing import get_args

import pytest
from msgspec.structs import replace

from preflight.errors import CallError, NotDone
from preflight.mcp.remedies import SENTENCES, in_full, said, worded_plan, worded_result
from preflight.mcp.tools import TOOLS
from preflight.plan.result import FixResult
from preflight.server.ui.items import Choices
from preflight.values.phrase import phrase
from preflight.values.remedy import Kind, Remedy, Setting
from tests.server.ui.held import held, planned

FILLED = {"task": "task-1", "entry": 7, "path": "/ledger", "rule": "video/duration", "loss": "creative", "span": "1-4"}


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_remedy_is_a_sentence_and_everything_in_it_is_filled(kind: Kind) -> None:
    words = said(Remedy(kind, **FILLED, until="10:00", address="https://host"))  # type: ignore[arg-type] # of a table
    assert words.strip()
    assert not {"{", "}"} & {*words}
    assert words[-1] in ".,"


@pytest.mark.parametrize("kind", sorted(SENTENCES))
def test_no_tool_is_named_that_is_not_there(kind: Kind) -> None:
    named = {*re.findall(r"\b[a-z]+_[a-z]+\b", SENTENCES[kind])} - {"task_id"}
    assert named <= {*TOOLS}


def test_no_option_of_the_command_line_is_told_to_an_agent_as_its_own() -> None:
    for kind, words in SENTENCES.items():
        options = {*re.findall(r"--[a-z-]+", words)}
        assert not options or kind == "other-port" or "person" in words, words


def test_text_stays_as_it_is_and_nothing_is_nothing() -> None:
    assert said("Do that.") == "Do that."
    assert said(("Do this.", "", Remedy("make-plan"))) == "Do this. plan_fix makes one."
    assert said(()) == said("") == ""


def test_an_error_is_told_with_its_next_step_in_one_line() -> None:
    assert in_full(CallError("it is none", advice=Remedy("make-plan"))) == "it is none. plan_fix makes one."
    assert in_full(NotDone("it is none")) == "it is none"


def test_a_setting_is_called_as_the_person_who_starts_the_server_knows_it() -> None:
    named = {"key": Setting("key"), "bucket": Setting("bucket"), "done": Setting("done")}
    words = in_full(CallError(phrase("{key} is missing for {bucket} and {done}", **named)))
    assert words == "EVOLINK_API_KEY is missing for --bucket and done"


def test_a_plan_that_mends_nothing_says_what_would() -> None:
    undecided = planned(held("image-299x750.png")).plan
    assert undecided
    (words,) = worded_plan(undecided).remedies
    assert "crop, pad or blur" in str(words)
    fitted = planned(held("image-299x750.png", choices=Choices(fit="pad"))).plan
    assert fitted
    assert worded_plan(fitted) == fitted


def test_a_result_says_in_its_message_what_to_do() -> None:
    item = planned(held("image-299x750.png"))
    assert item.plan
    result = FixResult(plan=item.plan, outcome="failed", before=item.judged["original"], message="no space")
    assert worded_result(result).message == "no space"
    told = worded_result(replace(result, remedies=(Remedy("plan-anew"),)))
    assert (told.message, told.remedies) == ("no space. Plan anew: plan_fix.", ())
    assert worded_result(replace(result, message="", remedies=())).message == ""
