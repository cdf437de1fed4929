import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.adapters.conftest import MEDIA, ROOT

Given = dict[str, str]

STEP = {"id", "name", "if", "run", "shell", "env", "working-directory", "uses", "with", "continue-on-error"}
"""What a step of a composite action may say, by the documented syntax."""


@pytest.fixture
def action() -> dict[str, Any]:
    found = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def runner(tmp_path: Path) -> Given:
    """What a runner sets, and what the step before has installed."""
    installed = tmp_path / "runner's temp" / "preflight" / "bin"
    installed.mkdir(parents=True)
    (installed / "preflight").symlink_to(Path(sys.executable).with_name("preflight"))
    told = {"GITHUB_OUTPUT": tmp_path / "output", "GITHUB_STEP_SUMMARY": tmp_path / "summary"}
    for path in told.values():
        path.touch()
    paths = {**told, "GITHUB_ACTION_PATH": ROOT, "RUNNER_TEMP": installed.parent.parent}
    return {**os.environ, "GITHUB_ACTIONS": "true", "CI": "true", **{name: str(path) for name, path in paths.items()}}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The workspace."""
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def judge(action: dict[str, Any], folder: Path, env: Given, **given: str) -> "subprocess.CompletedProcess[str]":
    """Run the last step as a runner does: the inputs filled in, the script by bash that stops at an error."""
    step = action["runs"]["steps"][-1]
    inputs = {name: one.get("default", "") for name, one in action["inputs"].items()} | given
    filled = {key: value.format(inputs) for key, value in map(filled_in, step["env"].items())}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    said = {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
    return subprocess.run(
        command, cwd=folder, env=env | said | filled, capture_output=True, text=True, timeout=60, check=False
    )


def filled_in(pair: tuple[str, str]) -> tuple[str, str]:
    """Turn `${{ inputs.NAME }}` into what str.format fills in."""
    key, value = pair
    return key, value.replace("${{ inputs.", "{0[").replace(" }}", "]}")


def test_it_is_a_composite_action_whose_inputs_are_described(action: dict[str, Any]) -> None:
    assert set(action) == {"name", "description", "inputs", "outputs", "runs"}
    assert set(action["runs"]) == {"using", "steps"}
    assert action["runs"]["using"] == "composite"
    for one in action["inputs"].values():
        assert one["description"]
        assert set(one) <= {"description", "required", "default", "deprecationMessage"}
        assert isinstance(one.get("default", ""), str)
    assert all(set(one) == {"description", "value"} for one in action["outputs"].values())
    steps = action["runs"]["steps"]
    assert all(set(step) <= STEP and ("uses" in step) != ("run" in step) for step in steps)
    assert [step.get("uses", "").split("@")[0] for step in steps] == ["actions/setup-python", "", ""]
    assert all(step["shell"] == "bash" for step in steps[1:])


def test_the_python_of_the_job_and_what_is_installed_there_stay_as_they_are(action: dict[str, Any]) -> None:
    python, install, run = action["runs"]["steps"]
    assert python["with"]["update-environment"] is False
    assert install["env"] == {"PYTHON": f"${{{{ steps.{python['id']}.outputs.python-path }}}}"}
    made, filled = install["run"].splitlines()
    assert made == '"$PYTHON" -m venv "$RUNNER_TEMP/preflight"'
    assert filled.startswith('"$RUNNER_TEMP/preflight/bin/python" -m pip install ')
    assert '"$RUNNER_TEMP/preflight/bin/preflight" check ' in run["run"]


@pytest.mark.parametrize("number", [1, 2])
def test_every_script_is_one_that_bash_understands(action: dict[str, Any], number: int) -> None:
    command = ["bash", "-n", "-c", action["runs"]["steps"][number]["run"]]
    subprocess.run(command, check=True)


def test_no_input_is_ever_part_of_a_script(action: dict[str, Any]) -> None:
    assert not [step["run"] for step in action["runs"]["steps"] if "${{" in step.get("run", "")]


def test_it_installs_what_stands_beside_it_with_its_pins(action: dict[str, Any]) -> None:
    install = action["runs"]["steps"][1]["run"]
    assert '-c "$GITHUB_ACTION_PATH/constraints.txt" "$GITHUB_ACTION_PATH"' in install
    assert (ROOT / "constraints.txt").is_file()


def test_findings_become_annotations_and_a_report_for_code_scanning(
    action: dict[str, Any], runner: Given, place: Path
) -> None:
    shutil.copy(MEDIA / "video-1920x1080.mp4", place / "a b.mp4")
    done = judge(action, place, runner, paths="a b.mp4\n")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=a b.mp4,title=video/pixels::")
    report = json.loads((place / "preflight.sarif").read_bytes())
    assert report["version"] == "2.1.0"
    assert all(Path(runner[name]).read_bytes() == b"" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"))


def test_a_clean_folder_passes_and_the_level_and_the_profile_are_passed_on(
    action: dict[str, Any], runner: Given, place: Path
) -> None:
    (place / "media").mkdir()
    shutil.copy(MEDIA / "image-ok.jpeg", place / "media")
    assert judge(action, place, runner, paths="media").returncode == 0
    shutil.copy(MEDIA / "video-1920x1080.mp4", place / "media")
    newer = {"paths": "media", "profile": "seedance-2.0-2026-10", "sarif": "out.sarif"}
    assert judge(action, place, runner, **newer).returncode == 0
    assert (place / "out.sarif").exists()
    assert judge(action, place, runner, paths="media", **{"fail-on": "nonsense"}).returncode == 2


@pytest.mark.parametrize("paths", ["$(touch harm)", "`touch harm`", "x; touch harm", "--output=harm", "", "\n\n"])
def test_an_input_is_never_a_script_or_an_option(
    action: dict[str, Any], runner: Given, place: Path, paths: str
) -> None:
    assert judge(action, place, runner, paths=paths).returncode == 2
    assert not (place / "harm").exists()
