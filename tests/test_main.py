import subprocess
import sys

import preflight


def test_the_command_line_runs_as_a_module_too() -> None:
    command = [sys.executable, "-m", "preflight", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"preflight, version {preflight.__version__}\n"
