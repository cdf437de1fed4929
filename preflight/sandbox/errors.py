"""Refusals in the service's documented error shapes."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

FILES_PREFIX = "/api/v1/files"
"""Path of the files service; it has its own error shape."""

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
    """The API refuses: HTTP status, code, message, and the parameter at fault if any."""

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param


class FilesError(Exception):
    """The files service refuses: its own code, message, and HTTP status (often 200)."""

    def __init__(self, code: int, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def invalid(message: str, param: str | None = None) -> ApiError:
    """Build the refusal of an invalid request."""
    return ApiError(400, "invalid_request", message, param)


def error_body(code: str | int, message: str, kind: str, param: str | None = None) -> dict[str, str | int]:
    """Build an `error` member; its code is text or a number."""
    body: dict[str, str | int] = {"code": code, "message": message, "type": kind}
    return body if param is None else {**body, "param": param}


def api_refusal(status: int, code: str | int, message: str, param: str | None = None) -> JSONResponse:
    """Build a response in the API's shape."""
    kind = _TYPES.get(status, "server_error")
    return JSONResponse({"error": error_body(code, message, kind, param)}, status_code=status)


def files_refusal(code: int, message: str, status: int = 200) -> JSONResponse:
    """Build a response in the files service's shape."""
    return JSONResponse({"success": False, "code": code, "msg": message}, status_code=status)


def refusal(path: str, status: int, code: str | int, message: str) -> JSONResponse:
    """Build a response in the shape of the path's service."""
    if path.startswith(FILES_PREFIX):
        return files_refusal(status, message, status)
    return api_refusal(status, code, message)


def on_error(request: Request, error: Exception) -> Response:
    """Convert an exception of a route to a response; unexpected ones reveal only their type."""
    match error:
        case ApiError():
            return api_refusal(error.status, error.code, error.message, error.param)
        case FilesError():
            return files_refusal(error.code, error.message, error.status)
        case _:
            return refusal(request.url.path, 500, "internal_error", f"the sandbox failed: {type(error).__name__}")
