"""`preflight profiles compare`: a document of the provider against our editions."""

import copy
import json
from pathlib import Path

from preflight.profiles import edition_for
from tests.cli.conftest import Program
from tests.profiles.test_drift import DOCUMENT, H3


def test_the_command_says_what_no_longer_agrees(program: Program, tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    same = program("profiles", "compare", path)
    assert (same.status, same.out.splitlines()[-1]) == (0, f"{edition_for(H3)}: agrees, 0 to look at.")
    document["components"]["schemas"]["Request"]["properties"]["duration"]["maximum"] = 20
    document["components"]["schemas"]["Model"]["enum"] = [H3, "minimax-h4-text-to-video"]
    path.write_text(json.dumps(document))
    ended = program("profiles", "compare", path)
    assert ended.status == 1
    assert f"bound duration.maximum: {edition_for(H3)} has 15, the document 20" in ended.out
    assert "minimax-h4-text-to-video: no edition describes it; nearest: " in ended.out
    told = json.loads(program("profiles", "compare", path, "--format", "json").out)
    assert told["schema"] == "preflight.drift/1"
    assert told["unknown"] == ["minimax-h4-text-to-video"]
    assert {one["what"] for one in told["drifts"]} == {"bound", "id"}


def test_a_document_that_is_not_there_is_a_wrong_call(program: Program, tmp_path: Path) -> None:
    assert program("profiles", "compare", tmp_path / "absent.json").status == 2
    assert program("profiles", "compare").status == 2
