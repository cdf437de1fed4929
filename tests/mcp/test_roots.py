import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.mcp.roots import Roots


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("root/below/a.mp4", "beside/b.mp4", "rooted/c.mp4"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def refused(roots: Roots, path: object) -> str:
    with pytest.raises(CallError) as error:
        roots.admitted(str(path))
    return error.value.message


def test_a_path_below_a_root_is_admitted_however_it_is_said(place: Path) -> None:
    roots, found = Roots([place / "root"]), str(place / "root" / "below" / "a.mp4")
    for said in (found, "below/a.mp4", "below/../below/./a.mp4", f"{place}/beside/../root/below/a.mp4"):
        assert roots.admitted(said) == found
    assert roots.shown(found) == '"below/a.mp4"'


@pytest.mark.parametrize(
    "said", ["../beside/b.mp4", "below/../../beside/b.mp4", "/etc/passwd", "../rooted/c.mp4", "..", "/", "~/x", "../x"]
)
def test_what_leads_out_is_refused_whether_it_is_there_or_not(place: Path, said: str) -> None:
    if said != "~/x":  # a name like any other, below the root
        assert "leads out" in refused(Roots([place / "root"]), said)


def test_nobody_learns_what_is_elsewhere(place: Path) -> None:
    roots = Roots([place / "root"])
    there, not_there = refused(roots, place / "beside" / "b.mp4"), refused(roots, place / "beside" / "n.mp4")
    assert there.replace("b.mp4", "n.mp4") == not_there


def test_links_are_followed_before_they_are_compared(place: Path) -> None:
    root = place / "root"
    (root / "out.mp4").symlink_to(place / "beside" / "b.mp4")
    (root / "out").symlink_to(place / "beside")
    (root / "in.mp4").symlink_to(root / "below" / "a.mp4")
    (root / "round").symlink_to(root / "round")
    roots = Roots([root])
    assert "leads out" in refused(roots, "out.mp4")
    assert "leads out" in refused(roots, "out/b.mp4")
    assert roots.admitted("in.mp4") == str(root / "below" / "a.mp4")
    assert roots.admitted("round") == str(root / "round")


def test_a_root_may_be_a_link(place: Path) -> None:
    (place / "link").symlink_to(place / "root")
    roots = Roots([place / "link"])
    assert roots.admitted("below/a.mp4") == str(place / "root" / "below" / "a.mp4")
    assert roots.admitted(str(place / "link" / "below" / "a.mp4")) == str(place / "root" / "below" / "a.mp4")
    assert "leads out" in refused(roots, place / "beside" / "b.mp4")


def test_each_root_counts_and_the_first_that_has_a_relative_path_is_meant(place: Path) -> None:
    roots = Roots([place / "root", place / "rooted"], place / "output")
    assert roots.admitted("c.mp4") == str(place / "rooted" / "c.mp4")
    assert roots.admitted("d.mp4") == str(place / "root" / "d.mp4")
    assert roots.shown(str(place / "rooted" / "c.mp4")) == f'"{place}/rooted/c.mp4"'


def test_names_are_found_however_their_letters_are_composed(place: Path) -> None:
    (place / "root" / unicodedata.normalize("NFC", "Élan.mp4")).write_bytes(b"x")
    nfd = unicodedata.normalize("NFD", "Café")
    (place / nfd).mkdir()
    (place / nfd / "x.mp4").write_bytes(b"x")
    assert Roots([place / "Café"]).admitted("x.mp4") == str(place / nfd / "x.mp4")
    assert Roots([place / nfd]).admitted(f"{place}/Café/x.mp4") == str(place / nfd / "x.mp4")
    found = Roots([place / "root"]).admitted(unicodedata.normalize("NFD", "Élan.mp4"))
    assert found == str(place / "root" / unicodedata.normalize("NFC", "Élan.mp4"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.text(st.characters(exclude_characters="a"), max_size=20) | st.from_regex(r"(\.\./|/|below/|x){1,9}"))
def test_no_path_leads_out(place: Path, said: str) -> None:
    try:
        found = Roots([place / "root"]).admitted(said)
    except CallError:
        return
    assert Path(found).is_relative_to(place / "root")


def test_in_a_folder_what_leads_out_is_told_and_not_opened(place: Path) -> None:
    root = place / "root"
    (root / "out.mp4").symlink_to(place / "beside" / "b.mp4")
    (root / "folder").symlink_to(place / "beside")
    found = {Path(one.path).name: one.unread for one in Roots([root]).media(["."])}
    assert found == {"a.mp4": "", "out.mp4": "leads out of the folders that may be read"}


def test_a_call_has_a_limit_of_files(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preflight.mcp.roots.MOST_FILES", 1)
    (place / "root" / "b.mp4").write_bytes(b"x")
    with pytest.raises(CallError, match="more than 1 files"):
        list(Roots([place / "root"]).media(["."]))


@pytest.mark.parametrize("said", ["https://example.com/x.mp4", "ftp://x/y.mp4", "file:///etc/passwd", "x\0y", "no.mp4"])
def test_what_is_no_file_of_a_root_is_refused(place: Path, said: str) -> None:
    with pytest.raises(CallError):
        list(Roots([place / "root"]).media([said]))


def test_a_root_has_to_be_a_folder(place: Path) -> None:
    for root in (place / "no", place / "beside" / "b.mp4"):
        with pytest.raises(CallError, match="is no folder"):
            Roots([root])
    with pytest.raises(CallError, match="no folder may be read"):
        Roots([])


def test_new_files_go_into_one_folder_that_may_be_read_and_that_no_link_may_replace(place: Path) -> None:
    roots = Roots([place / "root"], place / "output")
    assert roots.writable() == place / "output"
    (place / "output").mkdir()
    assert roots.admitted(str(place / "output" / "n.mp4")) == str(place / "output" / "n.mp4")
    (place / "output").rmdir()
    (place / "output").symlink_to(place / "beside")
    with pytest.raises(NotDone, match="not the one"):
        roots.writable()


def test_without_a_folder_named_it_is_one_in_the_first_root(place: Path) -> None:
    assert Roots([place / "root"]).writable() == place / "root" / "preflight-fixed"
    assert os.listdir(place / "root") == ["below"]  # noqa: PTH208 - names are all that is asked
