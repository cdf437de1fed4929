"""Objects in buckets on S3, GCS and Azure: their addresses, their stores, listing and reading by ranges."""
