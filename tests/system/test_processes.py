"""Where a key is held no crash writes down what is in memory, seen on real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.posix import CORE_DUMPED

PROGRAM = Path(sys.executable).with_name("preflight")
KEYS = ("EVOLINK_API_KEY", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

SOMEBODY = """
import ctypes, os, resource
from preflight.system.processes import keep_undumped
if os.geteuid() == 0:
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # becoming somebody else has done it already
before = os.stat("/proc/self/mem").st_uid
keep_undumped()
print(before == os.geteuid(), os.stat("/proc/self/mem").st_uid)
"""

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what is seen here is in Linux's /proc")


@contextmanager
def listening(folder: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """`preflight sandbox` in a process of its own, which waits; it may write cores, as on a developer's machine."""
    ours = {name: value for name, value in os.environ.items() if name not in KEYS}
    with subprocess.Popen(
        ["/bin/sh", "-c", 'ulimit -c "$(ulimit -Hc)"; exec "$0" sandbox --port 0', str(PROGRAM)],
        cwd=folder,
        env={**ours, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline()
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def core_limit(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Return soft and hard limit of the size of a core."""
    lines = Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    (line,) = [one for one in lines if one.startswith("Max core file size")]
    soft, hard = line.removeprefix("Max core file size").split()[:2]
    return soft, hard


def crashed(process: "subprocess.Popen[str]") -> int:
    """Let a process crash, and return how it ended, as the system says."""
    os.kill(process.pid, signal.SIGSEGV)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return status


@pytest.mark.parametrize("key", KEYS)
def test_a_running_command_that_holds_a_key_may_write_no_core(key: str, tmp_path: Path) -> None:
    with listening(tmp_path, **{key: "secret-key-of-a-test"}) as process:
        assert core_limit(process) == ("0", "0")


def test_a_crash_of_one_that_holds_a_key_leaves_no_core(tmp_path: Path) -> None:
    with listening(tmp_path) as process:
        without = crashed(process)
    for one in tmp_path.iterdir():
        one.unlink()
    with listening(tmp_path, EVOLINK_API_KEY="secret-key-of-a-test") as process:
        status = crashed(process)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGSEGV
    assert not status & CORE_DUMPED
    assert not [one for one in tmp_path.iterdir() if "core" in one.name]
    if not without & CORE_DUMPED:
        pytest.skip("no crash leaves a core on this machine, with a key or without: nothing was shown")


def test_the_memory_of_one_that_holds_a_key_is_root_s_alone_to_look_into() -> None:
    """What lies in /proc of a process belongs to who started it, and to root where no core may be left."""
    done = subprocess.run([sys.executable, "-c", SOMEBODY], capture_output=True, text=True, check=True)
    assert done.stdout == "True 0\n"
