"""What the engine promises of every kind, on GitLab: protection, renames, true observations, pure plans, small failures."""

import pytest
from support.gitlab_people import ADDRESS, ADLER, COHORT, GROUP, PLACES, SPACE, account, direct, entry, invited, members, user, waits
from support.gitlab_road import META, reasons, shown
from support.planning import Task
from support.words import told

from eiginfra.core.change import Action, Cause
from eiginfra.core.secret import Secret
from eiginfra.engine.planner import make_plan
from eiginfra.providers.gitlab.kinds.file import FileSpec
from eiginfra.providers.gitlab.kinds.group import GroupSpec
from eiginfra.providers.gitlab.kinds.label import LabelSpec
from eiginfra.providers.gitlab.kinds.members import MembersSpec
from eiginfra.providers.gitlab.kinds.project import ProjectSpec
from eiginfra.providers.gitlab.kinds.protected_branch import ProtectedBranchSpec
from eiginfra.providers.gitlab.kinds.user import UserSpec
from eiginfra.providers.gitlab.kinds.variable import VariableSpec

LABEL = LabelSpec(group=SPACE, name="bug", color="#ff0000")


def project(name, was=None):
    """A project with all that can belong to one; `was`: its former name."""
    path = f"{SPACE}/{name}"
    return (
        *PLACES[:2],
        user("ada"),
        Task(ProjectSpec(path=path, title="API"), was and f"{SPACE}/{was}"),
        FileSpec(project=path, files={"README.md": "# API\n"}),
        ProtectedBranchSpec(project=path, branch="main", push="maintainers", merge="developers"),
        MembersSpec(project=path, members=[entry("ada")]),
        VariableSpec(project=path, key="TOKEN", value={"env": "X"}),
    )


@pytest.fixture
def secret(road):
    fetch = {"secrets": lambda _: Secret("a-long-secret-value")}
    return road.later(road.world.as_token(road.world.settings.token.reveal(), **fetch))


def as_owner(road, **site):
    """The same site by the token of an Owner who is no administrator; a fresh process at each call."""
    root = road.world
    if not root.by_hand("GET", "/users?username=owner"):
        root.by_hand("POST", "/groups/eig/members", user_id=account(root, "owner"), access_level=50)
    number = root.account_id("owner")
    token = root.by_hand("POST", f"/users/{number}/personal_access_tokens", name="t", scopes=["api"])["token"]
    return road.later(root.as_token(token, **{"accounts": "require", **site}))


def change(plan, address):
    (found,) = [change for change in plan.changes if str(change.address) == address]
    return found


# Protection


def test_what_is_protected_stays_whatever_is_asked_and_is_told(road):
    road.apply(*PLACES, Task(LABEL, protect=True))
    plan = road.later().plan(*PLACES, prune=True)
    (left,) = plan.changes
    assert (left.action, left.cause) == (Action.NONE, Cause.ORPHAN)
    assert told(left.reason).startswith("left the inventory: it is protected")
    road.later().run(plan)
    assert [label["name"] for label in road.world.by_hand("GET", f"{GROUP}/labels")] == ["bug"]
    # To let it go, it is written again without protection.
    road.later().apply(*PLACES, LABEL)
    assert shown(road.later().apply(*PLACES, prune=True)) == [f"delete gitlab.label[{SPACE}#bug]"]


# Renames


def test_a_rename_with_prune_keeps_members_rules_and_variables_and_moves_their_records(secret):
    secret.apply(*project("old"))
    number = secret.world.api.project(f"{SPACE}/old")["id"]
    sent = len(secret.world.sent)
    plan = secret.later().plan(*project("api", "old"), prune=True)
    assert shown(plan.acting) == [f"update gitlab.project[{SPACE}/api]: path"]
    assert plan.harm() == {}
    report = secret.later().run(plan)
    assert reasons(report) == {}
    writes = [(request.method, request.url.partition("/api/v4")[2]) for request in secret.world.sent[sent:] if request.method != "GET"]
    assert writes == [("PUT", f"/projects/{number}")]
    assert direct(secret.world, f"/projects/{number}")["ada"] == 30
    assert secret.later().plan(*project("api", "old"), prune=True).changes == ()
    assert secret.later().plan(*project("api"), prune=True).changes == ()
    addresses = {str(address) for address in secret.journal.records("eig3")}
    assert not [address for address in addresses if "/old" in address]
    assert {address for address in addresses if "/api" in address} == {
        f"gitlab.project[{SPACE}/api]",
        f"gitlab.file[{SPACE}/api]",
        f"gitlab.protected_branch[{SPACE}/api#main]",
        f"gitlab.members[{SPACE}/api]",
        f"gitlab.variable[{SPACE}/api#TOKEN]",
    }


