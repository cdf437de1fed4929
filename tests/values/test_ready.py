"""Several threads that meet a type for the first time do not end the process."""

import subprocess
import sys

import pytest

FIRST = """
import sys, threading
sys.setswitchinterval(1e-6)
from preflight.profiles import load

together = threading.Barrier(16)

def meet():
    together.wait()
    load("seedance-2.0-2026-04")

threads = [threading.Thread(target=meet) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.parametrize("number", range(3))
def test_threads_may_load_their_first_profile_together(number: int, bare: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", FIRST], env=bare, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), number
