"""Convert paths and URLs to URI references."""

import re
from urllib.parse import quote

from preflight.values.assets import Asset, shown

RESERVED = ":/?#[]@!$&'()*+,;=%"
"""Characters left in URLs, which are escaped already."""


def uri_of(asset: Asset) -> str:
    """Convert an asset: URLs lose secrets, absolute paths become file:///..., others stay relative.

    File name bytes are kept; a colon or `//` in front becomes neither scheme nor host.
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
