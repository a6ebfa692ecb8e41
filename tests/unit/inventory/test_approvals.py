"""What may be written under `approvals`: the loader and the JSON Schema take and refuse the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.approvals import TEAM_KEYS, ApprovalRule, Approvals
from eiginfra.inventory.loader import load_cohort
from eiginfra.inventory.schema import schemas

Write = Callable[..., Path]
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {projects: 9}}\napprovals: "
GOOD = [
    {},
    {"by": ["link-1", "Link-2"]},
    {"rules": [{"key": "mentors", "authors": ["members", "mentors", "x-1"], "free": True}]},
    {"rules": [{"key": "machines[].forward[].port", "by": ["link-1"], "teams": ["adler"], "edits": ["added", "changed", "removed"]}]},
]
BAD = [
    ({"key": "machine", "by": ["x"]}, "'machine' is no key of a team's file (write machines)"),
    ({"key": "machines[0].forward", "by": ["x"]}, "'machines[0].forward' is no key of a team's file (write machines[].forward)"),
    ({"key": "quota", "by": ["x"]}, "'quota' is no key of a team's file"),
    ({"key": "mentors"}, "a rule for mentors is either free or names who must say yes (write free: true with authors, or by"),
    ({"key": "mentors", "by": []}, "either free or names"),
    ({"key": "mentors", "free": True, "authors": ["members"], "by": ["x"]}, "either free or names"),
    ({"key": "mentors", "free": True}, "a rule that makes mentors free says for whom (add authors"),
    ({"key": "mentors", "free": True, "authors": []}, "says for whom"),
    ({"key": "mentors", "free": False, "by": ["x"]}, "free"),
    ({"key": "mentors", "by": ["no name"]}, "is not a user name"),
    ({"key": "mentors", "by": ["x"], "edits": ["moved"]}, "moved"),
    ({"by": ["x"]}, "key"),
]


def _sound(approvals: object) -> bool:
    errors = Draft202012Validator(schemas()["cohort"]).iter_errors(
        {"cohort": "eig3", "title": "P", "starts": "2019-09-02", "ends": "2020-07-01", "approvals": approvals}
    )
    return not list(errors)


@pytest.mark.parametrize("approvals", GOOD, ids=repr)
def test_what_may_be_written(approvals: object, cohort: Write) -> None:
    read = load_cohort(cohort(cohort=COHORT + json.dumps(approvals))).file.approvals
    assert read == Approvals.model_validate_json(json.dumps(approvals))
    assert _sound(approvals)


@pytest.mark.parametrize(("rule", "said"), BAD, ids=repr)
def test_what_is_refused_says_what_to_write(rule: object, said: str, cohort: Write) -> None:
    with pytest.raises(InputError) as caught:
        load_cohort(cohort(cohort=COHORT + json.dumps({"rules": [rule]})))
    assert said in "\n".join(map(line, caught.value.findings))
    assert all(found.location is not None and found.location.line == 6 for found in caught.value.findings)
    assert not _sound({"rules": [rule]})


@pytest.mark.parametrize(
    ("field", "fits"),
    [
        ("machines", True),
        ("machines[]", True),
        ("machines[].memory", True),
        ("machines[].forward[].port", True),
        ("machinesque", False),
        ("members[]", False),
        ("", False),
    ],
)
def test_a_rule_holds_for_its_key_and_what_is_below(field: str, fits: object) -> None:
    rule = ApprovalRule(key="machines", by=("link-1",))
    assert rule.fits("adler", field, "added") is fits


def test_the_keys_of_rules_are_those_of_team_files() -> None:
    assert {"title", "members", "members[].ssh_keys", "machines[].publish[].sources", "projects[].visibility"} <= TEAM_KEYS
    assert not any("model" in key for key in TEAM_KEYS)
