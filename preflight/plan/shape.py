"""Shape and size: what is cropped or padded, and what it is scaled to."""

from collections.abc import Iterator
from fractions import Fraction

from preflight.plan.geometry import Frame, nearest_size, within_ratio
from preflight.plan.options import FixOptions, fit_step
from preflight.plan.steps import Crop, Pad, Resize
from preflight.values.limits import Range

Size = tuple[int, int]
"""Width and height in pixels."""


def shape_steps(
    size: Size,
    ratio: Range | None,
    frame: Frame,
    fix_options: FixOptions,
    clears: tuple[tuple[str, ...], tuple[str, ...]],
) -> Iterator[Crop | Pad | Resize]:
    """Yield cropping and scaling, or scaling and padding: no scaler mixes a border into the picture beside it.

    Args:
        size: as it is shown.
        ratio: the limit of width over height that is broken; None where it is not.
        frame: the limits on the size.
        fix_options: whether to crop, or what to pad with.
        clears: the rules that the shape clears, and those that the size does.
    """
    shaped = within_ratio(*size, ratio, fix_options.fit) if ratio else size
    final = nearest_size(*shaped, frame) or shaped
    fit = fit_step(fix_options, *shaped, clears[0]) if ratio else None
    if isinstance(fit, Pad):
        inner = _inner(size, shaped, final, frame.multiple)
        yield from _scaled(size, inner, clears[1])
        yield fit_step(fix_options, *final, clears[0])
    else:
        yield from (fit,) if fit else ()
        yield from _scaled(shaped, final, clears[1])


def _scaled(before: Size, size: Size, clears: tuple[str, ...]) -> Iterator[Resize]:
    if size != before:
        yield Resize(width_px=size[0], height_px=size[1], loss="lossy", clears=clears)


def _inner(size: Size, padded: Size, final: Size, multiple: int) -> Size:
    """Return what a picture is scaled to so that it fills a padded frame of a final size as far as it did."""
    if final == padded:
        return size
    parts = (Fraction(side * whole, around) for side, around, whole in zip(size, padded, final, strict=True))
    width, height = (max(multiple, round(part / multiple) * multiple) for part in parts)
    return min(width, final[0]), min(height, final[1])
