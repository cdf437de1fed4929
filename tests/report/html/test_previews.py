"""What is seen of an asset in a page, or the words that stand instead."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from preflight.probe.faults import TimedOut
from preflight.report.html.previews import Preview, Seen, preview
from preflight.values.facts import Facts
from preflight.values.still import Still
from tests import made
from tests.report.fixed import asset


def test_a_picture_that_takes_too_long_is_said_to(tmp_path: Path) -> None:
    def slow(_path: str, _facts: object) -> tuple[float, ...]:
        raise TimedOut("looking into it took more than 20 s, and was ended")

    path = tmp_path / "a.png"
    path.touch()
    assert preview(asset(str(path), made.IMAGE), slow) == Preview(instead="No picture: it takes too long.")


STILL = Still(time_s=Fraction(3, 2), width_px=4, height_px=3, jpeg=b"jpeg")


def looked(*seen: Still | float) -> Callable[[str, Facts], Seen]:
    return lambda _path, _facts: seen  # type: ignore[return-value] # stills, or peaks


@pytest.fixture
def there(tmp_path: Path) -> str:
    (tmp_path / "<b>.png").touch()
    return str(tmp_path / "<b>.png")


def test_an_image_has_one_picture_and_a_clip_a_strip_with_moments(there: str) -> None:
    image = preview(asset(there, made.IMAGE), looked(STILL))
    clip = preview(asset(there, made.VIDEO), looked(STILL, STILL))
    assert image
    assert clip
    assert (len(image.stills), image.strip, len(clip.stills), clip.strip) == (1, False, 2, True)
    assert (clip.stills[0].time, clip.stills[0].source) == ("1.5", "data:image/jpeg;base64,anBlZw==")
    assert image.name == "<b>.png"


def test_a_sound_has_an_outline_that_says_how_loud_it_gets(there: str) -> None:
    found = preview(asset(there, made.AUDIO), looked(0.0, 0.5, 0.25))
    assert found
    assert found.outline
    assert found.outline.said == " over 5 s; the loudest sample is 50 % of full scale"


@pytest.mark.parametrize(
    ("path", "facts", "words"),
    [
        ("a.png", None, "it could not be measured"),
        ("https://example.com/a.png", made.IMAGE, "it lies at an address, and is not kept here"),
        ("/absent/a.png", made.IMAGE, "the file is not here any more"),
        ("/absent/\0.png", made.IMAGE, "the file is not here any more"),
    ],
)
def test_where_there_is_nothing_to_show_the_reason_stands_instead(path: str, facts: Facts | None, words: str) -> None:
    assert preview(asset(path, facts), looked(STILL)) == Preview(instead=f"No picture: {words}.")


def test_whatever_goes_wrong_with_a_picture_costs_no_report(there: str) -> None:
    def broken(_path: str, _facts: Facts) -> Seen:
        raise RuntimeError("odd")

    assert preview(asset(there, made.IMAGE), broken) == Preview(instead="No picture: odd.")


def test_where_pictures_are_off_there_is_none(there: str) -> None:
    assert preview(asset(there, made.IMAGE), None) is None
