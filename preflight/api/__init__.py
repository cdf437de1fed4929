"""Public names for Python, each once; `preflight` loads them on first use."""

from preflight import errors
from preflight.api.check import check as check
from preflight.api.check import check_request as check_request
from preflight.api.client import Client as Client
from preflight.api.common import Advance as Advance
from preflight.api.common import load_profile as load_profile
from preflight.api.fix import fix as fix
from preflight.api.fix import with_results as with_results
from preflight.api.report import Report as Report
from preflight.api.request import body_of as body_of
from preflight.api.request import build_request as build_request
from preflight.api.request import load_request as load_request
from preflight.api.submit import submit as submit
from preflight.api.task import download as download
from preflight.api.task import wait as wait
from preflight.api.where import where as where
from preflight.api.where import where_request as where_request
from preflight.errors import CallError as CallError
from preflight.errors import FixFailed as FixFailed
from preflight.errors import NotDone as NotDone
from preflight.errors import OutcomeUnknown as OutcomeUnknown
from preflight.errors import PreflightError as PreflightError
from preflight.errors import ProfileError as ProfileError
from preflight.errors import Refused as Refused
from preflight.errors import RequestFileError as RequestFileError
from preflight.errors import TaskFailed as TaskFailed
from preflight.errors import Unreachable as Unreachable
from preflight.flow.submit import Submitted as Submitted
from preflight.plan import Plan as Plan
from preflight.plan.result import FixResult as FixResult
from preflight.profiles import Profile as Profile
from preflight.request.file import RequestSpec as RequestSpec
from preflight.request.price import Estimate as Estimate
from preflight.service.task import Task as Task
from preflight.submission.states import Entry as Entry
from preflight.values import excerpt, remedy
from preflight.values.assets import Asset as Asset
from preflight.values.assets import Window as Window
from preflight.values.facts import AudioFacts as AudioFacts
from preflight.values.facts import Facts as Facts
from preflight.values.facts import ImageFacts as ImageFacts
from preflight.values.facts import VideoFacts as VideoFacts
from preflight.values.findings import Finding as Finding
from preflight.values.findings import Judged as Judged
from preflight.values.places import Answer as Answer
from preflight.values.places import Place as Place

Treated, with_treated = FixResult, with_results  # names of 0.1.0

vars(errors).update(Advice=remedy.Advice, Excerpt=excerpt.Excerpt, Remedies=remedy.Remedies)
"""For `typing.get_type_hints`: the errors are there before anything else, and load none of this."""
