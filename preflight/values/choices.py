"""What a person or a program may choose: each choice once, for the library, the command line and the settings."""

from typing import Literal

Depth = Literal["header", "exact", "full"]
"""How thoroughly a file is measured: its header is believed, every packet is walked, everything is decoded."""
CacheBy = Literal["identity", "content"]
"""What tells that a file was measured before: where it lies and its times, or a hash of what it holds."""
Allow = Literal["lossless", "lossy", "creative"]
"""The most loss that a new file may have."""
Keep = Literal["start", "middle", "end"]
"""Which part of a clip or sound that is too long stays."""
Fit = Literal["crop", "pad", "blur"]
"""How a picture of a refused shape is made to fit."""
Where = Literal["top", "bottom", "left", "right", "center"]
"""From which side a part of an allowed shape is taken."""
Lengthen = Literal["loop", "freeze", "slow"]
"""How what is too short is made longer."""
Bits = Literal["16", "source"]
"""How deep a sound that is written as WAV is."""
Strategy = Literal["proportion", "longest", "equal"]
"""Who gives up seconds where the parts of a request are together too long."""
FailOn = Literal["error", "warning"]
"""The least severity that fails."""
UPLOADS_AT_ONCE = 4
"""How many files are uploaded at once, where nobody chooses."""
