"""Kill `preflight fix` at random moments of a batch, again and again, and see that nothing is lost.

    python scripts/kills.py [--kills 100] [--seed 1]

After the last kill one run is let finish. Then every source is as it was, every one has exactly one new file that
passes, and nothing unfinished lies about.
"""

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEDIA = ROOT / "fixtures" / "media"
PREFLIGHT = str(Path(sys.executable).with_name("preflight"))
BROKEN: tuple[str, ...] = (
    "video-12fps.mp4",
    "video-1920x1080.mp4",
    "video-20s.mp4",
    "video-61fps.mp4",
    "video-mkv-20s.mkv",
)
BROKEN += ("image-gif.gif", "image-299x300.jpg", "audio-15.1s.mp3", "audio-flac.flac", "audio-15.001s.wav")
LONGEST_S = 4.0
"""A run is killed by then; one that ended before counts as well."""


def batch(folder: Path) -> dict[str, str]:
    """Put specimens that can be mended into a folder; return name → SHA-256.

    Raises:
        SystemExit: one of them is gone: what is not there is not tried, and a run without it would prove less.
    """
    if missing := [name for name in BROKEN if not (MEDIA / name).is_file()]:
        sys.exit(f"kills: specimens are missing: {', '.join(missing)}; `make fixtures` makes them")
    folder.mkdir()
    for name in BROKEN:
        shutil.copy(MEDIA / name, folder / name)
    return hashes(folder)


def hashes(folder: Path) -> dict[str, str]:
    """Return name → SHA-256 of the files of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def killed(sources: Path, ready: Path, after_s: float) -> bool:
    """Start a run and kill it; return whether it still ran."""
    command = [PREFLIGHT, "fix", str(sources), "--yes", "--output", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        try:
            child.wait(after_s)
        except subprocess.TimeoutExpired:
            child.kill()
            return True
    return False


def faults(sources: Path, ready: Path, before: dict[str, str]) -> list[str]:
    """Let a run finish and return what is not as it should be."""
    command = [PREFLIGHT, "fix", str(sources), "--yes", "--output", str(ready), "--format", "json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [] if ended.returncode == 0 else [f"the last run ended with {ended.returncode}: {ended.stderr}"]
    if hashes(sources) != before:
        found.append("a source was changed")
    told = {Path(asset["path"]).name: asset["output"] for asset in json.loads(ended.stdout)["assets"]}
    made = {Path(output).name for output in told.values() if output}
    there = {path.name for path in ready.iterdir() if path.name != ".preflight"}
    records = {path.name for path in (ready / ".preflight").iterdir()}
    if {name.removesuffix(".json") for name in records} != there:
        found.append(f"files without a record, or records without a file: {sorted(there)}, {sorted(records)}")
    if there != made or len(made) != len(before):
        found.append(f"not one new file for each source: {sorted(there)} and {told}")
    check = subprocess.run([PREFLIGHT, "check", str(ready)], capture_output=True, text=True, check=False)
    return [*found, *([check.stdout] if check.returncode else [])]


def kill(kills: int, seed: int, folder: Path) -> list[str]:
    """Kill runs at random moments, starting anew whenever one came to its end; return what went wrong."""
    moments = random.Random(seed)  # noqa: S311 - moments, not secrets
    before = batch(folder / "in")
    done = rounds = 0
    found: list[str] = []
    while done < kills and not found:
        ready = folder / f"ready-{rounds}"
        while done < kills:
            running = killed(folder / "in", ready, moments.uniform(0.05, LONGEST_S))
            done += running
            if not running:
                break
        time.sleep(2.5)  # what a killed run held a moment ago is left alone
        found = faults(folder / "in", ready, before) if ready.exists() or done else []
        rounds += 1
    print(f"{done} kills in {rounds} batches, seed {seed}: {'; '.join(found) or 'nothing was lost'}")
    return found


def main() -> None:
    """Kill as often as asked; exit 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="preflight-kills-") as name:
        sys.exit(bool(kill(given.kills, given.seed, Path(name))))


if __name__ == "__main__":
    main()