def test_a_saved_plan_with_a_rename_is_not_stale_until_somebody_changes_it(secret):
    secret.apply(*project("old"))
    changed = (*project("api", "old")[:-1], VariableSpec(project=f"{SPACE}/api", key="TOKEN", value={"env": "X"}, protected=True))
    plan = secret.later().plan(*changed)
    assert len(plan.acting) == 2
    assert secret.later().stale(plan, secret.later().plan(*changed)) == ()
    secret.world.by_hand("PUT", "/projects/eig%2Feig3%2Fadler%2Fold", path="elsewhere")
    assert [(str(item.change.address), told(item.reason)) for item in secret.later().stale(plan, secret.later().plan(*changed))][:1] == [
        (f"gitlab.project[{SPACE}/api]", "it changed: path")
    ]


def test_a_former_name_that_nothing_bears_changes_nothing(road):
    wanted = (*PLACES[:2], Task(ProjectSpec(path=f"{SPACE}/api"), was=f"{SPACE}/never"))
    assert f"create gitlab.project[{SPACE}/api]" in shown(road.apply(*wanted))
    assert road.later().plan(*wanted).changes == ()


# Observations are true


def test_a_path_in_other_letters_is_shown_as_it_is_and_is_no_difference(road):
    path = f"{SPACE}/api"
    road.apply(COHORT, ADLER, ProjectSpec(path=path, title="API"))
    root = road.world
    root.by_hand("PUT", f"/projects/{root.api.project(path)['id']}", path="API")
    plan = road.plan(COHORT, ADLER, ProjectSpec(path=path, title="Other"))
    found = change(plan, f"gitlab.project[{path}]")
    assert found.observed["path"] == f"{SPACE}/API"
    assert [diff.label for diff in found.diffs] == ["title"]


def test_what_is_wanted_is_never_shown_as_observed(road):
    """A promotion that waits, a role that is inherited, an invitation of another form, the last owner: each as GitLab has it."""
    root = road.world
    known = {name: {"id": account(root, name)} for name in ("ada", "eve", "boss")}
    root.by_hand("POST", "/groups/eig/members", user_id=root.account_id("eve"), access_level=40)
    boss = entry("boss", access="owner", expires=None, **known["boss"])
    road.apply(*PLACES, members(boss))
    mine = as_owner(road)
    number = road.world.api.group_id(SPACE)
    root.by_hand("DELETE", f"/groups/{number}/members/{root.api.me()['id']}")
    root.by_hand("PUT", "/application/settings", enable_member_promotion_management=True)
    mine.run(mine.plan(COHORT, ADLER, members(entry("ada", **known["ada"]), boss)))
    wanted = members(
        entry("ada", **known["ada"]), entry("eve", access="guest", **known["eve"]), {**invited("lin"), "email": "Lin@Example.org"}
    )
    plan = as_owner(road).plan(COHORT, ADLER, wanted)
    found = change(plan, ADDRESS)
    assert found.observed["members"] == [{"username": "boss", "access": "owner", "expires": None}]
    assert {item.diff.label: item.reason.code for item in found.blocked} == {"members[boss]": "last-owner", "members[eve]": "inherited"}
    assert {name: why.code for name, why in found.waiting.items()} == {"members[ada]": "approval"}
    assert [diff.label for diff in found.diffs] == ["members[lin]"]
    as_owner(road).apply(COHORT, ADLER, wanted)
    after = change(as_owner(road).plan(COHORT, ADLER, wanted), ADDRESS)
    (pending,) = root.by_hand("GET", f"{GROUP}/invitations")
    assert [entry for entry in after.observed["members"] if entry["username"] == "lin"] == [
        {"username": "lin", "access": "developer", "expires": "2030-06-30", "email": pending["invite_email"].lower()}
    ]
    assert (after.action, after.diffs) == (Action.NONE, ())


# Plans are pure


def test_a_plan_is_made_without_any_server_and_always_the_same(secret):
    secret.apply(*project("old"))
    secret.world.by_hand("POST", f"/users/{secret.world.account_id('ada')}/block")
    asked = secret.later()
    situation = asked.situation(*project("api", "old"), LABEL, members(entry("nobody")))
    first = make_plan(asked.registry, situation, META)
    asked.world.api.client.session.mount("http://", Refusing())
    again = make_plan(asked.registry, situation, META)
    assert first.changes
    assert again.to_json() == first.to_json()


class Refusing:
    """A network that is gone."""

    def send(self, *_, **__):
        raise AssertionError("a plan asks no server")

    def close(self):
        """Nothing is open."""


# Small failures


def hide_blocked(road):
    """As a GitLab answers whose administrators hide blocked accounts altogether: they are not found by their ID either."""
    api = road.world.api
    find = api.client.find

    def found(url, *args, **query):
        answer = find(url, *args, **query)
        return None if url.startswith("/users/") and answer is not None and answer["state"] == "blocked" else answer

    api.client.find = found
    return road


