"""A Python without what Windows lacks: the package loads there, and what Windows has instead does the work.

Run in processes of their own, in which the modules and names are not there from the beginning.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.specimens import MEDIA

SERVING = "import dask, distributed, mcp.server, pyarrow, starlette.applications, uvicorn, watchfiles\n"
"""What neither a check nor a fix loads, and every module together does."""
WITHOUT = """
import os, select, signal, socket, sys
# What others use of the system stays as it is: only ours is to do without.
import asyncio, multiprocessing.connection, shutil, ssl, subprocess, tempfile
import click, filelock, httpx, platformdirs, rich.console
platformdirs.user_data_path("a")
for name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty"):
    sys.modules[name] = None
"""
NAMES = """
for of, names in (
    (os, "O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY O_PATH geteuid getuid fork fchmod fchdir nice listxattr"),
    (signal, "SIGKILL SIGALRM SIGURG setitimer ITIMER_REAL"),
    (socket, "AF_UNIX send_fds recv_fds"),
    (select, "poll epoll"),
):
    for name in names.split():
        if hasattr(of, name):
            delattr(of, name)
"""
LOADS = """
import pkgutil, importlib, preflight
for one in pkgutil.walk_packages(preflight.__path__, "preflight."):
    if not one.name.endswith("__main__"):
        importlib.import_module(one.name)
print("loaded")
"""
AS_ON_WINDOWS = """
import pathlib
linux, sys.platform = sys.platform, "win32"
import preflight.system.files as files
sys.platform = linux
files.HAS_OWNERS, files.ANY_NAME, files.BY_DESCRIPTOR, files.NO_LINK, files.NO_WAIT = False, False, False, 0, 0
from preflight.cli import main
main()
"""


def run(code: str, *words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="this is how it is there anyway")
def test_every_module_loads_where_half_of_posix_is_missing(tmp_path: Path) -> None:
    done = run(SERVING + WITHOUT + NAMES + LOADS, folder=tmp_path)
    assert (done.stderr, done.stdout) == ("", "loaded\n")


@pytest.mark.skipif(sys.platform == "win32", reason="this is how it is there anyway")
def test_check_and_fix_work_by_what_windows_has_for_files(tmp_path: Path) -> None:
    code = WITHOUT.replace('"resource", ', "") + AS_ON_WINDOWS
    seen = run(code, "check", str(MEDIA / "video-854x480.mp4"), folder=tmp_path)
    assert (seen.returncode, seen.stderr) == (0, ""), seen.stderr
    made = run(
        code, "fix", str(MEDIA / "image-2510x1000.png"), "--yes", "--fit", "crop", "--output", "out", folder=tmp_path
    )
    assert made.returncode == 0, made.stderr + made.stdout
    assert len([*(tmp_path / "out").glob("*.png")]) == 1
