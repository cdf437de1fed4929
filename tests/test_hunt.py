"""Specimens that ordinary tools judge wrongly, if a folder of them lies beside the checkout or PREFLIGHT_HUNT names it.

Its truth.jsonl says of each file which rules must be reported, what was measured by two decoders, and what a fix may
make of it. What was made is judged by `hunt_judges`, which knows nothing of the program; that half is slow, and
`make test-real` runs it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from preflight.cli import main
from preflight.flow.check import Measuring, check_assets
from preflight.probe import Depth
from preflight.profiles import load
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from tests.hunt_judges import wrong
from tests.specimens import KeptPool

HUNT = Path(os.environ.get("PREFLIGHT_HUNT", Path(__file__).parents[2] / "shared" / "hunt"))
TRUTH = HUNT / "truth.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in TRUTH.read_text().splitlines()] if TRUTH.is_file() else []

pytestmark = pytest.mark.skipif(not ROWS, reason="no folder of such specimens here")


def name(row: dict[str, Any]) -> str:
    return f"{row['path']}-{row['at']}"


def source_of(row: dict[str, Any], folder: Path) -> Path:
    """Return a specimen; a large one is built by the script that lies beside the truth."""
    if "derive" not in row:
        return HUNT / str(row["path"])
    code = (
        "import json, runpy, sys; build = runpy.run_path(sys.argv[1])['build']; "
        "build(json.loads(sys.argv[2]), sys.argv[3], sys.argv[4])"
    )
    target = folder / str(row["path"])
    arguments = [str(HUNT / "derive.py"), json.dumps(row["derive"]), str(target), str(HUNT)]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    return target


def matches(said: str, pattern: str) -> bool:
    return fnmatch(said, pattern)


def unlisted(errors: set[str], row: dict[str, Any]) -> Iterator[str]:
    """Yield the errors that the truth neither expects nor allows, and those that it misses."""
    allowed = [*row["expect"], *row["allow"], *row.get("any", ())]
    unreadable = f"{row['kind']}/readable"
    if errors == {unreadable} and unreadable in allowed:
        return
    yield from (f"extra {rule}" for rule in sorted(errors) if not any(matches(rule, one) for one in allowed))
    yield from (f"missing {rule}" for rule in row["expect"] if rule not in errors)
    if row.get("any") and not any(matches(rule, one) for rule in errors for one in row["any"]):
        yield f"missing one of {row['any']}"


def mismeasured(row: dict[str, Any], judged: Judged) -> Iterator[str]:
    """Yield the measures that are not the truth's."""
    if not row["facts"]:
        return
    if judged.facts is None:
        yield "nothing was measured"
        return
    for field, known in row["facts"].items():
        value = getattr(judged.facts, field, None)
        rate, length = row.get("rate_tol", 0.001) * known, row.get("duration_tol", 0.042)
        tolerance = {"frame_rate_hz": rate, "duration_s": length, "frames": 0}.get(field, 1)
        if value is None or abs(float(value) - known) > tolerance:
            yield f"{field} is {value}, not {known}"


def misjudged(row: dict[str, Any], judged: Judged) -> list[str]:
    """Return in what a verdict is not the truth's."""
    said = {(f.rule, f.severity) for f in judged.findings}
    errors = {rule for rule, severity in said if severity == "error"}
    warned = {rule for rule, severity in said if severity == "warning"}
    found = [*unlisted(errors, row), *mismeasured(row, judged)]
    found += [f"no warning {rule}" for rule in row["warn"] if rule not in warned and not errors & {"image/readable"}]
    found += [f"false {rule}" for rule in row.get("unwarn", ()) if rule in warned | errors]
    if row.get("kind_must") and judged.kind != row["kind"]:
        found.append(f"kind is {judged.kind}")
    if judged.facts is not None and judged.facts.format in row.get("not_format", ()):
        found.append(f"format is {judged.facts.format}")
    return found


