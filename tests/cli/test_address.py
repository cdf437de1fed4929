"""The key goes only where a person sent it: not where a folder's settings, a profile or a variable would have it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.cli.address import AGREED, is_agreed
from preflight.cli.searched import own_file
from preflight.files import notes as own
from preflight.sandbox import Sandbox
from preflight.system.files import me
from tests.cli.conftest import Program
from tests.cli.test_commands import read_all, until_asked
from tests.posix import give_away, terminal
from tests.upload.stranger import Stranger, say

pytestmark = pytest.mark.usefixtures("key")
REQUEST = 'prompt = "A rider."\nduration = 4\nquality = "480p"\n'
PROFILE = (
    'extends = "seedance-2.0-2026-04"\nname = "house"\n[service]\nbase_url = "{0}"\nfiles_url = "{0}"\npoll_s = 1\n'
)


@pytest.fixture(autouse=True)
def request_file(program: Program, tmp_path: Path) -> None:  # noqa: ARG001 - stands in its folder
    (tmp_path / "r.toml").write_text(REQUEST)


def by_settings(folder: Path, url: str) -> None:
    (folder / "preflight.toml").write_text(f'base_url = "{url}"\n')


def by_files_url(folder: Path, url: str) -> None:
    (folder / "preflight.toml").write_text(f'files_url = "{url}"\n')


def by_pyproject(folder: Path, url: str) -> None:
    (folder / "pyproject.toml").write_text(f'[tool.preflight]\nbase_url = "{url}"\n')


def by_a_profile(folder: Path, url: str) -> None:
    (folder / "house.toml").write_text(PROFILE.format(url))
    (folder / "preflight.toml").write_text('profile = "house.toml"\n')


FOUND: dict[str, Callable[[Path, str], None]] = {
    "an address": by_settings,
    "a files service": by_files_url,
    "an address in pyproject.toml": by_pyproject,
    "a profile with an address": by_a_profile,
}


@pytest.mark.parametrize("lay", FOUND.values(), ids=FOUND.keys())
def test_settings_that_lie_in_a_folder_do_not_say_where_the_key_goes(
    program: Program, tmp_path: Path, lay: Callable[[Path, str], None]
) -> None:
    with Stranger(say({"id": "task-unified-1"})) as stranger:
        lay(tmp_path, stranger.url)
        ended = program("submit", "r.toml", "--yes")
        assert ended.status == 2
        assert "is not taken from a settings file that lies in a folder" in ended.err
        assert str(own_file()) in ended.err
    assert stranger.connections == 0


@pytest.mark.parametrize("key_", ["ledger", "bucket"])
def test_nor_where_it_is_written_down_or_uploaded_to(
    program: Program, tmp_path: Path, key_: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFLIGHT_LEDGER")
    (tmp_path / "preflight.toml").write_text(f'{key_} = "s3://somebody-s/x"\n')
    ended = program("submit", "r.toml", "--yes", "--base-url", sandbox.url)
    assert (ended.status, f"preflight.toml: {key_} is not taken" in ended.err) == (2, True)
    assert sandbox.requests == []


def test_what_a_person_types_stands_over_a_found_file_that_may_not_say_it(
    program: Program, tmp_path: Path, sandbox: Sandbox
) -> None:
    (tmp_path / "preflight.toml").write_text(
        'base_url = "http://127.0.0.1:9"\nledger = "theirs.sqlite3"\nuploads = 2\n'
    )
    assert program("submit", "r.toml", "--yes", "--base-url", sandbox.url).status == 0
    assert not (tmp_path / "theirs.sqlite3").exists()


def test_a_command_that_sends_no_key_minds_none_of_it(program: Program, tmp_path: Path) -> None:
    by_a_profile(tmp_path, "https://example.com")
    assert program("check", "r.toml").status == 0
    assert program("submit", "r.toml", "--dry-run").status == 0


def test_the_user_s_own_settings_may_name_a_ledger(
    program: Program, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFLIGHT_LEDGER")
    own_file().parent.mkdir(parents=True)
    own_file().write_text(f'ledger = "{tmp_path}/mine.sqlite3"\n')
    assert program("submit", "r.toml", "--yes", "--base-url", sandbox.url).status == 0
    assert (tmp_path / "mine.sqlite3").exists()
    own_file().write_text('[severity]\n"video/codec" = "off"\n')
    ended = program("task", "list")
    assert (ended.status, "a policy belongs into" in ended.err) == (2, True)
    own_file().write_text('base_url = "https://example.com"\n')
    own_file().chmod(0o666)
    ended = program("task", "list")
    assert (ended.status, "may be written by others, and was passed over" in ended.err) == (0, True)


# ---- asked for, once -------------------------------------------------------------------------------------------------


def by_variable(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:  # noqa: ARG001 - one shape
    monkeypatch.setenv("PREFLIGHT_BASE_URL", url)
    return ()


def by_own_settings(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:  # noqa: ARG001 - one shape
    own_file().parent.mkdir(parents=True)
    own_file().write_text(f'base_url = "{url}"\n')
    return ()


def by_typed_profile(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:  # noqa: ARG001 - one shape
    (folder / "house.toml").write_text(PROFILE.format(url))
    return ("--profile", "house.toml")


WAYS = {"a variable": by_variable, "own settings": by_own_settings, "a profile": by_typed_profile}
Way = Callable[[Path, str, pytest.MonkeyPatch], tuple[str, ...]]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_an_address_that_is_no_edition_s_own_is_asked_for_also_with_yes(
    program: Program, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    words = way(tmp_path, sandbox.url, monkeypatch)
    ended = program("submit", "r.toml", "--yes", *words)
    assert ended.status == 2
    assert f"The key would be sent to {sandbox.url}, which is the address of no shipped edition" in ended.err
    assert f"Name it: --base-url {sandbox.url}" in ended.err
    assert sandbox.requests == []
    said = answered("n", "--yes", *words)
    assert b"not agreed to" in said
    assert sandbox.requests == []
    assert b"Submitted once" in answered("y", "--yes", *words)
    assert is_agreed(sandbox.url.replace("127.0.0.1", "LOCALHOST"))
    assert b"The key would be sent" not in answered("", "--yes", "--again", *words)
    assert len(sandbox.tasks) == 2


def answered(keys: str, *words: str) -> bytes:
    """Submit at a terminal, press a key at each question, and return what is said."""
    theirs, ours = terminal()
    command = [str(Path(sys.executable).with_name("preflight")), "submit", "r.toml", *words]
    with subprocess.Popen(command, stdin=ours, stdout=ours, stderr=ours) as ran:
        os.close(ours)
        said = b""
        for key in keys:
            said += until_asked(theirs)
            os.write(theirs, key.encode())
        said += read_all(theirs)
        ran.wait(120)
    return said


def test_no_call_carries_the_key_before_a_person_has_said_yes(sandbox: Sandbox) -> None:
    said = answered("n", "--base-url", sandbox.url)
    assert b"nothing was sent" in said
    assert sandbox.requests == []
    assert b"Credits left" not in said
    assert b"Submitted once" in answered("y", "--base-url", sandbox.url)
    assert b"Credits left" in answered("n", "--base-url", sandbox.url, "--again")


def test_what_was_agreed_to_is_read_as_a_stranger_s() -> None:
    assert not is_agreed("https://example.com")
    own.add(AGREED, "https://example.com")
    assert is_agreed("HTTPS://Example.com:443/")
    path = own.data_folder() / AGREED
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("/dev/zero")
    assert not is_agreed("https://example.com")
    if me() == 0:
        path.unlink()
        path.write_text("https://example.com\n")
        give_away(path, 12345)
        assert not is_agreed("https://example.com")


@pytest.mark.parametrize(
    "text",
    [
        'extends = "seedance-2.0-2026-10"\nname = "seedance-2.0-2026-04"\n',
        'extends = "seedance-2.0-2026-04"\n[service]\nbase_url = "https://example.com"\n',
        'extends = "seedance-2.0-2026-04"\n[service]\nfiles_url = "https://example.com"\n',
    ],
)
def test_a_profile_that_goes_by_a_shipped_edition_s_name_is_refused(
    program: Program, tmp_path: Path, text: str
) -> None:
    (tmp_path / "seedance.toml").write_text(text)
    ended = program("submit", "r.toml", "--yes", "--profile", "seedance.toml")
    assert (ended.status, "is a shipped edition's name" in ended.err) == (2, True)
