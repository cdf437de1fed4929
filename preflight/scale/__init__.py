"""Many assets, in buckets or folders: judged chunk by chunk, on this machine or a Dask cluster, into a verdict store.

listing ── not known yet ──► chunks ──► worker: measure, judge, write a part ──► shards of 10,000 ──► summary
"""
