"""CI/CD variables: their values are compared, and shown nowhere."""

import io

import pytest
from rich.console import Console
from support.gitlab_road import shown
from support.words import raises, told

from eiginfra.core.change import Cause
from eiginfra.core.errors import InputError
from eiginfra.core.finding import error
from eiginfra.core.secret import Secret
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec
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
    print_plan(Console(file=text, width=300), plan)
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


def test_a_value_that_gitlab_cannot_mask_is_refused_without_being_told(keyed, vault):
    keyed.apply(*PLACES)
    vault["TEAM_TOKEN"] = "short"
    (result,) = keyed.run(keyed.plan(*PLACES, variable())).results
    assert "create variable TOKEN in group eig/eig3/adler: GitLab answers 400: value is invalid" in told(result.reason)
    assert "short" not in result.reason.model_dump_json()


def test_one_in_the_way_is_said_to_exist(keyed):
    keyed.apply(*PLACES)
    plan = keyed.plan(*PLACES, variable())
    keyed.world.by_hand("POST", url("group"), key="TOKEN", value="x")
    (result,) = keyed.run(plan).results
    assert result.outcome == "refused"
    keyed.apply(*PLACES, variable())
