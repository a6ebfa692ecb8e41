import copy
import json
import pickle
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError
from support.fakes import META, Server, Thing
from support.words import raises

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.finding import Location, error, warning
from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan, by_team
from eiginfra.core.secret import Secret, SecretSource
from eiginfra.core.spec import IMMUTABLE, Spec, rules
from eiginfra.core.usage import Limit, Usage
from eiginfra.core.values import ByteSize

CHANGE = Change(
    address=Address("test.thing", "a[b]"),
    action=Action.UPDATE,
    cause=Cause.DRIFT,
    diffs=(FieldDiff(field="text", before="1", after="2", cause=Cause.DRIFT),),
    desired={"text": "2"},
    observed={"text": "1"},
)


@pytest.mark.parametrize("text", ["gitlab.group[eig/eig3/adler]", "test.thing[a[b]]", "proxmox.container[eig3/adler/web]"])
def test_an_address_survives_its_text(text: str) -> None:
    assert str(Address.parse(text)) == text
    assert TypeAdapter(Address).validate_json(json.dumps(text)) == Address.parse(text)


@pytest.mark.parametrize("text", ["", "group[x]", "gitlab.group", "gitlab.group[]", "GitLab.group[x]"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        Address.parse(text)


def test_a_secret_is_shown_nowhere() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {copy.copy({'k': 1})}"
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@pytest.mark.parametrize("source", [{}, {"env": "A", "file": "b"}, {"value": "hunter2"}])
def test_a_secret_has_exactly_one_source(source: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SecretSource.model_validate(source)


def test_the_rules_of_a_spec_come_from_its_fields() -> None:
    class Example(Spec):
        path: str
        visibility: Annotated[str | None, IMMUTABLE] = None

    assert rules(Example)["visibility"].immutable
    assert not rules(Example)["path"].immutable
    assert Example(path="x").values() == {"path": "x"}


def test_a_kind_can_be_registered_once() -> None:
    kind = Thing(Server())
    registry = Registry([kind])
    with pytest.raises(UsageError, match=r"two kinds are named test\.thing"):
        registry.add(kind)


def test_usage_adds_up_and_limits_are_told() -> None:
    one = Usage(machines=1, cores=2, memory=ByteSize(2**30))
    assert one + one - one == one
    assert Usage.total([one, one]).memory == 2**31
    assert list(Limit(cores=3, memory=ByteSize(2**30)).exceeded(one + one)) == [("cores", 4, 3), ("memory", 2**31, 2**30)]


def test_a_plan_is_immutable_and_its_fingerprint_hangs_on_what_it_does() -> None:
    plan = Plan(meta=META, changes=(CHANGE,))
    with pytest.raises(ValidationError):
        plan.changes = ()  # type: ignore[misc]
    assert plan.fingerprint == Plan(meta=META, changes=(CHANGE,), findings=(warning("x", y="z"),)).fingerprint
    assert plan.fingerprint != Plan(meta=META, changes=(CHANGE.model_copy(update={"desired": {"text": "3"}}),)).fingerprint


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"fingerprint": 1}', '{"format_version": 9, "fingerprint": "x"}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with raises(InputError, match="is not a plan"):
        Plan.from_json(text, "plan.json")


def test_an_altered_plan_is_refused() -> None:
    body = json.loads(Plan(meta=META, changes=(CHANGE,)).to_json())
    body["changes"][0]["desired"]["text"] = "mine"
    with raises(InputError, match="was altered"):
        Plan.from_json(json.dumps(body))


def test_changes_are_grouped_by_team_the_cohorts_own_first() -> None:
    changes = [CHANGE.model_copy(update={"team": team}) for team in ("plume", None, "adler")]
    assert list(by_team(changes)) == [None, "adler", "plume"]


def test_a_finding_says_where_what_and_what_next() -> None:
    found = error("code", size="huge", location=Location(file="a.yml", line=3, column=7))
    assert str(found) == "a.yml:3:7: error: code (size=huge)"
