"""What the lab takes it models: the rest it refuses (501) or, where GitLab does not know it either, drops, and says both."""

import pytest

from eiginfra.lab.gitlab.app import routes
from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.errors import GitLabHttpError
from eiginfra.lab.gitlab.params import Declared
from eiginfra.lab.gitlab.strict import accept, contract, of_handler
from eiginfra.lab.vain import AskedInVain

SERVED = list(routes())
OF_EVERY_ROUTE = {"pagination", "cursor", "sudo"}


def asked(api):
    return [
        (one["method"], one["route"], one["parameter"], one["ending"], one["times"]) for one in api("GET", "/_lab/vain").json()["asked"]
    ]


def test_lab_refuses_what_it_does_not_model(own_api):
    answer = own_api("POST", "/groups", json={"name": "n", "path": "nn", "ldap_cn": "x", "description": "y"})
    assert answer.status_code == 501
    assert answer.json() == {"message": "501 Not Implemented - the lab does not model ldap_cn of POST /groups"}
    assert own_api("GET", "/groups/nn").status_code == 404
    assert own_api("GET", "/projects/1/pipelines/7").json()["message"].endswith("the lab does not model GET /projects/:id/pipelines/:id")
    assert asked(own_api) == [("POST", "/groups", "ldap_cn", "refused", 1), ("GET", "/projects/:id/pipelines/:id", "", "refused", 1)]


def test_lab_refuses_parts_of_objects_that_it_does_not_model(own_api):
    defaults = {"allow_force_push": True, "code_owner_approval_required": True}
    answer = own_api("POST", "/groups", json={"name": "n", "path": "nn", "default_branch_protection_defaults": defaults})
    assert answer.status_code == 501
    assert asked(own_api) == [("POST", "/groups", "default_branch_protection_defaults.code_owner_approval_required", "refused", 1)]


def test_lab_drops_what_gitlab_drops_and_says_so(own_api):
    for _ in range(2):
        assert own_api("GET", "/groups", params={"colour": "red"}).status_code == 200
    assert asked(own_api) == [("GET", "/groups", "colour", "dropped", 2)]
    assert own_api("GET", "/nothing/of/this/name").json() == {"error": "404 Not Found"}


def _names(declared: Declared, prefix: str = ""):
    for name, param in declared.items():
        yield f"{prefix}{name}"
        yield from _names(param.fields, f"{prefix}{name}.")


@pytest.mark.parametrize(("method", "path", "handler"), SERVED, ids=[f"{method} {path}" for method, path, _ in SERVED])
def test_each_route_takes_of_the_contract_what_it_declares_and_refuses_the_rest(method, path, handler):
    raw_path = path.replace(":", "x")
    known = contract().find(method, raw_path).handler
    assert known is not None, "GitLab has no such route: tools/gitlab_contract/undescribed.txt"
    declared = set(_names(of_handler(handler)[0]))
    assert declared - known - OF_EVERY_ROUTE == set(), "GitLab has no such parameter"
    for name in sorted(name for name in known - declared if name.rpartition(".")[0] in declared | {""}):
        in_vain = AskedInVain()
        sent = "x"
        for part in reversed(name.split(".")):
            sent = {part: sent}
        with pytest.raises(GitLabHttpError) as refusal:
            accept(handler, GitLabCall(None, method, raw_path, {}, {}, sent), path, in_vain)
        assert refusal.value.status == 501
        assert [one["parameter"] for one in in_vain.listed()] == [name]


def test_slashes_that_follow_one_another_are_one(own_api):
    assert own_api("GET", "/groups//eig").json()["path"] == "eig"
    assert own_api("POST", "/features//x", json={"value": True}).status_code == 501
