"""The files service: what comes in is checked, and stored under the hash of its content; the rest is passed on."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import msgspec
from starlette.datastructures import FormData, UploadFile

from preflight.flow.relay import judge_content
from preflight.profiles import Profile, load
from preflight.server.gateway.bodies import take_file
from preflight.server.gateway.errors import Answer, ApiError
from preflight.server.gateway.incoming import inline
from preflight.server.gateway.incoming import suffix_of as suffix_by_content
from preflight.server.gateway.reports import HEADER, PATH, findings_json, in_short, named
from preflight.server.gateway.state import GatewayState
from preflight.service.passing import pass_on
from preflight.submission.prepare import suffix_of
from preflight.upload.bucket import place_of
from preflight.upload.contents import Content
from preflight.upload.files_service import UPLOAD_PATH, files_service
from preflight.upload.parcel import Parcel, Uploaded
from preflight.values.assets import Asset, printable
from preflight.values.findings import Report
from preflight.values.phrase import phrase

InWork = Callable[..., Awaitable[Any]]


class Files:
    """Answers calls of the files service.

    Args:
        state: the gateway's state.
    """

    def __init__(self, state: GatewayState) -> None:
        self._state = state

    def passed(self, key: str, method: str, path: str, query: str) -> Answer:
        """Pass a call on as it came; called in a thread."""
        settings = self._state.settings
        found = pass_on(self._state.endpoint(key).files_url, key, method, path, query, agent=settings.agent)
        return Answer(status=found.status, body=found.body, headers=found.headers, media_type=found.media_type)

    async def uploaded(self, form: FormData, key: str, in_work: InWork) -> tuple[Answer, dict[str, Any]]:
        """Check and store the file of a form; the answer, and what is told of it in the log.

        Raises:
            ApiError: there is no file, or it does not pass.
        """
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise ApiError(400, "invalid_request", "the part `file` is missing")
        said = next((name for one in ("fileName", "file_name") if isinstance(name := form.get(one), str)), "")
        name = said or part.filename or "file"
        content = await take_file(part, self._state.assets.contents, name)
        try:
            answer: Answer = await in_work(self._stored, content, PurePath(name).name, key)
        finally:
            self._state.assets.contents.release(content)
        return answer, {"report": answer.headers.get(HEADER), "outcome": "stored"}

    def taken(self, table: dict[str, Any], key: str) -> Answer:
        """Check and store a file that comes as Base64, or is brought from an address; called in a thread.

        Raises:
            ApiError: there is none, or it does not pass.

        Source: the provider's own client, 1.2.1.
        """
        name = table.get("file_name")
        name = PurePath(name).name if isinstance(name, str) else ""
        content = self._brought(table.get("base64_data"), table.get("file_url"), PurePath(name).suffix)
        try:
            return self._stored(content, name or content.path.name, key)
        finally:
            self._state.assets.contents.release(content)

    def _brought(self, data: object, url: object, suffix: str) -> Content:
        assets = self._state.assets
        if isinstance(url, str) and Asset(path=url).is_url:
            return assets.urls.bring(url, lambda _: True).content
        found = inline(data, short=True) if isinstance(data, str) else None
        if not found:
            what = "file_url is not a URL" if data is None and url is not None else "base64_data is not Base64"
            raise ApiError(400, "invalid_request", what)
        return assets.contents.of_bytes(found, suffix.lower().removeprefix(".") or suffix_by_content(found))

    def _stored(self, content: Content, name: str, key: str) -> Answer:
        state = self._state
        profile = state.settings.profile or load()
        with state.session.entered():
            judged = judge_content(content, profile, state.assets)
            report = Report(profile=profile.name, assets=(judged,))
            shown = named(report, {str(content.path): printable(name)})
            headers = {HEADER: f"{PATH}{state.reports.keep(shown, profile)}"}
            if not self._passes(report):
                raise _refusal(shown, headers)
            parcel = Parcel(path=content.path, sha256=content.sha256, suffix=suffix_of(judged.facts))
            uploaded = self._sent(parcel, key, profile)
        return Answer(body=msgspec.json.encode(_as_theirs(parcel, uploaded)), headers=headers)

    def _passes(self, report: Report) -> bool:
        """Tell whether a file is stored: one that a create call would mend is, where mending is asked for."""
        mends = self._state.settings.on_fail == "fix" and report.assets[0].facts is not None
        return report.verdict == "pass" or (mends and report.verdict == "fail")

    def _sent(self, parcel: Parcel, key: str, profile: Profile) -> Uploaded:
        settings = self._state.settings
        endpoint = self._state.endpoint(key)
        with endpoint.service() as service:
            place = place_of(settings.bucket, profile, allow_private=endpoint.allow_private)
            place = place or files_service(service.files, profile.service)
            uploaded = place.send(parcel, lambda *_: None, time.sleep)
        self._state.ledger.remember_upload(parcel.sha256, place.name, uploaded.url, uploaded.expires_at)
        return uploaded


def _refusal(report: Report, headers: dict[str, str]) -> ApiError:
    error = ApiError(422, "preflight_failed", phrase("not stored: {why}", why=in_short(report)), headers=headers)
    error.beside = {"findings": findings_json(report), "verdict": report.verdict, "report": headers[HEADER]}
    return error


def _as_theirs(parcel: Parcel, uploaded: Uploaded) -> dict[str, Any]:
    """Describe a stored file as the files service does."""
    told = {
        "file_id": uploaded.file_id,
        "file_name": parcel.name,
        "file_size": uploaded.bytes,
        "mime_type": parcel.media_type,
        "upload_path": UPLOAD_PATH,
        "file_url": uploaded.url,
        "download_url": uploaded.url,
        "upload_time": datetime.now(UTC).isoformat(timespec="seconds"),
        "expires_at": uploaded.expires_at.isoformat(timespec="seconds"),
    }
    return {"success": True, "code": 200, "msg": "File uploaded successfully", "data": told}
