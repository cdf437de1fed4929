"""A bucket on loopback, and a way to judge it into a store."""

from tests.objects.conftest import bucket, nobody_s_credentials, stores

__all__ = ["bucket", "nobody_s_credentials", "stores"]
