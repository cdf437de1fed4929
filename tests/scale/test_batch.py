"""One function judges a batch for other engines; each of the integrations runs where its engine is installed."""

import os
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from preflight.errors import ProfileError
from preflight.scale import check_batch
from preflight.scale.schema import schema
from scripts.bucket_server import Bucket
from tests.scale.common import CLIP, LONG, SMALL

ROOT = Path(__file__).parent.parent.parent
slow = pytest.mark.skipif(os.environ.get("TEST_SCALE") is None, reason="`make test-scale` runs it")


@pytest.fixture
def urls(bucket: Bucket, tmp_path: Path) -> list[str]:
    (tmp_path / "here.jpg").write_bytes(SMALL)
    found = [bucket.put("a.mp4", CLIP), bucket.put("b.mp4", LONG), str(tmp_path / "here.jpg")]
    return [*found, "s3://material/none.mp4", "http://127.0.0.1:9/x.mp4"]


EXPECTED = ["pass", "fail", "fail", "unsure", "unsure"]


def test_a_batch_has_a_row_for_each_address_in_their_order(urls: list[str]) -> None:
    for given in (urls, pa.array(urls), pa.chunked_array([urls[:2], urls[2:]])):
        found = check_batch(given)
        assert found.schema.equals(schema())
        assert found.column("url").to_pylist() == urls
        assert found.column("verdict").to_pylist() == EXPECTED


def test_an_empty_batch_is_an_empty_table() -> None:
    assert check_batch([]).num_rows == 0


def test_an_edition_that_is_not_known_is_refused() -> None:
    with pytest.raises(ProfileError):
        check_batch([], profile="no-such-edition")


@slow
def test_ray_data_judges_a_column(urls: list[str]) -> None:
    pytest.importorskip("ray")
    from integrations.ray_data import verdicts

    found = {row["url"]: row["verdict"] for row in verdicts(urls).iter_rows()}
    assert [found[url] for url in urls] == EXPECTED


@slow
def test_daft_judges_a_column(urls: list[str]) -> None:
    pytest.importorskip("daft")
    from integrations.daft_udf import verdicts

    assert [row["found"]["verdict"] for row in verdicts(urls).to_pylist()] == EXPECTED


@slow
@pytest.mark.filterwarnings("ignore")  # Spark's own, of the pandas and Java that it finds
def test_spark_judges_a_column(urls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    sql = pytest.importorskip("pyspark.sql")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("Spark needs Java: there is neither JAVA_HOME nor java")
    from integrations.spark import verdicts

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *sys.path]))

    spark = sql.SparkSession.builder.master("local[2]").getOrCreate()
    try:
        found = {row.url: row.verdict for row in verdicts(spark, urls).collect()}
    finally:
        spark.stop()
    assert [found[url] for url in urls] == EXPECTED
