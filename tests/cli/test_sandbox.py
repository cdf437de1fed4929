import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from preflight.sandbox.faults import KINDS
from tests.cli.conftest import Program


@pytest.mark.parametrize("fault", ["create", "create:599", "nowhere:500", "create:500:7", "create:500:1:-1"])
def test_a_fault_that_does_not_exist_is_a_wrong_call(program: Program, fault: str) -> None:
    ended = program("sandbox", "--fault", fault)
    assert (ended.status, ended.out) == (2, "")
    assert "sandbox: " in ended.err


def test_every_route_is_listed_with_what_can_go_wrong_there(program: Program) -> None:
    ended = program("sandbox", "--fault", "help")
    assert ended.status == 0
    assert [line.partition(":")[0] for line in ended.out.splitlines()] == [*KINDS]
    assert "create: 400 401" in ended.out


def test_faults_given_on_the_command_line_are_met() -> None:
    command = [str(Path(sys.executable).with_name("preflight")), "sandbox", "--port", "0", "--seed", "7"]
    faults = ["--fault", "credits:402:1", "--fault", "tasks:drop-after:1"]
    with subprocess.Popen([*command, *faults], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        headers = {"Authorization": "Bearer any"}
        try:
            assert httpx.get(f"{url}/v1/credits", headers=headers, trust_env=False).status_code == 402
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(f"{url}/v1/tasks", headers=headers, trust_env=False)
        finally:
            process.terminate()
            process.communicate(timeout=120)
    assert process.returncode == 0
