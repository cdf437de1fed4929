"""What a gateway is started with."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from preflight.flow.account import Endpoint
from preflight.profiles import Profile, edition_for, load
from preflight.service.addresses import is_local, named_addresses

if TYPE_CHECKING:
    from preflight.plan import FixOptions

OnFail = Literal["refuse", "fix"]
BODY_BYTES = 64 << 20
"""The longest body: the provider's documents say 64 MB."""
UPLOAD_BYTES = 128 << 20
"""The longest file that is taken; more than any documented limit, so that the edition tells what is too large."""
FORM_BYTES = 640 << 20
"""The longest form: as many files as a request may have."""
BUFFERED_BYTES = 512 << 20
"""Bytes of bodies in memory at one time; whoever comes beyond them comes again."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a gateway serves."""

    on_fail: OnFail = "refuse"
    """What becomes of a request that is not clean."""
    profile: Profile | None = None
    """The edition by which all requests are judged; None for that of each request's model."""
    base_url: str | None = None
    files_url: str | None = None
    bucket: str | None = None
    ledger: Path | None = None
    agent: str | None = None
    roots: tuple[Path, ...] = ()
    """Folders below which `file:///` may be read; real paths."""
    key: str | None = None
    """The provider's key, where the gateway holds it; None where each program brings its own."""
    tokens: tuple[str, ...] = ()
    """Of which one has to be shown; none where anybody on this machine may ask."""
    allow_private: bool = False
    """Whether assets may lie at private addresses."""
    fix_options: "FixOptions | None" = None
    once_s: float = 600.0
    """Seconds within which the same body is one request; 0 for no such time."""
    at_once: int = 32
    """Requests in work."""
    waiting: int = 256
    """Requests that wait for their turn; whoever comes then is told to come again."""
    jobs: int = 2
    """Requests that are mended at the same time."""
    jobs_waiting: int = 256
    """Jobs that are open; whoever comes then is told to come again."""
    slow_s: float = 60.0
    """Seconds in which a body has to come, and one more for each 32 KiB."""
    grace_s: float = 30.0
    """Seconds that requests in work get when the gateway ends."""

    def __repr__(self) -> str:
        """Show no key and no token."""
        return f"Settings(on_fail={self.on_fail!r}, base_url={self.base_url!r})"

    @property
    def reaches_itself(self) -> bool:
        """Whether assets may lie on this machine: only where the service does, too."""
        return is_local(self.base_url)

    def edition_of(self, model: str | None) -> Profile:
        """Load the edition of a model: judged by it is what the program sends, and no default is added to that.

        Raises:
            CallError: no edition describes the model.
        """
        found = self.profile or load(edition_for(model))
        ratio = found.request.aspect_ratio
        if ratio is None or not ratio.sent:
            return found
        unsaid = msgspec.structs.replace(found.request, aspect_ratio=msgspec.structs.replace(ratio, sent=False))
        return msgspec.structs.replace(found, request=unsaid)

    def endpoint(self, key: str, profile: Profile | None = None) -> Endpoint:
        """Build the endpoint of the service of an edition, by default of the one in use.

        Raises:
            CallError: an address cannot be used, or nothing is sent to the edition's service.
        """
        base, files = named_addresses(profile or self.profile or load(), self.base_url, self.files_url)
        private = self.allow_private or self.reaches_itself
        return Endpoint(key=key, base_url=base, files_url=files, agent=self.agent, allow_private=private, attempts=1)
