from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError
from support.words import told

from eiginfra.core.values import ByteSize, canonical, in_one_unit


class Size(BaseModel):
    size: ByteSize = ByteSize(0)
    other: int = 1


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [("512MiB", 2**29, "512MiB"), ("1024MiB", 2**30, "1GiB"), ("1536 MiB", 1536 * 2**20, "1536MiB"), ("2TiB", 2**41, "2TiB")],
)
def test_sizes_are_read_and_shown_with_their_unit(text: str, number: int, shown: str) -> None:
    size = ByteSize.parse(text)
    assert size == number
    assert str(size) == f"{size}" == shown
    assert Size(size=size).model_dump(mode="json")["size"] == shown


@pytest.mark.parametrize("text", ["512", "1GB", "1.5GiB", "-1GiB", "GiB", ""])
def test_a_size_without_a_binary_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not-a-size"):
        ByteSize.parse(text)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("1GB", "write 1GiB"),
        ("1,5 Go", "write 1536MiB"),
        ("1.5GiB", "write 1536MiB"),
        ("2 Go", "write 2GiB"),
        ("2G", "write 2GiB"),
        ("2gib", "write 2GiB"),
        ("2\u202fgigas", "write 2GiB"),
        ("512 Mégaoctets", "write 512MiB"),
        ("2 048 Mo", "write 2GiB"),
        ("0,3Go", "write 308MiB"),
        ("2048", "write 2GiB, if MiB was meant"),
        ("2", "write 2GiB, if GiB was meant"),
        ("deux", "write a whole number and its unit, e.g. 512MiB"),
        ("0Go", "write a whole number and its unit, e.g. 512MiB"),
        ("9" * 5000 + "GiB", "write a whole number and its unit, e.g. 512MiB"),
        ("9999999999999999999TiB", "write a whole number and its unit, e.g. 512MiB"),
    ],
)
def test_what_was_probably_meant_is_told(text: str, remedy: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        ByteSize.parse(text)
    context = caught.value.context or {}
    assert context["code"] in {"not-a-size", "size-beyond"}
    assert told(context["advice"]) == remedy
    assert len(context["params"]["value"]) < 100


@pytest.mark.parametrize("value", [512, 1.5, None, True])
def test_a_bare_number_is_no_size(value: object) -> None:
    with pytest.raises(ValidationError, match="size-without-unit"):
        Size.model_validate({"size": value})


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_size_survives_its_text(number: int) -> None:
    assert ByteSize.parse(str(ByteSize(number))) == number


def test_the_canonical_form() -> None:
    value = {
        "size": ByteSize(2**30),
        "day": date(2019, 10, 1),
        "at": datetime(2019, 10, 1, tzinfo=UTC),
        "set": {"b", "a"},
        "colour": Colour.RED,
        "model": Size(size=ByteSize(2**20)),
        "tuple": (1, None, True, "x"),
    }
    assert canonical(value) == {
        "size": "1GiB",
        "day": "2019-10-01",
        "at": "2019-10-01T00:00:00Z",
        "set": ["a", "b"],
        "colour": "red",
        "model": {"size": "1MiB"},
        "tuple": [1, None, True, "x"],
    }


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no canonical form for object"):
        canonical(object())


@given(st.lists(st.integers(0, 2**50), min_size=1, max_size=4))
def test_sizes_of_a_sentence_have_one_unit_and_are_exact(sizes: list[int]) -> None:
    shown = in_one_unit(sizes)
    assert len({text.lstrip("0123456789") for text in shown}) == 1
    assert [ByteSize.parse(text) for text in shown] == sizes


def test_a_quota_and_what_is_asked_for_can_be_compared() -> None:
    assert in_one_unit([101888 * 2**20, 2 * 2**30]) == ["101888MiB", "2048MiB"]
    assert in_one_unit([4 * 2**30, 2 * 2**30]) == ["4GiB", "2GiB"]
