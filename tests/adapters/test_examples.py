"""The examples do what they say; what Dagster and Airflow make of them is theirs to test."""

import ast
import importlib.util
import json
import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path
from types import ModuleType

import click
import pytest

from preflight.cli.commands import root
from preflight.profiles.index import index
from tests.adapters.conftest import MEDIA, ROOT
from tests.posix import make_pipe

EXAMPLES = ROOT / "examples"
CHECK_NEW = EXAMPLES / "check-new.sh"
OK, TOO_LARGE = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4"


@pytest.fixture(scope="module")
def gate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gate", EXAMPLES / "gate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the function ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("with_program")
def test_a_report_comes_back_whatever_the_verdict(gate: ModuleType, tmp_path: Path) -> None:
    clean = gate.judged([OK])
    assert (clean["schema"], clean["verdict"], gate.wrong(clean)) == ("preflight.report/1", "pass", [])
    failing = gate.judged([OK, TOO_LARGE])
    assert failing["verdict"] == "fail"
    assert gate.wrong(failing) == [
        f"{TOO_LARGE}: video/pixels: 1920 x 1080 = 2,073,600 pixels; 409,600 to 927,408 pixels allowed"
    ]
    make_pipe(tmp_path / "pipe.mp4")
    assert gate.judged([tmp_path])["verdict"] == "unsure"


