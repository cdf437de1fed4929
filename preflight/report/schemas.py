"""JSON Schemas of what the commands print; `preflight schema NAME` prints one.

Every object may have more keys than its schema names: new ones may be added within a schema number.
"""

from collections.abc import Callable
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from preflight.plan.steps import Step
from preflight.profiles import json_schema
from preflight.report.comparison import COMPARISON_SCHEMA
from preflight.report.estimate import ESTIMATE_SCHEMA, PARTS, RULE_SCHEMA
from preflight.report.json import FACTS_SCHEMA, FIX_SCHEMA, REPORT_SCHEMA, SUMMARY_SCHEMA, line
from preflight.report.jsonl import SCHEMA as LINES_SCHEMA
from preflight.report.shapes import COUNT, KIND, LOSS, NUMBER, PLAIN, TEXT, VERDICT, Json, many, maybe, record, ref
from preflight.report.where import WHERE_SCHEMA
from preflight.values.choices import Strategy
from preflight.values.facts import AudioFacts, ImageFacts, VideoFacts
from preflight.values.findings import EXIT_CODES, Finding
from preflight.values.limits import Severity
from preflight.values.places import WAYS
from preflight.values.quality import Quality

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SUBMIT_SCHEMA = "preflight.submit/1"
TASK_SCHEMA = "preflight.task/1"
TASKS_SCHEMA = "preflight.tasks/1"
OUTCOMES = {
    "submitted": "the service accepted it",
    "completed": "the video is made, and saved where that was asked for",
    "duplicate": "the same request was sent before; nothing was sent now",
    "unclean": "the request is not clean; nothing was sent",
    "declined": "a person said no; nothing was sent",
    "stopped": "it costs too much, or something could not be done; nothing was sent",
    "refused": "the service refused",
    "failed": "the service accepted it, and could not make the video; not charged",
    "unknown": "it left, and no response came: it may have been paid for",
}
"""How a submission ended → what that means."""


def names() -> list[str]:
    """List the names of the schemas."""
    return [*SCHEMAS, "profile"]


def schema_of(name: str) -> Json:
    """Build one schema.

    Raises:
        KeyError: there is none of that name.
    """
    if name == "profile":
        return json_schema()
    title, shape = SCHEMAS[name]
    found = {"$schema": DIALECT, "title": title, **shape()}
    definitions = _definitions()
    used, waiting = set[str](), [found]
    while waiting:
        text = line(waiting.pop())
        reached = {key for key in definitions if f'"#/$defs/{key}"' in text} - used
        used |= reached
        waiting += [definitions[key] for key in reached]
    return {**found, "$defs": {key: shape for key, shape in definitions.items() if key in used}}


def _definitions() -> Json:
    """Describe findings, facts, steps and what they hold by their types."""
    found: Json = {Finding.__name__: _finding()}
    wanted: list[type] = [ImageFacts, VideoFacts, AudioFacts, Quality, *get_args(Step)]
    for kind in wanted:
        if kind.__name__ not in found:
            fields = {field.encode_name: _shape(field.type) for field in msgspec.structs.fields(kind)}
            found[kind.__name__] = record(**_tag(kind), **fields)
            wanted += [inner for field in msgspec.structs.fields(kind) for inner in _structs_in(field.type)]
    return found


def _tag(kind: type) -> Json:
    """Describe by which key a step is told apart; facts carry their kind beside them."""
    config = kind.__struct_config__  # type: ignore[attr-defined] # every one is a struct
    return {config.tag_field: {"const": config.tag}} if kind in get_args(Step) else {}


def _shape(type_: Any) -> Json:  # noqa: ANN401 - any type
    """Describe a type of a field."""
    if type_ in PLAIN:
        return PLAIN[type_]
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return ref(type_)
    origin, inner = get_origin(type_), get_args(type_)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, UnionType):
        return {"anyOf": [_shape(one) for one in inner]}
    if origin in (tuple, list):
        return many({"anyOf": [_shape(one) for one in dict.fromkeys(inner) if one is not ...]})
    return {}


def _structs_in(type_: Any) -> list[type]:  # noqa: ANN401 - any type
    """List the structs that a type names."""
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return [type_]
    return [found for one in get_args(type_) for found in _structs_in(one)]


def _finding() -> Json:
    severity: Json = {"enum": list(get_args(Severity))}
    return record(
        rule=TEXT,
        severity=severity,
        message=TEXT,
        measured={"type": ["number", "string", "null"]},
        limit=maybe(TEXT),
        unit=TEXT,
        margin=maybe(NUMBER),
        how=maybe(TEXT),
        source=maybe(TEXT),
        fix=LOSS,
        severity_before=maybe(severity),
        ignored=maybe(TEXT),
    )


