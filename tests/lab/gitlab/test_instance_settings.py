import pytest


@pytest.fixture
def promotions(own_lab, connect):
    """A lab in which administrators approve promotions."""
    gl = connect(own_lab)
    gl.http_put("/application/settings", post_data={"enable_member_promotion_management": True})
    return gl


def account(gl, name):
    made = gl.users.create(
        {"username": name, "name": name, "email": f"{name}@example.org", "force_random_password": True, "skip_confirmation": True}
    )
    return made, made.personal_access_tokens.create({"name": "t", "scopes": ["api"]}).token


def test_promotions_of_others_than_administrators_are_queued(promotions):
    gl = promotions
    owner, token = account(gl, "owner")
    ada, _ = account(gl, "ada")
    group = gl.groups.create({"name": "g", "path": "gg"})
    group.members.create({"user_id": owner.id, "access_level": 50})
    as_owner = {"headers": {"PRIVATE-TOKEN": token}}
    queued = {"message": {"ada": "Request queued for administrator approval."}}
    url = f"/groups/{group.id}/members"
    body = {"user_id": ada.id, "access_level": 30}
    assert gl.session.post(f"{gl.api_url}{url}", json=body, timeout=10, **as_owner).json() == queued
    assert "ada" not in {member.username for member in group.members.list(get_all=True)}
    # No seat is needed for a guest; and who holds one needs no approval.
    made = gl.session.post(f"{gl.api_url}{url}", json={**body, "access_level": 10}, timeout=10, **as_owner)
    assert made.json()["access_level"] == 10
    raised = gl.session.put(f"{gl.api_url}{url}/{ada.id}", json={"access_level": 40}, timeout=10, **as_owner)
    assert (raised.status_code, raised.json()) == (200, queued)
    assert gl.http_put(f"{url}/{ada.id}", post_data={"access_level": 40})["access_level"] == 40


def test_settings_are_for_administrators(own_lab, connect):
    gl = connect(own_lab)
    shown = gl.http_get("/application/settings")
    assert (shown["enable_member_promotion_management"], shown["signup_enabled"], shown["deletion_adjourned_period"]) == (False, True, 30)
    _, token = account(gl, "ada")
    refused = gl.session.get(f"{gl.api_url}/application/settings", headers={"PRIVATE-TOKEN": token}, timeout=10)
    assert refused.status_code == 403


def test_licence_templates_are_filled_in(gl, group):
    project = gl.projects.create({"name": "p", "namespace_id": group.id})
    url = f"/projects/{project.id}/templates"
    mit = gl.http_get(f"{url}/licenses/MIT", query_data={"fullname": "Ada"})
    assert (mit["key"], mit["name"]) == ("mit", "MIT License")
    assert "] Ada\n" not in mit["content"]
    assert " Ada\n" in mit["content"]
    unfilled = gl.http_get(f"{url}/licenses/mit")
    assert "[fullname]" in unfilled["content"]


@pytest.mark.parametrize(("path", "status"), [("licenses/agpl-3.0", 404), ("dockerfiles/Python", 404), ("odd/x", 400)])
def test_templates_that_are_not_there(api, gl, group, path, status):
    project = gl.projects.create({"name": f"q{status}{path[:2]}", "namespace_id": group.id})
    assert api("GET", f"/projects/{project.id}/templates/{path}").status_code == status


def test_the_former_path_of_a_project_leads_to_it_until_it_is_taken(gl, group):
    project = gl.projects.create({"name": "old", "namespace_id": group.id})
    gl.projects.update(project.id, {"path": "newer"})
    former = f"{group.full_path}/old"
    assert gl.projects.get(former).id == project.id
    other = gl.projects.create({"name": "again", "path": "old", "namespace_id": group.id})
    assert gl.projects.get(former).id == other.id
