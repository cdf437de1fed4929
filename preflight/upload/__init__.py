"""File → URL, and back: the provider's files service, a bucket of the user's own, and URLs that exist already."""

from preflight.upload.bring import bring
from preflight.upload.existing import fetch, first_byte
from preflight.upload.files_service import files_service, upload_file
from preflight.upload.parcel import Parcel, Place, Uploaded, hash_file, hash_files, needed_s
from preflight.upload.several import send_all

__all__ = [
    "Parcel",
    "Place",
    "Uploaded",
    "bring",
    "fetch",
    "files_service",
    "first_byte",
    "hash_file",
    "hash_files",
    "needed_s",
    "send_all",
    "upload_file",
]