# ---- what is judged and measured -----------------------------------------------------------------------------------


def _of(schema: str) -> Json:
    return {"const": schema}


def _facts_of_any_kind() -> Json:
    return {"anyOf": [ref(ImageFacts), ref(VideoFacts), ref(AudioFacts), {"type": "null"}]}


def _judged() -> Json:
    return record(
        path=TEXT,
        kind=KIND,
        role=maybe(TEXT),
        verdict=VERDICT,
        facts=_facts_of_any_kind(),
        findings=many(ref(Finding)),
    )


def _tool() -> Json:
    return record(name={"const": "preflight"}, version=TEXT)


def _report() -> Json:
    more = {"interrupted": {"type": "boolean"}, "policy": many(record())}
    return record(
        more,
        schema=_of(REPORT_SCHEMA),
        tool=_tool(),
        profile=TEXT,
        assets=many(_judged()),
        findings=many(ref(Finding)),
        passed_over=COUNT,
        verdict=VERDICT,
    )


def _facts() -> Json:
    fault = record(kind=TEXT, message=TEXT)
    one = record(path=TEXT, kind=KIND, facts=_facts_of_any_kind(), fault=maybe(fault))
    return record(schema=_of(FACTS_SCHEMA), assets=many(one))


def _lines() -> Json:
    asset = _judged()
    asset = record(line={"const": "asset"}, **asset["properties"])
    of_set = record(line={"const": "request"}, findings=many(ref(Finding)))
    summary = record(
        line={"const": "summary"},
        schema=_of(LINES_SCHEMA),
        tool=_tool(),
        profile=TEXT,
        verdict=VERDICT,
        assets=record(**dict.fromkeys(EXIT_CODES, COUNT)),
        passed_over=COUNT,
    )
    return {"description": "Each line of the output is one of these.", "anyOf": [asset, of_set, summary]}


def _comparison() -> Json:
    by = record(profile=TEXT, verdict=VERDICT, rules=many(TEXT))
    row = record(path=TEXT, role=maybe(TEXT), kind=KIND, by=many(by))
    return record(schema=_of(COMPARISON_SCHEMA), tool=_tool(), assets=many(row), reports=many(_report()))


# ---- what is fixed -------------------------------------------------------------------------------------------------


def _fix() -> Json:
    after = {
        "findings_after": many(ref(Finding)),
        "facts_after": _facts_of_any_kind(),
        "quality": maybe(ref(Quality)),
    }
    outcome: Json = {"enum": ["fixed", "untouched", "unfixable", "declined", "failed"]}
    return _fixed(record(after, **_planned_fields(), outcome=outcome), {"request_path": maybe(TEXT)})


