import pytest
from support.words import message, remedy

from eiginfra.core.errors import AlreadyExistsError, PermanentError, PermissionDeniedError
from eiginfra.providers.gitlab.kinds.user import UserSpec

ADA = UserSpec(username="adler-1", name="Développeuse 1", email="adler-1@example.org")


def test_created_with_a_link_and_no_password(world):
    done = world.apply(ADA)
    assert done.facts["state"] == "active"
    body = next(request.body for request in world.sent if request.method == "POST")
    assert b'"reset_password": true' in body
    assert b'"password"' not in body
    assert world.api.users_by_email("adler-1@example.org")[0]["name"] == "Développeuse 1"


def test_what_the_person_changed_is_theirs(world):
    world.apply(ADA)
    assert world.diffs(UserSpec(username="adler-1", name="Other", email="other@example.org")) == []


def test_usernames_are_found_in_any_letter_case(world):
    world.apply(ADA)
    observed = world.observe(UserSpec(username="Adler-1"))
    assert observed.values == {"username": "adler-1", "state": "active"}


def test_one_in_the_way_is_said_to_exist(world):
    world.apply(ADA)
    with pytest.raises(AlreadyExistsError, match="create account adler-1"):
        world.kind(ADA).create(ADA)


def test_an_address_in_use_is_found_when_planning_and_when_applying(world):
    world.apply(ADA)
    other = UserSpec(username="other", name="Other", email="ADLER-1@example.org")
    (finding,) = world.observation(other).findings
    assert (finding.code, finding.severity, finding.address) == ("account-email-taken", "warning", "gitlab.user[other]")
    assert "belongs to the account adler-1" in message(finding)
    with pytest.raises(PermanentError, match="mail has already been taken") as problem:
        world.kind(other).create(other)
    assert not isinstance(problem.value, AlreadyExistsError)


def test_an_account_to_be_made_needs_an_address(world):
    (finding,) = world.observation(UserSpec(username="other")).findings
    assert finding.code == "account-without-email"


def test_where_accounts_are_required_a_missing_one_is_told(make_world):
    world = make_world(accounts="require")
    (finding,) = world.observation(ADA).findings
    assert (finding.code, finding.severity) == ("account-missing", "warning")
    assert f"sign in once at {world.url}" in remedy(finding)
    with pytest.raises(PermanentError, match="sign in once"):
        world.kind(ADA).create(ADA)


def test_an_account_that_an_administrator_blocked_is_a_warning_and_stays_so(road):
    road.apply(ADA)
    road.world.by_hand("POST", f"/users/{road.world.account_id('adler-1')}/block")
    plan = road.plan(ADA)
    (finding,) = plan.findings
    assert (finding.code, finding.severity, finding.address) == ("account-blocked", "warning", "gitlab.user[adler-1]")
    assert plan.changes == ()


def test_many_accounts_are_read_in_pages(world):
    specs = [UserSpec(username=f"p-{number}", name=f"P {number}", email=f"p-{number}@example.org") for number in range(120)]
    for spec in specs:
        world.kind(spec).create(spec)
    before = world.api.client.meter.total
    assert len(world.observation(*specs).objects) == 120
    assert world.api.client.meter.total - before == 2


def test_few_accounts_are_read_one_by_one(world):
    world.apply(ADA)
    before = world.api.client.meter.total
    world.observe(ADA)
    assert world.api.client.meter.total - before == 1


def test_only_administrators_make_accounts(world):
    number = world.apply(ADA).handle["id"]
    token = world.by_hand("POST", f"/users/{number}/personal_access_tokens", name="t", scopes=["api"])["token"]
    other = UserSpec(username="other", name="Other", email="other@example.org")
    with pytest.raises(PermissionDeniedError, match="create account other: GitLab answers 403"):
        world.as_token(token).kind(other).create(other)


@pytest.mark.parametrize(("uid", "given"), [("email", "adler-1@example.org"), ("username", "adler-1")])
def test_f11_an_account_is_tied_to_what_its_person_signs_in_by(make_world, uid, given):
    world = make_world(identity=("openid_connect", uid))
    done = world.apply(ADA)
    shown = world.by_hand("GET", f"/users/{done.handle['id']}")
    assert [(one["provider"], one["extern_uid"]) for one in shown["identities"]] == [("openid_connect", given)]
    body = next(request.body for request in world.sent if request.method == "POST")
    assert b"reset_password" not in body
    assert b'"password"' not in body
