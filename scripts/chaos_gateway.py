"""One run of chaos through a gateway: a program that sends its request again and again, whatever it is answered.

The program knows HTTP and nothing else: it changes no base URL, heeds no advice, and sends the same body after every
error. The gateway is a real process, is killed at times, and is started again by whoever watches over it. A person
settles what nobody knows, by `preflight task reconcile`.
"""

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from preflight.sandbox import Sandbox, running
from scripts.chaos_run import DOWNLOADED, KEY, LONGEST_DELAY_S, ROOT, SETTLES_S, Found, Person, Plan, Ran, make_plan

if TYPE_CHECKING:
    import random

    from scripts.chaos_program import Program

CLEAN = ROOT / "fixtures" / "media" / "image-300x300.jpg"
WRONG = ROOT / "fixtures" / "media" / "image-gif.gif"
SETTLED = ("refused", "failed", "accepted", "completed", "downloaded")
"""How entries may stand at the end: nobody downloads anything here."""
ASKS = 600
"""How often the program asks: what is pending on a slow machine takes many looks."""
ANSWER_S = 120.0
START_S = 240.0
PAUSE_S = 0.15
UNKNOWN = "paid_outcome_unknown"
OVER = ("completed", "failed")
ADDRESS = re.compile(r"^(http://\S+)$", re.MULTILINE)


def run(seed: int, number: int, folder: Path) -> Ran:
    """Live through one run in an empty folder, and hold what is left against the laws."""
    from scripts.chaos_laws import broken_laws

    plan, chance = make_plan(seed, number)
    with running(faults=plan.faults, **plan.settings) as sandbox:
        program = Caller(folder, sandbox, plan, chance)
        try:
            end = program.live()
        finally:
            program.end()
        broken = tuple(broken_laws(sandbox, folder, finished=end != "never ended", settled=SETTLED))
    return program.written_down(seed, number, end, broken)


class Caller(Person):
    """A program with one request, and a gateway that is watched over."""

    def __init__(self, folder: Path, sandbox: Sandbox, plan: Plan, chance: "random.Random") -> None:
        super().__init__(folder, sandbox, plan, chance)
        self._fixes = chance.random() < 1 / 2
        self._body: dict[str, Any] = {
            "model": "seedance-2.0-reference-to-video",
            "prompt": "Image 1 sets the palette.",
            "image_urls": [f"file://{WRONG if self._fixes else CLEAN}"],
            "duration": 4,
            "quality": "480p",
        }
        self._named = {"Idempotency-Key": "of-this-one-request"} if chance.random() < 1 / 2 else {}
        self._task = ""
        self._ids = set[str]()
        self._gateway: Program | None = None
        self._url = ""
        self._kill_at_s: float | None = None

    def live(self) -> str:
        """Ask until the task is over; say how it ended."""
        for _ in range(ASKS):
            self._watch()
            end = self._ask()
            if end:
                return end
            time.sleep(PAUSE_S)
        return "never ended"

    def end(self) -> None:
        """End the gateway."""
        if self._gateway and self._gateway.poll() is None:
            self._gateway.terminate()
            self._gateway.wait(START_S)

    # ---- the gateway

    def _watch(self) -> None:
        """Start the gateway where it does not run; kill it when its time has come."""
        if self._gateway and self._gateway.poll() is None and self._kill_at_s is not None:
            if time.monotonic() < self._kill_at_s:
                return
            self._kill()
        if self._gateway is None or self._gateway.poll() is not None:
            self._serve()

    def _serve(self) -> None:
        words = ("serve", "--port", "0", "--base-url", self._sandbox.url, "--ledger", "ledger.sqlite3")
        more = ("--root", str(CLEAN.parent), "--on-fail", "fix" if self._fixes else "refuse")
        self._gateway = self._start(*words, *more)
        said, give_up = self._said[self._gateway.pid], time.monotonic() + START_S
        while not (found := ADDRESS.search(said.read_text(errors="replace"))):
            if self._gateway.poll() is not None or time.monotonic() > give_up:
                self.violations.append(f"the gateway did not start: {said.read_text(errors='replace')[-300:]}")
                return
            time.sleep(0.02)
        self._url = found[1]
        kills = self._kills > 0
        self._kill_at_s = time.monotonic() + self._chance.uniform(0.0, 3 * LONGEST_DELAY_S) if kills else None

    def _kill(self) -> None:
        if self._gateway is None:
            return
        self._gateway.kill()
        self._ended(self._gateway, ("serve",), ANSWER_S)
        self._kills -= 1
        time.sleep(SETTLES_S)

    # ---- the program

    def _ask(self) -> str:
        """Send the request, or ask for its task; say how it ended when it is over."""
        answer = (
            self._called("GET", f"/v1/tasks/{self._task}")
            if self._task
            else self._called("POST", "/v1/videos/generations")
        )
        if answer is None:
            return ""
        told = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        if answer.status_code == httpx.codes.OK and "id" in told:
            return self._heard(told)
        code = told.get("error", {}).get("code")
        if code == UNKNOWN:
            self._settle()
        elif answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            self.violations.append(f"refused: {answer.text[:300]}")
        elif code == "task_not_found" and self._task.startswith("task-preflight-"):
            self.violations.append(f"{self._task} is lost: {answer.text[:200]}")
        return ""

    def _heard(self, told: dict[str, Any]) -> str:
        self._task = told["id"]
        self._ids.add(self._task)
        if told.get("status") not in OVER:
            return ""
        if told["status"] == "failed" and self._chance.random() < 1 / 2:
            self._task = ""  # what failed costs nothing, and may be asked for again
            self._submissions += 1
            return "given up" if self._submissions > 3 else ""  # noqa: PLR2004 - patience has an end
        return DOWNLOADED if told["status"] == "completed" else "failed"

    def _called(self, method: str, path: str) -> httpx.Response | None:
        """Send one call; a kill may come while it is on its way."""
        try:
            with httpx.Client(trust_env=False, timeout=self._limit_s()) as client:
                headers = {"Authorization": f"Bearer {KEY}", **self._named}
                body = self._body if method == "POST" else None
                return client.request(method, f"{self._url}{path}", json=body, headers=headers)
        except httpx.HTTPError:
            if self._kill_at_s is not None:
                self._kill()
            return None

    def _limit_s(self) -> float:
        """Let a call be over when the gateway is to be killed: it is killed in the middle of it."""
        if self._kill_at_s is None:
            return ANSWER_S
        return max(0.01, self._kill_at_s - time.monotonic())

    # ---- the person

    def _settle(self) -> None:
        """Look for the task of an answer that was lost; say that it is gone where nothing is found."""
        entries = self._listed()
        if entries and "unknown" in entries:
            self._find_out(entries["unknown"])

    def _forget(self, broken: str) -> Any:  # noqa: ANN401 - a command, which nobody looks at here
        """Send it again instead of looking: nothing may leave."""
        before = self._sandbox.calls["create"]
        self._called("POST", "/v1/videos/generations")
        if self._sandbox.calls["create"] > before:
            self.violations.append(broken)
        return None

    def _find_out(self, one: Found) -> str:
        if self._chance.random() < 0.3:  # noqa: PLR2004 - three in ten are careless
            self._forget("what may have been accepted was sent again")
            return ""
        self._looked(one)
        return ""
