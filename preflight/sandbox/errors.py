"""Refusals: what went wrong in, the service's documented error shapes out."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

FILES_PREFIX = "/api/v1/files"
"""Where the files service lives; it has an error shape of its own."""

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "invalid_request_error",
    413: "request_too_large_error",
}


class ApiError(Exception):
    """The API refuses: HTTP status, machine-readable code, words, and the parameter at fault if there is one."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param


class FilesError(Exception):
    """The files service refuses: its own code, words, and the HTTP status (often 200 all the same)."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str, param: str | None = None) -> ApiError:
    """Make the refusal of a request that breaks a rule."""
    return ApiError(400, "invalid_request", message, param)


def error_body(code: str | int, message: str, kind: str, param: str | None = None) -> dict[str, str | int]:
    """Shape the inside of an `error` member; its code is text or a number."""
    body: dict[str, str | int] = {"code": code, "message": message, "type": kind}
    return body if param is None else {**body, "param": param}


def api_refusal(status: int, code: str | int, message: str, param: str | None = None) -> JSONResponse:
    """Answer in the API's shape."""
    kind = _TYPES.get(status, "server_error")
    return JSONResponse({"error": error_body(code, message, kind, param)}, status_code=status)


def files_refusal(code: int, message: str, status: int = 200) -> JSONResponse:
    """Answer in the files service's shape."""
    return JSONResponse({"success": False, "code": code, "msg": message}, status_code=status)


def refusal(path: str, status: int, code: str | int, message: str) -> JSONResponse:
    """Answer in the shape of whichever service the path belongs to."""
    if path.startswith(FILES_PREFIX):
        return files_refusal(status, message, status)
    return api_refusal(status, code, message)


def on_error(request: Request, error: Exception) -> Response:
    """Turn any exception of a route into an answer; one that was not expected tells nothing but that."""
    match error:
        case ApiError():
            return api_refusal(error.status, error.code, error.message, error.param)
        case FilesError():
            return files_refusal(error.code, error.message, error.status)
        case _:
            return refusal(request.url.path, 500, "internal_error", f"the sandbox failed: {type(error).__name__}")
