"""A run as OpenMetrics text, for the node exporter's textfile collector.

Gauges without timestamps only, as that collector requires.
"""

from collections.abc import Iterable, Iterator

from preflight._version import __version__
from preflight.policy.tally import Tally
from preflight.values.findings import EXIT_CODES

Sample = tuple[dict[str, str], float]
FIRST = "# TYPE preflight_program gauge"
"""First line of a file that may be replaced."""


def openmetrics(tally: Tally, profile: str, *, complete: bool, ended_at_s: float) -> str:
    """Format the metrics of a run.

    Args:
        tally: the counts.
        profile: name of the edition.
        complete: whether the run ended by itself.
        ended_at_s: seconds since 1970.
    """
    rules: list[Sample] = [
        ({"rule": rule, "severity": severity}, count) for (rule, severity), count in sorted(tally.rules.items())
    ]
    policy: list[Sample] = [({"by": "policy"}, tally.ignored.total()), ({"by": "baseline"}, tally.in_baseline)]
    recalled: list[Sample] = [] if tally.recalled is None else [({}, tally.recalled)]
    ended: list[Sample] = [({}, EXIT_CODES[tally.verdict])] if complete else []
    lines = [
        *_metric("program", "What ran, by which limits.", [({"version": __version__, "profile": profile}, 1)]),
        *_metric("assets", "Assets judged.", [({"verdict": one}, tally.verdicts[one]) for one in EXIT_CODES]),
        *_metric("findings", "Findings that count.", rules),
        *_metric("findings_ignored", "Findings that do not count.", policy),
        *_metric("findings_lowered", "Errors that the policy lowered.", [({}, sum(tally.lowered.values()))]),
        *_metric("assets_recalled", "Assets measured in an earlier run.", recalled),
        *_metric("run_complete", "Whether the run came to its end.", [({}, int(complete))]),
        *_metric("run_exit_code", "0 clean, 1 findings, 3 not judged.", ended),
        *_metric("run_duration_seconds", "How long it took.", [({}, round(tally.elapsed_s, 3))], unit="seconds"),
        *_metric(
            "run_end_timestamp_seconds",
            "When it ended, or when this was written.",
            [({}, round(ended_at_s, 3))],
            unit="seconds",
        ),
    ]
    return "\n".join([*lines, "# EOF", ""])


def _metric(name: str, words: str, samples: Iterable[Sample], *, unit: str = "") -> Iterator[str]:
    yield f"# TYPE preflight_{name} gauge"
    if unit:
        yield f"# UNIT preflight_{name} {unit}"
    yield f"# HELP preflight_{name} {words}"
    for labels, value in samples:
        said = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"preflight_{name}{f'{{{said}}}' if said else ''} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
