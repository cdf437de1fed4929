"""An asset's path or URL as a URI reference, for the formats that ask for one."""

import re
from urllib.parse import quote

from preflight.values.assets import Asset, shown

RESERVED = ":/?#[]@!$&'()*+,;=%"
"""What stays as it is in a URL: it was escaped by whoever made the URL."""


def uri_of(asset: Asset) -> str:
    """Return a URL without what may be secret, an absolute path as file:///..., another path as a relative reference.

    The bytes of a name are kept, whatever they are; a name with a colon or `//` in front is no scheme and no server.
    """
    if asset.is_url:
        return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(shown(asset.path), safe=RESERVED))
    path = quote(_bytes(asset.path), safe="/")
    return f"file:///{path.lstrip('/')}" if path.startswith("/") else path


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")
