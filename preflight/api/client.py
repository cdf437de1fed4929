"""The functions beside it, with the settings of one account in one session."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from preflight.api.check import check, check_request
from preflight.api.choices import FixChoices, spelled_out
from preflight.api.common import AnyPath, Progress, edition_of, refuse_no_text
from preflight.api.fix import fix
from preflight.api.report import Report
from preflight.api.submit import submit
from preflight.api.task import download, wait
from preflight.flow.submit import Submitted
from preflight.plan import Plan
from preflight.plan.result import FixResult
from preflight.probe import Depth
from preflight.profiles import Profile
from preflight.request.file import RequestSpec
from preflight.service.task import Task
from preflight.values import findings
from preflight.values.assets import Asset
from preflight.workers.session import Session


class Client:
    """Checks, fixes and submits with the settings of one account; safe to call from several threads.

    Worker processes start once and serve all calls until `close`. An error in one call ends only that call's work.

    Args:
        key: the service's key, for `submit`, `wait` and `download`; kept in this object and never shown.
        profile: edition of the limits: a name, a TOML file, or a loaded one; None for the default.
        base_url: the service; None for the profile's, if a shipped edition's.
        files_url: its files service; None for `base_url` if given, else the profile's.
        bucket: `s3://BUCKET/PREFIX`, `gs://` or `az://` instead of the files service.
        ledger: file that records submissions; None for the command line's default.
        agent: User-Agent; None for preflight's own.

    Raises:
        ProfileError: the profile cannot be used.
    """

    def __init__(  # noqa: PLR0913 - an account has that many settings, each by name
        self,
        key: str | None = None,
        *,
        profile: Profile | AnyPath | None = None,
        base_url: str | None = None,
        files_url: str | None = None,
        bucket: str | None = None,
        ledger: AnyPath | None = None,
        agent: str | None = None,
    ) -> None:
        self.profile, self._named = edition_of(profile), profile
        self.base_url = base_url
        self._key, self._files_url, self._bucket, self._ledger, self._agent = key, files_url, bucket, ledger, agent
        self._session = Session()

    def __repr__(self) -> str:
        """Show service and profile, not the key."""
        where = self.base_url or self.profile.service.base_url
        return f"Client({where!r}, profile={self.profile.name!r})"

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """End running calls, which fail; later ones are refused."""
        self._session.close()

    def check(
        self,
        *paths: AnyPath | Asset,
        depth: Depth = "exact",
        jobs: int | None = None,
        cache: bool = True,
        progress: Progress | None = None,
    ) -> Report:
        """Check files and folders; see `preflight.check`."""
        with self._session.entered():
            return check(*paths, profile=self.profile, depth=depth, jobs=jobs, cache=cache, progress=progress)

    def check_request(
        self,
        request: RequestSpec | AnyPath,
        *,
        depth: Depth = "exact",
        jobs: int | None = None,
        cache: bool = True,
        progress: Progress | None = None,
    ) -> Report:
        """Check one request; see `preflight.check_request`."""
        with self._session.entered():
            return check_request(request, profile=self._named, depth=depth, jobs=jobs, cache=cache, progress=progress)

    @spelled_out
    def fix(
        self,
        report: findings.Report,
        output: AnyPath,
        *,
        agree: Callable[[Plan], bool] | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
        **choices: Unpack[FixChoices],
    ) -> tuple[FixResult, ...]:
        """Make new files of what does not comply; see `preflight.fix`."""
        with self._session.entered():
            return fix(report, output, agree=agree, profile=self._named, jobs=jobs, progress=progress, **choices)

    def submit(
        self,
        request: RequestSpec | AnyPath,
        *,
        again: bool = False,
        max_credits: Fraction | float | None = None,
        keep_location: bool = False,
        progress: Progress | None = None,
    ) -> Submitted:
        """Check a request, upload its assets, and send the create call once; see `preflight.submit`."""
        with self._session.entered():
            return submit(
                request,
                key=self._needed_key(),
                profile=self._named,
                base_url=self.base_url,
                files_url=self._files_url,
                bucket=self._bucket,
                ledger=self._ledger,
                again=again,
                max_credits=max_credits,
                keep_location=keep_location,
                agent=self._agent,
                progress=progress,
            )

    def wait(
        self,
        task_id: str,
        *,
        poll_s: float | None = None,
        limit_s: float | None = None,
        progress: Progress | None = None,
    ) -> Task:
        """Wait until a task is completed; see `preflight.wait`."""
        with self._session.entered():
            return wait(
                task_id,
                key=self._needed_key(),
                profile=self.profile,
                base_url=self.base_url,
                ledger=self._ledger,
                poll_s=poll_s,
                limit_s=limit_s,
                progress=progress,
            )

    def download(self, task_id: str, folder: AnyPath, *, progress: Progress | None = None) -> tuple[Path, ...]:
        """Download a task's results; see `preflight.download`."""
        with self._session.entered():
            return download(
                task_id,
                folder,
                key=self._needed_key(),
                profile=self.profile,
                base_url=self.base_url,
                ledger=self._ledger,
                agent=self._agent,
                progress=progress,
            )

    def _needed_key(self) -> str:
        key = self._key or ""
        refuse_no_text(key, "key", "the service's key")
        return key
