"""`eiginfra drift --issue`: one issue in the inventory's repository, from the change by hand to the apply that takes it back."""

from typing import Any

import pytest


@pytest.fixture
def applied(place: Any) -> Any:
    """All is applied, and cohort.yml names the inventory's project on the lab's GitLab."""
    group = place.gitlab("GET", "/groups/eig")
    place.gitlab("POST", "/projects", name="inventory", namespace_id=group["id"])
    name_repository(place, f"{place.lab.urls['gitlab']}/eig/inventory")
    answer = place.call("apply", "--yes", "--tags", "gitlab")
    assert answer.code == 0, answer.out + answer.err
    return place


def name_repository(place: Any, url: str) -> None:
    path = place.folder / "inventories" / "eig3" / "cohort.yml"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("repository:")]
    path.write_text("\n".join([*kept, f"repository: {{url: '{url}'}}", ""]), encoding="utf-8")


def issues(place: Any, state: str = "opened") -> Any:
    return place.gitlab("GET", f"/projects/eig%2Finventory/issues?state={state}")


def test_one_issue_is_opened_edited_and_closed(applied: Any) -> None:
    applied.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", visibility="private")
    first = applied.call("drift", "--issue")
    assert first.code == 2, first.err
    [issue] = issues(applied)
    assert issue["labels"] == ["eiginfra-drift-eig3"]
    assert issue["title"] == "eig3\N{NO-BREAK SPACE}: les serveurs s’écartent de l’inventaire"
    assert "visibility: private → public" in issue["description"]
    assert f"Issue opened: {issue['web_url']}" in first.err
    assert f"The issue says so already: {issue['web_url']}" in applied.call("drift", "--issue").err
    applied.gitlab("PUT", "/projects/eig%2Feig3%2Fadler%2Fapi", name="By hand")
    assert f"Issue edited: {issue['web_url']}" in applied.call("drift", "--issue").err
    [edited] = issues(applied)
    assert "By hand" in edited["description"]
    assert applied.call("apply", "--yes", "--tags", "gitlab").code == 0
    last = applied.call("drift", "--issue")
    assert last.code == 0, last.out
    assert f"Issue closed: {issue['web_url']}" in last.err
    assert issues(applied) == []


def test_the_token_goes_to_the_sites_gitlab_alone(applied: Any) -> None:
    name_repository(applied, "https://gitlab.invalid/eig/inventory")
    answer = applied.call("drift", "--issue")
    assert answer.code == 65
    assert "https://gitlab.invalid/eig/inventory is no project on a server of the site" in answer.err


def test_without_a_repository_nothing_is_asked_of_a_server(place: Any) -> None:
    answer = place.call("drift", "--issue")
    assert answer.code == 65
    assert "cohort.yml: error: the cohort names no repository" in answer.err.replace(":1:1", "")


def test_an_issue_tells_of_the_whole_cohort(place: Any) -> None:
    answer = place.call("drift", "--issue", "--limit", "adler")
    assert answer.code == 64
    assert "--issue tells of the whole cohort" in answer.err
