"""Which variables reach a store, and that no message holds a secret of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.objects.credentials import CREDENTIALS, enough_for, has_credentials, secrets_in, settings_of, without

KEYS = {"AWS_ACCESS_KEY_ID": "AKIA0123456789", "AWS_SECRET_ACCESS_KEY": "s3cr3t-s3cr3t"}


@pytest.mark.parametrize("scheme", CREDENTIALS)
def test_each_whole_set_of_variables_is_enough_and_no_part_of_one(scheme: str) -> None:
    for names in CREDENTIALS[scheme]:
        whole = dict.fromkeys(names, "x")
        assert has_credentials(scheme, whole)
        for name in names:
            assert not has_credentials(scheme, {**whole, name: ""})
            assert name in enough_for(scheme)
    assert not has_credentials(scheme, {})


def test_the_variables_of_one_cloud_are_not_those_of_another() -> None:
    assert [has_credentials(scheme, KEYS) for scheme in ("s3", "gs", "az")] == [True, False, False]
    assert settings_of("gs", KEYS, anonymous=False) == {}


def test_known_settings_alone_are_handed_over_and_empty_ones_are_none() -> None:
    environment = {**KEYS, "AWS_REGION": "eu-1", "AWS_PROFILE": "work", "AWS_ENDPOINT": "", "PATH": "/bin"}
    assert settings_of("s3", environment, anonymous=False) == {
        "aws_access_key_id": "AKIA0123456789",
        "aws_secret_access_key": "s3cr3t-s3cr3t",
        "aws_region": "eu-1",
    }


@pytest.mark.parametrize("scheme", CREDENTIALS)
def test_who_asks_anonymously_hands_over_no_credential(scheme: str) -> None:
    every = {name: f"secret-{name}" for names in CREDENTIALS[scheme] for name in names if "ACCOUNT_NAME" not in name}
    found = settings_of(scheme, {**every, "AWS_REGION": "eu-1"}, anonymous=True)
    assert not set(every.values()) & set(found.values())
    assert [value for name, value in found.items() if name.endswith("skip_signature")] == ["true"]


def test_secrets_are_known_by_their_names_the_longest_first() -> None:
    environment = {
        **KEYS,
        "aws_session_token": "a-long-session-token",
        "AZURE_STORAGE_SAS_TOKEN": "sig=0123456789",
        "GOOGLE_SERVICE_ACCOUNT": "account-in-json",
        "AWS_REGION": "eu-central-1-somewhere",
        "AZURE_STORAGE_ACCOUNT_NAME": "ournameisnosecret",
        "AWS_SHORT_KEY": "short",
        "EVOLINK_API_KEY": "sk-not-of-a-store",
    }
    found = secrets_in(environment)
    assert sorted(found) == sorted([*KEYS.values(), "a-long-session-token", "sig=0123456789", "account-in-json"])
    assert found == sorted(found, key=len, reverse=True)


@given(st.lists(st.text("ab#", min_size=8, max_size=12), max_size=4, unique=True), st.text("ab# ", max_size=40))
def test_a_message_holds_no_secret_even_where_one_is_part_of_another(values: list[str], around: str) -> None:
    secrets = secrets_in({f"AWS_{at}_KEY": value for at, value in enumerate(values)})
    said = without(secrets, around.join(values))
    assert not any(secret in said for secret in secrets)
