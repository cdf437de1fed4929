"""The way to the service: what the options say of it, and the key, once a person has agreed to where it goes."""

from preflight.cli.address import agreed
from preflight.cli.options import api_key
from preflight.flow.account import Door
from preflight.profiles import Profile
from preflight.service.addresses import is_local


def door_of(
    profile: Profile, base_url: str | None, files_url: str | None, agent: str | None, known: str | None = None
) -> Door:
    """Return where the service is, and the key, once it is settled that it may go there.

    Args:
        profile: as for `agreed`, and so are the others.
        base_url: the service.
        files_url: its files service.
        agent: how the program names itself.
        known: where the request in question was sent before.

    Raises:
        CallError: there is no key, or as `agreed`.
    """
    key = api_key()
    base, files = agreed(profile, base_url, files_url, known=known)
    return Door(key=key, base_url=base, files_url=files, agent=agent, allow_private=is_local(base_url))
