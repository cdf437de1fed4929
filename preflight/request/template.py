"""Format a new request.toml: assets in their roles, a prompt that names each, comments that say what is allowed."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from preflight.profiles import DEFAULT
from preflight.profiles.index import index
from preflight.profiles.schema import NUMBER, AudioLimits, ImageLimits, Profile, VideoLimits
from preflight.request.file import RequestSpec
from preflight.values.assets import Asset, Kind, printable
from preflight.values.limits import Range
from preflight.values.units import Unit

KEYS: dict[Kind, str] = {"image": "images", "video": "videos", "audio": "audios"}
CALLED: dict[Kind, str] = {"image": "images", "video": "clips", "audio": "sounds"}
MEASURES: dict[str, tuple[str, Unit]] = {
    "duration_s": ("{} each", "s"),
    "total_duration_s": ("{} together", "s"),
    "pixels": ("{}", "pixels"),
    "side_px": ("{} a side", "px"),
    "aspect_ratio": ("width / height {}", "ratio"),
    "frame_rate_hz": ("{}", "fps"),
    "bytes": ("{} each", "bytes"),
}
"""Limit → how it is worded, and its unit."""
LINE = 110


def stub_prompt(assets: Iterable[Asset], profile: Profile) -> str:
    """Write a prompt that names each asset, by the edition's documented phrasings where it has one more."""
    return "\n".join(_sentence(asset, profile) for asset in assets if asset.role)


def _sentence(asset: Asset, profile: Profile) -> str:
    """Write the sentence on one asset."""
    kind, number = (asset.role.kind, asset.role.number) if asset.role else ("unknown", 0)
    words = [one.words for one in profile.phrasings.values() if one.kind == kind][number - 1 : number]
    return f"{words[0].replace(NUMBER, str(number))}." if words else f"{str(asset.role).capitalize()} is a reference."


def is_chosen(profile: Profile) -> bool:
    """Tell whether naming the model is what chooses an edition, and no default does."""
    return profile.name != DEFAULT and index().models.get(profile.default_model) == profile.name


def template(  # noqa: PLR0913 - a request, and what is told beside it, each by name
    spec: RequestSpec,
    profile: Profile,
    folder: Path,
    *,
    lead: Sequence[str] = (),
    notes: Mapping[Asset, str] | None = None,
    left_out: Sequence[str] = (),
) -> str:
    """Format a new request.toml.

    Args:
        spec: the request.
        profile: the edition whose limits are told.
        folder: where the file is written; paths are relative to it.
        lead: sentences at its head.
        notes: asset → what is told behind it.
        left_out: files that are not in it, each with the reason.
    """
    parts = [
        _comments([*lead, f"Limits: {profile.title} ({profile.name})."]),
        *([f'model = "{profile.default_model}"\n'] if is_chosen(profile) else []),
        _prompt(spec, profile),
        *(_array(kind, spec, profile, folder, notes or {}) for kind in KEYS if profile.takes(kind)),
        _settings(profile),
    ]
    if left_out:
        parts.append(_comments(["Left out:", *(f"  {words}" for words in left_out)]))
    return "\n".join(parts)


def _comments(sentences: Iterable[str]) -> str:
    """Format sentences as comments, long ones on several lines."""
    import textwrap

    lines = [
        line
        for words in sentences
        for line in textwrap.wrap(printable(words), LINE, break_long_words=False, break_on_hyphens=False)
    ]
    return "".join(f"# {line.rstrip()}\n" for line in lines)


def _prompt(spec: RequestSpec, profile: Profile) -> str:
    import tomli_w

    said = ["Say what the video shows, and what each asset is for, by its number: the first of `images` is image 1."]
    if (length := profile.request.prompt) and length.characters and length.words:
        said.append(f"At most {length.characters:,} characters of Korean or Chinese, or {length.words:,} words.")
    if length and length.max_characters:
        said.append(f"At most {length.max_characters:,} characters.")
    if profile.phrasings:
        words = "; ".join(one.words.replace(NUMBER, "N") for one in profile.phrasings.values())
        said.append(f"Documented words: {words}.")
    return _comments(said) + tomli_w.dumps({"prompt": spec.prompt or ""}, multiline_strings=True)


def _array(kind: Kind, spec: RequestSpec, profile: Profile, folder: Path, notes: Mapping[Asset, str]) -> str:
    """Format the assets of one kind below what is allowed of them."""
    lines = [f"    {_entry(asset, folder)},  # {_told(asset, notes)}\n" for asset in spec.of_kind(kind)]
    body = f"[\n{''.join(lines)}]" if lines else "[]"
    return _comments([allowed_words(kind, profile)]) + f"{KEYS[kind]} = {body}\n"


def allowed_words(kind: Kind, profile: Profile) -> str:
    """Word what an edition allows of one kind, in a sentence."""
    by_kind: dict[Kind, ImageLimits | VideoLimits | AudioLimits]
    by_kind = {"image": profile.image, "video": profile.video, "audio": profile.audio}
    limits = by_kind[kind]
    said = []
    for name, (words, unit) in MEASURES.items():
        limit = getattr(limits, name, None)
        if isinstance(limit, Range) and not limit.is_open:
            said.append(words.format(limit.words(unit)))
    return f"At most {limits.count.max} {CALLED[kind]}: {'; '.join([limits.format.words(), *said])}."


def _told(asset: Asset, notes: Mapping[Asset, str]) -> str:
    return printable(": ".join(filter(None, (str(asset.role), notes.get(asset, "")))))


def _entry(asset: Asset, folder: Path) -> str:
    path = _quoted(asset.path if asset.is_url else os.path.relpath(asset.path, folder))
    return path if asset.keep is None else f"{{ path = {path}, keep = {_quoted(str(asset.keep))} }}"


def _quoted(words: str) -> str:
    import tomli_w

    return tomli_w.dumps({"_": words}).removeprefix("_ = ").rstrip("\n")


def _settings(profile: Profile) -> str:
    """Format the settings as comments, each with what may stand there."""
    lines = list(_setting_lines(profile))
    if not lines:
        return ""
    width = max(len(said) for said, _ in lines)
    return _comments(["Settings; take the # away to change one."]) + "".join(
        f"# {said:<{width}}  # {why}\n" for said, why in lines
    )


def _setting_lines(profile: Profile) -> Iterator[tuple[str, str]]:
    limits = profile.request
    if not is_chosen(profile):
        yield f'model = "{profile.default_model}"', _or(profile.models)
    if seconds := limits.duration_s:
        usual = seconds.longest if seconds.default is None else seconds.default
        yield f"duration = {msgspec.json.encode(usual).decode()}", f"{seconds.words()} seconds of video"
    if limits.quality:
        yield f'quality = "{limits.quality.default}"', _or(profile.models[profile.default_model].quality)
    if ratio := limits.aspect_ratio:
        yield f'aspect_ratio = "{ratio.default}"', _or(ratio.allowed)
    if profile.knows("generate_audio"):
        yield "generate_audio = true", "true or false"
    if limits.callback_url:
        yield 'callback_url = "https://..."', f"{limits.callback_url.scheme}: called when the task ends"
    if profile.knows("content_filter"):
        yield "content_filter = true", "true or false"


def _or(words: Iterable[str]) -> str:
    """Join the allowed words."""
    *head, last = words
    return f"{', '.join(head)} or {last}" if head else last
