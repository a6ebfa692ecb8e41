"""Every parameter of a change or a creation that the lab takes has an effect: what is sent is shown."""

from itertools import count

import pytest

from eiginfra.lab.gitlab.app import routes
from eiginfra.lab.gitlab.strict import of_handler

WRITE_ONLY = {
    "password": "never shown",
    "reset_password": "a mail",
    "force_random_password": "never shown",
    "avatar": "a file: test_avatars_are_uploaded_and_taken_away",
    "token": "of a hook: never shown",
}
"""What has no effect that the API shows."""
ELSEWHERE = {
    "PUT /application/settings": "test_instance_settings.py",
    "POST /groups/:id/transfer": "test_sharing.py",
    "PUT /projects/:id/transfer": "test_sharing.py",
    "POST /groups/:id/share": "test_sharing.py",
    "POST /groups/:id/members": "test_members.py",
    "POST /projects/:id/members": "test_members.py",
    "POST /groups/:id/invitations": "test_members.py, test_accounts.py",
    "POST /projects/:id/invitations": "test_members.py, test_accounts.py",
    "POST /projects/:id/merge_requests/:iid/approve": "test_pushes.py",
    "POST /projects/:id/repository/commits": "test_repository.py",
    "POST /projects/:id/repository/files/:file_path": "test_repository.py",
    "PUT /projects/:id/repository/files/:file_path": "test_repository.py",
    "POST /projects/:id/repository/branches": "test_repository.py",
    "POST /projects/:id/repository/commits/:sha/cherry_pick": "test_git.py",
    "POST /projects/:id/repository/commits/:sha/revert": "test_git.py",
    "POST /projects/:id/releases": "test_releases.py",
    "PUT /projects/:id/merge_requests/:iid/merge": "test_merging.py",
    "POST /projects/:id/issues/:iid/links": "test_belongings.py",
    "POST /projects/:id/statuses/:sha": "test_notes.py",
    "PUT /projects/:id/issues/:iid/discussions/:discussion_id/notes/:note_id": "test_notes.py",
    "PUT /projects/:id/merge_requests/:iid/discussions/:discussion_id/notes/:note_id": "test_notes.py",
    "PUT /projects/:id/repository/commits/:sha/discussions/:discussion_id/notes/:note_id": "test_notes.py",
    "POST /user/personal_access_tokens": "of narrow scopes, else as POST /users/:id/personal_access_tokens",
    "POST /member_roles": "test_member_roles.py",
    "POST /projects/:id/fork": "test_forks.py",
    "PUT /user/status": "test_user_status.py",
    "PATCH /user/status": "test_user_status.py",
    "PUT /notification_settings": "test_notification_settings.py",
    "PUT /groups/:id/notification_settings": "test_notification_settings.py",
    "PUT /projects/:id/notification_settings": "test_notification_settings.py",
    "PUT /groups/:id/labels": "as PUT /groups/:id/labels/:label_id",
    "PUT /projects/:id/labels": "as PUT /projects/:id/labels/:label_id",
}
"""Routes whose parameters other tests look at one by one."""
SHOWN_AS = {
    "new_name": "name", "tag_list": "topics", "admin": "is_admin", "remove_source_branch": "force_remove_source_branch",
    "masked_and_hidden": "hidden", "add_labels": "labels", "container_expiration_policy_attributes": "container_expiration_policy",
}  # fmt: skip
LEVELS = [{"access_level": 30}]
TOGETHER = {
    "provider": {"extern_uid": "u"}, "extern_uid": {"provider": "p"}, "skip_reconfirmation": {"email": "vouched@example.org"},
    "email": {"skip_reconfirmation": True}, "masked": {"value": "maskable-value"}, "masked_and_hidden": {"value": "maskable-value"},
    "remove_labels": {"labels": ["left", "gone"]}, "link_type": {"name": "typed"},
}  # fmt: skip
"""What makes sense with another parameter only."""
_numbers = count(1)


