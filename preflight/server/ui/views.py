"""What the page is told: items, plans and the request in; plain values with every word that is shown out."""

import os
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from preflight.flow.pace import expected
from preflight.locale import localized
from preflight.plan import Plan
from preflight.plan.also import also_names
from preflight.plan.estimate import OutputEstimate, estimate_output
from preflight.plan.geometry import within_ratio
from preflight.plan.options import area_at
from preflight.profiles.schema import AudioLimits, ImageLimits, Profile
from preflight.report.citations import cited, reading
from preflight.report.html.articles import grounds
from preflight.report.html.drawings import gauge
from preflight.report.html.measures import Measure, measures_of
from preflight.report.html.render import SIGNS
from preflight.report.text import summary
from preflight.server.ui.advice import advice
from preflight.server.ui.items import ALSO, Item, Which, part_of
from preflight.server.ui.places import fields_of
from preflight.server.ui.problems import limits_of, problem
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import Kind, Role, Window, printable
from preflight.values.facts import Area, AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import Finding, Judged, counts
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy
from preflight.values.units import decimal, file_size

NAME = "name"
"""A warning that is not worth a question: new files are named by what they are."""
OPEN = {"fit", "allow-creative", "allow-creative-and-lossy", "lengthen"}
"""Remedies that are choices of a card."""
View = dict[str, Any]


def card_view(item: Item, role: Role | None, profile: Profile) -> View:
    """Build a card."""
    judged = item.now
    verdict = judged.verdict if judged else ""
    return {
        "id": item.id,
        "kind": item.kind,
        "role": str(role) if role else "",
        "name": printable(item.name),
        "state": item.state,
        "verdict": verdict,
        "sign": SIGNS[verdict] if verdict else "",
        "word": WORDS[f"verdict.{verdict or item.state}"],
        "facts": summary(judged.facts) if judged and judged.facts else "",
        "problems": [_problem_view(found, judged, profile) for found in judged.findings] if judged else [],
        "measures": [_measure_view(row) for row in measures_of(judged, profile) if row.state] if judged else [],
        "version": item.version,
        "remote": judged is not None and judged.asset.is_url and judged.facts is None,
        "sees": judged is not None and judged.facts is not None and not judged.asset.is_url,
        "trim": trim_view(item, profile),
        "plan": plan_view(item),
        "choices": choices_view(item),
        "fields": {"now": role.field if role else "", "of": fields_of(profile, item.kind)},
        "box": box_view(item, profile),
        "fixed": fixed_view(item, profile),
        "message": printable(item.message),
    }


def _problem_view(finding: Finding, judged: Judged, profile: Profile) -> View:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "sign": SIGNS[finding.severity],
        "counts": counts(finding, judged.fail_on),
        "words": printable(problem(finding, judged, profile)),
    }


def _measure_view(row: Measure) -> View:
    drawn = gauge(row)
    bar = None
    if drawn:
        parts = [{"name": p.name, "x": p.x, "y": p.y, "width": p.width, "height": p.height} for p in drawn.parts]
        bar = {"parts": parts, "at": drawn.at, "state": drawn.state, "words": drawn.words}
    return {
        "title": localized(row.title),
        "value": localized(row.value),
        "allowed": localized(row.allowed),
        "said": localized(row.said),
        "state": row.state or "within",
        "sign": SIGNS[row.state or "pass"],
        "how": localized(reading(row.how)),
        "bar": bar,
    }


def why_view(item: Item, which: Which, profile: Profile) -> View:
    """List everything that a verdict stands on."""
    judged = item.judged.get(which)
    if judged is None:
        return {"findings": [], "measures": []}
    findings = [
        {
            "rule": finding.rule,
            "severity": finding.severity,
            "word": localized(finding.severity),
            "sign": SIGNS[finding.severity],
            "message": printable(localized(finding.message)),
            "grounds": [[localized(title), printable(localized(said))] for title, said in stands_on],
        }
        for finding, stands_on in grounds(judged.findings, fixable=False)
    ]
    return {"findings": findings, "measures": [_measure_view(row) for row in measures_of(judged, profile)]}


# ---- what to keep ---------------------------------------------------------------------------------------------------


