"""A secret of this user, kept in a private folder."""

import os
from contextlib import suppress

from preflight.errors import NotDone
from preflight.files import private
from preflight.files.atomic import commit_at, written
from preflight.system import files as system
from preflight.values.assets import printable
from preflight.values.phrase import phrase

SECRET, SECRET_BYTES = "secret", 32


def secret() -> bytes:
    """Return the user's 32 secret bytes, made at the first call; they sign this program's own files.

    Raises:
        NotDone: they can be neither read nor written.
    """
    path = private.folder() / SECRET
    if not os.path.lexists(path):
        with written(path.parent, "key", os.urandom(SECRET_BYTES)) as draft, suppress(FileExistsError):
            draft.chmod(0o600)
            commit_at(draft, path)
    try:
        descriptor = os.open(path, system.READ | system.NO_LINK)
        with os.fdopen(descriptor, "rb") as stream:
            known = stream.read(SECRET_BYTES + 1)
    except OSError as error:
        raise NotDone(
            phrase("{q}: cannot be read: {why}", q=printable(str(path)), why=error.strerror or error)
        ) from None
    if len(known) != SECRET_BYTES:
        raise NotDone(
            phrase("{q}: is not what this program wrote", q=printable(str(path))), advice="Remove it: it is made anew."
        )
    return known
