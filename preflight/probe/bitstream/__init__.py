"""H.264, HEVC, AV1 and MPEG-2 as they are coded: bits in, parameter sets, fields and messages out."""
