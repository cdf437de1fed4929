"""Settings are checked before anything listens, and can be read back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from preflight.sandbox import Settings, running


@pytest.mark.parametrize(
    "settings", [{"speed": 1}, {"run_s": "fast"}, {"edition": "1999-01"}, {"judge_at": "never"}, {"keys": "k"}]
)
def test_settings_that_do_not_exist_or_have_wrong_values_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="sandbox settings"), running(**settings):
        pass


def test_settings_can_be_read_back() -> None:
    with running(run_s=1, keys={"a", "b"}) as sandbox:
        assert sandbox.settings == Settings(run_s=1.0, keys=frozenset({"a", "b"}))


def test_settings_survive_being_written_and_read_and_know_no_other_field() -> None:
    own = Settings(run_s=0.5, keys=frozenset({"a"}), edition="2026-10", judge_at="task", callback_retry_s=())
    assert msgspec.json.decode(msgspec.json.encode(own), type=Settings) == own
    with pytest.raises(msgspec.ValidationError, match="speed"):
        msgspec.json.decode(b'{"speed": 1}', type=Settings)
