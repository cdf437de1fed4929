"""Which keys obstore cannot name, and whose buckets are asked for them without it."""

import pytest

from preflight.objects.odd_keys import is_odd, own_protocol
from preflight.objects.stores import from_environment

ACCOUNT = {"AZURE_STORAGE_ACCOUNT_NAME": "a", "AZURE_STORAGE_ACCOUNT_KEY": "a2V5"}


def test_keys_of_paths_are_asked_for_by_obstore() -> None:
    named = ("a/b.mp4", "a..b.mp4", "\U0001f600 +%.mp4", "a#b?.mp4", "\u3000\u200d.mp4")
    assert [is_odd(key) for key in named] == [False] * 5
    odd = ("a/../b.mp4", "a//b +.mp4", "a\nb.mp4", "./a", "a/..", "/a", "a/", "a\x7f")
    assert [is_odd(key) for key in odd] == [True] * 8


@pytest.mark.parametrize(
    ("scheme", "environment", "can_ask"),
    [
        ("s3", {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}, True),
        ("s3", {"AWS_WEB_IDENTITY_TOKEN_FILE": "f"}, False),
        ("s3", {"AWS_SKIP_SIGNATURE": "true"}, True),
        ("gs", {"GOOGLE_SERVICE_ACCOUNT": "f"}, False),
        ("gs", {"GOOGLE_SERVICE_ACCOUNT": "f", "GOOGLE_BEARER_TOKEN": "t"}, True),
        ("gs", {"GOOGLE_SKIP_SIGNATURE": "1"}, True),
        ("az", ACCOUNT, True),
        ("az", {"AZURE_STORAGE_ACCOUNT_NAME": "a", "AZURE_FEDERATED_TOKEN_FILE": "f"}, False),
        ("az", {}, False),
    ],
)
def test_a_bucket_is_asked_by_its_own_protocol_where_requests_can_be_signed(
    scheme: str, environment: dict[str, str], *, can_ask: bool
) -> None:
    stores = from_environment(environment=environment)
    assert (own_protocol(scheme, "material", stores) is not None) == can_ask
