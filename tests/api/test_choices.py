"""The choices of a fix are said once, and shown by name wherever they are taken."""

import inspect
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import preflight
from preflight.api.choices import DEFAULTS, FixChoices, options_from
from preflight.plan import FixOptions
from preflight.values.facts import Area
from tests.made import IMAGE, judged

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


# ---- whatever a program hands over ----------------------------------------------------------------------------------

ONE = preflight.Report(profile="seedance-2.0-2026-04", assets=(judged(IMAGE, "a.png"),))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a.png", "b"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(DEFAULTS)), ANYTHING, max_size=2))
def test_any_value_is_a_choice_or_refused_by_the_name_of_its_argument(choices: dict[str, object]) -> None:
    try:
        options_from(choices, ONE)
    except preflight.CallError as error:
        said = error.message
    else:
        said = "fix: "
    assert said.startswith(("fix: ", "also: ", "crop: "))
    assert said.isprintable()


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"also": 3}, "also: expected names of warnings, as text, got int"),
        ({"also": [b"alpha"]}, "also: expected names of warnings, as text, got bytes"),
        ({"also": None}, "also: expected names of warnings, as text, got NoneType"),
        ({"crop": ["a.png"]}, "crop: expected path → part, got ['a.png']"),
        ({"crop": {"b.png": "top"}}, "crop: b.png is none of the files of the report"),
        ({"pad_color": None}, "fix: pad_color: expected text, got None"),
    ],
)
def test_what_is_no_choice_at_all_is_refused_in_words(choice: dict[str, object], said: str) -> None:
    with pytest.raises(preflight.CallError) as caught:
        options_from(choice, ONE)
    assert caught.value.message == said


@pytest.mark.parametrize("part", [5, None, (1, 2, 3), (0, 0, 0, 5), (0, 0, 1.5, 5), "middle", {}])
def test_a_part_that_is_none_is_refused(part: object) -> None:
    with pytest.raises(preflight.CallError, match=r"^crop: expected x,y,width,height in pixels, or top, "):
        options_from({"crop": {"a.png": part}}, ONE)


@given(*[st.integers(0, 9999)] * 2, *[st.integers(1, 9999)] * 2)
def test_a_part_in_pixels_is_that_part(left: int, top: int, width: int, height: int) -> None:
    area = Area(left_px=left, top_px=top, width_px=width, height_px=height)
    for given_as in ((left, top, width, height), [left, top, width, height], f"{left}, {top}, {width}, {height}"):
        assert options_from({"crop": {"a.png": given_as}}, ONE).crop_of == {"a.png": area}
