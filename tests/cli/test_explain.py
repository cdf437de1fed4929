"""A rule's id in; what it checks, why, and what to do out."""

import re

from preflight.cli.commands import COMMANDS as ALL
from preflight.cli.explain import COMMANDS
from preflight.rules import RULES
from tests.cli.conftest import Program


def test_every_rule_is_explained(program: Program) -> None:
    for rule_id in RULES:
        ended = program("explain", rule_id)
        assert ended.status == 0
        assert ended.out.startswith(f"{rule_id}: ")
        for title in ("Why: ", "Fix: ", "Source: "):
            assert f"\n{title}" in ended.out


def test_every_command_that_is_recommended_is_one_for_a_rule_that_there_is() -> None:
    assert set(COMMANDS) <= set(RULES)
    named = re.findall(r"`preflight (\w+)", " ".join(COMMANDS.values()))
    assert named
    assert set(named) <= set(ALL)


def test_an_unknown_rule_is_answered_with_the_nearest(program: Program) -> None:
    ended = program("explain", "video/framerate")
    assert ended.status == 2
    assert "video/frame-rate" in ended.err