def values(things):
    """What to send, by name; the rest follows from the kind of parameter."""
    return {
        "username": f"effect-{next(_numbers)}", "email": f"effect-{next(_numbers)}@example.org", "public_email": "public@example.org",
        "path": f"effect-{next(_numbers)}", "name": f"Effect {next(_numbers)}", "new_name": f"effect {next(_numbers)}",
        "title": f"Effect {next(_numbers)}", "parent_id": things["group"], "namespace_id": things["group"], "default_branch": "next",
        "assignee_id": 1, "assignee_ids": [1], "reviewer_ids": [1], "milestone_id": things["milestone"], "target_branch": "other",
        "default_branch_protection_defaults": {"allowed_to_push": LEVELS, "allowed_to_merge": LEVELS, "allow_force_push": True},
        "container_expiration_policy_attributes": {"keep_n": 5}, "provider": "p", "extern_uid": "u", "skip_reconfirmation": True,
        "allowed_to_push": LEVELS, "allowed_to_merge": LEVELS, "allowed_to_unprotect": [{"access_level": 40}],
        "allowed_to_create": LEVELS, "push_access_level": 30, "merge_access_level": 30, "unprotect_access_level": 60,
        "create_access_level": 30, "access_level": 20, "visibility": "internal", "url": "https://example.org/other",
        "link_url": "https://example.org/other", "image_url": "https://example.org/other.svg", "color": "#123456",
        "labels": ["one"], "add_labels": ["one"], "remove_labels": ["gone"], "key": "OTHER", "environment_scope": "prod",
        "start_date": "2001-02-03", "state_event": "close", "group_access": 20, "value": "other-value",
        "default_branch_protection": 1, "target_project_id": things["project"],
    }  # fmt: skip


def _levels(shown, name):
    return [one["access_level"] for one in shown[f"{name}_access_levels"]]


LOOKS = {
    "assignee_id": lambda shown: (shown["assignee"] or {}).get("id"),
    "milestone_id": lambda shown: (shown["milestone"] or {}).get("id"),
    "assignee_ids": lambda shown: [one["id"] for one in shown["assignees"]],
    "reviewer_ids": lambda shown: [one["id"] for one in shown["reviewers"]],
    "namespace_id": lambda shown: shown["namespace"]["id"],
    "provider": lambda shown: shown["identities"][0]["provider"],
    "extern_uid": lambda shown: shown["identities"][0]["extern_uid"],
    "skip_confirmation": lambda shown: shown["confirmed_at"] is not None,
    "skip_reconfirmation": lambda shown: shown["email"] == "vouched@example.org",
    "initialize_with_readme": lambda shown: not shown["empty_repo"],
    "state_event": lambda shown: {"closed": "close"}.get(shown["state"]),
    "remove_labels": lambda shown: ["gone"] if "gone" not in shown["labels"] else [],
    **{f"{name}_access_level": lambda shown, name=name: _levels(shown, name)[0] for name in ("push", "merge", "unprotect", "create")},
    **{
        f"allowed_to_{name}": lambda shown, name=name: [{"access_level": level} for level in _levels(shown, name)[-1:]]
        for name in ("push", "merge", "unprotect", "create")
    },
}
"""Where to look for what is shown in another way than it is sent."""


def seen(name, sent, shown):
    """Whether a value that was sent is shown."""
    if name in LOOKS:
        return LOOKS[name](shown) == sent
    actual = shown[SHOWN_AS.get(name, name)]
    if isinstance(sent, dict):
        return sent.items() <= actual.items()
    return actual == sent or (isinstance(actual, str) and actual[:10] == sent)


@pytest.fixture(scope="module")
def things(gl):
    group = gl.groups.create({"name": "effects", "path": "effects", "visibility": "public"})
    child = gl.groups.create({"name": "below", "path": "below", "parent_id": group.id, "visibility": "public"})
    other = gl.groups.create({"name": "invited", "path": "invited", "visibility": "public"})
    project = gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    for branch in ("next", "other"):
        project.branches.create({"branch": branch, "ref": "main"})
    changed = gl.projects.create({"name": "changed", "namespace_id": group.id, "visibility": "public", "initialize_with_readme": True})
    changed.branches.create({"branch": "next", "ref": "main"})
    person = {"username": "effects-user", "name": "U", "email": "effects-user@example.org", "force_random_password": True}
    user = gl.users.create({**person, "skip_confirmation": True})
    group.members.create({"user_id": user.id, "access_level": 10})
    project.members.create({"user_id": user.id, "access_level": 10})
    known = {"group": group.id, "child": child.id, "other": other.id, "project": project.id, "changed": changed.id, "user": user.id}
    for kind, place in (("g", group), ("p", project)):
        place.variables.create({"key": "K", "value": "v"})
        place.invitations.create({"email": "i@example.org", "access_level": 10})
        known[f"{kind}label"] = place.labels.create({"name": f"l{kind}", "color": "red"}).id
        known[f"{kind}milestone"] = place.milestones.create({"title": f"m{kind}"}).id
        known[f"{kind}badge"] = place.badges.create({"link_url": "https://example.org/", "image_url": "https://example.org/a"}).id
        known[f"{kind}token"] = place.access_tokens.create({"name": "t", "scopes": ["api"], "access_level": 30}).id
    known["milestone"] = known["pmilestone"]
    known["ghook"] = group.hooks.create({"url": "https://example.org/"}).id
    group.protectedbranches.create({"name": "main"})
    known["hook"] = project.hooks.create({"url": "https://example.org/"}).id
    known["key"] = project.keys.create({"title": "k", "key": f"ssh-ed25519 {'B' * 68}"}).id
    project.issues.create({"title": "i"})
    project.mergerequests.create({"title": "m", "source_branch": "next", "target_branch": "main"})
    project.releases.create({"tag_name": "more", "ref": "main"})
    release = project.releases.create({"tag_name": "effects", "ref": "main"})
    known["link"] = release.links.create({"name": "l", "url": "https://example.org/l"}).id
    gl.variables.create({"key": "EFFECT", "value": "v"})
    robot = gl.http_post("/service_accounts", post_data={})
    own = gl.http_post(f"/groups/{other.id}/service_accounts", post_data={})
    return {**known, "robot": robot["id"], "grobot": own["id"]}


