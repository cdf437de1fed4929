"""The choices of a fix are said once, and shown by name wherever they are taken."""

import inspect
import typing

import msgspec
import pytest

import preflight
from preflight.api.choices import FixChoices, options_from
from preflight.plan import FixOptions

TAKERS = (preflight.fix, preflight.Client.fix)
NOTHING = preflight.Report(profile="seedance-2.0-2026-04", assets=())


@pytest.mark.parametrize("taker", TAKERS)
def test_a_signature_names_each_choice_with_type_and_default(taker: typing.Any) -> None:  # noqa: ANN401 - a callable
    shown = inspect.signature(taker).parameters
    hints = typing.get_type_hints(taker)
    options = msgspec.structs.asdict(FixOptions()) | {"fit": None, "crop": None}
    for name, kind in typing.get_type_hints(FixChoices).items():
        assert (shown[name].kind, shown[name].default) == (inspect.Parameter.KEYWORD_ONLY, options[name])
        assert hints[name] == kind
    assert not any(one.kind is one.VAR_KEYWORD for one in shown.values())


def test_a_fit_that_is_named_allows_what_it_does() -> None:
    assert options_from({}, NOTHING) == FixOptions()
    assert options_from({"fit": "pad"}, NOTHING) == FixOptions(fit="pad", fit_named=True)
    assert options_from({"fit": None, "keep": "end"}, NOTHING) == FixOptions(keep="end")


def test_a_choice_of_no_such_name_is_a_mistake_of_the_program() -> None:
    with pytest.raises(TypeError, match=r"fix\(\) got an unexpected keyword argument 'kept'"):
        preflight.fix(NOTHING, "out", kept="end")  # type: ignore[call-arg] # the mistake


def test_a_choice_that_is_none_is_named() -> None:
    with pytest.raises(preflight.CallError, match="middel"):
        options_from({"keep": "middel"}, NOTHING)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"keep": "foo"}, "fix: keep: expected 'start', 'middle', 'end', 'best', got 'foo'"),
        ({"extend": "x"}, "fix: extend: expected 'loop', 'freeze', 'slow', got 'x'"),
        ({"allow": 3}, "fix: allow: expected 'lossless', 'lossy', 'creative', 'none', got 3"),
        ({"pad_color": "pink"}, "fix: expected black, white or #rrggbb, got 'pink'"),
    ],
)
def test_a_choice_that_is_none_is_refused_with_those_that_are(choice: dict[str, object], said: str) -> None:
    with pytest.raises(preflight.CallError) as caught:
        options_from(choice, NOTHING)
    assert caught.value.message == said
