"""The secret of a user is made once, is for nobody else, and is never guessed."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from preflight.errors import NotDone
from preflight.files import private
from preflight.files.secret import SECRET, secret


def test_the_secret_is_made_once_and_is_for_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    first = secret()
    assert len(first) == 32
    assert secret() == first
    path = private.folder() / SECRET
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(NotDone, match="is not what this program wrote"):
        secret()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("home")
def test_two_users_have_two_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = secret()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert secret() != mine


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"x" * 5000])
def test_a_file_of_another_length_is_no_secret(content: bytes) -> None:
    (private.folder() / SECRET).write_bytes(content)
    with pytest.raises(NotDone, match="is not what this program wrote") as refused:
        secret()
    assert refused.value.advice == "Remove it: it is made anew."
    (private.folder() / SECRET).unlink()
    assert len(secret()) == 32


def test_a_link_in_the_place_of_the_secret_is_neither_followed_nor_replaced(home: Path) -> None:
    (home / "theirs").write_bytes(b"t" * 32)
    (private.folder() / SECRET).symlink_to(home / "theirs")
    with pytest.raises(NotDone, match="cannot be read"):
        secret()


@pytest.mark.usefixtures("home")
def test_first_calls_at_the_same_time_get_the_same_secret() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda _: secret(), range(8)))) == 1
    assert [path.name for path in private.folder().iterdir()] == [SECRET]
