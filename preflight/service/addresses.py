"""Choose the service's addresses, and decide whether a key may be sent there."""

from preflight.errors import CallError
from preflight.profiles.schema import Profile
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy


def addresses(profile: Profile, base_url: str | None, files_url: str | None) -> tuple[str, str]:
    """Choose the base URLs of the service and its files service, normalised; a caller's own service serves both.

    Raises:
        CallError: an address cannot be used.
    """
    from preflight.service.http import origin_of

    refuse_check_only(profile)
    if base_url is None:
        return origin_of(profile.service.base_url), origin_of(files_url or profile.service.files_url)
    return origin_of(base_url), origin_of(files_url or base_url)


def refuse_check_only(profile: Profile) -> None:
    """Raise CallError for an edition of a service to which this program sends nothing."""
    if other := profile.service.check_only:
        words = phrase(
            "profile {q1}: {q2}'s models are only checked for here; nothing is sent to {q3}",
            q1=profile.name,
            q2=other,
            q3=other,
        )
        raise CallError(words, advice="Send it by that service's own means.")


def named_addresses(profile: Profile, base_url: str | None, files_url: str | None) -> tuple[str, str]:
    """Choose base URLs without a person to ask: only shipped or explicitly named addresses.

    Raises:
        CallError: an address cannot be used, or comes from a profile alone and is no shipped edition's.
    """
    from preflight.profiles import shipped_addresses
    from preflight.service import origin

    base, files = addresses(profile, base_url, files_url)
    for address, is_named in ((base, base_url is not None), (files, (files_url or base_url) is not None)):
        if not is_named and not any(origin.same(address, one) for one in shipped_addresses()):
            words = phrase(
                "profile {q1}: the key would be sent to {q2}, which is no shipped edition's address",
                q1=profile.name,
                q2=address,
            )
            raise CallError(words, advice=Remedy("name-service", address=address))
    return base, files


def is_local(base_url: str | None) -> bool:
    """Tell whether the service runs on this machine; only then may URLs of this machine be fetched."""
    from preflight.service.http import is_loopback

    return base_url is not None and is_loopback(base_url)
