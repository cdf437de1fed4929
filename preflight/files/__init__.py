"""Files of this program: atomic writes, moves that replace nothing, locks, and tolerant text readers."""
