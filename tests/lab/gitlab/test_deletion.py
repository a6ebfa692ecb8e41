from datetime import timedelta

import pytest


@pytest.fixture
def child(gl, group):
    return gl.groups.create({"name": "child", "path": "child", "parent_id": group.id, "visibility": "public"})


@pytest.fixture
def project(gl, child):
    return gl.projects.create({"name": "p", "namespace_id": child.id, "visibility": "public"})


def test_group_is_renamed_and_marked(gl, api, child, project):
    answer = api("DELETE", f"/groups/{child.id}")
    assert (answer.status_code, answer.json()) == (202, {"message": "202 Accepted"})
    marked = gl.groups.get(child.id)
    assert marked.path == f"child-deletion_scheduled-{child.id}"
    assert marked.name == f"child-deletion_scheduled-{child.id}"
    assert marked.marked_for_deletion_on
    assert gl.projects.get(project.id).path_with_namespace == f"{marked.full_path}/p"
    answer = api("DELETE", f"/groups/{child.id}")
    assert (answer.status_code, answer.json()) == (400, {"message": "Group has been already marked for deletion"})


def test_path_is_free_meanwhile_and_restoring_avoids_it(gl, api, group, child):
    child.delete()
    gl.groups.create({"name": "child", "path": "child", "parent_id": group.id})
    restored = api("POST", f"/groups/{child.id}/restore")
    assert restored.status_code == 201
    assert restored.json()["marked_for_deletion_on"] is None
    assert restored.json()["path"].startswith("child-")
    assert api("POST", f"/groups/{child.id}/restore").json() == {"message": "Group has not been marked for deletion"}


def test_restored_group_has_its_path_again(gl, child, project):
    child.delete()
    gl.groups.get(child.id).restore()
    assert gl.projects.get(project.id).path_with_namespace == f"{child.full_path}/p"


def test_project_is_renamed_and_restored(gl, api, project):
    assert api("DELETE", f"/projects/{project.id}").status_code == 202
    marked = gl.projects.get(project.id)
    assert marked.path == f"p-deletion_scheduled-{project.id}"
    assert marked.marked_for_deletion_on == marked.marked_for_deletion_at
    assert api("DELETE", f"/projects/{project.id}").json() == {"message": "Project has been already marked for deletion"}
    assert [found.id for found in gl.projects.list(search="p-deletion", active=True, get_all=True)] == []
    marked.restore()
    assert gl.projects.get(project.id).path == "p"


def test_permanent_removal(gl, api, child, project):
    path = f"/projects/{project.id}"
    force = {"permanently_remove": "true", "full_path": project.path_with_namespace}
    assert api("DELETE", path, params=force).json() == {"message": "Project must be marked for deletion first."}
    api("DELETE", path)
    assert "is incorrect" in api("DELETE", path, params=force).json()["message"]
    force["full_path"] = gl.projects.get(project.id).path_with_namespace
    assert api("DELETE", path, params=force).status_code == 202
    assert api("GET", path).status_code == 404


def test_top_level_group_is_not_removed_at_once(api, group):
    answer = api("DELETE", f"/groups/{group.id}", params={"permanently_remove": "true"})
    assert (answer.status_code, answer.json()) == (400, {"message": "`permanently_remove` option is only available for subgroups."})


def test_marked_things_vanish_after_thirty_days(own_lab, connect, monkeypatch):
    gl = connect(own_lab)
    group = gl.groups.create({"name": "g", "path": "gg", "visibility": "public"})
    project = gl.projects.create({"name": "p", "namespace_id": group.id})
    group.delete()
    monkeypatch.setattr(own_lab.clock, "_start", own_lab.clock._start + timedelta(days=29))
    assert gl.groups.get(group.id).marked_for_deletion_on
    monkeypatch.setattr(own_lab.clock, "_start", own_lab.clock._start + timedelta(days=1))
    assert gl.groups.list(search="g-deletion", get_all=True) == []
    assert project.id not in own_lab.served["gitlab"].service.state.projects


def test_only_owners_delete(child, person, acting):
    user = person()
    child.members.create({"user_id": user.id, "access_level": 40})
    assert acting(user)("DELETE", f"/groups/{child.id}").json() == {"message": "403 Forbidden"}
