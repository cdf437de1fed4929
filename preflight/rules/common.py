"""Rules for every kind of asset: readable, measured, accepted, named as its content."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from preflight.profiles.schema import ImageLimits, Profile, VideoLimits
from preflight.rules.rule import Reading, Rule, beyond, filled_by_n, rule
from preflight.values.assets import Kind, printable
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import NOT_TAKEN, Finding, Loss
from preflight.values.limits import Count, OneOf, Range
from preflight.values.phrase import phrase
from preflight.values.probed import Probed
from preflight.values.units import decimal, distinct_decimal

TAKES_NONE: dict[Kind, str] = {
    "image": "{q} takes no images",
    "video": "{q} takes no clips",
    "audio": "{q} takes no sounds",
}
"""Kind → words for an edition that takes none."""
PLURALS: dict[Kind, str] = {"image": "images", "video": "clips", "audio": "sounds"}
SUFFIXES: dict[str, frozenset[str]] = {
    "jpeg": frozenset({"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    "png": frozenset({"png", "apng"}),
    "webp": frozenset({"webp"}),
    "gif": frozenset({"gif"}),
    "tiff": frozenset({"tif", "tiff"}),
    "psd": frozenset({"psd", "psb"}),
    "dng": frozenset({"dng"}),
    "nef": frozenset({"nef", "nrw"}),
    "arw": frozenset({"arw", "sr2", "srf"}),
    "pef": frozenset({"pef"}),
    "raw": frozenset({"raw", "3fr", "dcr", "erf", "fff", "iiq", "kdc", "mos", "mef"}),
    "bmp": frozenset({"bmp"}),
    "heic": frozenset({"heic", "heif", "hif"}),
    "avif": frozenset({"avif"}),
    "jp2": frozenset({"jp2", "j2k", "jpx"}),
    "mp4": frozenset({"mp4", "m4v", "mov", "qt"}),
    "mov": frozenset({"mp4", "m4v", "mov", "qt"}),
    "m4a": frozenset({"m4a", "m4b", "m4p"}),
    "matroska": frozenset({"mkv", "mka", "webm"}),
    "avi": frozenset({"avi"}),
    "h264": frozenset({"h264", "264", "avc", "26l"}),
    "hevc": frozenset({"h265", "265", "hevc"}),
    "vvc": frozenset({"h266", "266", "vvc"}),
    "vc1": frozenset({"vc1"}),
    "obu": frozenset({"obu", "av1"}),
    "dirac": frozenset({"drc"}),
    "dv": frozenset({"dv", "dif"}),
    "rm": frozenset({"rm", "rmvb"}),
    "mpegts": frozenset({"ts", "mts", "m2ts"}),
    "mpeg": frozenset({"mpg", "mpeg", "vob"}),
    "flv": frozenset({"flv"}),
    "wav": frozenset({"wav", "wave"}),
    "mp3": frozenset({"mp3"}),
    "aac": frozenset({"aac"}),
    "flac": frozenset({"flac"}),
    "ogg": frozenset({"ogg", "oga", "ogv", "opus"}),
    "asf": frozenset({"asf", "wmv", "wma"}),
    "aiff": frozenset({"aif", "aiff", "aifc"}),
}
"""Format → file extensions that promise it. MP4 and MOV are one family."""


LASTS = "{n} s long"
PLAYS_BUT_STORES = "it plays {n1} s but it stores {n2} s"
PLAYS_BUT_CLAIMS = "it plays {n1} s but its header claims {n2} s"
SHOWS_BUT_CLAIMS = "the pictures last {n1} s but its header claims {n2} s"


def readable(kind: Kind) -> Rule[Probed]:
    """Build the rule that a file of this kind can be read to its end."""

    @rule(f"{kind}/readable")
    def check(probed: Probed, _profile: Profile) -> Iterator[Finding]:
        """The file is corrupt, cut short, cannot be decoded, or holds nothing usable.

        Why: The service downloads the asset and decodes it. What cannot be decoded here will be refused there, after
        the upload, with "Error while downloading" or a failed task.

        Fix: Export or copy the file again from its source. A copy that was interrupted is the usual cause.
        """
        if probed.fault and probed.fault.kind == "unreadable":
            yield Finding(rule=f"{kind}/readable", severity="error", message=probed.fault.message)

    return check


def unjudged(kind: Kind) -> Rule[Probed]:
    """Build the rule that everything judged was measured."""

    @rule(f"{kind}/unjudged")
    def check(probed: Probed, _profile: Profile) -> Iterator[Finding]:
        """Something that matters could not be measured, so there is no verdict.

        Why: "Could not tell" is never "yes". The exit status is 3, which outranks 1.

        Fix: See the message: grant permission, wait until the file is written, raise the limit that stopped the
        measurement, or look at the file with another tool.
        """
        if probed.fault and probed.fault.kind == "unmeasured":
            yield Finding(rule=f"{kind}/unjudged", severity="error", message=probed.fault.message)

    return check


def not_taken(kind: Kind) -> Rule[Probed]:
    """Build the rule that an edition takes this kind."""

    @rule(f"{kind}{NOT_TAKEN}", f"{kind}.count")
    def check(probed: Probed, profile: Profile) -> Iterator[Finding]:
        """The edition's models take no asset of this kind, whatever it is like.

        Why: The service refuses a request that carries one, as text-to-video refuses every reference.

        Fix: Use a model that takes it; a check by several editions, side by side, shows which does.
        """
        limit: Count = getattr(profile, kind).count
        if probed.facts and not profile.takes(kind):
            yield Finding(
                rule=f"{kind}{NOT_TAKEN}",
                severity=limit.weight,
                message=limit.told(phrase(TAKES_NONE[kind], q=profile.name)),
                limit=limit.text(),
                unit="files",
                source=limit.source,
                doubtful=limit.doubtful,
            )

    return check


def name(kind: Kind) -> Rule[Probed]:
    """Build the rule that a file's extension matches its content."""

    @rule(f"{kind}/name")
    def check(probed: Probed, _profile: Profile) -> Iterator[Finding]:
        """The file name's ending belongs to another format than the content.

        Why: This tool and the service go by content, but what stands between them may go by name: a browser, a
        bucket's content type, an editor.

        Fix: Rename the file. Uploads made by this tool carry the right ending whatever the file is called.
        """
        suffix, facts = probed.asset.suffix, probed.facts
        if facts and suffix and suffix not in SUFFIXES.get(facts.format, frozenset({facts.format})):
            yield Finding(
                rule=f"{kind}/name",
                severity="warning",
                message=phrase("is named .{w1} but its content is {w2}", w1=printable(suffix), w2=facts.format),
                measured=facts.format,
                how=facts.measured_by.get("format"),
                fix="lossless",
            )

    return check


