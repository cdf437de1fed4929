"""Judge a column of addresses with Spark: `python integrations/spark.py s3://bucket/a.mp4 s3://bucket/b.mp4`.

Or `spark-submit integrations/spark.py ...`, with PYSPARK_PYTHON naming a Python that has `preflight-media[scale]` on
each machine of the cluster.
"""

import os
import sys
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from preflight.scale import check_batch

COLUMNS = "url string, verdict string, etag string, duration_s double, facts string, rules array<string>"


def judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Judge batches of addresses."""
    for batch in batches:
        table = check_batch(batch.column("url"))
        rules = [[finding["rule"] for finding in found] for found in table.column("findings").to_pylist()]
        told = table.select(["url", "verdict", "etag", "duration_s", "facts"])
        yield from told.append_column("rules", pa.array(rules, pa.list_(pa.string()))).to_batches()


def verdicts(spark: SparkSession, urls: list[str]) -> DataFrame:
    """Judge addresses."""
    return spark.createDataFrame([(url,) for url in urls], "url string").mapInArrow(judged, COLUMNS)


if __name__ == "__main__":
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    with SparkSession.builder.appName("preflight").getOrCreate() as session:
        for row in verdicts(session, sys.argv[1:]).collect():
            print(row.verdict, row.url, *row.rules)