def trim_view(item: Item, profile: Profile) -> View | None:
    """Describe the length of an original, its limits and the part to keep; None where there is nothing to cut."""
    judged = item.judged.get("original")
    facts = judged.facts if judged else None
    limits = limits_of(judged, profile) if judged else None
    if judged is None or isinstance(facts, ImageFacts) or facts is None or not facts.duration_s:
        return None
    if limits is None or isinstance(limits, ImageLimits) or judged.asset.is_url or not profile.takes(judged.kind):
        return None
    rate = facts.frame_rate_hz if isinstance(facts, VideoFacts) else None
    return {
        "duration_s": _seconds(facts.duration_s),
        "frame_s": _seconds(1 / rate) if rate else 0.01,
        "least_s": _seconds(limits.duration_s.min or Fraction(0)),
        "most_s": _seconds(limits.duration_s.max) if limits.duration_s.max is not None else None,
        "keep": _span(item.keep) if item.keep else None,
        "made": _span(item.fixed_part) if item.which == "fixed" and item.fixed_part else None,
        "active": item.which == "original",
    }


def _seconds(value: Fraction) -> float:
    return round(float(value), 6)


# ---- what will be done ----------------------------------------------------------------------------------------------


def plan_view(item: Item) -> View | None:
    """Word the planned fix of an item, or why there is none; None where none is needed."""
    plan, judged = item.plan, item.now
    if plan is None or judged is None or (not plan.steps and not plan.beyond_mending):
        return None
    foreseen = estimate_output(plan, judged.facts, expected()) if judged.facts and plan.steps else None
    return {
        "steps": [
            {"words": localized(step.words()), "loss": step.loss, "clears": list(step.clears)} for step in plan.steps
        ],
        "loss": plan.loss,
        "tag": WORDS[f"loss.{plan.loss}"],
        "advice": printable(advice(plan.remedies)) if plan.beyond_mending else "",
        "undecided": is_undecided(item),
        "bytes": _bytes(foreseen),
        "size": localized(phrase("{n1} x {n2} px", n1=foreseen.size_px[0], n2=foreseen.size_px[1]))
        if foreseen and foreseen.size_px
        else "",
        "length": localized(phrase("{n} s", n=decimal(foreseen.length_s)))
        if foreseen and foreseen.length_s is not None
        else "",
        "seconds": float(foreseen.seconds) if foreseen and foreseen.seconds is not None else None,
        "cuts": _is_cut_alone(plan, judged),
        "part": _part(plan),
    }


def _bytes(foreseen: OutputEstimate | None) -> str:
    """Say how large a new file will be, as far as that is foreseen."""
    if foreseen is None or foreseen.bytes is None:
        return ""
    return words_of(f"plan.bytes.{foreseen.bytes_are}", size=localized(file_size(foreseen.bytes)))


def is_undecided(item: Item) -> bool:
    """Tell whether an item can be mended once a person chooses how."""
    plan = item.plan
    if plan is None or plan.steps or not plan.beyond_mending:
        return False
    return bool(OPEN & {part.kind for part in plan.remedies if isinstance(part, Remedy)})


def _part(plan: Plan) -> list[float] | None:
    part = part_of(plan)
    return _span(part) if part else None


def _span(part: Window) -> list[float]:
    return [_seconds(part.start_s), _seconds(part.end_s)]


def _is_cut_alone(plan: Plan, judged: Judged) -> bool:
    """Tell whether a passing file is only cut to the part that a person marked."""
    return bool(plan.steps) and judged.verdict == "pass"


def choices_view(item: Item) -> View:
    """List the choices that exist for an item, each with what is chosen now."""
    judged = item.judged.get("original")
    broken = {finding.rule.partition("/")[2] for finding in judged.findings} if judged else set[str]()
    offers: View = {}
    if "aspect-ratio" in broken:
        offers["fit"] = {"now": item.choices.fit, "of": ["crop", "pad", "blur"]}
    if item.choices.fit == "crop" and "fit" in offers:
        offers["crop"] = {"now": item.choices.crop or "center", "of": _sides(judged)}
    also = _also(judged) if judged else []
    if also:
        now = ALSO if item.choices.also is None else item.choices.also
        offers["also"] = {"now": [name for name in now if name in also], "of": also}
    fills = "alpha" in offers.get("also", {"now": []})["now"] or (item.choices.fit == "pad" and "fit" in offers)
    if fills or (item.kind == "image" and "alpha" in broken and "alpha" not in also):
        offers["pad_color"] = {"now": item.choices.pad_color, "of": ["black", "white"]}
    if judged and _is_too_short(judged):
        offers["extend"] = {"now": item.choices.extend, "of": ["loop", "freeze", "slow"]}
    return offers


def _sides(judged: Judged | None) -> list[str]:
    """List the sides from which a crop can be taken: of a wide frame left and right, of a tall one top and bottom."""
    facts = judged.facts if judged else None
    if facts is None or isinstance(facts, AudioFacts):
        return []
    return ["left", "center", "right"] if facts.aspect_ratio > 1 else ["top", "center", "bottom"]