def wrong_kind(rule_id: str, found: str, limit: OneOf, message: str) -> Finding:
    """Report an asset of another kind than its role."""
    return Finding(
        rule=rule_id, severity="error", message=message, measured=found, limit=limit.text(), source=limit.source
    )


def taken(limit: OneOf) -> str:
    """Return how a message says which words are taken: by the documents, or as far as anybody has seen."""
    if limit.severity == "error":
        return phrase("{l} allowed", l=limit.words())
    return phrase("seen accepted: {l}", l=limit.words())


def unmeasured(kind: Kind, message: str) -> Finding:
    """Report a missing value that matters."""
    return Finding(rule=f"{kind}/unjudged", severity="error", message=message)


def readings(facts: VideoFacts | AudioFacts, measured: Fraction) -> list[tuple[str, Fraction, str]]:
    """List every duration that a reader may see: words beside the measured one, seconds, and how measured."""
    found = [(LASTS, measured, facts.measured_by.get("duration_s", ""))]
    if isinstance(facts, AudioFacts) and facts.stored_duration_s is not None:
        found.append((PLAYS_BUT_STORES, facts.stored_duration_s, facts.measured_by.get("stored_duration_s", "")))
    if facts.header_duration_s is not None:
        claims = SHOWS_BUT_CLAIMS if isinstance(facts, VideoFacts) else PLAYS_BUT_CLAIMS
        found.append((claims, facts.header_duration_s, facts.measured_by.get("header_duration_s", "")))
    return found


def sides(rule_id: str, facts: VideoFacts | AudioFacts, measured: Fraction, limit: Range) -> Iterator[Finding]:
    """Yield one finding for the first reading of a length that breaks its limit, the measured one first."""
    found = [(words, value, how, limit.broken_by(value)) for words, value, how in readings(facts, measured)]
    broken = [one for one in found if one[3] is not None]
    noted = [one for one in found if limit.note_above is not None and one[1] > limit.note_above]
    for words, value, how, broken_at in (broken or noted)[:1]:
        bound = broken_at or limit.note_above or Fraction(0)
        fix: Loss = "lossy" if bound in (limit.highest, limit.note_above) else _lengthening(words)
        yield from beyond(rule_id, Reading(value, how, partial(_worded, words, measured, bound)), limit, "s", fix=fix)


def _worded(words: str, measured: Fraction, bound: Fraction, value: str) -> str:
    """Word a length beside the measured one."""
    if words == LASTS:
        return phrase(LASTS, n=value)
    said = phrase(words, n1=distinct_decimal(measured, bound), n2=value)
    return phrase("{said}; either may be read", said=said)


def edges(rule_id: str, facts: ImageFacts | VideoFacts, limits: ImageLimits | VideoLimits) -> Iterator[Finding]:
    """Yield a finding for an edge, as displayed, beyond the limits on the shorter or the longer one."""
    short, long = sorted((facts.width_px, facts.height_px))
    for limit, value, words in (
        (limits.short_edge_px, short, "{n} px on the short edge"),
        (limits.long_edge_px, long, "{n} px on the long edge"),
    ):
        if limit:
            reading = Reading(value, facts.measured_by.get("width_px", ""), filled_by_n(words))
            yield from beyond(rule_id, reading, limit, "px", fix="lossy")


def _lengthening(words: str) -> Loss:
    """Choose the loss of fixing a short duration: a clip that is long enough needs only a new header."""
    return "lossless" if words == SHOWS_BUT_CLAIMS else "creative"


def disagreement(rule_id: str, facts: VideoFacts | AudioFacts, frame_s: Fraction) -> Iterator[Finding]:
    """Yield a warning where the header's duration is more than a frame off every measured one."""
    claimed, measured = facts.header_duration_s, facts.duration_s
    if claimed is None or measured is None:
        return
    found = [measured, facts.stored_duration_s] if isinstance(facts, AudioFacts) else [measured]
    apart = min(abs(claimed - value) for value in found if value is not None)
    if apart > frame_s:
        more = "its header claims {n1} s, {n2} s more than what is there"
        less = "its header claims {n1} s, {n2} s less than what is there"
        yield Finding(
            rule=rule_id,
            severity="warning",
            message=phrase(more if claimed > measured else less, n1=decimal(claimed), n2=decimal(apart)),
            measured=claimed,
            unit="s",
            margin=apart,
            how=facts.measured_by.get("header_duration_s"),
            fix="lossless",
        )
