"""Where a key is held no crash writes down what is in memory, seen on real processes."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.system import files, processes
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
        env={**ours, "TMPDIR": str(folder), **environment},  # what a crash leaves is the test's
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


def _files(folder: Path) -> list[Path]:
    """What a crash wrote; the folder of the sandbox stays."""
    return [one for one in folder.iterdir() if one.is_file()]


@pytest.mark.parametrize("key", KEYS)
def test_a_running_command_that_holds_a_key_may_write_no_core(key: str, tmp_path: Path) -> None:
    with listening(tmp_path, **{key: "secret-key-of-a-test"}) as process:
        assert core_limit(process) == ("0", "0")


def test_a_crash_of_one_that_holds_a_key_leaves_no_core(tmp_path: Path) -> None:
    with listening(tmp_path) as process:
        without = crashed(process)
    for core in _files(tmp_path):
        core.unlink()
    with listening(tmp_path, EVOLINK_API_KEY="secret-key-of-a-test") as process:
        status = crashed(process)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGSEGV
    assert not status & CORE_DUMPED
    assert not _files(tmp_path)
    if not without & CORE_DUMPED:
        pytest.skip("no crash leaves a core on this machine, with a key or without: nothing was shown")


def test_the_memory_of_one_that_holds_a_key_is_root_s_alone_to_look_into() -> None:
    """What lies in /proc of a process belongs to who started it, and to root where no core may be left."""
    done = subprocess.run([sys.executable, "-c", SOMEBODY], capture_output=True, text=True, check=True)
    assert done.stdout == "True 0\n"


# ---- calls of the system, within this process -----------------------------------------------------------------------


def test_only_an_end_that_has_something_to_read_is_readable() -> None:
    ours, theirs = socket.socketpair()
    quiet, other = socket.socketpair()
    with ours, theirs, quiet, other:
        ends = [ours.fileno(), quiet.fileno()]
        assert processes.wait_readable(ends, 0) == set()
        theirs.send(b"x")
        assert processes.wait_readable(ends, 0) == {ours.fileno()}
        other.close()
        assert processes.wait_readable(ends, 0) == {*ends}, "one whose peer is gone, too"
    assert processes.wait_readable([], 0) == set()


@given(st.binary(min_size=1, max_size=200), st.integers(0, 4))
def test_a_message_brings_its_descriptors_and_keeps_its_bounds(words: bytes, count: int) -> None:
    ours, theirs = processes.control_pair()
    with ours, theirs, tempfile.TemporaryFile() as file:
        file.write(b"seen")
        file.flush()
        processes.send_ends(ours, words, [file.fileno()] * count)
        processes.send_ends(ours, b"next", [])
        found, ends = processes.receive_ends(theirs, 200, 4)
        assert (found, len(ends)) == (words, count)
        assert processes.receive_ends(theirs, 200, 4) == (b"next", [])
        for end in ends:
            with os.fdopen(end, "rb") as reader:
                reader.seek(0)
                assert reader.read() == b"seen"


def test_a_peer_that_is_gone_is_an_empty_message() -> None:
    ours, theirs = processes.control_pair()
    ours.close()
    with theirs:
        assert processes.receive_ends(theirs, 10, 1) == (b"", [])
    with pytest.raises(OSError, match=r"."):
        processes.send_ends(ours, b"x", [])


def test_killing_what_is_not_there_is_nothing() -> None:
    processes.kill(2**22 + 1)


def test_a_launcher_ends_its_program_with_this_process_and_passes_its_words_on() -> None:
    command = processes.launcher("/usr/bin/python3")
    assert command[0] == "/usr/bin/python3"
    assert command[-1] == str(os.getpid())
    assert {"-I", "-S"} <= {*command}, "nothing of its surroundings changes what it does"


ASKED = """
import ctypes
found = ctypes.c_int()
ctypes.CDLL(None).prctl(2, ctypes.byref(found), 0, 0, 0)  # PR_GET_PDEATHSIG
print(found.value)
"""


KILLED = 9
"""SIGKILL, a name that Windows lacks."""


@pytest.mark.parametrize("module", ["_ctypes", "_absent"])
def test_a_launched_program_has_the_signal_that_ends_it_with_or_without_a_python_s_own_parts(module: str) -> None:
    words = [one.replace("_ctypes", module) for one in processes.launcher(sys.executable)]
    done = subprocess.run([*words, sys.executable, "-I", "-c", ASKED], capture_output=True, text=True, check=True)
    assert (int(done.stdout), done.stderr) == (KILLED, "")


def test_a_child_that_gets_a_socket_inherits_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert processes.stdin_for(ours) == ours.fileno()


def test_a_folder_that_is_held_is_changed_to_though_its_name_is_gone(tmp_path: Path) -> None:
    here = Path.cwd()
    (tmp_path / "a").mkdir()
    place = os.open(tmp_path / "a", files.PLACE)
    (tmp_path / "a").rename(tmp_path / "b")
    try:
        processes.change_folder(place)
        assert Path.cwd() == tmp_path / "b"
    finally:
        os.chdir(here)
        os.close(place)
    with pytest.raises(OSError, match=r"."):
        processes.change_folder(place)


def test_a_bound_on_memory_is_told_where_there_is_one() -> None:
    if sys.platform != "win32":
        import resource

        bound = resource.getrlimit(resource.RLIMIT_AS)[0]
        assert processes.memory_bound() == (None if bound == resource.RLIM_INFINITY else bound)


def test_the_environment_lies_in_memory_as_it_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_A_TEST", "value \udcff of a test")
    assert b"value \xff of a test" in processes.environment_values()


def test_a_timer_is_set_and_unset() -> None:
    if sys.platform != "win32":
        """So long that it never rings within a test."""
        processes.limit_time(10_000)
        left, _ = signal.getitimer(signal.ITIMER_REAL)
        processes.limit_time(0)
        assert left > 0
        assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
