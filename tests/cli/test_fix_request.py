"""The request.toml that `fix` writes: one for one request, the newest, and never over what somebody wrote."""

import re
from pathlib import Path

import pytest

from preflight.request.file import load_spec
from tests.cli.conftest import MEDIA, Program

FIVE, TEN = MEDIA / "video-5s.mp4", MEDIA / "video-10s.mp4"


@pytest.fixture
def set_(program: Program, tmp_path: Path) -> Path:  # noqa: ARG001 - stands in its folder
    """A request whose clips are together too long."""
    folder = tmp_path / "set"
    folder.mkdir()
    for number, source in enumerate((TEN, FIVE, FIVE), 1):
        (folder / f"c{number}.mp4").write_bytes(source.read_bytes())
    clips = ", ".join(f'"c{number}.mp4"' for number in range(1, 4))
    (folder / "request.toml").write_text(f'prompt = "Video 1, 2 and 3."\nvideos = [{clips}]\n')
    return folder


@pytest.fixture
def picture(program: Program, tmp_path: Path) -> Path:  # noqa: ARG001 - as above
    """A request of one picture that is too narrow: where only the file that is written matters, little is to mend."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "narrow.jpg").write_bytes((MEDIA / "image-299x300.jpg").read_bytes())
    (folder / "request.toml").write_text('prompt = "Image 1."\nimages = ["narrow.jpg"]\n')
    return folder


def last_line(program: Program, *arguments: str, request: str = "set/request.toml") -> str:
    ended = program("fix", request, "--yes", "--output", "ready", *arguments)
    assert ended.status == 0
    return ended.out.splitlines()[-1]


def requests() -> list[str]:
    return sorted(path.name for path in Path("ready").glob("*.toml"))


@pytest.mark.usefixtures("set_")
def test_the_same_again_writes_nothing(program: Program) -> None:
    assert last_line(program, "--share", "longest") == "request written: ready/request.toml"
    path = Path("ready/request.toml")
    before = path.read_bytes(), path.stat().st_mtime_ns
    assert last_line(program, "--share", "longest") == "request as before: ready/request.toml says the same already"
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert requests() == ["request.toml"]


@pytest.mark.usefixtures("set_")
def test_another_way_replaces_what_was_written_before(program: Program) -> None:
    last_line(program, "--share", "longest")
    old = load_spec(Path("ready/request.toml"))
    said = last_line(program, "--share", "proportion")
    assert said == "request written: ready/request.toml, in the place of what an earlier run wrote there"
    assert load_spec(Path("ready/request.toml")) != old
    assert requests() == ["request.toml"]
    assert program("check", "ready/request.toml").status == 0
    assert list(Path("ready").glob(".preflight-*")) == []


@pytest.mark.parametrize("edit", ["# a note\n", ""])
@pytest.mark.usefixtures("set_")
def test_what_somebody_edited_stays_and_the_last_line_says_which_to_submit(program: Program, edit: str) -> None:
    last_line(program, "--share", "longest")
    path = Path("ready/request.toml")
    edited = path.read_text().replace("Video 1, 2", "Video 1, video 2") + edit
    path.write_text(edited)
    said = last_line(program, "--share", "proportion")
    assert said == "request written: ready/request-2.toml. Submit this one: ready/request.toml is another"
    again = last_line(program, "--share", "proportion")
    assert again.startswith("request as before: ready/request-2.toml says the same already. Submit this one")
    assert last_line(program, "--share", "longest").startswith("request written: ready/request-2.toml, in the place of")
    assert path.read_text() == edited
    assert requests() == ["request-2.toml", "request.toml"]


@pytest.mark.parametrize("own", ['prompt = "mine"\n', "", "# Made by preflight from ../set/request.toml\nprompt = 3\n"])
@pytest.mark.usefixtures("picture")
def test_what_somebody_wrote_stays(program: Program, own: str) -> None:
    Path("ready").mkdir()
    Path("ready/request.toml").write_text(own)
    assert "ready/request-2.toml" in last_line(program)
    assert Path("ready/request.toml").read_text() == own


def test_a_link_is_somebody_s_own(program: Program, set_: Path) -> None:
    last_line(program, "--share", "longest")
    moved = set_ / "elsewhere.toml"
    Path("ready/request.toml").rename(moved)
    Path("ready/request.toml").symlink_to(moved)
    before = moved.read_bytes()
    assert "ready/request-2.toml" in last_line(program, "--share", "proportion")
    assert (moved.read_bytes(), Path("ready/request.toml").is_symlink()) == (before, True)


def test_another_request_s_file_stays(program: Program, picture: Path) -> None:
    last_line(program)
    before = Path("ready/request.toml").read_bytes()
    other = picture / "other.toml"
    other.write_text((picture / "request.toml").read_text().replace("Image 1.", "Image 1, again."))
    assert "ready/request-2.toml. Submit this one" in last_line(program, request="set/other.toml")
    assert Path("ready/request.toml").read_bytes() == before


@pytest.mark.usefixtures("set_")
def test_the_request_that_is_mended_is_never_replaced(program: Program) -> None:
    last_line(program)
    path = Path("ready/request.toml")
    last_line(program, request="ready/request.toml")
    assert requests() == ["request.toml"]
    before = path.read_bytes()
    ended = last_line(program, "--keep", "c1.mp4=0-2.5", request="ready/request.toml")
    assert "ready/request-2.toml" in ended
    assert path.read_bytes() == before


@pytest.mark.usefixtures("picture")
def test_the_first_line_tells_where_it_is_from_and_the_rest_is_the_request(program: Program) -> None:
    last_line(program)
    first, _, rest = Path("ready/request.toml").read_text().partition("\n")
    assert re.fullmatch(r"# Made by preflight from \.\./set/request\.toml; .*: [0-9a-f]{64}", first)
    assert rest.startswith('prompt = "Image 1."\n')


def test_a_name_cannot_put_a_line_into_the_request(program: Program, picture: Path) -> None:
    name = 'x\nmodel = "y".toml'
    (picture / name).write_text((picture / "request.toml").read_text())
    last_line(program, request=f"set/{name}")
    assert load_spec(Path("ready/request.toml")).model is None
    assert last_line(program, request=f"set/{name}").startswith("request as before")
