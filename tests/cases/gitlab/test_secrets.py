"""CI/CD variables: their values are compared, and shown nowhere."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.gitlab_road import shown
from support.words import message, raises, told

from eiginfra.core.change import Cause
from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.core.secret import Secret
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec
from eiginfra.providers.gitlab.masking import value_problems
from eiginfra.render.console import Terminal
from eiginfra.render.plan_text import print_plan

SPACE = "eig/eig3/adler"
PLACES = (GroupSpec(path="eig/eig3"), GroupSpec(path=SPACE), ProjectSpec(path=f"{SPACE}/api"))
GROUP, PROJECT = "/groups/eig%2Feig3%2Fadler", "/projects/eig%2Feig3%2Fadler%2Fapi"
BASE = {"key": "TOKEN", "value": {"env": "TEAM_TOKEN"}, "masked": True, "protected": True}


@pytest.fixture
def vault():
    return {"TEAM_TOKEN": "correct-horse-battery", "OTHER": "staple-staple-staple"}


@pytest.fixture
def keyed(road, vault):
    def fetch(source):
        if source.env not in vault:
            raise InputError([error("secret-unset", name=source.env)])
        return Secret(vault[source.env])

    return road.later(road.world.as_token(road.world.settings.token.reveal(), secrets=fetch))


def later(road, secrets=None):
    settings = road.world.settings
    return road.later(road.world.as_token(settings.token.reveal(), secrets=secrets or settings.secrets))


def variable(holder="group", **changed):
    return VariableSpec(**{holder: SPACE if holder == "group" else f"{SPACE}/api", **BASE, **changed})


def url(holder):
    return f"{GROUP if holder == 'group' else PROJECT}/variables"


@pytest.mark.parametrize("holder", ["group", "project"])
def test_made_as_wanted_and_shown_nowhere(keyed, vault, holder):
    plan = keyed.plan(*PLACES, variable(holder))
    text = io.StringIO()
    print_plan(Terminal(file=text, width=300), plan)
    assert "value TEAM_TOKEN · digest *** · masked yes" in text.getvalue()
    keyed.apply(*PLACES, variable(holder))
    (made,) = keyed.world.by_hand("GET", url(holder))
    assert (made["value"], made["masked"], made["protected"]) == ("correct-horse-battery", True, True)
    for kept in (plan.to_json(), (keyed.folder / "journal.db").read_bytes().decode("utf-8", "replace"), text.getvalue()):
        assert "correct-horse" not in kept


def test_a_new_value_is_pending_and_one_by_hand_is_drift(keyed, vault):
    keyed.apply(*PLACES, variable())
    vault["TEAM_TOKEN"] = "another-secret-value"
    (change,) = keyed.apply(*PLACES, variable())
    (diff,) = change.diffs
    assert (diff.field, diff.sensitive, change.cause) == ("digest", True, Cause.PENDING)
    keyed.world.by_hand("PUT", f"{url('group')}/TOKEN", value="by-hand-by-hand")
    (change,) = keyed.apply(*PLACES, variable())
    assert change.cause is Cause.DRIFT
    assert keyed.world.by_hand("GET", url("group"))[0]["value"] == "another-secret-value"


def test_a_secret_that_changed_since_the_plan_is_refused(keyed, vault):
    keyed.apply(*PLACES)
    plan = keyed.plan(*PLACES, variable())
    vault["TEAM_TOKEN"] = "another-secret-value"
    (result,) = keyed.run(plan).results
    assert (result.outcome, "changed since the plan was made" in told(result.reason)) == ("refused", True)
    assert keyed.world.by_hand("GET", url("group")) == []


def test_a_secret_that_is_not_to_be_had_is_bad_input_at_its_place(keyed):
    with raises(InputError, match=r"site\.yml.*the environment variable NOWHERE is not set"):
        keyed.plan(*PLACES, variable(value={"env": "NOWHERE"}))


def test_a_file_is_named_relative_to_the_playbook(road):
    asked = []

    def fetch(source):
        asked.append(source.file)
        return Secret("a-secret-of-a-file")

    later(road, fetch).plan(*PLACES, variable(value={"file": "team.secret"}))
    assert set(asked) == {road.folder / "team.secret"}


def test_what_a_team_made_is_the_teams(keyed):
    keyed.apply(*PLACES)
    keyed.world.by_hand("POST", url("group"), key="THEIRS", value="x")
    keyed.apply(*PLACES, variable())
    assert [change for change in keyed.apply(*PLACES, prune=True) if "THEIRS" in str(change.address)] == []
    assert [item["key"] for item in keyed.world.by_hand("GET", url("group"))] == ["THEIRS"]


def test_left_and_asked_for_it_goes_by_its_scope(keyed):
    both = (variable("project"), variable("project", scope="production", value={"env": "OTHER"}))
    keyed.apply(*PLACES, *both)
    assert shown(keyed.apply(*PLACES, both[0], prune=True)) == [f"delete gitlab.variable[{SPACE}/api#TOKEN@production]"]
    assert [item["environment_scope"] for item in keyed.world.by_hand("GET", url("project"))] == ["*"]


@pytest.mark.parametrize(
    "case",
    [
        ({}, "zq-7", ["mask-short"]),
        ({}, "correct horse", ["mask-blanks"]),
        ({}, "correct\nhorse", ["mask-lines"]),
        ({}, "pässword!", ["mask-signs"]),
        ({}, "a b\n", ["mask-short", "mask-lines", "mask-blanks"]),
        ({"raw": True}, "zq-7", ["mask-short"]),
        ({"raw": True}, "correct\thorse", ["mask-blanks"]),
        ({"masked": False}, "x" * 10_001, ["value-long"]),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_f3_a_value_that_gitlab_refuses_is_told_by_the_plan_without_being_shown(keyed, vault, case, there):
    """It keeps back itself alone, whether it is new or to be changed."""
    changed, value, rules = case
    if there:
        keyed.apply(*PLACES, variable(**changed))
    vault["TEAM_TOKEN"] = value
    plan = keyed.plan(*PLACES, variable(**changed), variable(key="OTHER", value={"env": "OTHER"}))
    (finding,) = plan.findings
    assert (finding.code, finding.severity, finding.location.file) == ("variable-value", "warning", str(keyed.folder / "site.yml"))
    assert [problem["code"] for problem in finding.params["problems"]] == rules
    assert {str(change.address) for change in plan.acting} >= {f"gitlab.variable[{SPACE}#OTHER]"}
    assert not [change for change in plan.acting if change.address.key == f"{SPACE}#TOKEN"]
    assert value not in plan.to_json()
    assert value not in message(finding)
    assert not keyed.run(plan).failed


@pytest.mark.parametrize(("changed", "value"), [({"raw": True}, "p$ässword!"), ({"masked": False}, "a b\nc"), ({}, "abcd_+=/@:.~-")])
def test_f3_a_value_that_gitlab_takes_is_made(keyed, vault, changed, value):
    vault["TEAM_TOKEN"] = value
    keyed.apply(*PLACES, variable(**changed))


def test_f3_what_is_masked_already_is_judged_so(keyed, vault):
    keyed.apply(*PLACES, variable())
    vault["TEAM_TOKEN"] = "short"
    unsaid = VariableSpec(group=SPACE, key="TOKEN", value={"env": "TEAM_TOKEN"})
    assert [finding.code for finding in keyed.plan(*PLACES, unsaid).findings] == ["variable-value"]


@given(st.text(max_size=12) | st.text("aB9_+=/@:.~- \n\t$é\u00a0", max_size=12), st.booleans())
def test_f3_the_rules_are_gitlabs(value, raw):
    """Its own expressions: Ci::Maskable::REGEX and MASK_AND_RAW_REGEX, where \\S is about the blanks of ASCII."""
    pattern = r"[^ \t\r\n\f\v]{8,}" if raw else r"[a-zA-Z0-9_+=/@:.~-]{8,}"
    assert (re.fullmatch(pattern, value) is not None) == (not list(value_problems(value, masked=True, raw=raw)))


# Hidden ones, whose value nobody reads


def hide(keyed, holder="group"):
    keyed.world.by_hand("DELETE", f"{url(holder)}/TOKEN")
    fields = {"key": "TOKEN", "value": "correct-horse-battery", "protected": True, "masked_and_hidden": True}
    keyed.world.by_hand("POST", url(holder), **fields)


def test_f13_a_hidden_value_is_as_it_was_last_applied(keyed, vault):
    keyed.apply(*PLACES, variable())
    hide(keyed)
    assert later(keyed).plan(*PLACES, variable()).empty
    vault["TEAM_TOKEN"] = "another-secret-value"
    (change,) = keyed.apply(*PLACES, variable())
    assert ([diff.field for diff in change.diffs], change.cause) == (["digest"], Cause.PENDING)
    assert later(keyed).plan(*PLACES, variable()).changes == ()


def test_f13_a_hidden_value_that_nobody_applied_is_written_once(keyed):
    keyed.apply(*PLACES)
    fields = {"key": "TOKEN", "value": "by-hand-by-hand", "protected": True, "masked_and_hidden": True}
    keyed.world.by_hand("POST", url("group"), **fields)
    assert shown(keyed.apply(*PLACES, variable())) == [f"adopt gitlab.variable[{SPACE}#TOKEN]: digest"]
    assert later(keyed).plan(*PLACES, variable()).changes == ()


def test_f13_a_hidden_variable_stays_masked(keyed):
    keyed.apply(*PLACES, variable())
    hide(keyed)
    (change,) = later(keyed).plan(*PLACES, variable(masked=False)).changes
    assert (change.acts, [(item.diff.field, item.reason.code) for item in change.blocked]) == (False, [("masked", "variable-hidden")])


# Scopes


@pytest.mark.parametrize("holder", ["group", "project"])
def test_f8_variables_of_one_key_are_told_by_their_scope(keyed, holder):
    both = (variable(holder), variable(holder, scope="production", value={"env": "OTHER"}))
    keyed.apply(*PLACES, *both)
    changed = (variable(holder, description="x"), variable(holder, scope="production", value={"env": "OTHER"}, description="y"))
    keyed.apply(*PLACES, *changed)
    found = {item["environment_scope"]: item["description"] for item in keyed.world.by_hand("GET", url(holder))}
    assert found == {"*": "x", "production": "y"}
    keyed.apply(*PLACES, changed[0], prune=True)
    assert [item["environment_scope"] for item in keyed.world.by_hand("GET", url(holder))] == ["*"]


def test_f8_where_groups_have_no_scopes_nothing_is_left_of_the_attempt(keyed):
    """GitLab without a licence takes the scope, and makes a variable for all environments."""
    keyed.apply(*PLACES)
    nested, add = keyed.world.api.nested, keyed.world.api.nested.add_variable
    nested.add_variable = lambda holder, fields: add(holder, {**fields, "environment_scope": "*"})
    plan = keyed.plan(*PLACES, variable(scope="production"))
    (result,) = keyed.run(plan).results
    assert "this GitLab keeps no scopes for the variables of a group" in told(result.reason)
    assert keyed.world.by_hand("GET", url("group")) == []


def test_one_in_the_way_is_said_to_exist(keyed):
    keyed.apply(*PLACES)
    plan = keyed.plan(*PLACES, variable())
    keyed.world.by_hand("POST", url("group"), key="TOKEN", value="x")
    (result,) = keyed.run(plan).results
    assert result.outcome == "refused"
    keyed.apply(*PLACES, variable())
