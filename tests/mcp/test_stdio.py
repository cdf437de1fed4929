import json
import signal
import subprocess
import sys

import pytest

from tests.mcp.agents import PREFLIGHT
from tests.specimens import MEDIA

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
}


@pytest.mark.skipif(sys.platform == "win32", reason="a process of Windows cannot be sent Ctrl-C alone")
def test_a_signal_ends_it_while_it_waits_for_the_client_and_what_is_no_message_does_not(bare: dict[str, str]) -> None:
    command = [*PREFLIGHT, "--root", str(MEDIA)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=bare) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(f"no JSON\n[]\n\xff\n{json.dumps(HELLO)}\n")
        server.stdin.flush()
        answer = next(line for line in iter(server.stdout.readline, "") if '"serverInfo"' in line)
        server.send_signal(signal.SIGINT)
        assert server.wait(120) == 0
        assert json.loads(answer)["result"]["serverInfo"]["name"] == "preflight"
