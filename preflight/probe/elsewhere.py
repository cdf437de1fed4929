"""Whether an MP4 or MOV contains its media: `Movie` in, nothing or `Unreadable` out.

Sources: ISO 14496-12, 8.7.2 (dref); QuickTime File Format, "Data reference atoms" and "Reference movies" (rmra).
"""

from preflight.probe.faults import Unreadable
from preflight.probe.movie import Movie, Reference, Track
from preflight.values.phrase import phrase

SELF_CONTAINED = 1
MEDIA = {b"vide", b"soun"}
PATHS = {b"url ", b"urn "}


def refuse_absent(movie: Movie) -> None:
    """Raise Unreadable when the movie header is missing, or the media are in another file or missing."""
    if not movie.complete:
        whose = "a segment without its initialization segment" if movie.fragmented else "cut off, or never finished"
        raise Unreadable(phrase("holds no movie header (moov), which tells where its frames are: {why}", why=whose))
    media = [track for track in movie.tracks if track.handler in MEDIA]
    held = movie.fragmented or any(track.samples for track in media)
    if not held and any(box.name == b"rmra" for box in movie.boxes):
        raise Unreadable("is a reference movie: its media are kept elsewhere, in another file")
    for track in media:
        if place := _elsewhere(track):
            raise Unreadable(phrase("its media are kept elsewhere: it only points at another file ({q})", q=place))
    if media and not held:
        raise Unreadable("holds no frames: it is an initialization segment, without the media that belong to it")


def _elsewhere(track: Track) -> str:
    """Return the reference to a track's samples in another file, or an empty string."""
    if all(map(_is_here, track.references)):
        return ""
    used = track.used()
    references = {entry.reference for number, entry in enumerate(track.entries, 1) if number in used}
    for number, reference in enumerate(track.references, 1):
        if number in references and not _is_here(reference):
            return reference.kind.decode("latin-1").strip()
    return ""


def _is_here(reference: Reference) -> bool:
    """Tell whether a reference means this file; an empty path does."""
    pathless = reference.kind in PATHS and not reference.place.strip(b"\0")
    return bool(reference.flags & SELF_CONTAINED) or pathless
