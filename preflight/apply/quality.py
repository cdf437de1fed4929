"""Measure the quality of a new clip by VMAF, against its source at the planned size and rate.

    source ── planned cut, rotation, tones, size and rate ──► ideal ──┐
    new file ─────────────────────────────────────────────────────────┴── libvmaf ──► Quality

The reference is the encoder's input: the loss of scaling is wanted and not counted.

`av.QUALITY` was chosen by it, over twelve clips: noise, a fractal zoom, running text and a pan over rough ground,
synthetic; and eight filmed or drawn, 640 x 360 to 1280 x 720, one of them HDR. All stay under the limit of a 15 s clip,
half of 50 MB, or 13.2 Mbit/s. Seconds and bytes are medians against superfast at 17.

    preset, crf                 mean VMAF   least clip   clips >= 97   seconds   bytes
    ultrafast, 17                   97.30        94.50             8      0.67    1.36
    ultrafast, 14                   97.55        94.52             9      0.66    1.85
    superfast, 17                   97.25        94.18             6      1.00    1.00
    superfast, 14                   97.83        94.35            10      1.01    1.38
    superfast, 12                   98.00        94.29            10         -    1.65
    superfast, 14, aq-mode 0        98.24        95.69            11      1.00    1.30
    veryfast, 17                    96.36        93.66             4      1.60    0.59
    veryfast, 14                    97.29        93.78             7      1.53    0.86

The one clip below 97 hardly changes: VMAF gives 97.4 to its source itself. Adaptive quantisation moves bits from
texture to flat areas, which have enough at 14. A keyframe every 60 frames costs nothing measurable.
"""

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from preflight.apply.av import compile_comparison, encodes_video, needs
from preflight.apply.color import seen_colors
from preflight.apply.ffmpeg import run_first_able
from preflight.errors import FixFailed
from preflight.plan.steps import Plan
from preflight.values.facts import Facts, VideoFacts
from preflight.values.phrase import error_words, phrase
from preflight.values.quality import Quality
from preflight.values.ready import ready

TIME_LIMIT_S = 600
"""Fifteen seconds of video take twenty on two slow processors."""
MAX_LOG_BYTES = 64 << 20
"""A frame takes less than 1 kB of the log."""
FILTERS = frozenset({"libvmaf", "settb", "setpts", "scale", "format"})


class _Pooled(msgspec.Struct, frozen=True):
    mean: float
    min: float
    harmonic_mean: float


class _Metrics(msgspec.Struct, frozen=True):
    vmaf: _Pooled


class _Log(msgspec.Struct, frozen=True):
    """The fields read from libvmaf's log."""

    pooled_metrics: _Metrics
    frames: list[Any]


def measure_quality(plan: Plan, facts: Facts, made: Path, *, limit_s: float = TIME_LIMIT_S) -> Quality | None:
    """Compare a new clip with its source, frame by frame, at the planned size and rate.

    Args:
        plan: the plan applied.
        facts: facts of the source.
        made: the new file.
        limit_s: seconds until the comparison is given up.

    Returns:
        The quality; None where no frames were encoded.

    Raises:
        NotDone: no ffmpeg here has libvmaf.
        FixFailed: the two could not be compared.
    """
    if not isinstance(facts, VideoFacts) or not encodes_video(plan):
        return None
    from preflight.workers.isolated import call_isolated

    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        log = Path(folder) / "vmaf.json"
        colors = call_isolated(seen_colors, plan.asset.path, facts)
        compared = compile_comparison(plan, facts, made, log, colors=colors)
        run_first_able(needs(plan.steps) | FILTERS, compared, limit_s=limit_s)
        return read_log(log)


def read_log(log: Path) -> Quality:
    """Read libvmaf's log.

    Raises:
        FixFailed: it is missing or malformed.
    """
    try:
        if log.stat().st_size > MAX_LOG_BYTES:
            raise FixFailed("libvmaf's log is too long to be read")
        found = msgspec.json.decode(log.read_bytes(), type=ready(_Log))
    except (OSError, ValueError) as error:
        raise FixFailed(phrase("libvmaf's log cannot be read: {why}", why=error_words(error))) from None
    if not found.frames:
        raise FixFailed("libvmaf compared no frames")
    vmaf = found.pooled_metrics.vmaf
    return Quality(
        vmaf_mean=round(vmaf.mean, 2),
        vmaf_min=round(vmaf.min, 2),
        vmaf_harmonic_mean=round(vmaf.harmonic_mean, 2),
        frames=len(found.frames),
    )
