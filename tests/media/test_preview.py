"""The sheets that show what may be kept: one for each asset, and nothing is overwritten."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from preflight.errors import NotDone
from preflight.media.candidates import propose
from preflight.media.preview import Offer, preview
from preflight.media.windows import Candidate
from preflight.profiles import Profile
from preflight.values.assets import Window
from preflight.values.findings import Judged
from tests.made import judged as made_up
from tests.made import video
from tests.specimens import copied, judged, left_behind

F = Fraction


def sizes(path: Path) -> tuple[int, int]:
    with Image.open(path) as sheet:
        sheet.load()
        assert sheet.format == "PNG"
        return sheet.size


# ---- preview --------------------------------------------------------------------------------------------------------


def test_there_is_one_sheet_for_each_asset_in_order(clip: Judged, five_seconds: Profile, tmp_path: Path) -> None:
    given = [clip, judged("image-cmyk.jpg"), judged("audio-20s.wav"), judged("video-rotated-90.mp4")]
    proposals = {one.asset.path: propose(one, five_seconds) for one in given}
    written = preview(given, {path: Offer(parts) for path, parts in proposals.items()}, tmp_path / "sheets")
    assert [path.name for path in written] == [
        "cuts.preview.png",
        "image-cmyk.preview.png",
        "audio-20s.preview.png",
        "video-rotated-90.preview.png",
    ]
    assert sorted(left_behind(tmp_path / "sheets")) == sorted(path.name for path in written)
    assert all(width > 600 for width, _ in map(sizes, written))


def test_more_candidates_make_a_longer_sheet(clip: Judged, tmp_path: Path) -> None:
    parts = tuple(Candidate(window=Window(F(at), F(at + 2)), score=F(1), why="a part") for at in range(3))
    one, three = preview([clip, clip], {}, tmp_path)[:1], preview([clip], {clip.asset.path: Offer(parts)}, tmp_path)
    assert sizes(three[0])[1] > sizes(one[0])[1] + 200


def test_nothing_is_overwritten(clip: Judged, tmp_path: Path) -> None:
    taken = tmp_path / "cuts.preview.png"
    taken.write_text("mine")
    (written,) = preview([clip], {}, tmp_path)
    assert (taken.read_text(), written.name) == ("mine", "cuts.preview-2.png")


def test_what_cannot_be_looked_into_has_a_sheet_that_says_so(tmp_path: Path) -> None:
    gone = made_up(video(), str(tmp_path / "gone.mp4"))
    (written,) = preview([gone], {}, tmp_path / "sheets")
    assert sizes(written)[1] < 100


def test_what_is_at_a_url_or_has_no_facts_has_no_sheet(tmp_path: Path) -> None:
    given = [made_up(video(), "https://example.com/a.mp4"), judged("empty.mp4"), made_up(None)]
    assert preview(given, {}, tmp_path / "sheets") == []
    assert not (tmp_path / "sheets").exists()


def test_a_clip_whose_length_is_not_known_shows_its_beginning(clip: Judged, tmp_path: Path) -> None:
    assert clip.facts
    unknown = msgspec.structs.replace(clip, facts=msgspec.structs.replace(clip.facts, duration_s=None))
    assert sizes(preview([unknown], {}, tmp_path)[0])[0] > 600


def test_the_part_that_a_person_marked_is_shown(clip: Judged, tmp_path: Path) -> None:
    marked = msgspec.structs.replace(clip, asset=msgspec.structs.replace(clip.asset, keep=Window(F(4), F(47, 10))))
    plain, chosen = preview([clip, marked], {}, tmp_path)
    assert sizes(plain) == sizes(chosen)
    with Image.open(chosen) as sheet:
        assert sheet.convert("RGB").getpixel((60, 120)) == pytest.approx((0, 0, 128), abs=12)


@pytest.mark.parametrize(
    "name", ["a\x1b[31m.mp4", "\u202e4pm.exe.mp4", "n\u00e4" * 60 + ".mp4", "-y.mp4", "%03d.mp4", ".mp4"]
)
def test_hostile_names_are_only_names(name: str, tmp_path: Path) -> None:
    path = copied("video-2s.mp4", tmp_path, name)
    (written,) = preview([judged(path)], {}, tmp_path / "sheets")
    assert written.parent == tmp_path / "sheets"
    assert sizes(written)[0] > 600


def test_a_name_that_is_not_utf_8_is_written(tmp_path: Path) -> None:
    path = copied("video-2s.mp4", tmp_path, "caf\udce9.mp4")
    assert preview([judged(path)], {}, tmp_path / "sheets")[0].exists()


def test_a_folder_that_cannot_be_made_is_told(clip: Judged, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotDone):
        preview([clip], {}, tmp_path / "file" / "sheets")


def test_the_source_is_as_it_was(tmp_path: Path) -> None:
    path = copied("video-2s.mp4", tmp_path)
    before = (path.read_bytes(), path.stat().st_mtime_ns)
    preview([judged(path)], {}, tmp_path / "sheets")
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
