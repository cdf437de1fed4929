"""Routes of the files service and of all downloads."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from preflight.sandbox.bodies import TooLongError, capped
from preflight.sandbox.documents import documents
from preflight.sandbox.errors import FILES_PREFIX, ApiError, FilesError
from preflight.sandbox.files import too_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from preflight.sandbox.files import Upload
    from preflight.sandbox.service import Service

_ENVELOPE_BYTES = 1 << 20
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
_PAGE_SIZE_AT_MOST = 100


def routes_files(service: Service) -> list[Route]:
    """List the routes of the files service."""
    routes = _FilesRoutes(service)
    return [
        Route(f"{FILES_PREFIX}/upload/stream", routes.upload, methods=["POST"]),
        Route(f"{FILES_PREFIX}/list", routes.list, methods=["GET"]),
        Route(f"{FILES_PREFIX}/quota", routes.quota, methods=["GET"]),
        Route(f"{FILES_PREFIX}/download/{{file_id}}", routes.download_by_id, methods=["GET"]),
        Route(f"{FILES_PREFIX}/{{file_id}}", routes.delete, methods=["DELETE"]),
        Route("/files/{address:path}", routes.download, methods=["GET"]),
        Route("/results/{name}", routes.result, methods=["GET"]),
    ]


class _FilesRoutes:
    def __init__(self, service: Service) -> None:
        self._service = service
        self._files = service.files

    async def upload(self, request: Request) -> Response:
        """Store one file, streamed to disk."""
        form = await _form(request)
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise FilesError(400, "the part `file` is missing", 400)
            upload = await asyncio.to_thread(
                self._files.store,
                file.file,
                size_bytes=file.size or 0,
                name=_text(form, "fileName", "file_name"),
                path=_text(form, "uploadPath", "upload_path"),
            )
        finally:
            await form.close()
        return _success(self._files.json(upload), "File uploaded successfully")

    async def list(self, request: Request) -> Response:
        """List living files, newest first."""
        page = _number(request.query_params, "page", 1)
        page_size = min(_number(request.query_params, "pageSize", 20), _PAGE_SIZE_AT_MOST)
        newest_first = self._files.alive[::-1]
        shown = newest_first[(page - 1) * page_size : page * page_size]
        return _success(
            {
                "files": [self._files.json(upload) for upload in shown],
                "total": len(newest_first),
                "page": page,
                "page_size": page_size,
            }
        )

    async def quota(self, request: Request) -> Response:  # noqa: ARG002 - routes are called with the request
        """Show the number of files, used and allowed."""
        used = len(self._files.alive)
        return _success(
            {
                "user_group": "default",
                "used_files": used,
                "max_files": self._files.quota,
                "remain_files": max(0, self._files.quota - used),
            }
        )

    async def delete(self, request: Request) -> Response:
        """Delete one file."""
        upload = self._files.by_id(request.path_params["file_id"])
        if upload is None:
            raise FilesError(404, "file not found", 404)
        self._files.delete(upload)
        return _success(None, "File deleted successfully")

    async def download(self, request: Request) -> Response:
        """Serve an uploaded file, also in part."""
        return _served(self._files.at(request.path_params["address"]))

    async def download_by_id(self, request: Request) -> Response:
        """Serve an uploaded file by id."""
        return _served(self._files.by_id(request.path_params["file_id"]))

    async def result(self, request: Request) -> Response:
        """Serve a task's result while its link lives."""
        task = self._service.book.get(request.path_params["name"].removesuffix(".mp4"))
        if task is None or task.result is None or time.monotonic() >= task.expires_s:
            raise ApiError(404, "not_found", "no such result, or its link has expired")
        return FileResponse(task.result, media_type="video/mp4", headers=_NOSNIFF)


async def _form(request: Request) -> FormData:
    """Read a multipart body, files to disk, within the upload limit."""
    limit_bytes = documents().limits.upload_max_bytes + _ENVELOPE_BYTES
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise FilesError(400, "the body must be multipart/form-data", 400)
    parser = MultiPartParser(request.headers, capped(request.stream(), limit_bytes), max_files=1, max_fields=16)
    try:
        return await parser.parse()
    except TooLongError as error:
        raise too_large() from error
    except MultiPartException as error:
        raise FilesError(400, "the multipart body is malformed", 400) from error


def _text(form: FormData, *names: str) -> str:
    """Read the first text field present under one of its names."""
    return next((value for name in names if isinstance(value := form.get(name), str)), "")


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    """Read a positive number from a query."""
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0):  # noqa: PLR2004 - nine digits are plenty
        raise FilesError(400, f"{name} must be a positive number", 400)
    return int(text)


def _success(data: object, message: str = "success") -> JSONResponse:
    return JSONResponse({"success": True, "code": 200, "msg": message, "data": data})


def _served(upload: Upload | None) -> Response:
    if upload is None:
        raise FilesError(404, "file not found, or it has expired", 404)
    return FileResponse(upload.stored, media_type=upload.media_type, headers=_NOSNIFF)
