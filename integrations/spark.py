"""Judge a column of addresses with Spark: `spark-submit integrations/spark.py s3://bucket/a.mp4 s3://bucket/b.mp4`."""

import sys
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from preflight.scale import check_batch

COLUMNS = "url string, verdict string, etag string, duration_s double, facts string"


def judged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Judge batches of addresses."""
    for batch in batches:
        table = check_batch(batch.column("url").to_pylist())
        yield from table.select(["url", "verdict", "etag", "duration_s", "facts"]).to_batches()


def verdicts(spark: SparkSession, urls: list[str]) -> DataFrame:
    """Judge addresses."""
    return spark.createDataFrame([(url,) for url in urls], "url string").mapInArrow(judged, COLUMNS)


if __name__ == "__main__":
    with SparkSession.builder.appName("preflight").getOrCreate() as session:
        for row in verdicts(session, sys.argv[1:]).collect():
            print(row.verdict, row.url)
