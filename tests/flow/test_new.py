"""A request drafted from files: each in its array, seconds shared, and what cannot be in it told with the reason."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.errors import CallError
from preflight.flow.check import Measuring
from preflight.flow.choosing import Choice
from preflight.flow.new import Draft, LeftOut, draft_request, write_draft
from preflight.plan.marks import Mark
from preflight.profiles import load
from preflight.request.file import load_spec
from preflight.values.assets import Asset, Window
from tests.specimens import MEDIA, PROFILE


def drafted(*names: str | Path, choice: Choice | None = None, edition: str = "") -> Draft:
    assets = [Asset(path=str(MEDIA / name), walked=True) for name in names]
    return draft_request(assets, choice or Choice(), load(edition) if edition else PROFILE, Measuring())


def roles(draft: Draft) -> dict[str, str]:
    return {str(asset.role): Path(asset.path).name for asset in draft.spec.assets}


def test_files_stand_by_kind_in_the_order_in_which_they_came() -> None:
    draft = drafted("video-5s.mp4", "image-ok.png", "audio-5s.wav", "image-ok.jpeg")
    assert roles(draft) == {
        "image 1": "image-ok.png",
        "image 2": "image-ok.jpeg",
        "video 1": "video-5s.mp4",
        "audio 1": "audio-5s.wav",
    }
    assert not any(asset.walked for asset in draft.spec.assets)
    assert all(role in (draft.spec.prompt or "").lower() for role in roles(draft))


def test_the_same_file_twice_stands_once() -> None:
    assert len(drafted("image-ok.png", MEDIA / "." / "image-ok.png", "image-ok.png").spec.assets) == 1


def test_notes_tell_what_each_is_and_how_much_of_it_is_kept() -> None:
    draft = drafted("image-ok.png", "audio-20s.wav")
    image, sound = draft.spec.assets
    assert draft.notes[image] == "640 x 480 px"
    assert draft.notes[sound].endswith(" of 20 s")
    assert sound.keep is not None
    assert sound.keep.end_s - sound.keep.start_s <= 15
    assert all((1000 * bound).denominator == 1 for bound in (sound.keep.start_s, sound.keep.end_s))


def test_a_mark_is_kept() -> None:
    mark = Mark(str(MEDIA / "audio-20s.wav"), Window(Fraction(2), Fraction(7)))
    (sound,) = drafted("audio-20s.wav", choice=Choice(marks=(mark,))).spec.assets
    assert sound.keep == mark.window


@pytest.mark.parametrize(
    ("edition", "name", "why"),
    [
        ("seedance-2.0-text-to-video-2026-10", "image-ok.png", "takes no images"),
        ("seedance-2.0-image-to-video-2026-10", "video-5s.mp4", "takes no clips"),
    ],
)
def test_what_an_edition_does_not_take_is_left_out(edition: str, name: str, why: str) -> None:
    with pytest.raises(CallError, match=f"nothing is left to make a request of: .*{why}"):
        drafted(name, edition=edition)


def test_what_cannot_be_read_is_left_out_as_not_measured() -> None:
    (out,) = drafted("image-ok.png", "image-truncated.png").left_out
    assert (out.unmeasured, Path(out.path).name) == (True, "image-truncated.png")


def test_a_name_that_is_no_text_cannot_stand_in_a_request(tmp_path: Path) -> None:
    odd = tmp_path / "\udcff.png"
    shutil.copyfile(MEDIA / "image-ok.png", odd)
    draft = drafted("image-ok.jpeg", odd)
    assert [one.why for one in draft.left_out] == ["its name is not UTF-8, and cannot stand in a request file"]


def test_what_is_left_out_is_told_on_one_line() -> None:
    assert str(LeftOut(path="a\n.png", why="odd\x1b")) == "a\\n.png: odd\\x1b"


def test_a_draft_is_written_under_a_free_name_and_reads_back(tmp_path: Path) -> None:
    draft = drafted("image-ok.png", "audio-20s.wav")
    (tmp_path / "request.toml").write_text("mine")
    path = write_draft(draft, PROFILE, tmp_path / "request.toml", ["A request."])
    assert path.name == "request-2.toml"
    assert path.read_text().startswith("# A request.\n")
    spec = load_spec(path)
    assert [asset.keep for asset in spec.assets] == [asset.keep for asset in draft.spec.assets]
    assert spec.prompt == draft.spec.prompt
