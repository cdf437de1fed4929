import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adapters.conftest import MEDIA, ROOT

Given = dict[str, str]


@pytest.fixture
def action() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def judge(action: dict[str, Any], folder: Path, env: Given, **given: str) -> "subprocess.CompletedProcess[str]":
    """Run the last step as a runner does: the inputs filled in, the script by bash that stops at an error."""
    step = action["runs"]["steps"][-1]
    inputs = {name: one.get("default", "") for name, one in action["inputs"].items()} | given
    filled = {key: value.format(inputs) for key, value in map(filled_in, step["env"].items())}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    return subprocess.run(
        command, cwd=folder, env=env | filled, capture_output=True, text=True, timeout=60, check=False
    )


def filled_in(pair: tuple[str, str]) -> tuple[str, str]:
    """Turn `${{ inputs.NAME }}` into what str.format fills in."""
    key, value = pair
    return key, value.replace("${{ inputs.", "{0[").replace(" }}", "]}")


def test_it_is_a_composite_action_whose_inputs_are_described(action: dict[str, Any]) -> None:
    assert {"name", "description", "inputs", "runs"} <= set(action)
    assert action["runs"]["using"] == "composite"
    assert all(one["description"] for one in action["inputs"].values())
    assert [step.get("uses", "").split("@")[0] for step in action["runs"]["steps"]] == ["actions/setup-python", "", ""]
    assert all(step["shell"] == "bash" for step in action["runs"]["steps"][1:])


def test_no_input_is_ever_part_of_a_script(action: dict[str, Any]) -> None:
    assert not [step["run"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")]


def test_it_installs_what_stands_beside_it_with_its_pins(action: dict[str, Any]) -> None:
    install = action["runs"]["steps"][1]["run"]
    assert '-c "$GITHUB_ACTION_PATH/constraints.txt" "$GITHUB_ACTION_PATH"' in install
    assert (ROOT / "constraints.txt").is_file()


def test_findings_become_annotations_and_a_report_for_code_scanning(
    action: dict[str, Any], with_program: Given, tmp_path: Path
) -> None:
    shutil.copy(MEDIA / "video-1920x1080.mp4", tmp_path / "a b.mp4")
    done = judge(action, tmp_path, with_program, paths="a b.mp4\n")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=a b.mp4,title=video/pixels::")
    report = json.loads((tmp_path / "preflight.sarif").read_bytes())
    assert report["version"] == "2.1.0"


def test_a_clean_folder_passes_and_the_level_and_the_profile_are_passed_on(
    action: dict[str, Any], with_program: Given, tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    shutil.copy(MEDIA / "image-ok.jpeg", tmp_path / "media")
    assert judge(action, tmp_path, with_program, paths="media").returncode == 0
    shutil.copy(MEDIA / "video-1920x1080.mp4", tmp_path / "media")
    newer = {"paths": "media", "profile": "seedance-2.0-2026-10", "sarif": "out.sarif"}
    assert judge(action, tmp_path, with_program, **newer).returncode == 0
    assert (tmp_path / "out.sarif").exists()
    assert judge(action, tmp_path, with_program, paths="media", **{"fail-on": "nonsense"}).returncode == 2


@pytest.mark.parametrize("paths", ["$(touch harm)", "`touch harm`", "x; touch harm", "--output=harm", "", "\n\n"])
def test_an_input_is_never_a_script_or_an_option(
    action: dict[str, Any], with_program: Given, tmp_path: Path, paths: str
) -> None:
    assert judge(action, tmp_path, with_program, paths=paths).returncode == 2
    assert not (tmp_path / "harm").exists()
