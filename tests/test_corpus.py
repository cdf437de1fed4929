"""Conformance over real files that nobody here made, if a corpus lies beside the checkout or PREFLIGHT_CORPUS names it.

Its truth.jsonl says of each file which rules must be reported as errors (`expect`), of which at least one (`any`), and
which may be (`allow`). A false pass is never tolerated; of the rest 99.5 % have to agree, and each exception is argued.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from preflight.flow.check import check_assets
from preflight.profiles import load
from preflight.values.assets import Asset
from preflight.values.findings import Judged

CORPUS = Path(os.environ.get("PREFLIGHT_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
AGREEMENT = 0.995

pytestmark = pytest.mark.skipif(not (CORPUS / "truth.jsonl").is_file(), reason="no corpus of real files here")


def rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / "truth.jsonl").read_text().splitlines()]


@cache
def verdicts() -> list[Judged]:
    """Judge every file, once for all tests."""
    return [*check_assets([Asset(path=str(CORPUS / row["path"])) for row in rows()], load())]


def disagreement(row: dict[str, Any], errors: set[str]) -> str:
    """Return what is wrong with the errors reported for a row, or nothing; `*/readable` may stand alone."""
    expected, allowed, any_of = set(row["expect"]), set(row["allow"]), set(row.get("any", ()))
    unreadable = f"{row['kind']}/readable"
    if errors == {unreadable} and unreadable in expected | allowed | any_of:
        return ""
    missing, extra = expected - errors, errors - expected - allowed - any_of
    if any_of and not errors & any_of:
        missing |= any_of
    return f"missing {sorted(missing)}, extra {sorted(extra)}" if missing or extra else ""


def test_the_verdicts_agree_with_the_truth_and_nothing_broken_passes() -> None:
    truth = rows()
    wrong, false_passes = {}, []
    for row, judged in zip(truth, verdicts(), strict=True):
        errors = {finding.rule for finding in judged.findings if finding.severity == "error"}
        if said := disagreement(row, errors):
            wrong[row["path"]] = said
        if (row["expect"] or row.get("any")) and not errors:
            false_passes.append(row["path"])
    assert false_passes == []
    assert len(wrong) <= (1 - AGREEMENT) * len(truth), wrong


def test_measures_agree_where_two_decoders_agree() -> None:
    truth = rows()
    apart, compared = {}, 0
    for row, judged in zip(truth, verdicts(), strict=True):
        for name in row.get("sure", ()) if judged.facts else ():
            compared += 1
            measured, known = getattr(judged.facts, name, None), row["facts"][name]
            tolerance = 0.05 * known if name == "frame_rate_hz" else 0.05 if name == "duration_s" else 1
            if measured is None or abs(float(measured) - known) > tolerance:
                apart[row["path"], name] = (measured, known)
    assert len(apart) <= (1 - AGREEMENT) * compared, apart
