"""What is asked of S3 without obstore is signed as S3 wants it: as its own library signs it."""

from urllib.parse import quote

import pytest

from preflight.objects.odd_s3 import GcsBucket, S3Bucket
from preflight.objects.stores import Stores, from_environment
from scripts.bucket_server import Bucket

KEYS = ["a/../b.mp4", "a//b +.mp4", "a\nb.mp4", "\U0001f600/%20#?.mp4"]


@pytest.mark.parametrize("key", KEYS)
def test_a_request_is_signed_as_botocore_signs_it(key: str, stores: Stores) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    store = S3Bucket("material", stores)
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


def test_gcs_lists_and_reads_as_s3_does_with_a_token_or_without(bucket: Bucket) -> None:
    for key in ("odd//a.mp4", "odd/b.mp4", "odd/%2F.mp4"):
        bucket.put(key, b"0123456789")
    for credentials in ({"GOOGLE_SKIP_SIGNATURE": "true"}, {"GOOGLE_SERVICE_ACCOUNT": "f", "GOOGLE_BEARER_TOKEN": "t"}):
        stores = from_environment(environment={"GOOGLE_BASE_URL": bucket.url, **credentials})
        found = GcsBucket("material", stores)
        assert [key for key, _ in found.listed("odd/")] == ["odd/%2F.mp4", "odd//a.mp4", "odd/b.mp4"]
        assert found.get("odd//a.mp4", 2, 5, None).body == b"234"
    assert bucket.asked[-1].headers["Authorization"] == "Bearer t"
