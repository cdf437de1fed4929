"""A way of measuring is open for the length of a call, with a cache where one is wanted."""

from typing import TYPE_CHECKING

import pytest

from preflight.flow.check import measure
from preflight.flow.measuring import measuring
from preflight.probe.cache import default_path
from preflight.values.assets import Asset
from tests.specimens import media

if TYPE_CHECKING:
    from preflight.values.probed import Probed


@pytest.fixture
def cold(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.usefixtures("cold")
def test_without_a_cache_nothing_is_remembered() -> None:
    with measuring(cache=None, jobs=1) as how:
        assert how.cache is None
        assert how.pool is not None
    assert not default_path().exists()


@pytest.mark.usefixtures("cold")
def test_what_was_measured_is_known_the_next_time() -> None:
    assets = [Asset(path=media("image-ok.png")), Asset(path=media("image-ok.jpg"))]
    found: list[Probed] = []
    for recalled in (0, 2):
        with measuring("header", cache="content", jobs=1) as how:
            found += measure(assets, how)
            assert how.cache is not None
            assert how.cache.recalled == recalled
    assert found[:2] == found[2:]
    with measuring("exact", cache="content", jobs=1) as how:
        assert how.cache is not None
        assert how.cache.find(assets, "exact") == {}
