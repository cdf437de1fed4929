"""Rules for a request: its set of assets, prompt and settings."""

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

import msgspec

from preflight.profiles.schema import Profile
from preflight.rules.common import PLURALS, readings
from preflight.rules.prompt import prompt_length, prompt_reference, prompt_style, prompt_tag
from preflight.rules.rule import Reading, Rule, beyond, filled_by_n, rule
from preflight.rules.settings import aspect_ratio, clips_and_duration, duration, field, model, quality, together
from preflight.rules.task_type import prompt_order, task_type
from preflight.rules.whole import REFERENCE_KINDS, WholeRequest
from preflight.values.assets import Kind, printable
from preflight.values.facts import AudioFacts, VideoFacts
from preflight.values.findings import Finding
from preflight.values.limits import Count, Range
from preflight.values.networks import is_private_host
from preflight.values.phrase import joined, phrase
from preflight.values.units import decimal, file_size


@rule("request/image-count", "image.count")
def image_count(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """More images than one request may carry, or fewer than it needs.

    Why: The service refuses the whole request. Image-to-video needs its first frame; text-to-video takes no images.

    Fix: Leave some out, and number the prompt's references anew; or add what is missing.
    """
    yield from _count("image", whole, profile, "{n} image", "{n} images")


@rule("request/video-count", "video.count")
def video_count(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """More reference clips than one request may carry.

    Why: The service refuses the whole request.

    Fix: Leave some out, or join short ones into one clip.
    """
    yield from _count("video", whole, profile, "{n} clip", "{n} clips")


@rule("request/audio-count", "audio.count")
def audio_count(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """More reference sounds than one request may carry.

    Why: The service refuses the whole request.

    Fix: Leave some out, or mix them into one.
    """
    yield from _count("audio", whole, profile, "{n} sound", "{n} sounds")


def _count(kind: Kind, whole: WholeRequest, profile: Profile, one: str, several: str) -> Iterator[Finding]:
    """Judge how many stand in an array; where the model has fields of one file instead, say so."""
    limit: Count = getattr(profile, kind).count
    count = whole.count(kind)
    reading = Reading(count, "the request", filled_by_n(one if count == 1 else several))
    allowed = Range(
        min=Fraction(limit.min),
        max=Fraction(limit.max),
        source=limit.source,
        read=limit.read,
        severity=limit.severity,
        doubtful=limit.doubtful,
    )
    single = () if limit.max else tuple(profile.single(kind))
    for found in beyond(f"request/{kind}-count", reading, allowed, "files", fix="none"):
        message = phrase("{said}; this model takes one as {l}", said=found.message, l=joined(single, " or "))
        yield msgspec.structs.replace(found, message=message) if single else found


@rule("request/video-total-duration", "video.total_duration_s")
def video_total_duration(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The clips are together longer than allowed.

    Why: Each may be within its own limit and the sum still be refused.

    Fix: Cut one or more of them; `keep` in the request file says which part stays.
    """
    if profile.takes("video"):
        yield from _total(
            "request/video-total-duration",
            whole.clips("video"),
            profile.video.total_duration_s,
            "{n} s of clips together",
        )


@rule("request/video-total-size", "video.total_bytes")
def video_total_size(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The clips together take more bytes than allowed.

    Why: Some services give one limit for all clips: each may be small enough, and the sum still be refused.

    Fix: Cut them, or encode them at a lower rate.
    """
    limit = profile.video.total_bytes
    if limit and profile.takes("video"):
        sizes = [p.facts.bytes for p in whole.probed if p.facts and p.asset.role and p.asset.role.kind == "video"]
        reading = Reading(
            sum(sizes), "sum of the assets", lambda _: phrase("clips of {size} together", size=file_size(sum(sizes)))
        )
        yield from beyond("request/video-total-size", reading, limit, "bytes", fix="lossy")


@rule("request/audio-total-duration", "audio.total_duration_s")
def audio_total_duration(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The sounds are together longer than allowed.

    Why: Each may be within its own limit and the sum still be refused.

    Fix: Cut one or more of them; `keep` in the request file says which part stays.
    """
    if profile.takes("audio"):
        limit = profile.audio.total_duration_s
        yield from _total("request/audio-total-duration", whole.clips("audio"), limit, "{n} s of sounds together")


def _total(rule_id: str, clips: list[VideoFacts | AudioFacts], limit: Range, words: str) -> Iterator[Finding]:
    """Judge the sum of the measured durations, then of the longest that readers may see."""
    measured = sum((clip.duration_s or Fraction(0) for clip in clips), Fraction(0))
    longest = sum((max(s for _, s, _ in readings(clip, clip.duration_s or Fraction(0))) for clip in clips), Fraction(0))
    total = measured if limit.broken_by(measured) is not None else longest
    bound = limit.broken_by(total)
    if bound is not None:
        each = " + ".join(decimal(clip.duration_s or 0) for clip in clips)

        def worded(value: str) -> str:
            said = phrase(words, n=value)
            return phrase("{said} ({q})", said=said, q=each) if len(clips) > 1 else said

        yield from beyond(rule_id, Reading(total, "sum of the assets", worded), limit, "s", fix="lossy")


@rule("request/audio-alone", "request.alone")
def audio_alone(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """A sound is sent without any image or clip beside it.

    Why: The service needs something to look at: "reference_audio cannot be the only reference input".

    Fix: Add an image or a clip.
    """
    present = {kind for kind in REFERENCE_KINDS if whole.sends(kind)}
    limit = profile.request.alone
    if limit and present and present <= set(limit.refused):
        yield Finding(
            rule="request/audio-alone",
            severity=limit.weight,
            message=limit.told(
                phrase(
                    "only {l}; an image or a clip is needed",
                    l=joined((PLURALS[kind] for kind in sorted(present)), " and "),
                )
            ),
            measured=whole.count("audio"),
            source=limit.source,
            doubtful=limit.doubtful,
        )


@rule("request/no-references", "request.references")
def no_references(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The request carries no reference at all.

    Why: It works, but the plain text-to-video model makes the same for less.

    Fix: Add a reference, or use the text-to-video model.
    """
    limit = profile.request.references
    if limit and not whole.spec.assets:
        said = limit.told(phrase("no image, clip or sound is sent; {w} does the same for less", w=limit.cheaper))
        yield Finding(rule="request/no-references", severity=limit.weight, message=said, source=limit.source)


@rule("request/callback-url", "request.callback_url")
def callback_url(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The callback address is not one that the service will call.

    Why: It has to be HTTPS, and reachable from outside.

    Fix: Give the address of an HTTPS server on the open network, or leave it out and ask for the task until it is over.
    """
    limit, url = profile.request.callback_url, whole.spec.callback_url
    if url is None or limit is None:
        return
    if fault := _address_fault(url, limit.scheme, limit.max_characters, private=limit.private_addresses):
        yield Finding(
            rule="request/callback-url",
            severity=limit.weight,
            message=limit.told(phrase("callback_url {fault}", fault=fault)),
            measured=printable(url)[:80],
            limit=limit.scheme,
            source=limit.source,
            doubtful=limit.doubtful,
        )


def _address_fault(url: str, scheme: str, longest: int | None, *, private: bool) -> str:
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(url)
        # As clients do: decode the name, make full-width characters and dots plain.
        host = unicodedata.normalize("NFKC", unquote(parts.hostname or "")).replace("\u3002", ".").lower()
        sound = parts.port != 0
    except ValueError:
        return "is not an address"
    beginning = re.findall(r"\A[^/?#]*(?://)?[^/?#]*", url)[0]
    if not sound or not (beginning + host).isprintable() or set(" \\") & set(beginning + host):
        return "is not an address"
    if parts.scheme.lower() != scheme or not host.strip("."):
        return phrase("has to begin with {w}:// and name a server", w=scheme)
    if longest is not None and len(url) > longest:
        return phrase("is {n1} characters long; at most {n2} allowed", n1=f"{len(url):,}", n2=f"{longest:,}")
    return "is a private address" if not private and is_private_host(host) else ""


@rule("request/body-size", "request.body_bytes")
def body_size(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The JSON body is larger than allowed.

    Why: Assets are sent as URLs, so only a prompt or URLs of absurd length, or Base64, can do this.

    Fix: Shorten the prompt; give files as files, not as data.
    """
    if limit := profile.request.body_bytes:
        reading = Reading(whole.body_bytes, "the body as it would be sent", filled_by_n("{n} bytes of JSON"))
        yield from beyond("request/body-size", reading, limit, "bytes", fix="none")


RULES: tuple[Rule[WholeRequest], ...] = (
    image_count,
    video_count,
    audio_count,
    video_total_duration,
    audio_total_duration,
    video_total_size,
    audio_alone,
    no_references,
    together,
    prompt_length,
    prompt_reference,
    prompt_tag,
    prompt_style,
    task_type,
    prompt_order,
    model,
    duration,
    clips_and_duration,
    quality,
    aspect_ratio,
    field,
    callback_url,
    body_size,
)
