"""Build requests, and the body of a clean one."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from preflight.api.common import AnyPath, asset_of, edition_behind, path_of
from preflight.api.remedies import to_a_program
from preflight.errors import CallError
from preflight.files.toml import TableError, convert_table
from preflight.flow.paths import refuse_absent
from preflight.flow.submit import refuse_unclean
from preflight.profiles import Profile
from preflight.profiles.index import index
from preflight.request.body import Body
from preflight.request.body import build_body as built
from preflight.request.file import Beside, RequestFile, RequestSpec, divided, load_spec
from preflight.values.assets import Asset, Kind, Role, printable
from preflight.values.findings import Report


@to_a_program()
def build_request(  # noqa: PLR0913 - the service's own settings, each by name
    prompt: str = "",
    *,
    images: Iterable[AnyPath | Asset] = (),
    videos: Iterable[AnyPath | Asset] = (),
    audios: Iterable[AnyPath | Asset] = (),
    model: str | None = None,
    duration: int | None = None,
    quality: str | None = None,
    aspect_ratio: str | None = None,
    generate_audio: bool | None = None,
    callback_url: str | None = None,
    content_filter: bool | None = None,
    fields: Mapping[str, Any] | None = None,
) -> RequestSpec:
    """Build a request. Names are the service's, order is kept, None takes the default.

    Args:
        prompt: the text; "video 1" in it is the first of `videos`.
        images: paths, URLs, or assets such as `FixResult.asset`; roles are assigned anew.
        videos: as `images`; `Asset(path="pov.mov", keep=Window.parse("3.0-9.5"))` marks the part to keep.
        audios: as `images`.
        model: the model that makes the video.
        duration: duration of the video to make, in seconds.
        quality: such as "720p".
        aspect_ratio: such as "16:9".
        generate_audio: whether the video has audio.
        callback_url: called by the service when the task ends.
        content_filter: whether the service filters.
        fields: what else the model takes, by the service's own names, such as `seed`, `model_params` or `image_start`.

    Raises:
        CallError: a file does not exist, or a setting has a wrong type. Compliance is checked by `check_request`.
    """
    settings: dict[str, Any] = {
        "prompt": None if prompt == "" and model in index().prompt_optional else prompt,
        "model": model,
        "duration": duration,
        "quality": quality,
        "aspect_ratio": aspect_ratio,
        "generate_audio": generate_audio,
        "callback_url": callback_url,
        "content_filter": content_filter,
    }
    if not isinstance(prompt, str):
        raise CallError(f"prompt: expected text, got {prompt!r}")
    beside = _beside({**settings, **(fields or {})})
    assets = (*_assets("image", images), *_assets("video", videos), *_assets("audio", audios), *_single_assets(beside))
    return RequestSpec(assets=assets, **settings, fields=beside.fields)


def _beside(settings: dict[str, Any]) -> Beside:
    """Divide off what is not in every request; raise CallError where a setting has a wrong type."""
    try:
        table, beside = divided(settings, None)
        convert_table(table, RequestFile)
    except TableError as error:
        raise CallError(str(error)) from None
    return beside


def _single_assets(beside: Beside) -> Iterator[Asset]:
    """Yield the assets of fields that take one file each."""
    for field, path in beside.singles.items():
        (asset,) = _assets(beside.kinds[field], [path])
        yield msgspec.structs.replace(asset, role=Role(beside.kinds[field], 0, field))


@to_a_program()
def load_request(path: AnyPath) -> RequestSpec:
    """Read a request.toml; its paths are relative to the file.

    Raises:
        RequestFileError: it cannot be read, is not TOML, has wrong types or unknown keys, or names missing files.
    """
    return load_spec(Path(path_of(path, "path")))


@to_a_program()
def body_of(
    request: RequestSpec, report: Report, urls: Mapping[str, str], *, profile: Profile | AnyPath | None = None
) -> Body:
    """Build the body that `submit` would send; nothing is uploaded or sent.

    Args:
        request: the request.
        report: from `check_request`.
        urls: path, as in `request.assets` → URL of the uploaded file.
        profile: as for `fix`.

    Raises:
        CallError: the report is not clean, or on another request; a part to keep was not cut; a path has no URL.
    """
    edition = edition_behind(report, profile)
    if tuple(judged.asset for judged in report.assets) != request.assets:
        raise CallError("the report is on another request", advice="`check_request` judges this one.")
    refuse_unclean(request, report)
    for asset in request.assets:
        if not asset.is_url and asset.path not in urls:
            raise CallError(f"{printable(asset.path)}: has no URL", advice="Put it where the service can read it.")
    return built(request, edition, lambda asset: asset.path if asset.is_url else urls[asset.path])


def _assets(kind: Kind, given: Iterable[AnyPath | Asset]) -> Iterator[Asset]:
    """Yield the assets of one array, numbered."""
    if isinstance(given, str | bytes | os.PathLike):
        raise CallError(f"{kind}s: expected a list of paths, got {os.fsdecode(given)!r}")
    if not isinstance(given, Iterable):
        raise CallError(f"{kind}s: expected a list of paths, got {type(given).__name__}")
    for number, one in enumerate(given, 1):
        asset = asset_of(one, f"{kind}s")
        if kind == "image" and asset.keep:
            raise CallError(f"{printable(asset.path)}: a picture has no part to keep")
        if not asset.is_url:
            refuse_absent(asset.path, folder=False)
        yield msgspec.structs.replace(asset, role=Role(kind, number), walked=False)
