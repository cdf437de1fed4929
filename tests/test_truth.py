"""The truth table: every specimen under a profile, and the rules that must be reported for it.

Truth comes from how a specimen was made, not from what the program says of it. See fixtures/README.md.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.make import make
from preflight.flow.check import Measuring, check_assets, check_request
from preflight.profiles import load
from preflight.request.file import load_spec
from preflight.rules import RULES
from preflight.values.assets import Asset
from preflight.values.findings import Finding
from tests.locale.left import english_left
from tests.specimens import KeptPool

FIXTURES = Path(__file__).parent.parent / "fixtures"


class Case(NamedTuple):
    profile: str
    specimen: str
    errors: frozenset[str]
    warnings: frozenset[str]
    infos: frozenset[str]
    either_way: frozenset[str]


def ids(column: str) -> frozenset[str]:
    return frozenset(column.lstrip("?").split(",")) - {"-", ""}


def read_table() -> list[Case]:
    lines = (FIXTURES / "truth.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [Case(row[0], row[1], *map(ids, (*row[2:], "-")[:4])) for row in rows]


TABLE = read_table()


@pytest.fixture(scope="module")
def measuring() -> Iterator[Measuring]:
    pool = KeptPool("exact", jobs=1)
    yield Measuring(pool=pool)
    pool.finish()


def reported(case: Case, path: Path, how: Measuring) -> list[Finding]:
    profile = load(case.profile)
    if path.suffix == ".toml":
        report = check_request(load_spec(path), profile, how)
        return [*report.findings, *(finding for judged in report.assets for finding in judged.findings)]
    (judged,) = check_assets([Asset(path=str(path))], profile, how)
    return list(judged.findings)


@pytest.mark.parametrize(
    "case", TABLE, ids=lambda case: f"{case.specimen}-{case.profile.removeprefix('seedance-2.0-')}"
)
def test_specimen_gets_exactly_the_findings_that_its_making_calls_for(
    case: Case, measuring: Measuring, tmp_path: Path
) -> None:
    path = FIXTURES / case.specimen
    if case.specimen.startswith("large/"):
        path = make(path.name, tmp_path)
    found = reported(case, path, measuring)
    for severity, expected in (("error", case.errors), ("warning", case.warnings), ("info", case.infos)):
        said = {finding.rule for finding in found if finding.severity == severity}
        assert said - case.either_way == expected - case.either_way, [f.message for f in found]
    assert [left for finding in found for left in english_left(finding.message)] == []


def test_every_documented_rule_has_a_specimen_that_breaks_it_and_one_that_does_not() -> None:
    broken = {rule for case in TABLE for rule in case.errors | case.warnings | case.infos}
    families = {case.specimen.split("-")[0].split("/")[-1] for case in TABLE}
    assert {"image", "video", "audio"} <= families
    unprovoked = {"image/unjudged", "video/unjudged", "audio/unjudged", "unknown/unjudged", "unknown/readable"}
    unprovoked.add("request/model")  # one edition alone refuses the call; tests/test_comparison.py provokes it
    unprovoked.add("request/video-total-size")  # takes clips of 50 MB; tests/profiles/test_editions.py makes them up
    assert set(RULES) - broken - unprovoked == set()
    assert any(not case.errors and not case.warnings for case in TABLE)
