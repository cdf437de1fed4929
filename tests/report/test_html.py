"""Pages: read by two strict readers, made of real files by the real command, and quiet whatever is in them."""

import base64
import io
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from preflight.media.thumbnails import IMAGE_PX, thumbnails
from preflight.profiles import load
from preflight.report import Header
from preflight.report.html import LINKS, OPEN_RIGHT, RIGHT, WRONG, headline
from preflight.report.html.previews import preview
from preflight.report.html.render import POLICY, TEMPLATES
from preflight.values.findings import Finding, Judged
from tests import made
from tests.report.fixed import ASSETS, DURATION, HEADING, REQUEST, asset, written
from tests.specimens import PROFILE, copied

SHIPPED = Header(profile=PROFILE.name, limits=PROFILE, version="1.2.3", thumbnails=thumbnails)
EMPTY = {"img", "meta", "rect", "line", "path"}
LIMIT_S = 60


class Strict(HTMLParser):
    """A reader that insists on every element being closed, in order, and notes what a browser would follow."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.followed: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        assert tag not in EMPTY, f"{tag} is not closed"
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        assert tag in EMPTY

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)
        self.followed += [value or "" for name, value in attrs if name in ("href", "src", "action", "srcset", "data")]


class Page(NamedTuple):
    """A page that was read."""

    text: str
    root: ET.Element

    def articles(self) -> dict[str, ET.Element]:
        return {words(one.find(".//h2/span[@class='name']")): one for one in self.root.iter("article")}


STYLE = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("colors.css", "page.css"))


def read(text: str) -> Page:
    """Read a page as XML and as HTML."""
    Strict(text)
    return Page(text, ET.fromstring(text))  # noqa: S314 - our own report


def words(element: ET.Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


def classes(element: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in element.iter() if kind in (one.get("class") or "").split()]


def rows(article: ET.Element) -> dict[str, dict[str, str]]:
    """Return what each row of measures says."""
    found = {}
    for row in article.findall("ul[@class='measures']/li"):
        parts = {(part.get("class") or "").split()[0]: part for part in row}
        found[words(parts["title"])] = {name: words(part) for name, part in parts.items() if name != "bar"}
    return found


def check(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a folder."""
    command = [sys.executable, "-c", "from preflight.cli import main; main()", "check", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=LIMIT_S, check=False)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Return the page that the command writes of a clip, a picture, a sound and what cannot be read."""
    folder = tmp_path_factory.mktemp("page")
    names = ["image-ok.jpeg", "video-24fps.mp4", "audio-20s.wav", "empty.png"]
    paths = [copied(name, folder) for name in names]
    page = folder / "page.html"
    ended = check(folder, *map(str, paths), "--output", str(page))
    assert ended.returncode == 1, ended.stderr
    return read(page.read_text(encoding="utf-8"))


def of(page: Page, name: str) -> ET.Element:
    """Return the article of a file."""
    (found,) = [one for path, one in page.articles().items() if path.endswith(name)]
    return found


def test_the_verdict_comes_first_and_large() -> None:
    page = read(written("html", ASSETS, REQUEST))
    body = page.root.find("body")
    assert body is not None
    assert body[0].tag == "header"
    assert (body[0][0].tag, words(body[0][0])) == ("h1", "? unsure: pov.mov, locked.png, theme.mp3")
    assert words(page.root.find("head/title")) == words(body[0][0])
    assert "8 files: 5 pass, 2 fail, 1 unsure; 5 errors, 2 infos, 1 warning." in words(body[0])
    assert "Profile house-2026, preflight 1.2.3." in words(body[0])


def test_it_runs_nothing_and_asks_nobody(real: Page) -> None:
    for text in (real.text, written("html", ASSETS, REQUEST)):
        seen = Strict(text)
        assert not seen.seen & {"script", "link", "iframe", "object", "embed", "form", "base", "use", "foreignobject"}
        assert all(one.startswith(("#", "data:image/jpeg;base64,")) for one in seen.followed)
        style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
        assert style
        assert not re.search(r"url\(|@import|http|@font-face|</", style[1])
    meta = {one.get("http-equiv"): one.get("content") for one in real.root.iter("meta")}
    assert meta["Content-Security-Policy"] == POLICY


def test_on_paper_it_is_dark_on_light_and_no_article_is_torn_that_fits_a_page() -> None:
    screen, paper = STYLE.split("@media print")
    assert "color-scheme: light dark" in screen
    assert "color-scheme: light;" in paper
    colours = set(re.findall(r"--\w+(?=:)", screen))
    assert set(re.findall(r"--\w+(?=:)", paper)) == colours
    assert re.search(r"article, figure, li \{ break-inside: avoid; \}", paper)
    assert STYLE.count("{") == STYLE.count("}")


def test_each_link_leads_to_a_place_on_the_page_that_is_there_once() -> None:
    page = read(written("html", ASSETS, REQUEST))
    places = [one.get("id") for one in page.root.iter() if one.get("id")]
    links = [(one.get("href") or "").removeprefix("#") for one in page.root.iter("a")]
    assert len(set(places)) == len(places) == len(ASSETS) + 1
    assert [words(one) for one in page.root.iter("a")] == ["pov.mov", "locked.png", "theme.mp3", "the request"]
    assert set(links) <= set(places)


def test_of_very_many_that_failed_only_some_are_named_at_the_top() -> None:
    many = [asset(f"{number}.mov", made.VIDEO, DURATION) for number in range(LINKS + 5)]
    page = read(written("html", many))
    assert len(list(page.root.iter("a"))) == LINKS
    assert "and 5 more" in words(page.root.find("body/header"))
    assert len(page.articles()) == LINKS + 5


def test_every_asset_and_every_finding_is_there_with_what_it_stands_on() -> None:
    page = read(written("html", ASSETS, REQUEST))
    assert len(page.articles()) == len(ASSETS) + 1
    for one, article in zip(ASSETS, page.root.iter("article"), strict=False):
        assert words(classes(article, "badge")[0]).endswith(one.verdict)
        said = words(article)
        for finding in one.findings:
            for part in (finding.severity, finding.rule, finding.message, finding.how, finding.limit, finding.source):
                assert (part or "") in said
    assert [words(one) for one in classes(page.articles()["The request"], "message")] == [f.message for f in REQUEST]


def test_what_to_do_is_the_rule_s_advice_and_what_mending_costs() -> None:
    page = read(written("html", ASSETS, REQUEST))
    said = words(page.articles()["pov.mov"])
    assert "Scale it to the size within the range that is nearest to its own shape." in said
    assert "preflight fix can mend it, with a loss of quality." in said
    assert "preflight fix can mend it without loss." in words(page.articles()["stills/rider.jpg"])
    assert "can mend it" not in words(page.articles()["locked.png"])
    assert "`" not in said


def test_nothing_is_said_of_mending_what_lies_at_an_address() -> None:
    page = read(written("html", [asset("https://example.com/a.mov?key=secret", made.VIDEO, DURATION)]))
    assert "can mend it" not in words(page.root)
    assert "secret" not in page.text
    assert "https://example.com/a.mov?..." in page.articles()


def test_roles_are_named_and_an_interrupted_run_says_so() -> None:
    assert "stills/style.png (image 1)" in words(read(written("html", ASSETS[:1])).root)


def test_a_request_without_findings_is_said_to_have_none() -> None:
    page = read(written("html", ASSETS[:1], ()))
    assert "Nothing was found." in words(page.articles()["The request"])
    assert "The request" not in read(written("html", ASSETS[:1])).articles()


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>.png", '"><img src=x onerror=alert(1)>.png', "</style></article>.png", "&lt;.png"],
)
def test_a_name_is_only_a_name_wherever_it_stands(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name.replace("/", "_")
    folder.mkdir()
    source = copied("image-ok.jpeg", folder, name.replace("/", "_"))
    found = Finding(rule="image/<b>", severity="error", message=name, how=name, source=name, limit=name)
    page = read(written("html", [asset(str(source), made.image(format="jpeg"), found)]))
    assert list(page.articles()) == [str(source)]
    (image,) = page.root.iter("img")
    assert source.name in (image.get("alt") or "")
    assert words(classes(page.root, "message")[0]) == name


# ---- pictures --------------------------------------------------------------------------------------------------------


def test_a_picture_has_a_thumbnail(real: Page) -> None:
    (image,) = of(real, "image-ok.jpeg").iter("img")
    assert image.get("alt") == "The picture image-ok.jpeg, small"
    with Image.open(io.BytesIO(base64.b64decode((image.get("src") or "").partition(",")[2]))) as small:
        assert small.format == "JPEG"
        assert max(small.size) <= IMAGE_PX
        assert [str(side) for side in small.size] == [image.get("width"), image.get("height")]


def test_a_clip_has_six_stills_with_their_moments(real: Page) -> None:
    alts = [one.get("alt") or "" for one in of(real, "video-24fps.mp4").iter("img")]
    moments = [float(re.fullmatch(r"video-24fps\.mp4 at ([\d.]+) s", alt)[1]) for alt in alts]  # type: ignore[index] # or the test fails
    assert len(moments) == 6
    assert moments == sorted(moments)


def test_a_sound_has_a_waveform_that_says_what_it_shows(real: Page) -> None:
    (wave,) = classes(of(real, "audio-20s.wav"), "wave")
    label = wave.get("aria-label", "")
    assert re.fullmatch(r"Loudness of audio-20s\.wav over 20 s; the loudest sample is \d+ % of full scale", label)
    assert wave.find("path") is not None


def test_what_cannot_be_read_has_words_instead(real: Page) -> None:
    article = of(real, "empty.png")
    assert not list(article.iter("img"))
    assert "No picture: it could not be measured." in words(article)
    assert "is empty" in words(article)


def instead(judged: Judged) -> str:
    """Return the words in the place of a picture."""
    see = preview(judged, thumbnails)
    assert see
    return see.instead


def test_a_file_that_is_gone_or_another_one_by_now_costs_no_report(tmp_path: Path) -> None:
    assert "not here any more" in instead(asset("gone.png", made.IMAGE))
    assert "not here any more" in instead(asset("a\0b.png", made.IMAGE))
    other = copied("audio-2s.wav", tmp_path, "other.png")
    assert "No picture: " in instead(asset(str(other), made.IMAGE))
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    assert "No picture: " in instead(asset(str(tmp_path / "noise.mp4"), made.VIDEO))


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    clip, sound = copied("video-24fps.mp4", tmp_path), copied("audio-2s.wav", tmp_path)
    judged = [asset(str(clip), made.VIDEO), asset(str(sound), made.AUDIO)]
    assert written("html", judged) == written("html", judged)


# ---- measures --------------------------------------------------------------------------------------------------------


def test_each_measure_stands_beside_its_limit_with_its_unit(real: Page) -> None:
    sound = rows(of(real, "audio-20s.wav"))
    assert sound["Duration"] | {"how": ""} == {
        "title": "Duration",
        "value": "20 s",
        "limit": "2 to 15 s allowed",
        "said": "✗ 5 s over",
        "how": "",
    }
    assert sound["Size"]["said"] == "✓ within"
    assert set(rows(of(real, "image-ok.jpeg"))) == {"Format", "Width", "Height", "Width over height", "Size"}
    clip = rows(of(real, "video-24fps.mp4"))
    assert {"Duration", "Width", "Height", "Width times height", "Width over height", "Frame rate", "Size"} <= set(clip)
    assert clip["Frame rate"]["value"] == "24 fps"
    assert not rows(of(real, "empty.png"))


def place(bar: ET.Element) -> tuple[float, float, float]:
    """Return where the allowed range begins and ends, and where the mark is, in percent."""
    (allowed,), (mark,) = classes(bar, "allowed"), classes(bar, "mark")
    ends = (allowed.get("x", ""), allowed.get("width", ""), mark.get("x1", ""))
    begin, wide, at = (float(one.rstrip("%")) for one in ends)
    return begin, begin + wide, at


@pytest.mark.parametrize(
    ("seconds", "side"), [(1, -1), (0, -1), (2, 0), (5, 0), (15, 0), (16, 1), (20, 1), (86_400, 1), (10**40, 1)]
)
def test_a_mark_lies_on_that_side_of_the_range_on_which_the_value_does(seconds: int, side: int) -> None:
    judged = made.judged(made.audio(duration_s=Fraction(seconds), stored_duration_s=None, header_duration_s=None))
    page = read(written("html", [judged], header=SHIPPED))
    begin, end, at = place(classes(page.root, "bar")[0])
    assert 0 <= begin < end <= 100
    assert 0 <= at <= 100
    assert (at > end + 0.01) - (at < begin - 0.01) == side


def test_every_bar_says_in_words_what_it_shows(real: Page) -> None:
    bars = classes(real.root, "bar")
    assert bars
    assert all(re.fullmatch(r".+: .+; allowed .+; .+", bar.get("aria-label", "")) for bar in bars)
    assert all(bar.get("role") == "img" for bar in bars)


def test_limits_that_are_not_at_hand_are_those_that_findings_tell() -> None:
    page = read(written("html", ASSETS[2:3]))
    assert HEADING.limits is None
    assert {name: row["said"] for name, row in rows(page.articles()["pov.mov"]).items()} == {
        "Duration": "✗ 1.016 s over",
        "Pixels": "✗ 1,146,192 pixels over",
    }


OWN = """
extends = "{parent}"
{name}

