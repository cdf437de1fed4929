import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Program


def test_a_folder_that_may_be_read_has_to_be_named(program: Program, tmp_path: Path) -> None:
    ended = program("mcp")
    assert (ended.status, ended.out, "--root DIR" in ended.err) == (2, "", True)
    ended = program("mcp", "--root", tmp_path / "no")
    assert (ended.status, "is no folder" in ended.err) == (2, True)


@pytest.mark.parametrize("option", [("--port", "8788"), ("--token-file", "token")])
def test_what_is_of_http_needs_http(program: Program, tmp_path: Path, option: tuple[str, str]) -> None:
    ended = program("mcp", "--root", tmp_path, *option)
    assert (ended.status, "Say --http, too." in ended.err) == (2, True)


def test_a_limit_together_needs_a_limit_of_each(program: Program, tmp_path: Path) -> None:
    ended = program("mcp", "--root", tmp_path, "--max-total", "50")
    assert (ended.status, "Say --max-credits, too." in ended.err) == (2, True)


@pytest.mark.parametrize("content", [b"", b"short", b"two words that are long enough", "Schl\u00fcssel".encode() * 9])
def test_a_token_has_to_be_one(program: Program, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "token").write_bytes(content)
    ended = program("mcp", "--root", tmp_path, "--http", "--token-file", tmp_path / "token")
    assert (ended.status, ended.out) == (2, "")
    assert "token" in ended.err


def test_without_the_sdk_it_says_what_to_install(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    ended = program("mcp", "--root", tmp_path)
    assert (ended.status, ended.out) == (2, "")
    assert "[mcp]' installs it." in ended.err


def test_help_loads_no_sdk(bare: dict[str, str]) -> None:
    code = (
        "import sys, preflight.cli as cli\n"
        "sys.argv = ['preflight', *sys.argv[1:]]\n"
        "try:\n    cli.main()\n"
        "except SystemExit:\n"
        "    print(*sorted({'mcp', 'mcp_types', 'starlette', 'pydantic'} & set(sys.modules)), file=sys.stderr)"
    )
    for call in (["--help"], ["mcp", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *call], env=bare, capture_output=True, text=True, check=True)
        assert done.stderr.split() == []
