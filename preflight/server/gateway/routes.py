"""The provider's own paths, and the gateway's beside them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from preflight.errors import OutcomeUnknown
from preflight.flow.relay import brought, judge_brought
from preflight.request.incoming import table_of
from preflight.request.price import Estimate
from preflight.server.gateway.bodies import BodyMemory, is_form, read_body, read_form, table_of_form
from preflight.server.gateway.create import Call, Create, Outcome
from preflight.server.gateway.errors import Answer, ApiError, error_answer
from preflight.server.gateway.files import Files
from preflight.server.gateway.gate import Gate, note, provider_key
from preflight.server.gateway.incoming import incoming
from preflight.server.gateway.jobs import Jobs
from preflight.server.gateway.metrics import MEDIA_TYPE
from preflight.server.gateway.reports import HEADER, PATH, StoredReport, as_html, as_json, named
from preflight.server.gateway.settings import UPLOAD_BYTES
from preflight.server.gateway.state import GatewayState
from preflight.server.gateway.tasks import Tasks
from preflight.submission.prepare import price_of
from preflight.upload.contents import Content
from preflight.values.phrase import phrase, plain
from preflight.values.units import number

T = TypeVar("T")
POLLS_AT_ONCE = 32
ENVELOPE_BYTES = 1 << 20
LONGEST_KEY = 255
UNCLEAN, SERVER_ERROR = 422, 500


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a request would cost, by the provider's price rules of a day."""

    credits: float | None
    """None where the edition has no price, or a clip could not be measured."""
    usd: float | None = None
    output_s: int | None = None
    input_s: float | None = None
    billed_s: float | None = None
    read: str | None = None
    """When the price rules were read."""
    source: str | None = None
    """Where, if the user had them read; None for those of the edition."""
    verdict: str
    """Whether the request would be sent as it is."""
    report: str
    """Where its report is."""