[audio.duration_s]
min = 1
max = 30
source = "what the house agreed upon"
read = 2026-09-01
"""
"""A profile of somebody's own, by which a sound of 20 s passes that the shipped one refuses."""


@pytest.mark.parametrize("name", ['name = "house"', ""])
def test_a_profile_of_one_s_own_is_what_the_bars_are_drawn_by_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(OWN.format(parent=PROFILE.name, name=name), encoding="utf-8")
    sound, page = copied("audio-20s.wav", tmp_path), tmp_path / "page.html"
    ended = check(tmp_path, sound.name, "--profile", "./my.toml", "--output", page.name)
    assert ended.returncode == 0, ended.stderr
    found = read(page.read_text(encoding="utf-8"))
    said = rows(of(found, "audio-20s.wav"))
    assert set(said) == {"Format", "Duration", "Size"}
    assert (said["Duration"]["limit"], said["Duration"]["said"]) == ("1 to 30 s allowed", "✓ within")
    begin, end, at = place(classes(found.root, "bar")[0])
    assert begin < at < end


def test_a_finding_of_one_s_own_limits_is_drawn_by_them(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text(OWN.format(parent=PROFILE.name, name='name = "house"'), encoding="utf-8")
    own = load(str(tmp_path / "my.toml"))
    judged = made.judged(made.audio(duration_s=Fraction(40), header_duration_s=None), profile=own)
    page = read(written("html", [judged], header=Header(profile=own.name, limits=own)))
    duration = rows(next(page.root.iter("article")))["Duration"]
    assert (duration["limit"], duration["said"]) == ("1 to 30 s allowed", "✗ 10 s over")


def test_of_very_many_assets_some_get_articles_and_all_others_a_row_each() -> None:
    many = [asset(f"{number}.mov", made.VIDEO, *([DURATION] if number % 2 else [])) for number in range(1_000)]
    page = read(written("html", many))
    assert len(page.articles()) == WRONG + RIGHT
    table = page.root.find(".//section[@class='more']")
    assert words(table.find("h2") if table is not None else None) == "600 files more"
    listed = [words(row.find("td[2]/span")) for row in page.root.iter("tr") if row.get("id")]
    assert sorted([*page.articles(), *listed]) == sorted(one.asset.path for one in many)
    places = {one.get("id") for one in page.root.iter() if one.get("id")}
    assert all((one.get("href") or "")[1:] in places for one in page.root.iter("a"))


def test_of_a_long_set_only_the_first_and_the_failed_are_open() -> None:
    few, many = (read(written("html", [asset(f"{n}.png", made.IMAGE) for n in range(count)])) for count in (5, 40))
    assert [one.find("details") for one in few.articles().values()] == [None] * 5
    folded = [one.find("details") is not None for one in many.articles().values()]
    assert folded == [False] * OPEN_RIGHT + [True] * (40 - OPEN_RIGHT)


def test_a_headline_names_three_and_counts_the_rest() -> None:
    assert headline("fail", ["a/1.mp4", "2.mp4", "3.mp4", "4.mp4"], 9) == "fail: 1.mp4, 2.mp4, 3.mp4 and 6 more"
    assert headline("pass", [], 0) == "pass"
