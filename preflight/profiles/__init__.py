"""Profiles: the documented limits as data, one TOML file per edition, each limit with source and date."""

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
