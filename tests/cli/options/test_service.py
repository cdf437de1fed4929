"""The key comes from the environment alone."""

import pytest

from preflight.cli.options.service import ServiceOptions, api_key
from preflight.errors import CallError
from preflight.profiles import load


def test_the_key_is_the_variable_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "sk-0123456789")
    assert api_key() == "sk-0123456789"


@pytest.mark.parametrize("value", ["", None])
def test_without_a_key_no_service_is_asked(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("EVOLINK_API_KEY", value)
    with pytest.raises(CallError, match="EVOLINK_API_KEY is not set"):
        ServiceOptions().endpoint(load())


def test_the_service_of_the_edition_may_have_the_key_and_reaches_no_private_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EVOLINK_API_KEY", "sk-0123456789")
    profile = load()
    endpoint = ServiceOptions(agent="ours").endpoint(profile)
    assert (endpoint.key, endpoint.agent, endpoint.allow_private) == ("sk-0123456789", "ours", False)
    assert endpoint.base_url == profile.service.base_url
