"""What lies among footage and is none: folders of systems and storage boxes, and files that are still being brought."""

import re

SYSTEM_FOLDERS = frozenset(
    {
        *("@eadir", "@tmp", "#recycle", "#snapshot", "@recycle", "@recently-snapshot"),  # storage boxes
        *("$recycle.bin", "recycler", "system volume information", "found.000"),  # Windows
        *(
            ".spotlight-v100",
            ".trashes",
            ".fseventsd",
            ".temporaryitems",
            ".documentrevisions-v100",
            "__macosx",
        ),  # macOS
        *("lost+found", ".trash-1000", ".trash"),  # Linux
    }
)
"""Names in small letters."""
HALF_ENDINGS = (
    *(".part", ".partial", ".tmp", ".temp", ".filepart", ".incomplete", ".uploading", ".swp", "~"),
    *(
        ".crdownload",
        ".download",
        ".opdownload",
        ".aria2",
        ".dtapart",
        ".fdmdownload",
        ".ytdl",
        ".icloud",
    ),  # browsers, managers
    *(".!ut", ".!qb", ".bc!", ".!sync", ".td", ".xltd", ".baiduyun.p.downloading", ".downloading"),  # exchanges, clouds
)
HALF = re.compile(r"\.part-frag\d+(?:\.part)?$|\.(?:tmp|temp)\.\d+$|\.tmp[0-9a-z]{4,8}$")
"""Endings with a number in them: parts of a stream, and drafts named by a process."""


def is_system_folder(name: str) -> bool:
    """Tell whether a folder of this name is kept by a system and holds nothing of a person's."""
    return name.lower() in SYSTEM_FOLDERS


def is_half(name: str) -> bool:
    """Tell whether a file of this name is not there yet: it is still being downloaded, copied or written."""
    small = name.lower()
    return small.endswith(HALF_ENDINGS) or HALF.search(small) is not None
