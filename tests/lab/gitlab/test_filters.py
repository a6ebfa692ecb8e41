"""Every parameter of a list that the lab takes has an effect: a value of it changes the answer."""

from itertools import count

import pytest

from eiginfra.lab.gitlab.app import routes
from eiginfra.lab.gitlab.pagination import KEYSET
from eiginfra.lab.gitlab.strict import of_handler

ELSEWHERE = {
    "GET /keys": "fingerprint: test_accounts.py",
    "GET /projects/:id/forks": "as GET /projects; test_forks.py",
    "GET /users/:id/events": "always empty: test_users.py",
    "GET /projects/:id/events": "action, after, sort: test_pushes.py",
    "GET /users/:id": "with_custom_attributes: test_custom_attributes.py",
    "GET /groups/:id": "with_projects: test_groups.py",
    "GET /groups/:id/variables/:key": "filter: test_repository.py",
    "GET /projects/:id/variables/:key": "filter: test_repository.py",
    "GET /namespaces/:id/exists": "parent_id: test_users.py",
    "GET /projects/:id/templates/:type/:name": "test_integrations.py",
    "GET /projects/:id/repository/files/:file_path": "ref: test_repository.py",
    "GET /projects/:id/repository/files/:file_path/raw": "ref: test_repository.py",
    "GET /projects/:id/repository/files/:file_path/blame": "ref: test_git.py",
    "GET /projects/:id/repository/merge_base": "refs: test_git.py",
    "GET /projects/:id/repository/tags": "search, order_by, sort: test_releases.py",
    "GET /projects/:id/snapshot": "wiki: test_git.py",
}
"""Answers that are no lists: other tests look at their parameters. Archives are in test_git.py."""
TOGETHER = {
    "extern_uid": {"provider": "p"},
    "provider": {"extern_uid": "u"},
    "in": {"search": "described"},
    "full_path_search": {"search": "filters/"},
    "search_namespaces": {"search": "filters"},
}
"""What makes sense with another parameter only."""
OF_TOP = ("/groups/:id/service_accounts", "/groups/:id/protected_branches")
"""What only a group at the top has."""
TEXTS = ("zzz", "next", "README.md", "filters-user", "described", "title", "u", "p")
_numbers = count(1)


BLOCK = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n{}\n-----END PGP PUBLIC KEY BLOCK-----"
PERSON = {"name": "Filters", "force_random_password": True, "skip_confirmation": True}


@pytest.fixture(scope="module")
def people(gl):
    """One who owns little, one who is a member of nothing, and two of other sorts; with what each has of a list."""
    user = gl.users.create({**PERSON, "username": "filters-user", "email": "filters-user@example.org"})
    stranger = gl.users.create({**PERSON, "username": "filters-stranger", "email": "x@example.org"})
    identity = {"provider": "p", "extern_uid": "u"}
    gl.users.create({**PERSON, "username": "a-bound", "email": "z@example.org", "external": True, **identity}).block()
    gl.users.create({**PERSON, "username": "b-bound", "name": "A", "email": "y@example.org", "admin": True})
    tokens = [one.personal_access_tokens.create({"name": "next", "scopes": ["api"]}).token for one in (user, stranger)]
    gl.personal_access_tokens.delete(user.personal_access_tokens.create({"name": "b", "scopes": ["api"]}).id)
    user.impersonationtokens.create({"name": "i", "scopes": ["api"]})
    user.impersonationtokens.create({"name": "j", "scopes": ["api"]}).delete()
    for number in range(4):
        fields = {"visibility": ("public", "private")[number % 2], "topics": ["zzz"] * (number % 2)}
        off = {"issues_enabled": False, "merge_requests_enabled": False} if number else {}
        own = gl.projects.create({"name": f"own {number}", "path": f"q{9 - number}", **fields, **off}, sudo="filters-user")
    own.archive()
    gl.projects.create({"name": "own going"}, sudo="filters-user").delete()
    return user, tokens, own.id


@pytest.fixture(scope="module")
def groups(gl):
    """Groups below one another, visible and not, archived and going; and two outside."""

    def group(name, parent=None, visibility="public"):
        above = {"parent_id": parent.id} if parent else {}
        return gl.groups.create({"name": name[::-1] + "ab", "path": name, "visibility": visibility, **above})

    root = group("filters")
    top = group("place", root)
    root.labels.create({"name": "above", "color": "red"})
    for name in ("next-*", "b-*"):
        root.protectedbranches.create({"name": name})
    root.milestones.create({"title": "above"})
    child, inner, shut = group("child", top), group("az", top, "internal"), group("zy", top)
    group("below", child)
    gl.http_post(f"/groups/{shut.id}/archive")
    group("going", top).delete()
    return {"root": root, "top": top, "child": child, "inner": inner, "outside": [group("outer"), group("utter")]}


def _both(gl, place, kind, shared):
    """Two of everything that a group and a project have alike."""
    for number in range(2):
        place.hooks.create({"url": "https://example.org/"})
        place.badges.create({"name": ("README.md", "b")[number], "link_url": "https://example.org/", "image_url": "https://example.org/a"})
        place.labels.create({"name": f"zzz{kind}{number}", "color": "red"})
        place.variables.create({"key": f"K{number}", "value": "v"})
        place.invitations.create({"email": f"zzz{number}@example.org", "access_level": 10})
        expires = {"expires_at": "2001-01-01T00:00:00Z"} if number else {}
        place.deploytokens.create({"name": "d", "scopes": ["read_repository"], **expires})
        place.access_tokens.create({"name": ("next", "b")[number], "scopes": ["api"], "access_level": 20})
        milestone = place.milestones.create({"title": f"{('next', 'b')[number]}{kind}"})
        gl.http_post(f"/{kind}/{place.id}/share", post_data={"group_id": shared[number].id, "group_access": 10 + 10 * number})
    milestone.state_event = "close"
    milestone.save()
    place.access_tokens.list(get_all=True)[0].delete()


