"""What a call names: there or refused, brought and removed, sent where it is meant to go, and for no more than said."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from preflight.errors import CallError, NotDone
from preflight.flow.paths import nothing, refuse_absent
from preflight.profiles import load
from preflight.request.file import RequestSpec
from preflight.request.price import estimate, refuse_costly
from preflight.sandbox import running
from preflight.service.addresses import addresses, is_local
from preflight.upload.bucket import place_of
from preflight.upload.fetcher import Fetcher
from tests.posix import make_pipe
from tests.specimens import MEDIA
from tests.upload.stranger import Stranger, say

PROFILE = load()
OURS, FILES = "https://service.example.com", "https://files.example.com"
OF_PROFILE = (PROFILE.service.base_url, PROFILE.service.files_url)


@pytest.mark.parametrize(
    ("base_url", "files_url", "expected"),
    [
        (None, None, OF_PROFILE),
        (None, FILES, (OF_PROFILE[0], FILES)),
        (OURS, None, (OURS, OURS)),
        (OURS, FILES, (OURS, FILES)),
    ],
)
def test_a_service_of_ones_own_serves_both_unless_something_else_is_said(
    base_url: str | None, files_url: str | None, expected: tuple[str, str]
) -> None:
    assert addresses(PROFILE, base_url, files_url) == expected


def test_only_a_service_that_is_named_and_on_this_machine_is_local() -> None:
    assert is_local("http://127.0.0.1:8787")
    assert is_local("http://[::1]/")
    assert not is_local(OURS)
    assert not is_local(None)


def test_there_is_a_bucket_only_where_one_is_named() -> None:
    assert place_of(None, PROFILE, allow_private=False) is None
    with pytest.raises(CallError, match="expected s3://"):
        place_of("ftp://bucket", PROFILE, allow_private=False)


def test_what_is_there_is_let_through_and_what_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    make_pipe(tmp_path / "pipe")
    refuse_absent(str(tmp_path / "a.png"), folder=False)
    refuse_absent(str(tmp_path), folder=True)
    for name, folder, why in (
        ("absent", True, "No such file"),
        ("nul\0", True, "null"),
        ("pipe", True, "neither a file nor a folder"),
        ("pipe", False, "is not a file"),
        ("", False, "is not a file"),
    ):
        with pytest.raises(CallError, match=why):
            refuse_absent(str(tmp_path / name), folder=folder)


def test_an_empty_folder_has_not_been_judged_clean() -> None:
    with pytest.raises(CallError, match="no picture, clip or sound found"):
        nothing()


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


# ---- the price ------------------------------------------------------------------------------------------------------


def test_a_price_within_the_limit_is_let_through_and_the_limit_itself_too() -> None:
    price = estimate(RequestSpec(prompt="A.", duration=4, quality="480p"), PROFILE, Fraction(0))
    assert price is not None
    refuse_costly(price.credits, price, "the most")
    with pytest.raises(CallError, match="more than the most") as raised:
        refuse_costly(price.credits - Fraction(1, 100), price, "the most", hint=": try it")
    assert raised.value.advice == "A shorter video or a lower quality costs less: try it."


def test_what_cannot_be_priced_is_refused_under_any_limit() -> None:
    unpriced = msgspec.structs.replace(PROFILE, price=msgspec.structs.replace(PROFILE.price, models={}))
    price = estimate(RequestSpec(prompt="A.", duration=4), unpriced, Fraction(0))
    with pytest.raises(CallError, match=r"so max_credits 1,000 forbids it") as raised:
        refuse_costly(Fraction(1000), price, "max_credits")
    assert raised.value.advice.startswith("Leave max_credits out")


def test_an_address_of_another_scheme_is_refused_by_its_scheme_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallError, match=r"^ftp: is not supported: give a path, or http:, https:, s3:, gs: or az:$"):
        refuse_absent("ftp://user:secret@example.com/a.png", folder=True)
    with pytest.raises(CallError, match=r"^clips:a\.mp4: No such file"):
        refuse_absent("clips:a.mp4", folder=False)
    (tmp_path / "file:a.png").touch()
    refuse_absent("file:a.png", folder=False)
