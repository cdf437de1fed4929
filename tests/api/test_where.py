"""Which models take files, or a request, from Python."""

from pathlib import Path

import pytest

import preflight
from preflight.errors import CallError
from tests.specimens import MEDIA

PICTURE = MEDIA / "image-ok.png"


def test_every_model_says_what_it_takes_the_least_first() -> None:
    places = preflight.where(PICTURE, jobs=1, cache=False)
    assert places[0].way == "as it is"
    of = {place.model: place.way for place in places}
    assert of["seedance-2.5-text-to-video"] == "never"
    assert of["minimax-h3-reference-to-video"] == "as it is"


def test_a_request_is_asked_as_a_whole_whatever_its_model() -> None:
    spec = preflight.build_request(prompt="A street.", model="minimax-h3-reference-to-video", images=[PICTURE] * 10)
    of = {place.model: place for place in preflight.where_request(spec, jobs=1, cache=False)}
    assert of["seedance-2.5-reference-to-video"].way == "as it is"
    assert of["minimax-h3-reference-to-video"].why[0].rule == "request/image-count"
    assert of["byteplus/seedance-2.0"].way == "doubtful"


def test_a_request_among_files_or_nothing_is_refused(tmp_path: Path) -> None:
    request = tmp_path / "request.toml"
    request.write_text("")
    with pytest.raises(CallError, match="judged as a whole"):
        preflight.where(request)
    with pytest.raises(CallError, match="no picture, clip or sound"):
        preflight.where(tmp_path, jobs=1)
