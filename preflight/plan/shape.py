"""Plan cropping, padding and scaling."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.plan.geometry import Frame, nearest_size, within_ratio
from preflight.plan.options import FixOptions, Size, fit_step
from preflight.plan.steps import Crop, Pad, Resize
from preflight.profiles.schema import ImageLimits, Profile, VideoLimits
from preflight.values.assets import Kind
from preflight.values.facts import Area, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged
from preflight.values.limits import Range
from preflight.values.phrase import phrase
from preflight.values.units import distinct_decimal


def frame_of(limits: ImageLimits | VideoLimits) -> Frame:
    """Collect the limits on a size; a clip's sides are even, since its chroma is subsampled."""
    video = isinstance(limits, VideoLimits)
    return Frame(
        side_px=limits.side_px,
        pixels=limits.pixels if isinstance(limits, VideoLimits) else None,
        short_edge_px=limits.short_edge_px,
        long_edge_px=limits.long_edge_px,
        aspect_ratio=limits.aspect_ratio,
        multiple=2 if video else 1,
    )


def shape_steps(
    size: Size,
    ratio: Range | None,
    frame: Frame,
    fix_options: FixOptions,
    clears: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[Crop | Pad | Resize]:
    """Yield crop then scale, or scale then pad: scaling must not mix padding into the image.

    Args:
        size: displayed size.
        ratio: the broken limit of width over height; None where it is met.
        frame: the limits on the size.
        fix_options: whether to crop, or what to pad with.
        clears: rules cleared by cropping or padding, and by scaling.
    """
    if isinstance(fix_options.crop, Area):
        yield from _marked(fix_options.crop, frame, clears)
        return
    shaped = within_ratio(*size, ratio, fix_options.fit) if ratio else size
    fitting = nearest_size(*shaped, frame)
    final = fitting or shaped
    if ratio is None:
        yield from _scaled(size, final, clears[1])
        return
    pads = fix_options.fit != "crop"
    before, after = (size, _inner(size, shaped, final, frame.multiple)) if pads else (shaped, final)
    if fitting and before == after:  # what scaling would clear, the new shape clears alone
        clears = ((*clears[0], *clears[1]), ())
    fit, scaling = fit_step(fix_options, size, final if pads else shaped, clears[0]), _scaled(before, after, clears[1])
    yield from (*scaling, fit) if pads else (fit, *scaling)


def uncropped(judged: Judged, part: Area, profile: Profile) -> Finding | None:
    """Report a marked crop that is impossible; None for a possible one.

    Args:
        judged: the asset; it was measured.
        part: the part kept, in displayed pixels.
        profile: the limits.
    """
    facts = judged.facts
    if isinstance(facts, ImageFacts):
        size, frame, limit = facts.given_px, frame_of(profile.image), profile.image.aspect_ratio
    elif isinstance(facts, VideoFacts):
        size, frame, limit = (facts.width_px, facts.height_px), frame_of(profile.video), profile.video.aspect_ratio
    else:
        return None
    rule = f"{judged.kind}/aspect-ratio"
    if part.left_px + part.width_px > size[0] or part.top_px + part.height_px > size[1]:
        message = phrase(
            "the part to crop, {n1} x {n2} px at {n3}, {n4}, reaches beyond the {n5} x {n6} px that are there",
            n1=part.width_px,
            n2=part.height_px,
            n3=part.left_px,
            n4=part.top_px,
            n5=size[0],
            n6=size[1],
        )
        return Finding(rule=rule, severity="error", message=message)
    ratio = Fraction(part.width_px, part.height_px)
    if (bound := limit.broken_by(ratio)) is None:
        return _unscaled(judged.kind, part, frame)
    message = phrase(
        "the part to crop, {n1} x {n2} px, is a width/height of {n3}; {limit} allowed",
        n1=part.width_px,
        n2=part.height_px,
        n3=distinct_decimal(ratio, bound),
        limit=limit.words("ratio"),
    )
    return Finding(rule=rule, severity="error", message=message, measured=ratio, limit=limit.text(), unit="ratio")


def _unscaled(kind: Kind, part: Area, frame: Frame) -> Finding | None:
    """Report a marked crop whose shape no allowed size has; None where one has, or a limit is in doubt."""
    size = part.width_px, part.height_px
    if nearest_size(*size, frame) or not frame.refuses(*size):
        return None
    message = phrase(
        "the part to crop, {n1} x {n2} px, has a shape that no allowed size has", n1=part.width_px, n2=part.height_px
    )
    return Finding(rule=f"{kind}/side", severity="error", message=message)


def _marked(part: Area, frame: Frame, clears: tuple[tuple[str, ...], tuple[str, ...]]) -> Iterator[Crop | Resize]:
    """Yield the marked crop, and the scaling it needs."""
    size = part.width_px, part.height_px
    final = nearest_size(*size, frame)
    yield Crop(
        left_px=part.left_px,
        top_px=part.top_px,
        width_px=size[0],
        height_px=size[1],
        loss="creative",
        clears=(*clears[0], *(clears[1] if final else ())),
    )
    yield from _scaled(size, final or size, clears[1])


def _scaled(before: Size, size: Size, clears: tuple[str, ...]) -> Iterator[Resize]:
    if size != before:
        yield Resize(width_px=size[0], height_px=size[1], loss="lossy", clears=clears)


def _inner(size: Size, padded: Size, final: Size, multiple: int) -> Size:
    """Compute the scaled size of an image within its padded frame."""
    if final == padded:
        return size
    parts = (Fraction(side * whole, around) for side, around, whole in zip(size, padded, final, strict=True))
    width, height = (max(multiple, round(part / multiple) * multiple) for part in parts)
    return min(width, final[0]), min(height, final[1])
