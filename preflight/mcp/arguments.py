"""What each tool is called with, and the JSON Schema of it."""

from typing import Annotated, Any, TypeAlias

import msgspec

from preflight.values.choices import Allow, Bits, Depth, Fit, Lengthen, Strategy

SHORT, LONG, MOST_PATHS, MOST_WAIT_S = 200, 4096, 1000, 600


def said(description: str, **bounds: Any) -> msgspec.Meta:  # noqa: ANN401 - the bounds of any type
    """Describe an argument."""
    return msgspec.Meta(description=description, **bounds)


Path: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=LONG)]
Paths: TypeAlias = Annotated[
    list[Path],
    said(
        "Files, or folders with all media below; where files may be read.",
        min_length=1,
        max_length=MOST_PATHS,
    ),
]
Request: TypeAlias = Annotated[
    str | dict[str, Any],
    said(
        "Path of a request.toml or .json; or the request itself: prompt, model, images, videos, audios (paths or URLs, "
        "in order; of a clip or sound also {path, keep: '3.0-9.5'}), duration, quality, aspect_ratio, generate_audio, "
        "callback_url, content_filter, and what else the model takes. image_urls, video_urls, audio_urls will do too."
    ),
]
Word: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=SHORT)]
Profile: TypeAlias = Annotated[
    Word | None, said("Name of the edition of the limits; if not said, that of the request's model.")
]
Verbose: TypeAlias = Annotated[bool, said("Whether to tell all, not just 2 kB with the worst first.")]
Thoroughly: TypeAlias = Annotated[
    Depth, said("header trusts the file, exact reads every packet and decodes every image, full decodes all.")
]
TaskId: TypeAlias = Annotated[
    str, said("Id of a task, or number of an entry as submit_request told it.", min_length=1, max_length=SHORT)
]


class Arguments(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The arguments of a tool."""


class ProbeMedia(Arguments, frozen=True):
    """Of `probe_media`."""

    paths: Paths
    depth: Thoroughly = "exact"
    verbose: Verbose = False


class CheckMedia(Arguments, frozen=True):
    """Of `check_media`."""

    paths: Paths
    profile: Profile = None
    depth: Thoroughly = "exact"
    verbose: Verbose = False


class CheckRequest(Arguments, frozen=True):
    """Of `check_request`."""

    request: Request
    profile: Profile = None
    depth: Thoroughly = "exact"
    verbose: Verbose = False


class WhereAccepted(Arguments, frozen=True):
    """Of `where_accepted`: files, or a request."""

    paths: Paths | None = None
    request: Request | None = None
    models: Annotated[list[str], said("Only models whose name holds one of these words.", max_length=50)] = []
    verbose: Verbose = False


class ExplainRule(Arguments, frozen=True):
    """Of `explain_rule`."""

    rule: Annotated[str, said("Id of a rule, such as video/frame-rate.", min_length=1, max_length=SHORT)]
    profile: Profile = None


class PlanFix(Arguments, frozen=True):
    """Of `plan_fix`: files, or a request, and what may be done."""

    paths: Paths | None = None
    request: Request | None = None
    profile: Profile = None
    allow: Annotated[Allow, said("The most loss allowed; creative changes what is shown: only when asked for.")] = (
        "lossy"
    )
    keep: Annotated[
        list[str],
        said(
            "What stays of what is too long: start, middle, end, best, or FILE=3.0-9.5, 'video 1=3.0-9.5'.",
            max_length=100,
        ),
    ] = []
    extend: Annotated[Lengthen | None, said("Make what is too short longer: changes what is shown.")] = None
    fit: Annotated[Fit | None, said("Fit a refused shape: changes what is shown.")] = None
    pad_color: Annotated[str, said("black, white or #rrggbb.", max_length=7)] = "black"
    bits: Annotated[Bits, said("Bits a sample of WAV files.")] = "16"
    share: Annotated[Strategy, said("Who gives up seconds where a request is too long.")] = "proportion"
    also: Annotated[list[str], said("Warnings to mend too: location, alpha, hdr, ... or all.", max_length=50)] = []
    crop: Annotated[list[str], said("FILE=x,y,width,height or FILE=top|bottom|left|right|center.", max_length=100)] = []
    verbose: Verbose = False


class ApplyFix(Arguments, frozen=True):
    """Of `apply_fix`."""

    plan: Annotated[
        str | dict[str, Any],
        said("The plan_id that plan_fix returned, or its whole structured result, edited or not."),
    ]
    verbose: Verbose = False


class EstimatePrice(Arguments, frozen=True):
    """Of `estimate_price`."""

    request: Request
    profile: Profile = None
    verbose: Verbose = False


class SubmitRequest(Arguments, frozen=True):
    """Of `submit_request`."""

    request: Request
    profile: Profile = None
    token: Annotated[
        Word | None, said("From estimate_price, for exactly this request; if not said, a person is asked.")
    ] = None


class TaskStatus(Arguments, frozen=True):
    """Of `task_status`."""

    task_id: TaskId
    wait_s: Annotated[float, said("Seconds to wait for its end; 0 asks once.", ge=0, le=MOST_WAIT_S)] = 0
    verbose: Verbose = False


class DownloadResult(Arguments, frozen=True):
    """Of `download_result`."""

    task_id: TaskId


def schema_of(kind: type[Arguments]) -> dict[str, Any]:
    """Build the JSON Schema of arguments: an object at its root, as the protocol wants it."""
    (_,), found = msgspec.json.schema_components([kind])
    root: dict[str, Any] = found.pop(kind.__name__)
    root.pop("description", None)
    return {**root, "$defs": found} if found else root
