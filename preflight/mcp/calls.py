"""What the tools share: the settings of the server, one call of it, and what a call tells."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from preflight.errors import CallError, RequestFileError
from preflight.files.toml import TableError
from preflight.flow.account import Endpoint
from preflight.flow.check import Measuring
from preflight.flow.measuring import measuring
from preflight.flow.paths import refuse_absent
from preflight.mcp.offers import Budget, Offers
from preflight.mcp.remedies import said
from preflight.mcp.roots import Roots
from preflight.mcp.running import Run
from preflight.mcp.words import quoted
from preflight.probe import Depth
from preflight.profiles import Profile, edition_for, load, names
from preflight.report.json import dump
from preflight.request.file import RequestSpec, in_our_names, load_spec, spec_of_table
from preflight.service.addresses import is_local, named_addresses
from preflight.upload.fetcher import Fetcher
from preflight.values.assets import Asset
from preflight.values.findings import Judged
from preflight.values.parsed import NotJsonError, parsed

Json = dict[str, Any]
MOST_PLANS = 64
BRIEF_ASSETS, VERBOSE_ASSETS = 20, 2000
"""Assets in a structured result; the worst stand first where some are left out."""


class ToolResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a call tells."""

    json: Json
    text: str
    is_error: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has to be asked before a call may go on."""

    words: str
    token: str
    """Proves the answer."""


class Plans:
    """Plans by their ids, as `plan_fix` told them; the oldest give way."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: OrderedDict[str, Json] = OrderedDict()

    def keep(self, plan_id: str, plan: Json) -> None:
        """Keep a plan."""
        with self._turn:
            self._known[plan_id] = plan
            while len(self._known) > MOST_PLANS:
                self._known.popitem(last=False)

    def find(self, plan_id: str) -> Json:
        """Find a plan.

        Raises:
            CallError: there is none of this id, or it has given way.
        """
        with self._turn:
            found = self._known.get(plan_id)
        if found is None:
            raise CallError(f"{quoted(plan_id)}: no plan of this server", advice="plan_fix makes one.")
        return found


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Where requests go, and on which terms; the key is not shown."""

    key: str = ""
    base_url: str | None = None
    files_url: str | None = None
    ledger: Path | None = None
    bucket: str | None = None
    agent: str | None = None
    max_credits: Fraction | None = None
    """Most credits of a request; None lets a person be asked for each."""

    def __repr__(self) -> str:
        """Show where, not the key."""
        return f"Account({self.base_url!r})"

    def endpoint(self, profile: Profile, known: str | None = None) -> Endpoint:
        """Open the way to the service of a profile, or to a known one.

        Raises:
            CallError: there is no key, or it may not go there.
        """
        if not self.key:
            raise CallError("EVOLINK_API_KEY is not set", advice="A person sets it where the server is started.")
        base, files = named_addresses(profile, self.base_url or known, self.files_url)
        return Endpoint(key=self.key, base_url=base, files_url=files, agent=self.agent, allow_private=self.is_local)

    @property
    def is_local(self) -> bool:
        """Whether the service runs on this machine."""
        return is_local(self.base_url)


class SharedState(msgspec.Struct, frozen=True, kw_only=True):
    """What all calls of a server share."""

    roots: Roots
    profile: Profile | None = None
    account: Account = msgspec.field(default_factory=Account)
    offers: Offers = msgspec.field(default_factory=Offers)
    budget: Budget = msgspec.field(default_factory=Budget)
    plans: Plans = msgspec.field(default_factory=Plans)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call."""

    shared: SharedState
    run: Run
    agreed: str | None = None
    """Proof that a person said yes to a question."""

    def edition(self, named: str | None, model: str | None = None) -> Profile:
        """Load the edition that is named, else the server's, else that of a model.

        Raises:
            CallError: there is none of that name.
        """
        own = self.shared.profile
        if named is None or (own and named == own.name):
            return own or load(edition_for(model))
        if named not in names():
            raise CallError(f"{quoted(named)}: no edition has this name", advice="where_accepted names them.")
        return load(named)

    def spec(self, request: str | Json, named: str | None) -> RequestSpec:
        """Read a request; its files become real paths below the roots.

        Raises:
            CallError: it cannot be used, or names a file elsewhere.
        """
        request = unwrapped(request)
        edition = None if named is None and self.shared.profile is None else self.edition(named)
        spec = self._from_table(request, edition) if isinstance(request, dict) else self._from_file(request, edition)
        return msgspec.structs.replace(spec, assets=tuple(map(self._admitted, spec.assets)))

    @contextmanager
    def measuring(self, depth: Depth = "exact", expected: int = 0) -> Iterator[Measuring]:
        """Open a way of measuring that tells how far it is."""
        account, meter = self.shared.account, self.run.meter
        meter.expect(expected, "measuring")
        with (
            Fetcher(allow_private=account.is_local, agent=account.agent) as fetch,
            measuring(depth, fetch=fetch, word=said) as how,
        ):
            how.pool.watch = lambda path, _: meter.ended(path)
            yield how

    def _from_file(self, request: str, edition: Profile | None) -> RequestSpec:
        path = self.shared.roots.admitted(request)
        refuse_absent(path, folder=False)
        return load_spec(Path(path), edition, absent=True)

    def _from_table(self, request: Json, edition: Profile | None) -> RequestSpec:
        try:
            return spec_of_table(in_our_names(request), Path(), edition, absent=True)
        except TableError as error:
            raise RequestFileError(f"request: {error}") from None

    def _admitted(self, asset: Asset) -> Asset:
        if asset.is_url:
            return asset
        path = self.shared.roots.admitted(asset.path)
        refuse_absent(path, folder=False)
        return msgspec.structs.replace(asset, path=path)


def unwrapped(given: str | Json) -> str | Json:
    """Parse an object that was handed over as text, as some models do; pass anything else on."""
    if isinstance(given, str) and given.lstrip().startswith("{"):
        with suppress(NotJsonError):
            found = parsed(given)
            return found if isinstance(found, dict) else given
    return given


def plain(value: Json) -> Json:
    """Convert to what JSON has."""
    found: Json = json.loads(dump(value))
    return found


def badness(judged: Judged) -> int:
    """Rank an asset, the worst first."""
    return ("unsure", "fail", "pass").index(judged.verdict)


def most(*, verbose: bool) -> int:
    """Count the assets that a structured result may have."""
    return VERBOSE_ASSETS if verbose else BRIEF_ASSETS


def one_of(paths: object, request: object) -> None:
    """Refuse a call that names neither or both.

    Raises:
        CallError: it does.
    """
    if (paths is None) == (request is None):
        raise CallError("name either paths or a request")
