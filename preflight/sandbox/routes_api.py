"""Routes of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from preflight.sandbox.bodies import json_body
from preflight.sandbox.documents import documents
from preflight.sandbox.errors import ApiError, invalid
from preflight.sandbox.faults import RULES_PREFIX
from preflight.sandbox.parameters import idempotency_key
from preflight.sandbox.price import rules_json, shown
from preflight.sandbox.tables import tables, tier_of
from preflight.sandbox.tasks import PAGE_TASKS, is_status, task_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from preflight.sandbox.service import Service

_PAGE_DIGITS = 9


def routes_api(service: Service) -> list[Route]:
    """List the routes of the API."""
    routes = _ApiRoutes(service)
    return [
        Route("/v1/videos/generations", routes.submit, methods=["POST"]),
        Route("/v1/tasks/{task_id}", routes.task, methods=["GET"]),
        Route("/v1/tasks", routes.tasks, methods=["GET"]),
        Route("/v1/credits", routes.credits, methods=["GET"]),
        Route(f"{RULES_PREFIX}{{model}}/pricing-rules", routes.pricing_rules, methods=["GET"]),
    ]


class _ApiRoutes:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def submit(self, request: Request) -> Response:
        """Accept a submission."""
        key = idempotency_key(request.headers.get("idempotency-key"))
        reply, replayed = await self._service.submit(await json_body(request), key)
        return JSONResponse(reply, headers={"idempotency-replayed": "true"} if replayed else None)

    async def task(self, request: Request) -> Response:
        """Show one task."""
        task = self._service.book.get(request.path_params["task_id"])
        if task is None:
            raise ApiError(404, "task_not_found", "no such task")
        return JSONResponse(task_json(task))

    async def tasks(self, request: Request) -> Response:
        """List tasks, newest first."""
        query = request.query_params
        status, page = query.get("status"), query.get("page", "1")
        if status is not None and not is_status(status):
            raise invalid(f"status {status[:40]!r} does not exist", "status")
        if not (page.isascii() and page.isdecimal() and len(page) <= _PAGE_DIGITS and int(page) > 0):
            raise invalid("page must be a positive number", "page")
        shown_tasks, total = self._service.book.page(status=status, model=query.get("model"), page=int(page))
        listed = {"object": "list", "data": [task_json(task) for task in shown_tasks]}
        return JSONResponse({**listed, "page": int(page), "page_size": PAGE_TASKS, "total": total})

    async def pricing_rules(self, request: Request) -> Response:
        """Show the price rules of a model, which are public."""
        model = request.path_params["model"]
        if model not in (*documents().models, *tables()):
            raise ApiError(404, "model_not_found", "no such model")
        return JSONResponse(rules_json(model, tier_of(model)))

    async def credits(self, request: Request) -> Response:  # noqa: ARG002 - routes are called with the request
        """Show the balance."""
        book = self._service.book
        balance = {"remaining_credits": shown(book.left), "used_credits": shown(book.used)}
        return JSONResponse({"success": True, "data": {"user": balance, "token": balance}})
