"""What one system has and another has not is named in one room alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import preflight

PACKAGE = Path(preflight.__file__).parent
ROOM = PACKAGE / "system"
"""The modules that may name it."""
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "msvcrt", "winreg", "_winapi"}
NAMES = {
    "os": {
        *("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_DIRECTORY", "O_PATH", "O_BINARY", "O_SYNC", "O_TMPFILE"),
        *("geteuid", "getuid", "getegid", "getgid", "setuid", "umask", "chown", "fchown", "fchmod", "mkfifo", "mknod"),
        *(
            "fork",
            "forkpty",
            "wait",
            "waitpid",
            "waitstatus_to_exitcode",
            "WIFSIGNALED",
            "WTERMSIG",
            "killpg",
            "setsid",
        ),
        *("nice", "uname", "sysconf", "getxattr", "setxattr", "listxattr", "fdatasync", "sync", "pread", "pwrite"),
        *("fchdir", "environb", "openpty", "register_at_fork", "name", "supports_dir_fd", "supports_follow_symlinks"),
    },
    "signal": {
        "SIGKILL",
        "SIGALRM",
        "SIGHUP",
        "SIGPIPE",
        "SIGUSR1",
        "SIGURG",
        "SIGCHLD",
        "SIGQUIT",
        "setitimer",
        "alarm",
    },
    "socket": {"AF_UNIX", "SOCK_SEQPACKET", "send_fds", "recv_fds", "fromshare", "SO_REUSEPORT"},
    "select": {"poll", "epoll", "kqueue"},
    "sys": {"platform", "getwindowsversion"},
    "subprocess": {"CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP", "STARTUPINFO"},
    "ctypes": {"CDLL", "WinDLL", "windll"},
}


def named(path: Path) -> Iterator[str]:
    """Yield what a file names that not every system has."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (f"{node.lineno}: {one.name}" for one in node.names if one.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            names = NAMES.get(node.module or "", set())
            if node.module in MODULES or names & {one.name for one in node.names}:
                yield f"{node.lineno}: from {node.module}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.attr in NAMES.get(node.value.id, set()):
                yield f"{node.lineno}: {node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr"):
            of, what = node.args[0], node.args[1]
            if isinstance(of, ast.Name) and isinstance(what, ast.Constant) and what.value in NAMES.get(of.id, set()):
                yield f"{node.lineno}: {of.id}.{what.value}"


def test_only_one_room_knows_systems() -> None:
    elsewhere = [path for path in sorted(PACKAGE.rglob("*.py")) if ROOM not in path.parents]
    assert elsewhere
    assert {path: found for path in elsewhere if (found := [*named(path)])} == {}


def test_what_a_system_has_is_noticed_wherever_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(
        "import os, sys\nfrom signal import SIGKILL\ndef f():\n    import fcntl\n"
        "    return os.fork() if sys.platform else 0\n"
        "g = getattr(os, 'O_NONBLOCK', 0)\n"
    )
    assert sorted(named(path)) == ["2: from signal", "4: fcntl", "5: os.fork", "5: sys.platform", "6: os.O_NONBLOCK"]
