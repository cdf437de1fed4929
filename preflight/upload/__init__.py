"""File → URL, and back: the provider's files service, and URLs that exist already."""

from preflight.upload.existing import fetch
from preflight.upload.files_service import Uploaded, hash_file, upload_file

__all__ = ["Uploaded", "fetch", "hash_file", "upload_file"]
