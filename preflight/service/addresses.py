"""What a call names → what it means: paths that are there, URLs brought here, addresses, a price within its limit.

The command line and Python's functions both stand upon it; what a caller may not ask for is refused here, once.
"""

import os
import stat
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, Self

from preflight.assets import printable, unsupported
from preflight.errors import CallError
from preflight.profiles.schema import Profile
from preflight.units import decimal, told_apart

if TYPE_CHECKING:
    from preflight.price import Estimate
    from preflight.upload import Place

FETCHED_MAX_BYTES = 128 << 20
"""More than any documented limit: what is larger fails its own limit, and its size is told as more than this."""


# ---- what is to be judged -------------------------------------------------------------------------------------------


def refuse_absent(path: str, *, folder: bool) -> None:
    """Refuse what is not there.

    Raises:
        CallError: a path does not exist, or is neither a file nor, where one will do, a folder.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - any bytes may be a name
    except (OSError, ValueError) as error:
        if why := unsupported(path):
            raise CallError(why) from None
        raise CallError(f"{printable(path)}: {getattr(error, 'strerror', None) or error}") from None
    if not (stat.S_ISREG(mode) or (folder and stat.S_ISDIR(mode))):
        raise CallError(f"{printable(path)}: is {'neither a file nor a folder' if folder else 'not a file'}")


def nothing(passed_over: int = 0) -> NoReturn:
    """Say that no medium was found: a folder that is empty, or holds other files alone, has not been judged clean."""
    files = f"{passed_over:,} {'file' if passed_over == 1 else 'files'}"
    besides = f"; {files} passed over as no media" if passed_over else ""
    advice = "Nothing was judged; is this the right folder?"
    raise CallError(f"no picture, clip or sound found{besides}", advice=advice)


class Fetcher:
    """Downloads URLs into a folder that is removed at the end; nothing is made before one is asked for.

    Args:
        allow_private: whether addresses of this machine or network may be asked; only against a local service.
        agent: how the program names itself; None for its own name.
    """

    def __init__(self, *, allow_private: bool, agent: str | None = None) -> None:
        self.allow_private = allow_private
        self.agent = agent
        self.folder: Path | None = None

    def __enter__(self) -> Self:
        """Begin; nothing is made yet."""
        return self

    def __call__(self, url: str) -> Path:
        """Download one URL.

        Raises:
            NotDone: it cannot be had.
            CallError: it is not an address that may be asked.
        """
        import tempfile

        from preflight.upload import fetch

        self.folder = self.folder or Path(tempfile.mkdtemp(prefix="preflight-"))
        return fetch(url, self.folder, FETCHED_MAX_BYTES, allow_private=self.allow_private, agent=self.agent)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what was downloaded."""
        if self.folder:
            import shutil

            shutil.rmtree(self.folder, ignore_errors=True)


# ---- where it goes, and for how much --------------------------------------------------------------------------------


def addresses(profile: Profile, base_url: str | None, files_url: str | None) -> tuple[str, str]:
    """Return where the service and its files service are, each in its one spelling; one's own service serves both.

    Raises:
        CallError: an address cannot be used.
    """
    from preflight.wire import origin_of

    if base_url is None:
        return origin_of(profile.service.base_url), origin_of(files_url or profile.service.files_url)
    return origin_of(base_url), origin_of(files_url or base_url)


def named_addresses(profile: Profile, base_url: str | None, files_url: str | None) -> tuple[str, str]:
    """Return where the service and its files service are, for a caller that nobody can ask.

    Raises:
        CallError: an address cannot be used, or comes from a profile alone and is no shipped edition's.
    """
    from preflight import origin
    from preflight.profiles import shipped_addresses

    base, files = addresses(profile, base_url, files_url)
    for address, is_named in ((base, base_url is not None), (files, (files_url or base_url) is not None)):
        if not is_named and not any(origin.same(address, one) for one in shipped_addresses()):
            words = f"profile {profile.name}: the key would be sent to {address}, which is no shipped edition's address"
            raise CallError(words, advice=f"Name it: base_url={address!r}, and files_url for its files service.")
    return base, files


def is_local(base_url: str | None) -> bool:
    """Tell whether the service runs on this machine; then, and only then, may URLs of this machine be asked."""
    from preflight.wire import is_loopback

    return base_url is not None and is_loopback(base_url)


def place_of(bucket: str | None, profile: Profile, base_url: str | None) -> "Place | None":
    """Open a bucket of the caller's own, where one is named.

    Raises:
        CallError: it is not the address of a bucket, or cannot be opened with what the environment holds.
    """
    if bucket is None:
        return None
    from preflight.upload.bucket import bucket_place

    return bucket_place(bucket, profile.service, allow_private=is_local(base_url))


def refuse_costly(most: Fraction, price: "Estimate | None", said: str, *, hint: str = "") -> None:
    """Refuse what would cost more than is allowed, or might.

    Args:
        most: the credits that are allowed.
        price: the most that it is likely to cost; None where no estimate can be made.
        said: what the caller calls the limit.
        hint: what else to say where it costs too much.

    Raises:
        CallError: it would, or no estimate can be made.
    """
    cap = f"{said} {decimal(most, 6)}"
    if price is None:
        why = f"what this costs cannot be told, so {cap} forbids it; nothing was sent"
        raise CallError(why, advice=f"Leave {said} out, or use a profile that has a price for it.")
    if price.credits > most:
        raise CallError(
            f"about {told_apart(price.credits, most, 2)} credits, more than {cap}; nothing was sent",
            advice=f"A shorter video or a lower quality costs less{hint}.",
        )