PLACES = {
    "/groups/:id": "/groups/{child}",
    "/groups/:id/badges/:badge_id": "/groups/{group}/badges/{gbadge}",
    "/groups/:id/invitations/:email": "/groups/{group}/invitations/i@example.org",
    "/groups/:id/hooks/:hook_id": "/groups/{group}/hooks/{ghook}",
    "/groups/:id/protected_branches/:name": "/groups/{group}/protected_branches/main",
    "/groups/:id/labels/:label_id": "/groups/{group}/labels/{glabel}",
    "/groups/:id/members/:user_id": "/groups/{group}/members/{user}",
    "/groups/:id/milestones/:milestone_id": "/groups/{group}/milestones/{gmilestone}",
    "/groups/:id/service_accounts/:user_id": "/groups/{other}/service_accounts/{grobot}",
    "/groups/:id/variables/:key": "/groups/{group}/variables/K",
    "/projects/:id": "/projects/{changed}",
    "/projects/:id/badges/:badge_id": "/projects/{project}/badges/{pbadge}",
    "/projects/:id/deploy_keys/:key_id": "/projects/{project}/deploy_keys/{key}",
    "/projects/:id/hooks/:hook_id": "/projects/{project}/hooks/{hook}",
    "/projects/:id/invitations/:email": "/projects/{project}/invitations/i@example.org",
    "/projects/:id/issues/:iid": "/projects/{project}/issues/1",
    "/projects/:id/labels/:label_id": "/projects/{project}/labels/{plabel}",
    "/projects/:id/members/:user_id": "/projects/{project}/members/{user}",
    "/projects/:id/merge_requests/:iid": "/projects/{project}/merge_requests/1",
    "/projects/:id/milestones/:milestone_id": "/projects/{project}/milestones/{pmilestone}",
    "/projects/:id/protected_branches/:name": "/projects/{project}/protected_branches/main",
    "/projects/:id/releases/:tag_name": "/projects/{project}/releases/effects",
    "/projects/:id/releases/:tag_name/assets/links/:link_id": "/projects/{project}/releases/effects/assets/links/{link}",
    "/projects/:id/variables/:key": "/projects/{project}/variables/K",
    "/admin/ci/variables/:key": "/admin/ci/variables/EFFECT",
    "/service_accounts/:user_id": "/service_accounts/{robot}",
    "/users/:id": "/users/{user}",
}
"""Where to send what changes something."""


def bodies(things):
    """What a new thing needs, by the end of its route."""
    number = next(_numbers)
    name = f"effects-{number}"
    token = {"name": "t", "scopes": ["read_api"]}
    return {
        "groups": {"name": name, "path": name}, "projects": {"name": name},
        "badges": {"link_url": "https://example.org/", "image_url": "https://example.org/a"},
        "users": {"username": name, "name": "N", "email": f"{name}@example.org", "force_random_password": True},
        "labels": {"name": name, "color": "red"}, "milestones": {"title": name}, "variables": {"key": f"K{number}", "value": "v"},
        "access_tokens": {**token, "access_level": 30}, "personal_access_tokens": token, "impersonation_tokens": token,
        "deploy_tokens": {"name": "d", "scopes": ["read_repository"]}, "deploy_keys": {"title": "k", "key": f"ssh-ed25519 {number:068d}"},
        "keys": {"title": "k", "key": f"ssh-ed25519 {number:068d}"}, "hooks": {"url": "https://example.org/"}, "issues": {"title": "i"},
        "merge_requests": None, "protected_branches": {"name": name}, "protected_tags": {"name": name}, "service_accounts": {},
        "emails": {"email": f"{name}-2@example.org"}, "tags": {"tag_name": name, "ref": "main"},
        "links": {"name": name, "url": f"https://example.org/{name}"},
        "share": {"group_id": things["other"], "group_access": 30}, "rotate": {},
    }  # fmt: skip


