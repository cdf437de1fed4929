"""The main job on shipped fixtures, nothing asked: check, fix, check again, submit to a sandbox in this process.

Then the same request once more, by curl through a gateway: refused, then fixed on the way, then completed.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from preflight.sandbox import running

ROOT = Path(__file__).parent.parent
REQUEST = "fixtures/demo/request.toml"
KEY = "any-key-will-do-in-the-sandbox"
LIMIT_S = 300


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
            EVOLINK_API_KEY=KEY,
        )
    with running() as sandbox:
        gateway(sandbox.url, ready)
    print(f"\nEverything that was made is in {ready}/")


def gateway(service: str, folder: str) -> None:
    """Put a gateway between curl and the sandbox: the request is refused, then fixed on the way, then completed."""
    body = {
        "model": "seedance-2.0-reference-to-video",
        "prompt": "Image 1 is the rider. Follow the camera of video 1.",
        "image_urls": [f"file://{ROOT / 'fixtures' / 'demo' / 'rider.jpg'}"],
        "video_urls": [f"file://{ROOT / 'fixtures' / 'demo' / 'drive.mov'}"],
        "duration": 5,
        "quality": "480p",
        "aspect_ratio": "16:9",
    }
    ledger = f"{folder}/gateway.sqlite3"
    with served("--base-url", service, "--ledger", ledger) as url:
        status, told = asked(f"{url}/v1/videos/generations", body)
        expect(status == 422, told)  # noqa: PLR2004 - what the gateway answers where nothing is sent
        for finding in told["findings"]:
            print(f"  {finding['asset']}: {finding['severity']} {finding['rule']}: {finding['message']}")
    with served("--on-fail", "fix", "--base-url", service, "--ledger", ledger) as url:
        status, told = asked(f"{url}/v1/videos/generations", body)
        expect(status == 200, told)  # noqa: PLR2004 - HTTP's own
        task, give_up = told["id"], time.monotonic() + LIMIT_S
        while told["status"] not in ("completed", "failed") and time.monotonic() < give_up:
            time.sleep(2)
            _, told = asked(f"{url}/v1/tasks/{task}")
        expect(told["status"] == "completed", told)


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Run a gateway until the block ends; give its address."""
    words = ("serve", "--port", "0", "--root", "fixtures/demo", *arguments)
    print(f"\n$ preflight {shlex.join(words)} &", flush=True)
    program = Path(sys.executable).with_name("preflight")
    with subprocess.Popen(
        [program, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            yield child.stdout.readline().strip() if child.stdout else ""
        finally:
            child.terminate()


def asked(url: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
    """Ask by curl, or by httpx where there is none; print what is asked and what is answered, in short."""
    words = ["curl", "-sS", url, "-H", "Authorization: Bearer $EVOLINK_API_KEY"]
    words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)] if body else []
    print(f"\n$ {' '.join(one if one.startswith(('-', 'curl', 'http')) else repr(one) for one in words)}", flush=True)
    if shutil.which("curl"):
        real = [one.replace("$EVOLINK_API_KEY", KEY) for one in words]
        done = subprocess.run([*real, "-w", "\n%{http_code}"], capture_output=True, text=True, check=True)
        content, _, status = done.stdout.rpartition("\n")
    else:
        import httpx

        print("(there is no curl on this machine: httpx asks the same)")
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = httpx.request("POST" if body else "GET", url, json=body, headers=headers, timeout=60)
        content, status = answer.text, str(answer.status_code)
    told = dict(json.loads(content))
    shown = {name: told[name] for name in ("id", "status", "progress", "results") if name in told}
    print(f"  HTTP {status} {json.dumps(shown or {'error': told['error']['message']})}")
    return int(status), told


def expect(holds: bool, told: object) -> None:  # noqa: FBT001 - the one thing that is asked
    """Stop where something came otherwise."""
    if not holds:
        sys.exit(f"expected something else than {told}")


def _folder() -> Path:
    folder = ROOT / "demo"
    folder.mkdir(exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