@pytest.mark.parametrize("by_number", [False, True])
def test_report_11_a_member_whom_an_administrator_blocked_keeps_nobody_back(road, by_number):
    """by_number: hidden from who asks for the ID as well: the list of members still shows who it is."""
    root = road.world
    for name in ("ada", "bob"):
        account(root, name)
    wanted = (COHORT, ADLER, user("ada"), user("bob"), members(entry("ada"), entry("bob")))
    as_owner(road).apply(*wanted)
    root.by_hand("POST", f"/users/{root.account_id('ada')}/block")
    changed = (COHORT, GroupSpec(path=SPACE, visibility="public", description="Lutter"), *wanted[2:])
    mine = hide_blocked(as_owner(road)) if by_number else as_owner(road)
    plan = mine.plan(*changed)
    (finding,) = plan.findings
    assert (finding.code, finding.severity, finding.address) == ("account-blocked", "warning", "gitlab.user[ada]")
    assert shown(plan.acting) == [f"update gitlab.group[{SPACE}]: description"]
    assert waits(plan) == {}
    assert reasons(mine.run(plan)) == {}
    assert (direct(root)["ada"], direct(root)["bob"]) == (30, 30)
    assert (hide_blocked(as_owner(road)) if by_number else as_owner(road)).plan(*changed).empty


def test_one_person_without_an_account_keeps_nobody_else_back(road):
    root = road.world
    account(root, "bob")
    wanted = (COHORT, ADLER, user("ada"), user("bob"), members(entry("ada"), entry("bob")))
    plan = as_owner(road).plan(*wanted)
    assert [(finding.code, finding.severity) for finding in plan.findings] == [("account-missing", "warning")]
    assert waits(plan) == {"gitlab.user[ada]": {"(exists)": "the person to sign in once"}}
    assert reasons(as_owner(road).run(plan)) == {}
    assert direct(root) == {"bob": 30, "owner": 50, "eiginfra-bot": 0}
    again = as_owner(road).plan(*wanted)
    assert again.empty
    (item,) = change(again, ADDRESS).blocked
    assert (item.diff.label, told(item.reason)) == ("members[ada]", "gitlab.user[ada] is not there")
    # Once they signed in, they are a member.
    account(root, "ada")
    assert shown(as_owner(road).apply(*wanted)) == [f"update {ADDRESS}: members[ada]"]


def test_report_9_the_letter_case_of_a_username_is_no_difference(road):
    root = road.world
    account(root, "Adler-2")
    for name in ("adler-2", "ADLER-2"):
        wanted = (*PLACES, UserSpec(username=name, email="adler-2@example.org"), members(entry(name)))
        road.later(journal_file=f"{name}.db").apply(*wanted)
        plan = road.later(journal_file=f"{name}.db").plan(*wanted)
        assert (plan.changes, plan.findings) == ((), ())
    assert direct(root)["Adler-2"] == 30


def test_report_9_a_username_written_in_another_case_is_the_same_person(road):
    """It was another resource: the account of the former one was blocked as that of a leaver."""
    road.apply(*PLACES, user("ada"), members(entry("ada")))
    number = road.world.account_id("ada")
    wanted = (*PLACES, UserSpec(username="Ada"), members(entry("ADA")))
    assert road.later().plan(*wanted).empty
    road.later().apply(*wanted)
    assert road.later().plan(*wanted).changes == ()
    assert road.world.by_hand("GET", f"/users/{number}")["state"] == "active"
    assert direct(road.world)["ada"] == 30


def test_one_bad_address_keeps_back_only_its_person(road):
    bad = UserSpec(username="ada", name="Ada", email="<ada@example.org>")
    wanted = (*PLACES, bad, user("bob"), members(entry("ada"), entry("bob")), LABEL)
    report = road.run(road.plan(*wanted))
    failed = reasons(report)
    assert failed.keys() <= {"gitlab.user[ada]", ADDRESS}
    assert "mail" in failed["gitlab.user[ada]"]
    assert direct(road.world) == {"bob": 30, "eiginfra-bot": 0}
    assert [label["name"] for label in road.world.by_hand("GET", f"{GROUP}/labels")] == ["bug"]
    again = road.later().plan(*wanted)
    assert [str(change.address) for change in again.acting if change.action is not Action.ADOPT] == ["gitlab.user[ada]", ADDRESS]
    assert [diff.label for diff in change(again, ADDRESS).diffs] == ["members[ada]"]
    road.later().apply(*PLACES, user("ada"), *wanted[4:])
    assert direct(road.world)["ada"] == 30


def test_an_emptied_list_keeps_its_last_owner(road):
    boss, bob = ({"id": account(road.world, name)} for name in ("boss", "bob"))
    road.apply(*PLACES, members(entry("boss", access="owner", **boss), entry("bob", **bob)))
    road.world.by_hand("DELETE", f"/groups/{road.world.api.group_id(SPACE)}/members/{road.world.api.me()['id']}")
    plan = road.later().plan(*PLACES, prune=True)
    found = change(plan, ADDRESS)
    assert [diff.label for diff in found.diffs] == ["members[bob]"]
    assert [(item.diff.label, told(item.reason)) for item in found.blocked] == [("members[boss]", "there is no other owner")]
    assert reasons(road.later().run(plan)) == {}
    assert direct(road.world)["boss"] == 50
    left = change(road.later().plan(*PLACES, prune=True), ADDRESS)
    assert (left.action, told(left.reason)) == (
        Action.NONE,
        "left the inventory: there is no other owner; remove it by hand if it must go",
    )