def _project(gl, user, main):
    """Two of everything that a project alone has."""
    for number, (name, branch) in enumerate((("title", "next"), ("b", "b"))):
        user.keys.create({"title": "k", "key": f"ssh-ed25519 {number:068d}"})
        main.keys.create({"title": "k", "key": f"ssh-ed25519 {number + 10:068d}"})
        user.gpgkeys.create({"key": BLOCK.format(number)})
        main.branches.create({"branch": branch, "ref": "main"})
        main.protectedtags.create({"name": f"t{number}"})
        main.protectedbranches.create({"name": branch})
        fields = {"title": name, "description": "described" * number, "labels": ["zzz"] * number}
        main.issues.create(fields)
        main.mergerequests.create({**fields, "source_branch": branch, "target_branch": ("main", "next")[number]})
    for kind in (main.issues, main.mergerequests):
        notes = [kind.get(1).notes.create({"body": body}) for body in ("b", "c")]
        thing = kind.get(2)
        thing.state_event = "close"
        thing.save()
        notes[0].body = "a"
        notes[0].save()
    main.releases.create({"tag_name": "v1", "ref": "main", "released_at": "2999-01-01T00:00:00Z"})
    main.releases.create({"tag_name": "v2", "ref": "main"})
    main.files.create({"file_path": "y", "branch": "b", "content": "y", "commit_message": "m"})
    main.files.create({"file_path": "folder/x", "branch": "main", "content": "x", "commit_message": "m"})


@pytest.fixture(scope="module")
def places(gl, people, groups):
    """Two of everything that is listed: a route's first part -> id; and the tokens of others than administrators."""
    (user, tokens, own), root, top, outside = people, groups["root"], groups["top"], groups["outside"]

    def project(place, **fields):
        names = {"name": f"p{next(_numbers)}", "path": f"q{100 - next(_numbers)}"}
        return gl.projects.create({**names, "namespace_id": place.id, "visibility": "public", **fields})

    main = project(top, initialize_with_readme=True, description="described")
    closed = project(top, issues_enabled=False, merge_requests_enabled=False, topics=["next"])
    for place, fields in ((root, {}), (groups["child"], {}), (groups["inner"], {"visibility": "internal"})):
        project(place, **fields)
    project(top).archive()
    project(top).delete()
    _both(gl, top, "groups", outside)
    _both(gl, main, "projects", outside)
    _project(gl, user, main)
    for number, other in enumerate(outside):
        gl.http_post(f"/groups/{other.id}/share", post_data={"group_id": top.id, "group_access": 10 + 10 * number})
        gl.http_post("/service_accounts", post_data={"username": ("z-robot", "a-robot")[number]})
        robot = gl.http_post(f"/groups/{root.id}/service_accounts", post_data={"username": ("y-robot", "b-robot")[number]})
    path = f"/groups/{root.id}/service_accounts/{robot['id']}/personal_access_tokens"
    gl.http_delete(f"{path}/{gl.http_post(path, post_data={'name': 't', 'scopes': ['api']})['id']}")
    gl.http_post(f"/projects/{project(outside[0]).id}/share", post_data={"group_id": top.id, "group_access": 30})
    for loved in (main, gl.projects.get(own)):
        loved.star()
    for place in (top, main):
        place.members.create({"user_id": user.id, "access_level": 10})
    for name, ref in (("title", "main"), ("title", "main"), ("b", "next")):
        main.commits.get("main").statuses.create({"state": "success", "name": name, "ref": ref})
    numbers = {"groups": top.id, "projects": main.id, "users": user.id, "robot": robot["id"], "root": root.id}
    return {**numbers, "tokens": tokens, "others": (user.id, groups["child"].id, closed.id, 1)}


def sent(name, value):
    """A value as a query says it: what is in an object by its name."""
    return {f"{name}[{key}]": part for key, part in value.items()} if isinstance(value, dict) else {name: value}


def candidates(param, places):
    """Values of which at least one must change the answer."""
    if param.values:
        return param.values
    match param.convert.__name__:
        case "_boolean":
            return ("true", "false")
        case "_hash":
            return ({"key": "value"},)
        case "_integer":
            return (20, 40, 999_999, *places["others"])
        case "_integers":
            return (999_999, 2, *places["others"])
        case "_day" | "_instant":
            return ("2001-01-01", "2999-01-01T00:00:00Z")
    return TEXTS


def lists():
    for verb, path, handler in routes():
        declared = of_handler(handler)[0]
        filters = {name: param for name, param in declared.items() if name not in KEYSET}
        if verb == "GET" and filters and f"GET {path}" not in ELSEWHERE and "/archive" not in path:
            yield pytest.param(path, filters, id=f"GET {path}")


@pytest.mark.parametrize(("path", "filters"), list(lists()))
def test_every_filter_changes_its_list(api, places, path, filters):
    place = "root" if path.startswith(OF_TOP) else path.split("/")[1]
    target = path.replace(":id", str(places.get(place, ""))).replace(":user_id", str(places["robot"]))
    target = target.replace(":sha", "main").replace(":iid", "1")
    callers = ({}, *({"PRIVATE-TOKEN": token} for token in places["tokens"]))

    def changes(name, value, caller):
        more = TOGETHER.get(name, {})
        first, second = (api("GET", target, params={"per_page": 100, **more, **one}, headers=caller) for one in ({}, sent(name, value)))
        return second.status_code == 200 and first.json() != second.json()

    silent = [
        name
        for name, param in filters.items()
        if not any(changes(name, value, caller) for caller in callers for value in candidates(param, places))
    ]
    assert silent == []