@pytest.mark.usefixtures("with_program")
def test_any_name_and_another_profile_may_be_given(gate: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "-\n\udcff.mp4"
    shutil.copy(TOO_LARGE, path)
    report = gate.judged([path], profile="seedance-2.0-2026-10")
    assert (report["verdict"], report["profile"], len(report["assets"])) == ("pass", "seedance-2.0-2026-10", 1)


@pytest.mark.usefixtures("with_program")
def test_what_was_not_judged_is_never_taken_for_a_report(gate: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(gate.CallFailed, match="absent"):
        gate.judged([OK], profile="absent")
    with pytest.raises(gate.CallFailed, match="no picture, clip or sound found"):
        gate.judged([tmp_path])
    with pytest.raises(gate.CallFailed, match="No such file"):
        gate.judged([OK], program=str(tmp_path / "absent"))
    with pytest.raises(gate.CallFailed, match="timed out"):
        gate.judged([OK], timeout_s=0.001)


# ---- the modules that stand on it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dagster_check.py", "airflow_operator.py", "gate.py"])
def test_a_module_parses_and_takes_from_the_gate_only_what_is_there(gate: ModuleType, name: str) -> None:
    tree = ast.parse((EXAMPLES / name).read_text(encoding="utf-8"))
    taken = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "gate"
        for alias in node.names
    ]
    assert all(hasattr(gate, one) for one in taken)
    assert bool(taken) == (name != "gate.py")
    assert ast.get_docstring(tree)


def test_every_example_is_in_the_list_of_examples() -> None:
    said = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.iterdir():
        assert path.name.startswith((".", "__")) or path.name == "README.md" or f"`{path.name}`" in said


# ---- the recipe for the shell ---------------------------------------------------------------------------------------


def run(
    folder: str | Path, env: dict[str, str], *more: str, cwd: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    command = [str(CHECK_NEW), str(folder), *more]
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def test_the_recipe_may_be_run_and_any_shell_understands_it() -> None:
    assert CHECK_NEW.stat().st_mode & stat.S_IXUSR
    subprocess.run(["/bin/sh", "-n", str(CHECK_NEW)], check=True)


def test_the_recipe_judges_what_is_new_since_all_was_clean(with_program: dict[str, str], tmp_path: Path) -> None:
    assert (run(tmp_path, with_program).returncode, run(tmp_path, with_program).stdout) == (0, "")
    shutil.copy(OK, tmp_path / "a\n'b.jpeg")
    time.sleep(0.05)
    (tmp_path / "a\n'b.jpeg").touch()
    done = run(tmp_path, with_program)
    assert (done.returncode, "PASS 1 file" in done.stdout) == (0, True)
    assert run(tmp_path, with_program).stdout == ""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "c.mp4").write_bytes(TOO_LARGE.read_bytes())
    for _ in range(2):  # what was found is found again until it is gone
        done = run(tmp_path, with_program)
        assert (done.returncode, "FAIL 1 file" in done.stdout) == (1, True)
    assert run(tmp_path, with_program, "--profile", "seedance-2.0-2026-10").returncode == 0
    assert run(tmp_path, with_program).stdout == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == [".preflight-clean", "a\n'b.jpeg", "new"]


def test_what_comes_with_an_old_date_is_new(with_program: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(OK, tmp_path)
    assert run(tmp_path, with_program).returncode == 0
    time.sleep(0.05)
    shutil.copy(TOO_LARGE, tmp_path)
    os.utime(tmp_path / TOO_LARGE.name, (1, 1))
    done = run(tmp_path, with_program)
    assert (done.returncode, "FAIL 1 file" in done.stdout) == (1, True)


def test_what_lies_beside_media_is_passed_over_and_anything_else_is_judged(
    with_program: dict[str, str], tmp_path: Path
) -> None:
    for name in ("take.TXT", "take.json", ".hidden", "take.xmp"):
        (tmp_path / name).write_text("a note")
    assert (run(tmp_path, with_program).returncode, run(tmp_path, with_program).stdout) == (0, "")
    (tmp_path / "take").write_text("nobody knows")
    done = run(tmp_path, with_program)
    assert (done.returncode, "unknown/readable" in done.stdout) == (1, True)


ODD = ["a\nb.jpeg", "-x.jpeg", "c\r.jpeg", "\udcff.jpeg", "e\x1b[31m.jpeg", "http:x.jpeg", " x .jpeg"]
ODD += ["--output=x.jpeg"]


def test_no_name_is_two_or_an_option_or_acts_upon_a_terminal(with_program: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    for name in ODD:
        shutil.copy(OK, tmp_path / "new" / name)
    for folder, here in ((tmp_path, None), (".", tmp_path / "new"), ("new", tmp_path)):
        done = run(folder, with_program, "--no-cache", cwd=here)
        assert (done.returncode, f"PASS {len(ODD)} files: {len(ODD)} pass" in done.stdout) == (0, True)
        assert done.stdout.replace("\n", "").isprintable()
        for mark in tmp_path.rglob(".preflight-clean"):
            mark.unlink()


def test_a_search_that_did_not_come_to_its_end_is_no_clean_run(with_program: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    partial = tmp_path / "bin" / "find"
    partial.write_text(f'#!/bin/sh\n{shutil.which("find")} "$@"; exit 1\n')
    partial.chmod(0o755)
    (tmp_path / "new").mkdir()
    shutil.copy(OK, tmp_path / "new")
    path = f"{tmp_path / 'bin'}{os.pathsep}{with_program['PATH']}"
    done = run(tmp_path / "new", {**with_program, "PATH": path})
    assert (done.returncode, "not all of" in done.stderr) == (3, True)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["image-ok.jpeg"]


def test_the_recipe_passes_the_exit_status_on(with_program: dict[str, str], tmp_path: Path) -> None:
    assert run("", with_program).returncode == 2
    shutil.copy(OK, tmp_path)
    assert run(tmp_path, with_program, "--profile", "absent").returncode == 2
    assert not (tmp_path / ".preflight-clean").exists()
    assert run(tmp_path / "absent", with_program).returncode != 0


def test_a_folder_that_is_named_like_an_option_is_a_folder(with_program: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "-delete").mkdir()
    (tmp_path / "-delete" / "a.jpeg").write_bytes(OK.read_bytes())
    done = run("-delete", with_program, cwd=tmp_path)
    assert (done.returncode, "PASS 1 file" in done.stdout) == (0, True)


# ---- in front of the gateway ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["compose.yaml", "preflight-gateway.service"])
def test_the_gateway_is_started_with_options_that_it_has(name: str) -> None:
    text = (EXAMPLES / "gateway" / name).read_text(encoding="utf-8")
    begin, end = ("command:", "environment:") if name.endswith("yaml") else ("ExecStart=", "\n")
    told = re.findall(r"(?<=[ ])--[a-z-]+", text.partition(begin)[2].partition(end)[0])
    command = root.get_command(click.Context(root), "serve")
    assert command
    known = {option for parameter in command.params for option in parameter.opts}
    assert len(told) >= 5
    assert set(told) <= known


def test_what_asks_the_gateway_asks_by_its_paths() -> None:
    flow = json.loads((EXAMPLES / "gateway" / "n8n.json").read_text(encoding="utf-8"))
    names = {node["name"] for node in flow["nodes"]}
    ends = {end["node"] for ways in flow["connections"].values() for way in ways["main"] for end in way}
    assert ends <= names
    create = next(node for node in flow["nodes"] if node["name"] == "Create")
    assert json.loads(create["parameters"]["jsonBody"])["model"] in index().models
    tree = ast.parse((EXAMPLES / "gateway" / "airflow_gateway.py").read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert {"v1/videos/generations", "Idempotency-Key"} <= said
