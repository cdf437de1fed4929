"""Remedies and errors in the words of the command line."""

from typing import get_args, get_type_hints

from preflight.errors import CallError, NotDone
from preflight.report import remedies as typed
from preflight.values.phrase import phrase
from preflight.values.remedy import Remedy, Setting


def test_the_command_line_has_a_name_for_each_setting() -> None:
    assert set(typed.SETTINGS) == set(get_args(get_type_hints(Setting)["name"]))


# ---- errors ---------------------------------------------------------------------------------------------------------


def test_an_error_names_a_setting_as_the_face_does() -> None:
    error = CallError(phrase("{setting}: not set", setting=Setting("key")), advice=Remedy("check-key"))
    assert (str(error), error.message) == ("key: not set", "key: not set")
    assert typed.in_full(error) == "EVOLINK_API_KEY: not set. Check EVOLINK_API_KEY."


def test_a_setting_s_name_in_somebody_s_words_stays() -> None:
    assert typed.message_of(NotDone("key --bucket: {0}")) == "key --bucket: {0}"
