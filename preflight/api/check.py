"""Check paths, folders and requests."""

import os
from collections.abc import Iterable, Iterator
from functools import partial

from preflight.api.common import AnyPath, Progress, Teller, asset_of, edition_of, measuring, spec_of
from preflight.api.remedies import to_a_program
from preflight.api.report import Report
from preflight.errors import CallError
from preflight.flow import check as checking
from preflight.flow.paths import nothing, refuse_unfit
from preflight.probe import Depth
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, collect, is_request, printable
from preflight.values.remedy import Remedy


@to_a_program()
def check(
    *paths: AnyPath | Asset,
    profile: Profile | AnyPath | None = None,
    depth: Depth = "exact",
    jobs: int | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Check files and folders, each file by itself.

    Args:
        *paths: files and folders; of a folder, all images, clips and audio files below it.
        profile: edition of the limits: a name, a TOML file, or a loaded one; None for the default.
        depth: "header" trusts the file, "exact" reads every packet and decodes every image, "full" decodes all.
        jobs: files measured in parallel; one a processor when None.
        cache: whether unchanged files may be taken from an earlier run.
        progress: called with part 1 for each asset judged.

    Returns:
        The report. `verdict` is "pass" only when every file was measured and is clean, "fail" when one is not, and
        "unsure" when one could not be judged; the policy of a settings file is not applied.

    Raises:
        CallError: a path does not exist, is a URL or a request file, or no media were found; or an argument is invalid.
        ProfileError: the profile cannot be used.
    """
    edition, teller, found = edition_of(profile), Teller(progress), []
    files = files_of(paths, "check")
    with measuring(depth, jobs, cache=cache) as how:
        for judged in checking.check_assets(files, edition, how):
            found.append(judged)
            teller.ended("check", judged.asset.path)
    if not found:
        nothing(how.passed.files)
    return Report(profile=edition.name, assets=tuple(found), passed_over=how.passed.files)


@to_a_program()
def check_request(  # noqa: PLR0913 - how to judge and how to measure, each by name
    request: RequestSpec | AnyPath,
    *,
    profile: Profile | AnyPath | None = None,
    depth: Depth = "exact",
    jobs: int | None = None,
    cache: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Check one request: each asset in its role, the set, the prompt and the settings.

    Args:
        request: from `build_request` or `load_request`, or the path of a request.toml. URLs among its assets are
            downloaded, measured and removed; private addresses are refused.
        profile: as for `check`.
        depth: as for `check`.
        jobs: as for `check`.
        cache: as for `check`.
        progress: called with part 1 for each asset measured.

    Raises:
        RequestFileError: the request.toml cannot be used.
        CallError: the profile does not know the model, or an argument is invalid.
    """
    spec = spec_of(request, profile)
    edition = edition_of(profile, spec.model)
    with measuring(depth, jobs, cache=cache) as how:
        return Report.of(checking.check_request(spec, edition, how, partial(Teller(progress).ended, "check")))


def files_of(paths: Iterable[AnyPath | Asset], name: str) -> Iterator[Asset]:
    """Collect the files named, and those below folders; `name` is the function's that takes them.

    Raises:
        CallError: a path does not exist, is a URL or a request file.
    """
    assets = [asset_of(path, name) for path in paths]
    for asset in assets:
        if is_request(asset.path):
            words = f"{printable(asset.path)}: a request is judged as a whole"
            raise CallError(words, advice=Remedy("judge-in-request"))
        refuse_unfit(asset.path)
    return _walked(assets)


def _walked(assets: Iterable[Asset]) -> Iterator[Asset]:
    """Yield files, and the files below folders."""
    for asset in assets:
        yield from collect([asset.path]) if os.path.isdir(asset.path) else [asset]  # noqa: PTH112 - any bytes may be a name
