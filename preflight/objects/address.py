"""Addresses of objects: `s3://BUCKET/KEY`, `gs://BUCKET/KEY` or `az://CONTAINER/KEY` in; scheme, bucket and key out.

A key is taken letter by letter: nothing in it is decoded, so `%20`, `?` and `#` are part of it.
"""

import re

import msgspec

from preflight.errors import CallError
from preflight.values.assets import printable
from preflight.values.phrase import phrase

EXPECTED = "expected s3://BUCKET/KEY, gs://BUCKET/KEY or az://CONTAINER/KEY"
ADDRESS = re.compile(r"(s3|gs|az)://([A-Za-z0-9][A-Za-z0-9._-]*)(?:/(.*))?", re.DOTALL | re.IGNORECASE)


class Address(msgspec.Struct, frozen=True):
    """The place of an object, or of all whose keys begin alike."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        """Format the address as it was given."""
        return f"{self.scheme}://{self.bucket}/{self.key}"

    @property
    def root(self) -> str:
        """The bucket alone."""
        return f"{self.scheme}://{self.bucket}"


def parse(url: str) -> Address:
    """Parse an address.

    Raises:
        CallError: it is none.
    """
    match = ADDRESS.fullmatch(url)
    if not match:
        shown = re.sub(r"//[^/]*@", "//", url)  # what stands before an @ may be a secret
        raise CallError(
            phrase("{q}: not the address of an object: {expected}", q=printable(shown)[:200], expected=EXPECTED)
        )
    return Address(match[1].lower(), match[2], match[3] or "")
