"""Judge a column of addresses with Ray Data: `python integrations/ray_data.py s3://bucket/a.mp4 s3://bucket/b.mp4`."""

import sys

import pyarrow as pa
import ray

from preflight.scale import check_batch


def judged(batch: pa.Table) -> pa.Table:
    """Judge a batch: its addresses are in column `url`."""
    return check_batch(batch.column("url"))


def verdicts(urls: list[str]) -> "ray.data.Dataset":
    """Judge addresses; each of Ray's workers measures one at a time."""
    found = ray.data.from_arrow(pa.table({"url": urls}))
    return found.map_batches(judged, batch_size=128, batch_format="pyarrow")


if __name__ == "__main__":
    for row in verdicts(sys.argv[1:]).iter_rows():
        print(row["verdict"], row["url"], *(finding["rule"] for finding in row["findings"]))
