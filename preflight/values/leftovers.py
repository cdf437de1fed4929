"""Files among footage that are no footage: system folders, and unfinished downloads and copies."""

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
"""Folder names in lower case."""
UNFINISHED_ENDINGS = (
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
UNFINISHED = re.compile(r"\.part-frag\d+(?:\.part)?$|\.(?:tmp|temp)\.\d+$|\.tmp[0-9a-z]{4,8}$")
"""Extensions with a number: stream fragments, and drafts named after a process."""


def is_system_folder(name: str) -> bool:
    """Tell whether a folder name belongs to an operating system or storage device."""
    return name.lower() in SYSTEM_FOLDERS


def is_unfinished(name: str) -> bool:
    """Tell whether a file name marks an unfinished download, copy or write."""
    small = name.lower()
    return small.endswith(UNFINISHED_ENDINGS) or UNFINISHED.search(small) is not None
