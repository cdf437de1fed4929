"""What Python itself tells of the public names."""

import inspect
import pydoc
import typing
from collections.abc import Callable, Iterator

import pytest

import preflight


def callables() -> Iterator[tuple[str, Callable[..., object]]]:
    for name in preflight.__all__:
        found = getattr(preflight, name)
        if callable(found):
            yield name, found
        if isinstance(found, type):
            own = [one for one in vars(found) if one == "__init__" or not one.startswith("_")]
            yield from ((f"{name}.{one}", part) for one in own if inspect.isfunction(part := getattr(found, one)))


@pytest.mark.parametrize(("name", "found"), [pytest.param(*one, id=one[0]) for one in callables()])
def test_every_public_name_tells_its_signature_and_types(name: str, found: Callable[..., object]) -> None:
    if typing.get_origin(found):  # an alias of several types
        return
    shown, hints = inspect.signature(found).parameters, typing.get_type_hints(found)
    if inspect.isfunction(found):
        assert set(shown) - {"self", "cls"} <= hints.keys()
        assert "return" in hints
    assert name.split(".", maxsplit=1)[0] in preflight.__all__


def test_help_is_given_on_the_whole() -> None:
    told = pydoc.plain(pydoc.render_doc(preflight))
    assert "check(" in told
    assert str(preflight.check.__doc__).splitlines()[0] in told
