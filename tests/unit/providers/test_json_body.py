import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.providers.json_body import decoded

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_json_is_read_as_it_is(value):
    assert decoded(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"<html>", b"NaN", b"[1, Infinity]", b"1e999", b"9" * 5000, b"[" * 100_000, b'{"a":' * 100_000, b'"\xff"', b"\xff\xfe\x00"],
)
def test_attack_8_what_is_no_json_is_a_value_error(content):
    with pytest.raises(ValueError, match=r"^"):
        decoded(content)


@given(st.lists(st.integers(0xD700, 0xE010), max_size=6))
def test_attack_8_lone_surrogates_are_replaced(points):
    low, high = ("".join(form.format(point) for point in points) for form in (r"\u{:04x}", r"\u{:04X}"))
    json.dumps(decoded(f'{{"{low}": ["{high}"]}}'.encode()), ensure_ascii=False).encode("utf-8")