def taking(method):
    """The routes of a method that take parameters beyond those which they need."""
    for verb, path, handler in routes():
        optional = [name for name, param in of_handler(handler)[0].items() if not param.required and name != "filter"]
        if verb in method and optional and f"{verb} {path}" not in ELSEWHERE and "/rotate" not in path:
            yield pytest.param(path, of_handler(handler)[0], id=f"{verb} {path}")


def value_for(name, param, before, things):
    known = values(things).get(name)
    if known is not None:
        return known
    if param.values:
        return next(value for value in reversed(param.values) if value != before.get(SHOWN_AS.get(name, name)))
    match param.convert.__name__:
        case "_boolean":
            return not before.get(SHOWN_AS.get(name, name))
        case "_integer":
            return (before.get(name) or 0) + 7
        case "_day" | "_instant":
            return "2999-01-31"
        case "_strings":
            return ["one"]
    return f"effect {next(_numbers)}"


UNDONE = ("name", "username", "path", "title", "visibility", "state_event", "value", "environment_scope")
"""What the next parameter needs as it was."""


@pytest.mark.parametrize(("path", "declared"), list(taking({"PUT", "PATCH"})))
def test_what_a_change_takes_is_shown(api, things, path, declared):
    target, unseen = PLACES[path].format(**things), []
    method = "PATCH" if "protected_branches" in path or "service_accounts" in path else "PUT"
    shown = "service_accounts" not in target and "invitations" not in target
    for name, param in declared.items():
        if name in WRITE_ONLY or name == "filter":
            continue
        before = api("GET", target).json() if shown else {}
        sent = value_for(name, param, before, things)
        needed = {other: value_for(other, one, before, things) for other, one in declared.items() if one.required}
        answer = api(method, target, json={**needed, **TOGETHER.get(name, {}), name: sent})
        if answer.status_code != 200 or not seen(name, sent, answer.json()):
            unseen.append((name, sent, answer.status_code, answer.text[:200]))
        if name == "state_event":
            api(method, target, json={name: "activate" if "milestones" in target else "reopen"})
        elif name in UNDONE and before.get(name):
            api(method, target, json={**needed, name: before[name]})
    assert unseen == []


@pytest.fixture
def make(api, gl, things):
    """Makes one more of a kind."""

    def one_more(target, kind, more):
        body = bodies(things)[kind]
        if body is None:
            branch = f"effect-{next(_numbers)}"
            gl.projects.get(things["project"]).branches.create({"branch": branch, "ref": "main"})
            body = {"title": "m", "source_branch": branch, "target_branch": "main"}
        if kind == "share":
            api("DELETE", f"{target}/{things['other']}")
        return api("POST", target, json={**body, **more})

    return one_more


@pytest.mark.parametrize(("path", "declared"), list(taking({"POST"})))
def test_what_a_creation_takes_is_shown(make, things, path, declared):
    kind = path.rpartition("/")[2]
    place = {"groups": things["group"], "projects": things["project"], "users": things["user"]}[path.split("/")[1]] if ":id" in path else ""
    if "service_accounts/:user_id" in path:
        place = things["other"]
    target = path.replace(":id", str(place)).replace(":user_id", str(things["grobot"])).replace(":tag_name", "more")
    optional = {name: param for name, param in declared.items() if name not in WRITE_ONLY and not (param.required or name == "filter")}
    before = make(target, kind, {})
    unseen = []
    for name, param in optional.items():
        sent = value_for(name, param, before.json(), things)
        answer = make(target, kind, {**TOGETHER.get(name, {}), name: sent})
        if answer.status_code not in {200, 201} or not seen(name, sent, answer.json()):
            unseen.append((name, sent, answer.status_code, answer.text[:200]))
    assert (before.status_code, unseen) == (201, [])
