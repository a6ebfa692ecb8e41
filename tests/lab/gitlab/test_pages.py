from http.client import HTTPConnection

import pytest

from eiginfra.lab.gitlab import params
from eiginfra.lab.gitlab.call import GitLabCall
from eiginfra.lab.gitlab.pagination import PAGED, paginate


@pytest.fixture(scope="module")
def crowd(gl):
    """A group with 45 sub-groups and 25 projects."""
    top = gl.groups.create({"name": "crowd", "path": "crowd", "visibility": "public"})
    for number in range(45):
        gl.groups.create({"name": f"n {number:02}", "path": f"n{number:02}", "parent_id": top.id, "visibility": "public"})
    for number in range(25):
        gl.projects.create({"name": f"p{number:02}", "namespace_id": top.id, "visibility": "public"})
    return top


def headers_of(answer):
    return {name: value for name, value in answer.headers.items() if name.startswith("x-")}


def test_first_page(api, crowd):
    answer = api("GET", f"/groups/{crowd.id}/subgroups")
    expected = {"x-page": "1", "x-per-page": "20", "x-total": "45", "x-total-pages": "3", "x-next-page": "2", "x-prev-page": ""}
    assert expected.items() <= headers_of(answer).items()
    assert [group["name"] for group in answer.json()[:2]] == ["n 00", "n 01"]
    assert list(answer.links) == ["next", "first", "last"]
    assert f"id={crowd.id}&page=2&per_page=20" in answer.links["next"]["url"]


def test_last_page(api, crowd):
    answer = api("GET", f"/groups/{crowd.id}/subgroups", params={"page": 3})
    assert len(answer.json()) == 5
    assert headers_of(answer)["x-next-page"] == ""
    assert list(answer.links) == ["prev", "first", "last"]


def test_links_lead_through_all_pages(api, crowd):
    path, names = f"{api.base}/api/v4/groups/crowd/descendant_groups?per_page=7", []
    while path:
        answer = api.session.get(path)
        names += [group["path"] for group in answer.json()]
        path = answer.links.get("next", {}).get("url")
    assert names == [f"n{number:02}" for number in range(45)]


def test_page_size_is_capped_and_checked(api):
    assert api("GET", "/groups?per_page=1000").headers["x-per-page"] == "100"
    answer = api("GET", "/groups?per_page=0")
    assert (answer.status_code, answer.json()) == (400, {"error": "per_page has a value not allowed"})
    assert api("GET", "/groups?page=x").json() == {"error": "page is invalid"}


def test_keyset_of_projects(gl, api, crowd):
    answer = api("GET", "/projects", params={"pagination": "keyset", "order_by": "id", "sort": "asc", "per_page": 10})
    assert "x-total" not in answer.headers
    assert f"id_after={answer.json()[-1]['id']}" in answer.links["next"]["url"]
    numbers = [project.id for project in gl.projects.list(iterator=True, pagination="keyset", order_by="id", per_page=10)]
    assert len(numbers) == len(set(numbers)) >= 25


def test_keyset_of_groups(gl, crowd):
    paths = [group.id for group in gl.groups.list(iterator=True, pagination="keyset", order_by="name", sort="asc", per_page=10)]
    assert len(paths) == len(set(paths)) >= 46


def test_keyset_in_another_order_is_refused(api):
    answer = api("GET", "/projects", params={"pagination": "keyset", "order_by": "name"})
    assert (answer.status_code, answer.json()) == (405, {"error": "Keyset pagination is not yet available for this type of request"})


def test_offset_has_a_limit(api):
    assert api("GET", "/projects", params={"page": 501, "per_page": 100}).status_code == 405


def test_no_totals_above_ten_thousand(gitlab_lab):
    state = gitlab_lab.served["gitlab"].service.state
    many = paginate(GitLabCall(state, "GET", "/x", {}, {}, {}, params.read({}, PAGED)), range(10_001), str)
    assert "x-total" not in many.headers
    assert 'rel="last"' not in many.headers["link"]
    assert many.headers["x-next-page"] == "2"


@pytest.mark.parametrize("send", ["query", "form", "json", "multipart"])
def test_parameters_come_in_four_ways(api, fresh, send):
    name = fresh("sent")
    fields = {"name": name, "path": name, "visibility": "internal"}
    options = {
        "query": {"params": fields},
        "form": {"data": fields},
        "json": {"json": fields},
        "multipart": {"files": {key: (None, value) for key, value in fields.items()}},
    }[send]
    assert api("POST", "/groups", **options).json()["visibility"] == "internal"


def test_nested_parameters(api, group):
    answer = api("POST", "/projects", data={"name": "n", "namespace_id": group.id, "topics[]": ["a", "b"]})
    assert answer.json()["topics"] == ["a", "b"]
    answer = api("POST", "/projects", data={"name": "m", "namespace_id": group.id, "topics": "a, b"})
    assert answer.json()["topics"] == ["a", "b"]


def test_bad_json(api):
    answer = api("POST", "/groups", data="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"error": "Problems parsing JSON"})


def test_keep_alive(gitlab_lab):
    connection = HTTPConnection(gitlab_lab.urls["gitlab"].partition("://")[2], timeout=5)
    ports = set()
    for _ in range(3):
        connection.request("GET", "/api/v4/groups/eig")
        assert connection.getresponse().read()
        ports.add(connection.sock.getsockname()[1])
    connection.close()
    assert len(ports) == 1
