"""What goes wrong → an answer in the provider's shapes, with the status that its clients know.

{"error": {"code", "message", "type", "param"?}}                     the API
{"success": false, "code", "msg"}                                    the files service
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from preflight.errors import CallError, OutcomeUnknown, PreflightError, Refused, Unreachable
from preflight.locale import localized
from preflight.report.remedies import in_full
from preflight.request.incoming import BodyError
from preflight.service.http import Busy, ResponseLost
from preflight.values.assets import masked, printable
from preflight.values.phrase import joined, phrase

TYPES = {
    401: "authentication_error",
    402: "insufficient_quota_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large_error",
    429: "rate_limit_error",
}
FILES_PATH = "/api/v1/files"
AGAIN_S = 2
"""Seconds after which whoever is turned away may come again."""
DOWN_S = 10
"""The same, where the service cannot be reached."""
UNKNOWN = "paid_outcome_unknown"
"""The provider's own code for a call that may have been accepted. Source: the provider's client."""
LONGEST = 2000


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One response."""

    status: int = 200
    body: bytes
    headers: Mapping[str, str] = {}
    media_type: str = "application/json"


class ApiError(Exception):
    """A request is refused here.

    Args:
        status: of HTTP.
        code: for programs.
        message: for people.
        param: the field at fault.
        headers: further headers.
        beside: what stands beside `error`.
    """

    def __init__(  # noqa: PLR0913 - what an error says, each by name
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str = "",
        headers: Mapping[str, str] | None = None,
        beside: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.param = status, code, message, param
        self.headers, self.beside = headers or {}, beside or {}


def invalid(message: str, param: str = "") -> ApiError:
    """Build the refusal of a body that cannot be used."""
    return ApiError(400, "invalid_request", message, param=param)


def too_busy(message: str) -> ApiError:
    """Build the refusal of what comes when there is no room."""
    return ApiError(429, "too_many_requests", message, headers={"Retry-After": str(AGAIN_S)})


def error_json(status: int, code: str, message: str, param: str = "") -> dict[str, str]:
    """Build an `error` member."""
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")  # noqa: PLR2004 - HTTP's own border
    said = {"code": code, "message": printable(masked(localized(message)))[:LONGEST], "type": kind}
    return said | ({"param": param} if param else {})


def as_api_error(error: Exception) -> ApiError:  # noqa: PLR0911 - an answer for each kind
    """Say of any error what a program is told of it."""
    match error:
        case ApiError():
            return error
        case BodyError():
            return invalid(error.message, error.param)
        case Busy():
            pause = {"Retry-After": str(round(error.retry_after_s))} if error.retry_after_s is not None else {}
            return _as_the_service_said(error, pause)
        case Refused():
            return _as_the_service_said(error, {})
        case OutcomeUnknown():
            return ApiError(502, UNKNOWN, in_full(error))
        case Unreachable():
            words = joined([in_full(error), "Nothing was sent."], " ")
            return ApiError(503, "service_unavailable", words, headers={"Retry-After": str(DOWN_S)})
        case ResponseLost():
            return ApiError(502, "bad_gateway", in_full(error))
        case CallError():
            return invalid(in_full(error), _param_of(error.message))
        case PreflightError():
            return ApiError(500, "preflight_not_done", in_full(error))
        case _:
            return ApiError(500, "internal_error", phrase("the gateway failed: {q}", q=type(error).__name__))


def _as_the_service_said(error: Refused, headers: Mapping[str, str]) -> ApiError:
    """Repeat a refusal with the service's own status, code, words and field; what else it said stands beside."""
    told = error.answer if isinstance(error.answer, dict) else {}
    inside = told.get("error")
    inside = inside if isinstance(inside, dict) else {}
    status = error.status or 502
    message = inside.get("message") or error.message
    made = ApiError(status, str(inside.get("code") or error.code or "refused"), str(message), headers=headers)
    made.beside = {"error": {**error_json(status, made.code, made.message), **inside}} if inside else {}
    return made


def _param_of(message: str) -> str:
    name, colon, _ = message.partition(": ")  # an address has no space behind its scheme
    return name if colon and name.isidentifier() else ""


def error_answer(error: Exception, path: str) -> Answer:
    """Answer in the shape of the service whose path it is."""
    said, is_files = as_api_error(error), path.startswith(FILES_PATH)
    if is_files:
        table: dict[str, Any] = {
            "success": False,
            "code": int(said.code) if said.code.isdecimal() else said.status,
            "msg": printable(masked(localized(said.message)))[:LONGEST],
        }
    else:
        table = {"error": error_json(_status(said.status, is_files=False), said.code, said.message, said.param)}
    body = msgspec.json.encode({**table, **said.beside}, enc_hook=str)
    return Answer(status=_status(said.status, is_files=is_files), body=body, headers=said.headers)


def _status(told: int, *, is_files: bool) -> int:
    """Keep the status of a refusal, but for one that a program would take for a success or for a way elsewhere.

    The files service alone refuses with 200, and programs of it read `success`.
    """
    return told if told >= 400 or (is_files and told == 200) else 502  # noqa: PLR2004 - HTTP's own border
