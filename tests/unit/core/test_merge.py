"""The rules by which values of several cohorts become one: the same whatever the order."""

# ruff: noqa: E501 - a table of whole values

from itertools import permutations

import pytest
from pydantic import JsonValue

from eiginfra.core.merge import LATEST, UNION, Merge, NotMergeableError, by_entry, strongest

ROLE = strongest(["owner", "developer"])
LIST = by_entry("user", role=ROLE, until=LATEST)


@pytest.mark.parametrize(
    ("merge", "values", "together"),
    [
        (LATEST, ["2020-03-31", "2020-12-31", "2019-12-31"], "2020-12-31"),
        (LATEST, ["2020-03-31", None], None),
        (UNION, [["b", "a"], ["c", "b"], []], ["a", "b", "c"]),
        (ROLE, ["developer", "owner"], "owner"),
        (LIST, [[{"user": "b", "role": "developer"}], [{"user": "a", "role": "owner"}], []], [{"user": "a", "role": "owner"}, {"user": "b", "role": "developer"}]),
        (LIST, [[{"user": "a", "until": None, "mail": "x"}], [{"user": "a", "until": "2020-01-01"}]], [{"user": "a", "until": None, "mail": "x"}]),
    ],
)  # fmt: skip
def test_values_become_one(merge: Merge, values: list[JsonValue], together: JsonValue) -> None:
    assert [merge.together(order) for order in permutations(values)].count(together) == len(list(permutations(values)))


@pytest.mark.parametrize(
    ("merge", "values"), [(ROLE, ["guest", "reporter"]), (LIST, [[{"user": "a", "mail": "x"}], [{"user": "a", "mail": "y"}]])]
)
def test_what_no_rule_covers_is_refused(merge: Merge, values: list[JsonValue]) -> None:
    with pytest.raises(NotMergeableError):
        merge.together(values)


def test_ends_are_the_days_that_a_value_names() -> None:
    value: JsonValue = [{"user": "a", "until": "2020-01-01"}, {"user": "b", "until": None}]
    assert [list(merge.ends(found)) for merge, found in ((LATEST, "2020-01-01"), (LATEST, None), (UNION, ["x"]), (LIST, value))] == [
        ["2020-01-01"],
        [],
        [],
        ["2020-01-01"],
    ]
