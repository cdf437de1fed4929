"""Checks of a container before libav opens it: an open file in, its boxes or `Unreadable` out."""

from typing import BinaryIO

from preflight.probe.claims import refuse_claims
from preflight.probe.complete import refuse_incomplete
from preflight.probe.elsewhere import refuse_absent
from preflight.probe.encryption import refuse_encrypted, refuse_scrambled_later
from preflight.probe.movie import Movie, read_movie


def refuse_hopeless(stream: BinaryIO, size: int, demuxer: str, *, measured: bool) -> Movie | None:
    """Refuse a container that cannot be decoded, or that would cost libav too much.

    Args:
        stream: the file; its position changes.
        size: in bytes.
        demuxer: libav's name of the format.
        measured: whether more than the header is needed.

    Raises:
        Unreadable: it is truncated, encrypted, without media, refers to other files, or claims more than it holds.
    """
    movie = read_movie(stream, size) if demuxer == "mov" else None
    if movie is not None:
        refuse_absent(movie)
    if measured:
        refuse_incomplete(stream, size, demuxer, movie)
    if movie is not None:
        refuse_claims(movie, size)
    refuse_encrypted(stream, size, demuxer, movie)
    if measured:
        refuse_scrambled_later(stream, demuxer)
    return movie
