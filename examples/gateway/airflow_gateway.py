"""A DAG for Airflow 3: a video through the gateway; the connection `preflight` holds its address and the bearer.

    AIRFLOW_CONN_PREFLIGHT='{"conn_type": "http", "host": "127.0.0.1", "port": 8686, "schema": "http",
                             "extra": {"Authorization": "Bearer KEY-OR-TOKEN"}}'

The create call may be tried again: one key is one request. What is refused (422) is not clean, and stays so.
"""

import json
from typing import Any

from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk import dag
from airflow.sdk.exceptions import AirflowFailException

BODY = {
    "model": "seedance-2.0-reference-to-video",
    "prompt": "Image 1 is the first frame of the video.",
    "image_urls": ["https://example.com/rider.jpg"],
    "duration": 5,
    "quality": "720p",
    "aspect_ratio": "16:9",
}
REFUSED = (400, 402, 403, 422)


def is_taken(response: Any) -> bool:  # noqa: ANN401 - of requests
    """Tell whether a request was taken.

    Raises:
        AirflowFailException: it was refused, and would be again.
    """
    if response.status_code in REFUSED:
        raise AirflowFailException(response.json()["error"]["message"])
    return bool(response.ok)


def is_over(response: Any) -> bool:  # noqa: ANN401 - of requests
    """Tell whether a task is completed.

    Raises:
        AirflowFailException: it failed; it was not charged.
    """
    task = response.json()
    if task["status"] == "failed":
        raise AirflowFailException(task["error"]["message"])
    return bool(task["status"] == "completed")


@dag(schedule=None)
def video_through_the_gateway() -> None:
    """Create a task and wait until it is completed."""
    create = HttpOperator(
        task_id="create",
        http_conn_id="preflight",
        endpoint="v1/videos/generations",
        data=json.dumps(BODY),
        headers={"Content-Type": "application/json", "Idempotency-Key": "{{ run_id }}"},
        extra_options={"check_response": False},
        response_check=is_taken,
        response_filter=lambda response: response.json()["id"],
        retries=3,
    )
    wait = HttpSensor(
        task_id="wait",
        http_conn_id="preflight",
        endpoint="v1/tasks/{{ ti.xcom_pull(task_ids='create') }}",
        response_check=is_over,
        poke_interval=15,
        timeout=3600,
        mode="reschedule",
    )
    create >> wait


video_through_the_gateway()
