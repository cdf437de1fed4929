"""File → URL, and back: the provider's files service, a bucket of the user's own, and URLs that exist already."""
