"""What tells of a project's activity: languages, open issues, calls for help, what was merged since a day."""

from datetime import timedelta

import pytest


@pytest.fixture
def project(gl, group):
    return gl.projects.create({"name": "p", "namespace_id": group.id, "visibility": "public"})


def commit(api, project, **files):
    actions = [{"action": "create", "file_path": name.replace("__", "."), "content": text} for name, text in files.items()]
    body = {"branch": "main", "commit_message": "m", "actions": actions}
    assert api("POST", f"/projects/{project.id}/repository/commits", json=body).status_code == 201


def test_languages_are_told_by_the_endings_of_files(api, project):
    path = f"/projects/{project.id}/languages"
    assert api("GET", path).json() == {}
    commit(api, project, a__py="x" * 300, Makefile="y" * 100, README__md="z" * 900, data__json="{}")
    assert api("GET", path).json() == {"Makefile": 25.0, "Python": 75.0}
    commit(api, project, **{f"f__{ending}": "x" * 1000 for ending in ("c", "go", "js", "rb", "rs")})
    assert sorted(api("GET", path).json()) == ["C", "Go", "JavaScript", "Ruby", "Rust"]


def test_open_issues_are_counted_and_confidential_ones_for_reporters_only(api, project, person, acting):
    base, reporter, other = f"/projects/{project.id}", person(), person()
    project.members.create({"user_id": reporter.id, "access_level": 20})
    api("POST", f"{base}/issues", json={"title": "one", "labels": ["help wanted"]})
    api("POST", f"{base}/issues", json={"title": "two", "confidential": True})
    number = api("POST", f"{base}/issues", json={"title": "three"}).json()["iid"]
    api("PUT", f"{base}/issues/{number}", json={"state_event": "close"})
    counts = [acting(who)("GET", base).json()["open_issues_count"] for who in (reporter, other)]
    assert counts == [2, 1]
    asked = {"state": "opened", "confidential": "false"}
    assert [one["title"] for one in api("GET", f"{base}/issues", params=asked).json()] == ["one"]
    api("PUT", base, json={"issues_access_level": "disabled"})
    assert "open_issues_count" not in api("GET", base).json()


def test_merge_requests_since_a_time_and_where_they_are_off(own_api, own_lab, monkeypatch):
    own_api("POST", "/projects", json={"name": "p", "initialize_with_readme": True})
    base, times = "/projects/1", []
    for name in ("a", "b"):
        times.append(own_lab.clock.now())
        file = {"branch": name, "start_branch": "main", "commit_message": "m", "content": "x"}
        assert own_api("POST", f"{base}/repository/files/{name}", json=file).status_code == 201
        body = {"title": name, "source_branch": name, "target_branch": "main"}
        number = own_api("POST", f"{base}/merge_requests", json=body).json()["iid"]
        assert own_api("PUT", f"{base}/merge_requests/{number}/merge").status_code == 200
        monkeypatch.setattr(own_lab.clock, "_start", own_lab.clock._start + timedelta(days=2))

    def titles(day):
        asked = {"state": "merged", "updated_after": day.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return {one["title"] for one in own_api("GET", f"{base}/merge_requests", params=asked).json()}

    assert (titles(times[0] - timedelta(days=1)), titles(times[1] - timedelta(days=1))) == ({"a", "b"}, {"b"})
    own_api("PUT", base, json={"merge_requests_access_level": "disabled"})
    assert own_api("GET", f"{base}/merge_requests").status_code == 403
