from datetime import UTC, datetime, timedelta

import pytest
from support.words import message

from eiginfra.core.errors import PermissionDeniedError
from eiginfra.core.finding import Severity
from eiginfra.providers.gitlab.api import GitLabApi
from eiginfra.providers.gitlab.client import GitLabClient
from eiginfra.providers.gitlab.doctor import examine
from eiginfra.providers.http import HttpPolicy


def codes(findings, *severities):
    return [finding.code for finding in findings if finding.severity in (severities or tuple(Severity))]


def token_for(world, user, **options):
    return world.by_hand("POST", f"/users/{user}/personal_access_tokens", name="t", **{"scopes": ["api"], **options})["token"]


@pytest.fixture
def ada(world):
    return world.by_hand("POST", "/users", username="ada", name="Ada", email="ada@example.org", reset_password=True)["id"]


def test_a_good_site_has_notices_only(world):
    findings = examine(world.api)
    assert codes(findings, Severity.ERROR, Severity.WARNING) == []
    assert codes(findings) == ["gitlab-version", "gitlab-token", "gitlab-root-group"]
    assert "the root group eig is public" in message(findings[-1])


def test_a_server_that_is_not_there(world, make_world):
    (finding,) = examine(GitLabApi(GitLabClient(make_world(url="http://127.0.0.1:9").settings, HttpPolicy("gitlab", attempts=1))))
    assert (finding.code, finding.severity) == ("gitlab-unreachable", Severity.ERROR)


def test_a_wrong_token(world):
    (finding,) = examine(world.as_token("glpat-wrong").api)
    assert "401" in message(finding)
    assert "glpat" not in message(finding)


def test_clocks_apart(world):
    def later():
        return datetime.now(UTC) + timedelta(days=1)

    assert codes(examine(world.api, now=later), Severity.WARNING) == ["gitlab-clock"]


def test_a_token_without_rights(world, ada):
    findings = examine(world.as_token(token_for(world, ada, scopes=["read_api"])).api)
    assert codes(findings, Severity.ERROR) == ["gitlab-scope", "gitlab-not-admin", "gitlab-access"]
    assert "ada is no member in eig" in message(findings[-1])


def test_an_owner_is_enough_where_accounts_are_required(world, ada):
    world.by_hand("POST", "/groups/eig/members", user_id=ada, access_level=50)
    findings = examine(world.as_token(token_for(world, ada), accounts="require").api)
    assert codes(findings, Severity.ERROR) == []


def test_a_token_that_soon_ends(world, ada):
    soon = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    findings = examine(world.as_token(token_for(world, world.api.me()["id"], expires_at=soon)).api)
    assert codes(findings, Severity.WARNING) == ["gitlab-token-expires"]


def test_a_root_group_that_is_not_there(make_world):
    assert codes(examine(make_world(root_group="nowhere").api), Severity.ERROR) == ["gitlab-root-group-missing"]


RIGHTS = {"scope": ["gitlab-scope"], "administrator": ["gitlab-not-admin"], "owner": ["gitlab-access"]}


@pytest.mark.parametrize("accounts", ["create", "require", "invite"])
@pytest.mark.parametrize("without", [None, *RIGHTS])
def test_part_2_each_right_that_is_taken_away_is_named_and_no_other(world, ada, without, accounts):
    """An administrator needs no role in the group; where accounts are not made, no administrator is needed."""
    if accounts == "create":
        world.by_hand("PUT", f"/users/{ada}", admin=without != "administrator")
    if without != "owner":
        world.by_hand("POST", "/groups/eig/members", user_id=ada, access_level=50)
    token = token_for(world, ada, scopes=["read_api"] if without == "scope" else ["api"])
    needless = without is None or (accounts == "create" and without == "owner") or (accounts != "create" and without == "administrator")
    assert codes(examine(world.as_token(token, accounts=accounts).api), Severity.ERROR) == ([] if needless else RIGHTS[without])


def test_part_2_an_administrator_whose_token_may_not_act_as_one_is_told(world, monkeypatch):
    read = GitLabClient.get

    def refused(self, path, what, **query):
        if path == "/application/settings":
            raise PermissionDeniedError("403")
        return read(self, path, what, **query)

    monkeypatch.setattr(GitLabClient, "get", refused)
    assert codes(examine(world.api), Severity.ERROR) == ["gitlab-admin-mode"]


def test_f11_accounts_that_are_made_where_people_sign_in_elsewhere_are_told(world):
    assert codes(examine(world.api), Severity.WARNING) == []
    identity = {"provider": "openid_connect", "extern_uid": "x1"}
    world.by_hand("POST", "/users", username="bo", name="Bo", email="bo@example.org", reset_password=True, **identity)
    (told,) = (finding for finding in examine(world.api) if finding.severity is Severity.WARNING)
    assert "sign in by openid_connect" in message(told)
    for settings in ({"accounts": "require"}, {"identity": ("openid_connect", "email")}):
        assert codes(examine(world.as_token(world.settings.token.reveal(), **settings).api), Severity.WARNING) == []


def test_part_2_a_role_that_soon_ends_is_told(world, ada):
    soon = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    world.by_hand("POST", "/groups/eig/members", user_id=ada, access_level=50, expires_at=soon)
    assert "gitlab-access-ends" in codes(examine(world.as_token(token_for(world, ada), accounts="require").api), Severity.WARNING)


def test_part_2_what_was_found_before_a_refusal_is_told_too(world, ada):
    findings = examine(world.as_token(token_for(world, ada, scopes=["read_repository"]), accounts="require").api)
    assert codes(findings, Severity.ERROR) != []
