"""What a token of GitLab may do beyond its needs: an owner's of the root group nothing, an administrator's much, and nothing changes."""

import pytest
from support.words import message

from eiginfra.core.finding import Severity
from eiginfra.providers.gitlab.token_limits import token_limits


def limits(world, *, read_only=False):
    return list(token_limits(world.api, read_only=read_only))


def named(found):
    return [finding.code for finding in found if finding.severity is Severity.WARNING]


def token_for(world, user, *scopes):
    return world.by_hand("POST", f"/users/{user}/personal_access_tokens", name="t", scopes=[*scopes])["token"]


@pytest.fixture
def ada(world):
    """An owner of the root group, beside a public project and group of others."""
    user = world.by_hand("POST", "/users", username="ada", name="Ada", email="ada@example.org", reset_password=True)["id"]
    world.by_hand("POST", "/groups/eig/members", user_id=user, access_level=50)
    others = world.by_hand("POST", "/groups", name="others", path="others", visibility="public")["id"]
    world.by_hand("POST", "/projects", name="plans", namespace_id=others, visibility="public")
    return user


@pytest.mark.parametrize(("accounts", "tried"), [("require", 4), ("invite", 4), ("create", 1)])
def test_an_owner_of_the_root_group_may_nothing_beyond_it(world, ada, accounts, tried):
    found = limits(world.as_token(token_for(world, ada, "api"), accounts=accounts))
    [end] = found
    assert (end.code, end.params["result"]) == ("token-limits-tried", f"gitlab {tried}/{tried}")


def test_a_token_for_reading_may_not_write(world, ada):
    assert named(limits(world.as_token(token_for(world, ada, "read_api"), accounts="require"), read_only=True)) == []
    found = limits(world.as_token(token_for(world, ada, "api"), accounts="require"), read_only=True)
    assert named(found) == ["token-may-more-than-read", "token-may-write"]
    assert message(found[0]) == "the token has the scopes api, with which it may do more than read"


def test_an_administrators_token_may_too_much_and_nothing_changes(world, ada):
    administrator = world.as_token(world.settings.token.reveal(), accounts="require")
    paths = ("/projects", "/groups", "/users", "/user/keys", "/application/settings")
    before, sent = [world.by_hand("GET", path) for path in paths], len(world.sent)
    found = limits(administrator)
    assert named(found) == ["token-may-act-as-others", "token-may-administer", "token-may-change-project", "token-may-change-group"]
    assert "others/plans" in message(found[2])
    assert found[-1].params["result"] == "gitlab 0/4"
    assert named(limits(administrator, read_only=True))[:3] == ["token-may-more-than-read", "token-may-act-as-others", "token-may-write"]
    writes = [request for request in world.sent[sent:] if request.method != "GET"]
    assert {(request.method, request.url.rpartition("/")[0].rpartition("/")[2]) for request in writes} == {
        ("DELETE", "variables"), ("DELETE", "keys"),
    }  # fmt: skip
    strip = ("last_activity_on", "last_activity_at", "current_sign_in_at", "last_sign_in_at")
    now = [world.by_hand("GET", path) for path in paths]
    assert [_without(value, strip) for value in now] == [_without(value, strip) for value in before]


def _without(value, names):
    return [{key: item for key, item in one.items() if key not in names} for one in value] if isinstance(value, list) else value


def test_an_administrator_who_is_needed_is_not_told_but_sudo_is(world, ada):
    assert named(limits(world.as_token(world.settings.token.reveal(), accounts="create"))) == ["token-may-act-as-others"]
    admin = token_for(world, world.api.me()["id"], "api")
    assert named(limits(world.as_token(admin, accounts="create"))) == []


def test_a_part_in_a_project_outside_is_found_among_others(world, ada):
    mine = world.by_hand("POST", "/projects", name="aside", visibility="private")["id"]
    world.by_hand("POST", f"/projects/{mine}/members", user_id=ada, access_level=40)
    [told] = [one for one in limits(world.as_token(token_for(world, ada, "api"), accounts="require")) if one.severity is Severity.WARNING]
    assert told.code == "token-may-change-project"
    assert "aside" in message(told)


def test_a_token_that_is_not_let_in_is_an_error_not_a_refusal(world):
    with pytest.raises(Exception, match="401"):
        limits(world.as_token("glpat-wrong"))
