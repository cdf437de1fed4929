"""An Airflow operator: a task that fails for good where media do not pass, and is tried again where nobody can tell.

    PreflightOperator(task_id="preflight", paths=["/data/{{ ds }}/"], retries=3)

The report goes on to the tasks behind it, by XCom.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from gate import CallFailed, judged, wrong


class PreflightOperator(BaseOperator):
    """Judges files and folders, and returns the report.

    Args:
        paths: files and folders; templates are filled in.
        profile: an edition of the limits, or a profile file; templates are filled in.
        given: what every operator takes.
    """

    template_fields: ClassVar[Sequence[str]] = ("paths", "profile")

    def __init__(self, *, paths: Sequence[str], profile: str | None = None, **given: Any) -> None:  # noqa: ANN401 - Airflow's own arguments
        super().__init__(**given)
        self.paths = paths
        self.profile = profile

    def execute(self, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002 - Airflow's signature
        """Judge, and return the report.

        Raises:
            AirflowFailException: something does not pass: to try it again would not help.
            AirflowException: something could not be judged.
        """
        try:
            report = judged(self.paths, profile=self.profile)
        except CallFailed as error:
            raise AirflowFailException(str(error)) from error
        if report["verdict"] == "unsure":
            raise AirflowException("something could not be judged: " + "; ".join(wrong(report)))
        if report["verdict"] == "fail":
            raise AirflowFailException("; ".join(wrong(report)))
        return report
