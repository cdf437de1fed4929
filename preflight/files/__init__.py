"""Files that are ours: written whole or not at all, moved without replacing, locked, read as people save them."""
