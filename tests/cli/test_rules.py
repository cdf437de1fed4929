"""The list of every rule."""

import json

from preflight.rules import RULES
from tests.cli.conftest import Program


def test_rules_lists_every_rule(program: Program) -> None:
    assert [line.split()[0] for line in program("rules").out.splitlines()] == list(RULES)
    listed = json.loads(program("rules", "--format", "json").out)["rules"]
    assert [rule["id"] for rule in listed] == list(RULES)
