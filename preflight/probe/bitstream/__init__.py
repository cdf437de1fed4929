"""Bitstreams of H.264, HEVC, AV1 and MPEG-2: bits in, parameter sets, fields and messages out."""