def _plan() -> Json:
    source = record(path=TEXT, bytes=COUNT, sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"})
    return _fixed(
        record(
            **_planned_fields(),
            outcome={"enum": [None, "untouched", "unfixable"]},
            otherwise=many(_step()),
            mark=TEXT,
            source=maybe(source),
        )
    )


def _step() -> Json:
    return {"anyOf": [ref(step) for step in get_args(Step)]}


def _planned_fields() -> Json:
    return {
        "path": TEXT,
        "output": maybe(TEXT),
        "loss": LOSS,
        "steps": many(_step()),
        "message": TEXT,
        "findings_before": many(ref(Finding)),
        "drops_s": maybe(NUMBER),
        "also": many(TEXT),
        "left": many(ref(Finding)),
    }


def _fixed(asset: Json, more: Json | None = None) -> Json:
    share = {"lengths_s": many(NUMBER), "ways": many({"enum": list(get_args(Strategy))}), "why": TEXT}
    part = record(name=TEXT, duration_s=NUMBER, marked={"type": "boolean"})
    shared = record(kind=KIND, rule=TEXT, parts=many(part), **share, alternatives=many(record(**share)))
    return record(
        more,
        schema=_of(FIX_SCHEMA),
        profile=TEXT,
        assets=many(asset),
        passed_over=COUNT,
        shares=many(shared),
        findings=many(ref(Finding)),
    )


# ---- what is submitted ---------------------------------------------------------------------------------------------


def _ending(outcomes: list[str]) -> Json:
    return {
        "outcome": {"enum": outcomes},
        "task_id": maybe(TEXT),
        "entry": maybe({**COUNT, "description": "Its number in the ledger."}),
        "price": maybe({**NUMBER, "description": "The estimate, in credits."}),
        "results": many({**TEXT, "description": "Path of a saved video."}),
    }


def _submit() -> Json:
    more = {
        "ledger": maybe({**TEXT, "description": "The ledger of the entry, where it is another one."}),
        "report": maybe(_report()),
    }
    return record(
        more,
        schema=_of(SUBMIT_SCHEMA),
        preflight=TEXT,
        **_ending(list(OUTCOMES)),
        credits_reserved=maybe(NUMBER),
        message=TEXT,
    )


def _entry() -> Json:
    states = ["intended", "sent", "accepted", "refused", "unknown", "completed", "failed", "downloaded"]
    moment: Json = {"type": "string", "format": "date-time"}
    return {
        "number": COUNT,
        "state": {"enum": states},
        **_ending(states),
        "status": TEXT,
        "progress": maybe(COUNT),
        "created_at": moment,
        "changed_at": moment,
        "base_url": TEXT,
        "profile": TEXT,
        "credits_reserved": maybe(NUMBER),
        "message": TEXT,
    }


def _task() -> Json:
    entry = _entry()
    asset = record(role=TEXT, path=TEXT, sha256=maybe(TEXT), url=TEXT)
    more = {key: shape for key, shape in entry.items() if key not in _ending([])}
    more |= {"assets": many(asset), "downloads": many(TEXT), "body": {}}
    shown = {key: entry[key] for key in _ending([])}
    return record(more, schema=_of(TASK_SCHEMA), preflight=TEXT, **shown)


def _tasks() -> Json:
    return record(schema=_of(TASKS_SCHEMA), preflight=TEXT, entries=many(record(**_entry())))


def _where() -> Json:
    way = {"enum": list(WAYS)}
    why = record(way=way, rule=TEXT, message=TEXT, source=maybe(TEXT))
    counts = record(**dict.fromkeys(WAYS, COUNT))
    found = {"way": way, "counts": counts, "doubts": COUNT, "usd": maybe(NUMBER), "service": maybe(TEXT)}
    place = record(model=TEXT, edition=TEXT, **found, unsaid=many(TEXT), why=many(why))
    tool = record(name={"const": "preflight"}, version=TEXT)
    return record(schema={"const": WHERE_SCHEMA}, tool=tool, request=maybe(TEXT), files=COUNT, places=many(place))


def _summary() -> Json:
    counts = dict.fromkeys(("assets", "passed", "failed", "unsure"), COUNT)
    rows = many(record(name=TEXT, severity=TEXT, **counts))
    asset = record(url=TEXT, verdict=VERDICT, errors=COUNT, warnings=COUNT, rules=many(TEXT))
    tool = record(name={"const": "preflight"}, version=TEXT)
    shown = {"editions": rows, "rules": rows, "folders": rows, "worst": many(asset)}
    return record(
        schema={"const": SUMMARY_SCHEMA}, tool=tool, verdict=VERDICT, place=TEXT, bytes=COUNT, **counts, **shown
    )


def _estimate() -> Json:
    """Describe a price; the request's body and what lets it be sent are told by tools for agents."""
    more = {
        "model": TEXT,
        "verdict": VERDICT,
        "base_url": maybe(TEXT),
        "body": {},
        "token": maybe({**TEXT, "description": "Lets exactly this be submitted once, where the server allows it."}),
        "expires_at": maybe({**TEXT, "format": "date-time"}),
        "findings": many(ref(Finding)),
    }
    parts = dict.fromkeys(("credits", "usd", "output_s", *PARTS), maybe(NUMBER))
    dated = {"read": maybe(TEXT), "source": maybe(TEXT)}
    return record(more, schema=_of(ESTIMATE_SCHEMA), preflight=TEXT, profile=TEXT, **parts, **dated)


def _rule() -> Json:
    words = dict.fromkeys(("rule", "what", "why", "fix", "profile", "source"), TEXT)
    return record(schema=_of(RULE_SCHEMA), **words, **dict.fromkeys(("place", "limit", "read"), maybe(TEXT)))


SCHEMAS: dict[str, tuple[str, Callable[[], Json]]] = {
    "report": ("What `check --format json` prints", _report),
    "lines": ("What `check --format jsonl` prints, line by line", _lines),
    "comparison": ("What `check` with several profiles prints as JSON", _comparison),
    "facts": ("What `probe --format json` prints", _facts),
    "fix": ("What `fix --format json` prints", _fix),
    "plan": ("What `fix --dry-run --format json` prints, and `fix --plan` reads", _plan),
    "submit": ("What `submit --format json` prints", _submit),
    "task": ("What `task show`, `task wait` and `task download` print as JSON", _task),
    "tasks": ("What `task list --format json` prints", _tasks),
    "summary": ("What `report --format json` prints", _summary),
    "where": ("What `where --format json` prints", _where),
    "estimate": ("What a request costs, as tools for agents tell it", _estimate),
    "rule": ("What a rule says, as tools for agents tell it", _rule),
}
"""Name → what it describes, and its shape; `profile` is beside them."""
