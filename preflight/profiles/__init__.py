"""Profiles: the documented limits as data, one TOML file per edition, each limit with source and date."""

from preflight.profiles.index import edition_for, shipped_addresses
from preflight.profiles.loader import DEFAULT, json_schema, load, load_all, names, nearest
from preflight.profiles.schema import AudioLimits, ImageLimits, Profile, VideoLimits

__all__ = [
    "DEFAULT",
    "AudioLimits",
    "ImageLimits",
    "Profile",
    "VideoLimits",
    "edition_for",
    "json_schema",
    "load",
    "load_all",
    "names",
    "nearest",
    "shipped_addresses",
]
