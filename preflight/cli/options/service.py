"""Where the service, its files service and the ledger are, and as whom the program asks."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from preflight.cli.options.option import FILE, Group, Option
from preflight.errors import CallError
from preflight.values.choices import UPLOADS_AT_ONCE

if TYPE_CHECKING:
    from preflight.flow.account import Endpoint
    from preflight.profiles import Profile

Agent = Annotated[
    str | None,
    Option(
        "How the program names itself to the hosts that it asks.", flags=("--user-agent",), kept=True, metavar="NAME"
    ),
]


class AgentOptions(Group, frozen=True, kw_only=True):
    """As whom hosts are asked."""

    agent: Agent = None


class ServiceOptions(Group, frozen=True, kw_only=True):
    """Which service, and what is written down of it."""

    base_url: Annotated[
        str | None, Option("The service; the profile's if not said.", kept=True, guarded=True, metavar="URL")
    ] = None
    files_url: Annotated[
        str | None,
        Option("Its files service; as --base-url if that is said.", kept=True, guarded=True, metavar="URL"),
    ] = None
    ledger_path: Annotated[
        Path | None,
        Option(
            "Where submissions are written down.",
            flags=("--ledger",),
            kind=FILE,
            kept=True,
            guarded=True,
            metavar="FILE",
        ),
    ] = None
    agent: Agent = None

    def endpoint(self, profile: "Profile", known: str | None = None) -> "Endpoint":
        """Settle where the service is and whether the key may go there, and name the key.

        Args:
            profile: the edition in use.
            known: where the request in question was sent before.

        Raises:
            CallError: there is no key, an address cannot be used, or a person does not agree to it.
        """
        from preflight.cli.address import agreed
        from preflight.flow.account import Endpoint
        from preflight.service.addresses import is_local

        key = api_key()
        base, files = agreed(profile, self.base_url, self.files_url, known=known)
        private = is_local(self.base_url)
        return Endpoint(key=key, base_url=base, files_url=files, agent=self.agent, allow_private=private)


class UploadOptions(Group, frozen=True, kw_only=True):
    """Where files are put so that the service can read them."""

    bucket: Annotated[
        str | None,
        Option(
            "Upload to a bucket of your own: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX.",
            kept=True,
            guarded=True,
            metavar="URL",
        ),
    ] = None
    uploads: Annotated[int, Option("How many files are uploaded at once.", kind=click.IntRange(1, 32), kept=True)] = (
        UPLOADS_AT_ONCE
    )


def api_key() -> str:
    """Read the key, from the environment alone.

    Raises:
        CallError: it is not set.
    """
    key = os.environ.get("EVOLINK_API_KEY", "")
    if not key:
        raise CallError(
            "EVOLINK_API_KEY is not set", advice="export EVOLINK_API_KEY=...; any key will do for the sandbox."
        )
    return key
