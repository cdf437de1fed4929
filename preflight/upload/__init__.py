"""Files to URLs and back: the provider's files service, the user's own bucket, and existing URLs."""
