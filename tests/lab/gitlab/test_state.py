import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.lab.clock import LabClock
from eiginfra.lab.gitlab import build
from eiginfra.lab.gitlab.body import nested
from eiginfra.lab.gitlab.errors import GitLabHttpError
from eiginfra.lab.gitlab.names import valid_path
from eiginfra.lab.gitlab.params import boolean, integer, read, string, strings
from eiginfra.lab.gitlab.records import GroupRecord, ProjectRecord
from eiginfra.lab.gitlab.router import Found, Router


def test_dump_and_load(own_lab, connect):
    gl = connect(own_lab)
    user = gl.users.create({"username": "u-u", "name": "u", "email": "u@example.org", "force_random_password": True})
    group = gl.groups.create({"name": "g", "path": "gg", "parent_id": 2, "visibility": "public"})
    group.members.create({"user_id": user.id, "access_level": 30})
    group.invitations.create({"email": "i@example.org", "access_level": 30})
    project = gl.projects.create({"name": "p", "namespace_id": group.id, "initialize_with_readme": True})
    project.variables.create({"key": "K", "value": "v"})
    doomed = gl.projects.create({"name": "d", "namespace_id": group.id})
    doomed.delete()
    saved = json.loads(json.dumps(own_lab.served["gitlab"].service.dump()))

    other = build(LabClock(), url=own_lab.urls["gitlab"])
    assert other.token != own_lab.served["gitlab"].service.token
    other.load(saved)
    assert other.dump() == saved
    assert other.token == own_lab.served["gitlab"].service.token
    for name in ("paths", "user_names", "emails", "user_namespaces", "subgroups", "projects_of", "memberships", "doomed"):
        full = {key: value for key, value in other.state.__dict__.items() if key == name}
        mine = own_lab.served["gitlab"].service.state.__dict__[name]
        assert without_empty(full[name]) == without_empty(mine), name


def without_empty(index):
    return {key: value for key, value in index.items() if value} if isinstance(index, dict) else index


def test_unknown_profile():
    with pytest.raises(ValueError, match="unknown profile 'x': one of eig, recordings"):
        build(LabClock(), profile="x")


def test_router_prefers_literals():
    router = Router([("GET", "/a/:id", 1), ("GET", "/a/all", 2), ("PUT", "/a/:id", 3), ("GET", "/a/:id/b", 4)])
    assert router.find("GET", "/a/all") == Found(2, {}, {"GET"}, "/a/all")
    assert router.find("GET", "/a/x%2Fy") == Found(1, {"id": "x/y"}, {"GET", "PUT"}, "/a/:id")
    assert router.find("PUT", "/a/all") == Found(3, {"id": "all"}, {"GET", "PUT"}, "/a/:id")
    assert router.find("GET", "/a/1/b") == Found(4, {"id": "1"}, {"GET"}, "/a/:id/b")
    assert router.find("GET", "/a/1/c") == Found()
    assert router.find("GET", "/a//b") == Found()
    with pytest.raises(ValueError, match=":name is called :id elsewhere"):
        Router([("GET", "/a/:id", 1), ("GET", "/a/:name", 2)])


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c", "d"]), st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text()))
    )
)
def test_parameters_are_read_or_refused(raw):
    declared = {"a": string("x", "y"), "b": integer(default=1), "c": boolean(), "d": strings()}
    try:
        given_ = read(raw, declared)
    except GitLabHttpError as error:
        refusal = (error.status, set(error.body))
    else:
        refusal = None
    if refusal:
        assert refusal == (400, {"error"})
        return
    assert set(given_) == set(raw) | {"b"}
    assert isinstance(given_["b"], int | None)


@given(st.dictionaries(st.text("abc", min_size=1), st.text()))
def test_flat_pairs_stay_flat(pairs):
    assert nested(list(pairs.items())) == pairs


@given(st.text("ab.-_"))
def test_paths(path):
    special = any(pair in path for pair in ("..", "--", "__", "-_", "_-", ".-", "-.", "._", "_."))
    assert valid_path(path) == (bool(path) and not special and path[0] in "ab" and path[-1] in "ab")


operations = st.lists(
    st.tuples(st.sampled_from(["group", "project", "rename", "remove", "reload"]), st.integers(0, 9), st.integers(0, 9)), max_size=30
)


@given(operations)
def test_indexes_stay_true(steps):
    state = build(LabClock()).state
    for number, (step, first, second) in enumerate(steps):
        groups = list(state.groups.values())
        chosen = groups[first % len(groups)] if groups else None
        if step == "group":
            parent = chosen.id if chosen and second else None
            state.add_group(GroupRecord(state.new_id("namespace"), f"g{number}", "g", parent, "public", state.now()))
        elif step == "project" and chosen:
            now = state.now()
            state.add_project(ProjectRecord(state.new_id("project"), f"p{number}", "p", chosen.id, "public", 1, now, now, now))
            state.add_member(("group", chosen.id), 1, 50, None, None)
        elif step == "rename" and chosen:
            state.rename_group(chosen, f"r{number}")
        elif step == "remove" and chosen:
            state.remove_group(chosen)
        elif step == "reload":
            state.load(json.loads(json.dumps(state.dump())))
    expected = {"eiginfra-bot": ("user", 1)}
    for group in state.groups.values():
        names = [ancestor.path for ancestor in state.ancestors(group)]
        expected["/".join(reversed(names))] = ("group", group.id)
    for project in state.projects.values():
        expected[f"{state.groups[project.namespace_id].full_path}/{project.path}"] = ("project", project.id)
    assert state.paths == expected
    assert state.memberships[1] == {source for source, members in state.members.items() if members}
