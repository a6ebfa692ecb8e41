from datetime import UTC, datetime, timedelta

import pytest
from support.words import message

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
