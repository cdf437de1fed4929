"""Programs are begun without a secret and end with the one that began them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from preflight.system.processes import kill
from preflight.workers.program import NOT_RUN, begin

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its programs lie elsewhere")


def test_a_program_says_what_it_says_and_hears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "sk-of-a-person")
    with begin(["/bin/sh", "-c", "cat; env; echo said >&2; exit 4"]) as program:
        out, said = program.communicate(timeout=120)
    assert program.returncode == 4
    assert said == b"said\n"
    assert b"sk-of-a-person" not in out


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells so late")
def test_what_cannot_be_run_says_why() -> None:
    with begin(["/gone"]) as program:
        _, said = program.communicate(timeout=120)
    assert (program.returncode, said) == (NOT_RUN, b"No such file or directory")


PARENT = """
import sys, time
from preflight.workers.program import begin
print(begin(["/bin/sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends it by itself")
def test_a_program_ends_with_the_one_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        while b"sleep" not in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]:
            time.sleep(0.01)
        kill(parent.pid)
    for _ in range(500):
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except OSError:
            return
        time.sleep(0.01)
    pytest.fail("it goes on")
