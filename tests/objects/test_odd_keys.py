"""What is asked without obstore is signed as S3 wants it: as its own library signs it."""

from urllib.parse import quote

import pytest

from preflight.objects.odd_keys import OddStore, is_odd
from preflight.objects.stores import Stores

KEYS = ["a/../b.mp4", "a//b +.mp4", "a\nb.mp4", "\U0001f600/%20#?.mp4"]


@pytest.mark.parametrize("key", KEYS)
def test_a_request_is_signed_as_botocore_signs_it(key: str, stores: Stores) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    store = OddStore("material", stores)
    path = f"/material/{quote(key, safe='-_.~/')}"
    ours = store.signature(path, "list-type=2&prefix=a%2F")
    settings = stores.settings["s3"]
    credentials = Credentials(settings["aws_access_key_id"], settings["aws_secret_access_key"])
    theirs = AWSRequest("GET", f"{settings['aws_endpoint_url']}{path}?list-type=2&prefix=a%2F")
    theirs.context["timestamp"] = ours["x-amz-date"]
    signer = S3SigV4Auth(credentials, "s3", "us-east-1")
    theirs.headers["X-Amz-Date"] = ours["x-amz-date"]
    theirs.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    text = signer.string_to_sign(theirs, signer.canonical_request(theirs))
    assert ours["Authorization"].endswith(f"Signature={signer.signature(text, theirs)}")


def test_keys_of_paths_are_asked_for_by_obstore() -> None:
    assert [is_odd(key) for key in ("a/b.mp4", "a..b.mp4", "\U0001f600 +%.mp4", "a#b?.mp4")] == [False] * 4
    assert [is_odd(key) for key in (*KEYS[:3], "./a", "a/..", "/a", "a\x7f")] == [True] * 7
