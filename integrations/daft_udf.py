"""Judge a column of addresses with Daft: `python integrations/daft_udf.py s3://bucket/a.mp4 s3://bucket/b.mp4`."""

import sys

import daft
from daft import DataType, Series

from preflight.scale import check_batch

FOUND = DataType.struct({"verdict": DataType.string(), "rules": DataType.list(DataType.string())})


@daft.udf(return_dtype=FOUND, batch_size=128)
def judged(urls: Series) -> list[dict[str, object]]:
    """Judge a batch of addresses."""
    rows = check_batch(urls.to_pylist()).to_pylist()
    return [{"verdict": row["verdict"], "rules": [one["rule"] for one in row["findings"]]} for row in rows]


def verdicts(urls: list[str]) -> "daft.DataFrame":
    """Judge addresses."""
    return daft.from_pydict({"url": urls}).with_column("found", judged(daft.col("url")))


if __name__ == "__main__":
    for row in verdicts(sys.argv[1:]).to_pylist():
        print(row["found"]["verdict"], row["url"], *row["found"]["rules"])
