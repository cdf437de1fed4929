"""Say which models take files or a request, by every shipped edition."""

from preflight.api.check import files_of
from preflight.api.common import AnyPath, measuring, spec_of
from preflight.api.remedies import to_a_program
from preflight.flow.check import measure, media
from preflight.flow.paths import nothing
from preflight.flow.where import where_files
from preflight.flow.where import where_request as where_whole
from preflight.probe import Depth
from preflight.profiles import load_all, names
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset
from preflight.values.places import Place


@to_a_program()
def where(
    *paths: AnyPath | Asset, depth: Depth = "exact", jobs: int | None = None, cache: bool = True
) -> tuple[Place, ...]:
    """Say of every model what it takes until it takes files, each by itself and measured once.

    Args:
        *paths: files and folders, as for `check`.
        depth: as for `check`.
        jobs: as for `check`.
        cache: as for `check`.

    Returns:
        A place for each model, the least loss first, then the price. `way` is "as it is" only where that is sure, and
        "doubtful" where a file breaks a limit of which the documents do not settle whether it holds.

    Raises:
        CallError: as for `check`.
    """
    files = files_of(paths, "where")
    with measuring(depth, jobs, cache=cache) as how:
        probed = list(media(files, how))
    if not probed:
        nothing(how.passed.files)
    return tuple(where_files(probed, load_all(names())))


@to_a_program()
def where_request(
    request: RequestSpec | AnyPath, *, depth: Depth = "exact", jobs: int | None = None, cache: bool = True
) -> tuple[Place, ...]:
    """Say of every model what it takes until it takes a request as a whole.

    Args:
        request: as for `check_request`; its model does not matter.
        depth: as for `check`.
        jobs: as for `check`.
        cache: as for `check`.

    Returns:
        As for `where`; a price is that of the request.

    Raises:
        RequestFileError: the request.toml cannot be used.
        CallError: an argument is invalid.
    """
    spec = spec_of(request)
    with measuring(depth, jobs, cache=cache) as how:
        probed = tuple(measure(spec.assets, how))
    return tuple(where_whole(spec, probed, load_all(names())))
