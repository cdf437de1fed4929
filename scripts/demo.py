"""The main job on shipped fixtures, nothing asked: check, fix, check again, submit to a sandbox in this process."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from preflight.sandbox import running

ROOT = Path(__file__).parent.parent
REQUEST = "fixtures/demo/request.toml"


def preflight(*arguments: str, expect: int, **variables: str) -> None:
    """Run the program as a person would, and stop when it does not end as expected."""
    print(f"\n$ preflight {shlex.join(arguments)}", flush=True)
    program = Path(sys.executable).with_name("preflight")
    done = subprocess.run([program, *arguments], cwd=ROOT, env={**os.environ, **variables}, check=False)
    if done.returncode != expect:
        sys.exit(f"expected exit status {expect}, got {done.returncode}")


def main() -> None:
    """Walk through the flow."""
    ready = tempfile.mkdtemp(prefix="demo-", dir=_folder())
    ready = os.path.relpath(ready, ROOT)
    preflight("check", REQUEST, expect=1)
    preflight("fix", REQUEST, "--yes", "--output", ready, expect=0)
    preflight("check", f"{ready}/request.toml", expect=0)
    with running() as sandbox:
        preflight(
            *("submit", f"{ready}/request.toml", "--yes", "--wait", "--download", ready),
            *("--base-url", sandbox.url, "--ledger", f"{ready}/ledger.sqlite3"),
            expect=0,
            EVOLINK_API_KEY="any-key-will-do-in-the-sandbox",
        )
    print(f"\nEverything that was made is in {ready}/")


def _folder() -> Path:
    folder = ROOT / "demo"
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
