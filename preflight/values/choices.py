"""Choices of a caller, shared by the library, the command line and the settings."""

from typing import Literal

Depth = Literal["header", "exact", "full"]
"""Thoroughness of a measurement: trust the header, read every packet, or decode everything."""
CacheBy = Literal["identity", "content"]
"""How an unchanged file is recognised: by place and times, or by a hash of its content."""
Allow = Literal["lossless", "lossy", "creative"]
"""The most loss of a fixed file."""
Keep = Literal["start", "middle", "end"]
"""The part to keep of a clip or audio file that is too long."""
KeepBest = Literal["start", "middle", "end", "best"]
"""The same, or the best part, found by analysis."""
Fit = Literal["crop", "pad", "blur"]
"""How an image or clip of a refused aspect ratio is adapted."""
Where = Literal["top", "bottom", "left", "right", "center"]
"""The side from which a crop is taken."""
Lengthen = Literal["loop", "freeze", "slow"]
"""How a clip or audio file that is too short is lengthened."""
Bits = Literal["16", "source"]
"""Bits per sample of a written WAV."""
Strategy = Literal["proportion", "longest", "equal"]
"""How the parts of a request that is too long are shortened."""
FailOn = Literal["error", "warning"]
"""The least severity that fails."""
UPLOADS_AT_ONCE = 4
"""Number of parallel uploads by default."""