def box_view(item: Item, profile: Profile) -> View | None:
    """Describe the size of an original, the ratios allowed and the part to crop; None where none is to be drawn."""
    judged = item.judged.get("original")
    facts, limits = judged.facts if judged else None, limits_of(judged, profile) if judged else None
    if item.choices.fit != "crop" or isinstance(facts, AudioFacts) or facts is None or limits is None:
        return None
    if isinstance(limits, AudioLimits) or judged is None or limits.aspect_ratio.broken_by(facts.aspect_ratio) is None:
        return None
    size = facts.given_px if isinstance(facts, ImageFacts) else (facts.width_px, facts.height_px)
    drawn, ratio = item.choices.crop, limits.aspect_ratio
    shaped = within_ratio(*size, ratio, "crop")
    where = drawn if isinstance(drawn, Area) else area_at(drawn, size, shaped)
    return {
        "size": list(size),
        "least": _seconds(ratio.least) if ratio.least is not None else 0.0,
        "most": _seconds(ratio.most) if ratio.most is not None else 1e6,
        "area": [where.left_px, where.top_px, where.width_px, where.height_px],
    }


def _also(judged: Judged) -> list[str]:
    """List the warnings that can be mended, by their names."""
    found = [one.rule.partition("/")[2] for one in judged.findings if one.severity != "error" and one.fix != "none"]
    return sorted(set(found) & set(also_names()) - {NAME})


def _is_too_short(judged: Judged) -> bool:
    short = [one for one in judged.findings if one.rule.endswith("/duration") and one.fix == "creative"]
    return bool(short) and isinstance(judged.facts, VideoFacts | AudioFacts)


def fixed_view(item: Item, profile: Profile) -> View | None:
    """Describe the new file beside its original; None where there is none."""
    after = item.judged.get("fixed")
    if item.fixed is None:
        return None
    return {
        "taken": item.which == "fixed",
        "name": printable(os.path.basename(item.fixed)),  # noqa: PTH119 - bytes that are no UTF-8
        "facts": summary(after.facts) if after and after.facts else "",
        "stale": item.fixed_by != item.made_by,
        "both": _both(item, profile),
    }


def _both(item: Item, profile: Profile) -> list[View]:
    """Put the measures of the original and of the new file side by side."""
    before, after = item.judged.get("original"), item.judged.get("fixed")
    if before is None or after is None:
        return []
    old, new = ({row.title: row for row in measures_of(one, profile)} for one in (before, after))
    return [
        {
            "title": localized(title),
            "before": _brief(old.get(title)),
            "after": _brief(new.get(title)),
            "allowed": localized(row.allowed),
        }
        for title, row in (old | new).items()
    ]


def _brief(row: Measure | None) -> View:
    if row is None:
        return {"value": "", "state": "within", "sign": ""}
    return {"value": localized(row.value), "state": row.state or "within", "sign": SIGNS[row.state or "pass"]}


# ---- the request ----------------------------------------------------------------------------------------------------


def finding_view(finding: Finding) -> View:
    """Describe a finding on the request as a whole."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "sign": SIGNS[finding.severity],
        "words": printable(_begun(localized(finding.message))),
        "source": localized(cited(finding.source or "")),
    }


def shelf_views(items: Iterable[Item], profile: Profile) -> dict[str, View]:
    """Count for each shelf how many it holds, how many it may, and of the seconds together too."""
    held = list(items)
    counts_ = profile.image.count.max, profile.video.count.max, profile.audio.count.max
    totals = {"video": profile.video.total_duration_s.max, "audio": profile.audio.total_duration_s.max}
    found: dict[str, View] = {}
    kinds: tuple[Kind, ...] = ("image", "video", "audio")
    for kind, most in zip(kinds, counts_, strict=True):
        ours = [item for item in held if item.kind == kind]
        total = totals.get(kind)
        used = sum((length_s(item) for item in ours), Fraction(0))
        found[kind] = {"count": len(ours), "most": most + len(profile.single(kind))}
        found[kind] |= {"used_s": _seconds(used), "most_s": _seconds(total)} if total is not None else {}
    return found


def length_s(item: Item) -> Fraction:
    """Compute the seconds that an item counts: its file, or the part of it to keep."""
    facts = item.now.facts if item.now else None
    if isinstance(facts, ImageFacts) or facts is None or facts.duration_s is None:
        return Fraction(0)
    keep = item.keep if item.which == "original" else None
    return min(keep.end_s, facts.duration_s) - min(keep.start_s, facts.duration_s) if keep else facts.duration_s


def _begun(words: str) -> str:
    """Begin a sentence with a capital letter."""
    return f"{words[:1].upper()}{words[1:]}"