DISPUTED = {
    "04_hevc_field_seq_25fps.mp4": "its parameter sets say field_seq_flag 0 and progressive, it has no picture timing,"
    " and two decoders show frames of 1280x360; nothing in it tells of fields",
}
"""Rows whose truth the file itself contradicts."""


def asked() -> list[object]:
    """Return the rows of single files; a disputed one has to differ."""
    rows = [row for row in ROWS if row["kind"] != "folder"]
    differs = {path: pytest.mark.xfail(reason=why) for path, why in DISPUTED.items()}
    return [pytest.param(row, id=name(row), marks=differs.get(row["path"], ())) for row in rows]


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[Depth, KeptPool]]:
    depths: tuple[Depth, ...] = get_args(Depth)
    by_depth = {depth: KeptPool(depth, jobs=1) for depth in depths}
    yield by_depth
    for pool in by_depth.values():
        pool.finish()


@pytest.mark.parametrize("row", asked())
def test_a_specimen_is_judged_as_two_decoders_have_it(
    row: dict[str, Any], pools: dict[Depth, KeptPool], tmp_path: Path
) -> None:
    how = Measuring(pool=pools[row["at"]])
    (judged,) = check_assets([Asset(path=str(source_of(row, tmp_path)))], load(), how)
    assert misjudged(row, judged) == [], msgspec.to_builtins(judged.facts, enc_hook=str)


@pytest.mark.parametrize("row", [row for row in ROWS if row["kind"] == "folder"], ids=name)
def test_a_folder_names_every_medium_in_it(row: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "preflight", "check", str(HUNT / row["path"]), "--format", "json", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    said = {
        Path(asset["path"]).name: [f["rule"] for f in asset["findings"] if f["severity"] == "error"]
        for asset in report["assets"]
    }
    for member, wanted in row["members"].items():
        assert member in said
        assert bool(said[member]) == bool(wanted), (member, said[member])
        assert all(any(matches(rule, one) for one in wanted) for rule in said[member]), (member, said[member])
    assert not set(row["passed_over"]) & said.keys()
    assert done.returncode == 1
    text = subprocess.run([*command[:5], "--no-cache"], capture_output=True, text=True, check=False)
    assert "1 file" in text.stdout + text.stderr
    assert "no media" in text.stdout + text.stderr


FIXED = [row for row in ROWS if row["kind"] != "folder" and (row["fix"] or row.get("must") or "loss_if_any" in row)]


@pytest.mark.skipif(os.environ.get("TEST_REAL") is None, reason="`make test-real` runs it")
@pytest.mark.parametrize("row", FIXED, ids=name)
def test_a_fix_makes_what_the_source_shows_or_nothing(
    row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    source = source_of(row, tmp_path)
    command = ["preflight", "fix", str(source), "--yes", "--no-cache", "--format", "json"]
    command += ["--output", str(tmp_path / "out"), "--jobs", "1", *row.get("fix_args", ())]
    monkeypatch.setattr(sys, "argv", command)
    monkeypatch.setenv("PREFLIGHT_START", "spawn")  # no server of its own: the one of all tests forks for it
    with pytest.raises(SystemExit):
        main()
    out, err = capfd.readouterr()
    assert out, err
    (one,) = json.loads(out)["assets"]
    said = f"{one['outcome']} {one['loss']} {one['message']} {[s['words'] for s in one['steps']]}"
    if row["fix"] == "none":
        assert one["outcome"] != "fixed", said
        return
    if row["fix"]:
        assert one["outcome"] == "fixed", said
    if one["outcome"] != "fixed":
        return
    loss = row["fix"] if row["fix"] in ("lossless", "lossy") else row.get("loss_if_any", one["loss"])
    found = wrong(Path(one["output"]), source, row["kind"], row.get("must") or {}, out + err)
    assert (found, one["loss"]) == ([], loss), said
