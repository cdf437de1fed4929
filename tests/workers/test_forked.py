"""A server that is forked from the program: it holds nothing of that, and is forked only where it is safe."""

import os
import subprocess
import sys

import pytest

from preflight.workers.forked import fork_server
from preflight.workers.process import can_fork

pytestmark = pytest.mark.skipif(not can_fork() or sys.platform != "linux", reason="nothing is forked here")
KEY = "sk-of-a-person-0123456789"

LOOK_FOR = """
import os, sys
from pathlib import Path
from preflight.values.bounds import Bounds
from preflight.workers.forked import Fork, earliest
from preflight.workers.starter import Server

held = os.open("/", os.O_RDONLY)
os.set_inheritable(held, True)
control, process = earliest("everything")
assert isinstance(process, Fork)
server = Server((control, process))
child = server.start(Bounds())
child.link.receive(60)
secret = sys.argv[1][::-1].encode()

def holds(pid):
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            area, rights = line.split()[:2]
            begin, end = (int(one, 16) for one in area.split("-"))
            if rights.startswith("rw") and "[v" not in line:
                memory.seek(begin)
                try:
                    if secret in memory.read(end - begin):
                        return True
                except OSError:
                    continue
    return False

(worker,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
print(holds(os.getpid()), holds(process.pid), holds(worker))
for pid in (process.pid, worker):
    links = [f"/proc/{pid}/fd/{fd}" for fd in os.listdir(f"/proc/{pid}/fd")]
    held = sorted(os.readlink(link) for link in links if os.path.islink(link))
    # A server that has nothing to do loads libraries: those files are its own.
    open_ = [name.split(":")[0] for name in held if not name.endswith((".py", ".pyc", ".so"))]
    print(*open_, len(os.listdir(f"/proc/{pid}/task")))
print(b"PATH=" in Path(f"/proc/{process.pid}/environ").read_bytes())
print(child.end() in (0, -9), server.end(), process.status)
"""


def test_a_fork_holds_no_secret_no_file_and_no_thread_of_the_program() -> None:
    env = {**os.environ, "EVOLINK_API_KEY": KEY, "HTTPS_PROXY": f"http://me:{KEY}@proxy", "A": "b", "B": ""}
    command = [sys.executable, "-c", LOOK_FOR, KEY[::-1]]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        "True False False",
        "/dev/null /dev/null /dev/null socket 1",
        "/dev/null /dev/null /dev/null socket 1",
        "False",
        "True None 0",
    ]


THREADED = """
import threading
from preflight.workers.forked import Fork, earliest, fork_server
waits = threading.Event()
threading.Thread(target=waits.wait).start()
assert fork_server("everything") is None
control, process = earliest("everything")
assert not isinstance(process, Fork)
control.close()
process.wait(120)
waits.set()
"""


def test_beside_threads_a_server_starts_afresh() -> None:
    ended = subprocess.run([sys.executable, "-c", THREADED], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_where_each_child_is_to_be_started_by_itself_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_START", "spawn")
    assert fork_server("everything") is None