class Routes:
    """Answers requests; what takes long is done in threads.

    Args:
        state: the gateway's state.
        jobs: what is mended behind.
    """

    def __init__(self, state: GatewayState, jobs: Jobs) -> None:
        self._state, self._jobs, self._settings = state, jobs, state.settings
        self._create, self._tasks, self._files = Create(state, jobs), Tasks(state, jobs), Files(state)
        self._room = BodyMemory()
        self._work = CapacityLimiter(state.settings.at_once)
        self._polls = CapacityLimiter(POLLS_AT_ONCE)
        self.gate: Gate | None = None

    def provider(self) -> list[Route]:
        """List the provider's own paths."""
        return [
            Route("/v1/videos/generations", self.create, methods=["POST"]),
            Route("/v1/tasks/{task_id}", self.task, methods=["GET"]),
            Route("/v1/tasks", self.tasks, methods=["GET"]),
            Route("/v1/credits", self.credits, methods=["GET"]),
            Route("/api/v1/files/upload/stream", self.upload, methods=["POST"]),
            Route("/api/v1/files/upload/base64", self.upload_told, methods=["POST"]),
            Route("/api/v1/files/upload/url", self.upload_told, methods=["POST"]),
            Route("/api/v1/files/list", self.files, methods=["GET"]),
            Route("/api/v1/files/quota", self.files, methods=["GET"]),
            Route("/api/v1/files/{file_id}", self.files, methods=["DELETE"]),
        ]

    def own(self) -> list[Route]:
        """List the gateway's own paths."""
        return [
            Route("/preflight/check", self.check, methods=["POST"]),
            Route("/preflight/estimate", self.estimate, methods=["POST"]),
            Route("/preflight/reports/{report_id}", self.report, methods=["GET"]),
            Route("/healthz", self.health, methods=["GET"]),
            Route("/readyz", self.ready, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    # ---- the provider's

    async def create(self, request: Request) -> Response:
        """Create a task: checked, mended where that is asked for, and sent once."""
        key, idempotency_key = provider_key(request.headers, self._settings), _idempotency_key(request)
        held: dict[str, Content] = {}
        try:
            with self._room.taken() as taken:
                table = await self._table(request, taken, held)
                call = Call(table=table, key=key, idempotency_key=idempotency_key, parts=held)
                outcome = await self._in_work(self._created, call)
        finally:
            for content in held.values():
                self._state.assets.contents.release(content)
        note(request.scope, outcome=outcome.said, entry=outcome.entry, task=outcome.task)
        note(request.scope, report=outcome.answer.headers.get(HEADER))
        return respond(outcome.answer)

    def _created(self, call: Call) -> Outcome:
        """Answer a create call, and count what became of it."""
        try:
            outcome = self._create(call)
        except Exception as error:  # noqa: BLE001 - whatever it is, a program is answered and it is counted
            answer = error_answer(error, "")
            said = _outcome(error, answer.status)
            self._state.metrics.created(said)
            return Outcome(answer=answer, said=said)
        self._state.metrics.created(outcome.said)
        return outcome

    async def task(self, request: Request) -> Response:
        """Show one task, the provider's or one that is being mended."""
        key = provider_key(request.headers, self._settings)
        return respond(await self._poll(self._tasks.task, key, request.path_params["task_id"], request.url.query))

    async def tasks(self, request: Request) -> Response:
        """List tasks, newest first."""
        key = provider_key(request.headers, self._settings)
        return respond(await self._poll(self._tasks.listed, key, dict(request.query_params), request.url.query))

    async def credits(self, request: Request) -> Response:
        """Show the balance."""
        key = provider_key(request.headers, self._settings)
        return respond(await self._poll(self._tasks.passed, key, "GET", "/v1/credits", request.url.query))

    async def upload(self, request: Request) -> Response:
        """Store a file, checked, under the hash of its content."""
        key = provider_key(request.headers, self._settings)
        form = await read_form(request, self._settings.slow_s, UPLOAD_BYTES + ENVELOPE_BYTES)
        try:
            answer, told = await self._files.uploaded(form, key, self._in_work)
        finally:
            await form.close()
        note(request.scope, **told)
        return respond(answer)

    async def upload_told(self, request: Request) -> Response:
        """Store a file that comes as Base64, or from an address; checked, under the hash of its content."""
        key = provider_key(request.headers, self._settings)
        with self._room.taken() as taken:
            table = await self._table(request, taken, {})
            answer = await self._in_work(self._files.taken, table, key)
        note(request.scope, report=answer.headers.get(HEADER), outcome="stored")
        return respond(answer)

    async def files(self, request: Request) -> Response:
        """List files, show the quota, or delete a file."""
        key = provider_key(request.headers, self._settings)
        path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        return respond(await self._poll(self._files.passed, key, request.method, path, request.url.query))

    # ---- the gateway's own

    async def check(self, request: Request) -> Response:
        """Judge a body as the create call would, and send nothing: `preflight.report/1`, or a page."""
        kept, name = await self._judged(request)
        return self._shown(request, kept, {HEADER: f"{PATH}{name}"})

    async def estimate(self, request: Request) -> Response:
        """Estimate what a body would cost, and send nothing."""
        held: dict[str, Content] = {}
        kept, name, price = await self._weighed(request, held)
        told = Price(
            **({} if price is None else _numbers(price)),
            credits=None if price is None else number(price.credits),
            verdict=kept.report.verdict,
            report=f"{PATH}{name}",
        )
        return respond(Answer(body=msgspec.json.encode(told, enc_hook=plain), headers={HEADER: told.report}))

    async def report(self, request: Request) -> Response:
        """Show an earlier report: JSON, or a page where that is asked for."""
        kept = self._state.reports.find(request.path_params["report_id"])
        if kept is None:
            raise ApiError(404, "report_not_found", "no such report, or one that is no longer kept")
        return self._shown(request, kept, {})

    async def health(self, request: Request) -> Response:  # noqa: ARG002 - routes are called with the request
        """Say that the program runs."""
        return respond(Answer(body=b'{"status":"ok"}'))

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - as above
        """Say whether requests are taken; not while the gateway ends."""
        if self.gate and self.gate.draining:
            return respond(Answer(status=503, body=b'{"status":"draining"}'))
        await run_sync(self._state.ledger.entries, 1)
        return respond(Answer(body=b'{"status":"ready"}'))

    async def metrics(self, request: Request) -> Response:  # noqa: ARG002 - as above
        """Count what happened, as OpenMetrics text."""
        gauges = {
            "requests_in_work": ("Requests that are in work or wait.", self.gate.in_work if self.gate else 0),
            "jobs_open": ("Requests that are being mended.", self._jobs.count),
            "downloads": ("Assets brought.", self._state.assets.urls.downloads),
            "body_bytes": ("Bytes of bodies in memory.", self._room.used),
        }
        return Response(self._state.metrics.text(gauges), media_type=MEDIA_TYPE)

    # ---- what they share

    async def _table(self, request: Request, taken: Any, held: dict[str, Content]) -> dict[str, Any]:  # noqa: ANN401 - of `Room`
        if is_form(request):
            form = await read_form(request, self._settings.slow_s)
            try:
                return await table_of_form(form, self._state.assets.contents, held)
            finally:
                await form.close()
        content = await read_body(request, taken, self._settings.slow_s)
        return await run_sync(table_of, content) if len(content) > 1 << 16 else table_of(content)

    async def _judged(self, request: Request) -> tuple[StoredReport, str]:
        kept, name, _ = await self._weighed(request, {})
        return kept, name

    async def _weighed(self, request: Request, held: dict[str, Content]) -> tuple[StoredReport, str, Estimate | None]:
        try:
            with self._room.taken() as taken:
                table = await self._table(request, taken, held)
                return await self._in_work(self._weigh, table, held)
        finally:
            for content in held.values():
                self._state.assets.contents.release(content)

    def _weigh(self, table: dict[str, Any], held: Mapping[str, Content]) -> tuple[StoredReport, str, Estimate | None]:
        state = self._state
        with (
            state.session.entered(),
            incoming(table, state, held) as one,
            brought(one.spec, one.here, state.assets) as found,
        ):
            report = judge_brought(one.spec, found, one.profile, state.assets)
            price = price_of(one.spec, report, one.profile)
        shown = named(report, one.names)
        return StoredReport(shown, one.profile), state.reports.keep(shown, one.profile), price

    def _shown(self, request: Request, kept: StoredReport, headers: dict[str, str]) -> Response:
        if _wants_page(request.headers.get("accept", "")):
            return Response(as_html(kept), headers={**headers, "Content-Security-Policy": PAGE}, media_type="text/html")
        return respond(Answer(body=msgspec.json.encode(as_json(kept.report), enc_hook=plain), headers=headers))

    async def _in_work(self, call: Callable[..., T], *args: object) -> T:
        return await run_sync(partial(call, *args), limiter=self._work)

    async def _poll(self, call: Callable[..., T], *args: object) -> T:
        return await run_sync(partial(call, *args), limiter=self._polls)


PAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"
"""What the page of a report may load: what stands within it."""


def _wants_page(accept: str) -> bool:
    """Tell whether a page is rather wanted than JSON (RFC 9110, 12.5.1; quality values apart)."""
    page, json = accept.find("text/html"), accept.find("application/json")
    return page >= 0 and (json < 0 or page < json)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable() and key.isascii()):
        words = phrase("Idempotency-Key must have 1 to {n} printable ASCII characters", n=LONGEST_KEY)
        raise ApiError(400, "invalid_idempotency_key", words)
    return key


def _numbers(price: Estimate) -> dict[str, Any]:
    names = ("usd", "input_s", "billed_s")
    said = {"output_s": price.output_s, "read": price.read, "source": price.source}
    return {**{name: number(getattr(price, name)) for name in names}, **said}


def _outcome(error: Exception, status: int) -> str:
    if isinstance(error, OutcomeUnknown):
        return "unknown"
    return "refused" if status == UNCLEAN else "invalid" if status < SERVER_ERROR else "failed"


def respond(answer: Answer) -> Response:
    """Send an answer."""
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)
