"""What is spooled comes out as it went in, and a spool is closed behind it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report.spool import COPIED, KEPT_BYTES, pour, spool


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=6))
def test_parts_come_out_in_their_order_with_line_ends_as_they_were(parts: list[str]) -> None:
    kept, out = spool(), io.StringIO(newline="")
    for part in parts:
        kept.write(part)
    pour(kept, out)
    assert out.getvalue() == "".join(parts)
    assert kept.closed


@pytest.mark.parametrize("size", [COPIED - 1, COPIED + 1, KEPT_BYTES - 1, KEPT_BYTES + 1, 5 * KEPT_BYTES])
def test_what_is_too_much_for_memory_comes_out_all_the_same(size: int) -> None:
    kept, out = spool(), io.StringIO()
    kept.write("é" * size)
    pour(kept, out)
    assert out.getvalue() == "é" * size
