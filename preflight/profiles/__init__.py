"""Profiles: the documented limits as data, one TOML an edition, each limit with its source and date."""

from preflight.profiles.loader import DEFAULT, json_schema, load, names, shipped_addresses
from preflight.profiles.schema import AudioLimits, ImageLimits, Profile, VideoLimits

__all__ = [
    "DEFAULT",
    "AudioLimits",
    "ImageLimits",
    "Profile",
    "VideoLimits",
    "json_schema",
    "load",
    "names",
    "shipped_addresses",
]
