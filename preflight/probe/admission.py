"""What is looked at before libav sees a container: an open file in, its boxes or `Unreadable` out."""

from typing import BinaryIO

from preflight.probe.claims import refuse_claims
from preflight.probe.complete import refuse_incomplete
from preflight.probe.elsewhere import refuse_absent
from preflight.probe.encryption import refuse_encrypted
from preflight.probe.movie import Movie, read_movie


def refuse_hopeless(stream: BinaryIO, size: int, demuxer: str, *, measured: bool) -> Movie | None:
    """Refuse a container that no decoder can do anything with, or that would cost libav far more than it holds.

    Args:
        stream: the file; its position is not kept.
        size: its bytes.
        demuxer: libav's name of its format.
        measured: whether more than its header is looked at.

    Returns:
        The boxes of an MP4 or MOV.

    Raises:
        Unreadable: it is cut short, encrypted, holds no media, keeps them elsewhere, or claims more than it holds.
    """
    movie = read_movie(stream, size) if demuxer == "mov" else None
    if movie is not None:
        refuse_absent(movie)
    if measured:
        refuse_incomplete(stream, size, demuxer, movie)
    if movie is not None:
        refuse_claims(movie, size)
    refuse_encrypted(stream, size, demuxer, movie)
    return movie
