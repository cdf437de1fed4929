"""What is brought lies in one folder until the end, and is gone then, whatever happens."""

from typing import TYPE_CHECKING

import pytest

from preflight.errors import NotDone
from preflight.sandbox import running
from preflight.upload.fetcher import Fetcher
from tests.specimens import MEDIA
from tests.upload.stranger import Stranger, say

if TYPE_CHECKING:
    from pathlib import Path

# ---- URLs -----------------------------------------------------------------------------------------------------------


def test_what_was_brought_lies_in_one_folder_until_the_end() -> None:
    content = (MEDIA / "image-ok.jpeg").read_bytes()
    with Stranger(*[say(content, Content_Type="image/jpeg")] * 4) as stranger, Fetcher(allow_private=True) as fetch:
        before = fetch.folder
        first, second = fetch(f"{stranger.url}/a.jpg"), fetch(f"{stranger.url}/b.jpg")
        assert before is None
        assert first != second
        assert first.parent == second.parent == fetch.folder
        assert first.read_bytes() == second.read_bytes() == content
    assert not first.parent.exists()


def test_what_cannot_be_brought_leaves_nothing_either() -> None:
    with running() as sandbox, Fetcher(allow_private=False) as fetch:
        with pytest.raises(NotDone, match="cannot reach"):
            fetch(f"{sandbox.url}/a.jpg")
        folder = fetch.folder
        assert sandbox.requests == []
    assert folder is not None
    assert not folder.exists()


def test_the_folder_is_removed_when_something_else_fails() -> None:
    def broken() -> None:
        with Fetcher(allow_private=False) as fetch:
            folders.append(fetch.folder)
            with pytest.raises(NotDone):
                fetch("http://127.0.0.1/a.jpg")
            folders.append(fetch.folder)
            raise KeyboardInterrupt

    folders: list[Path | None] = []
    with pytest.raises(KeyboardInterrupt):
        broken()
    assert folders[0] is None
    assert folders[1] is not None
    assert not folders[1].exists()
