"""`eiginfra doctor` and the cohort's internal pages: open ones are an error, by what GitLab says and by what a stranger is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from support.hostile import hostile, whole
from support.words import line

from eiginfra.core.finding import Finding
from eiginfra.handouts.page import Page
from eiginfra.handouts.rendering.html import render_html
from eiginfra.providers.websites import Websites
from eiginfra.wiring import doctor
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

PROJECT = "eig/pages-internes"
SHUT = whole(b"", status="404 Not Found")


@contextmanager
def site(answer: bytes) -> Iterator[tuple[str, Websites]]:
    """A website with that answer, and who asks it though it is on loopback."""
    with hostile(lambda first: [answer]) as url:
        port = int(url.rpartition(":")[2])
        yield url, Websites(published={"127.0.0.1": (port,)}, public=lambda address: address.is_loopback, seconds=3)


def name_pages(place: Any, **internal: str) -> None:
    path = place.folder / "inventories/eig3/cohort.yml"
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    body["pages"]["internal"] = internal
    path.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")


def looked(answer: bytes, place: Any, **more: str) -> list[Finding]:
    with site(answer) as (url, websites):
        name_pages(place, url=url, **more)
        with Workspace.load(Paths()) as workspace:
            return doctor.pages(workspace, websites)


def codes(found: list[Finding]) -> list[str]:
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    ("visibility", "level", "code"),
    [
        ("public", None, "pages-internal-for-everybody"),
        ("public", "enabled", "pages-internal-for-everybody"),
        ("public", "private", None),
        ("public", "disabled", None),
        ("internal", "enabled", "pages-internal-for-all-accounts"),
        ("internal", "private", None),
        ("private", None, None),
        ("private", "enabled", None),
        ("private", "public", "pages-internal-for-everybody"),
    ],
)
def test_who_can_see_the_projects_pages_is_read_from_gitlab(visibility: str, level: str | None, code: str | None, place: Any) -> None:
    group = place.gitlab("GET", "/groups/eig")["id"]
    fields = {"pages_access_level": level} if level else {}
    place.gitlab("POST", "/projects", path="pages-internes", name="Pages", namespace_id=group, visibility=visibility, **fields)
    assert codes(looked(SHUT, place, project=PROJECT)) == [*filter(None, [code]), "pages-internal-closed"]


def test_a_project_that_is_not_there_is_told_at_its_line(place: Any) -> None:
    missing, closed = looked(SHUT, place, project=PROJECT)
    assert (missing.code, closed.code) == ("pages-internal-no-project", "pages-internal-closed")
    assert "cohort.yml" in line(missing)


OUR_PAGE = render_html(Page("index", "fr", "Index", lead=(), blocks=()), theme="a { color: red }" * 5000).encode()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (whole(OUR_PAGE), "pages-internal-open"),
        (whole(b"<html><title>Sign in</title>"), "pages-internal-closed"),
        (whole(b"", status="401 Unauthorized"), "pages-internal-closed"),
        (whole(b"", status="503 Busy"), "pages-internal-not-seen"),
        (whole(b"", "Location: http://169.254.169.254/", status="302 Found"), "pages-internal-not-seen"),
        (b"nothing", "pages-internal-not-seen"),
    ],
)
def test_the_site_is_asked_as_a_stranger_would(answer: bytes, code: str, place: Any) -> None:
    assert codes(looked(answer, place)) == [code]


def test_an_open_site_is_an_error_of_doctor(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(whole(OUR_PAGE)) as (url, websites):
        name_pages(place, url=url)
        monkeypatch.setattr(doctor, "Websites", lambda: websites)
        answer = place.call("doctor", "--lang", "fr")
        assert answer.code == 1
        assert f"{url} montre ses pages à quiconque les demande" in answer.out + answer.err


def test_by_its_own_rules_a_site_on_loopback_is_not_asked(place: Any) -> None:
    name_pages(place, url="https://127.0.0.1/")
    with Workspace.load(Paths()) as workspace:
        (found,) = doctor.pages(workspace)
    assert (found.code, found.params["why"]) == ("pages-internal-not-seen", "not-public")


def test_without_internal_pages_nothing_is_asked(place: Any) -> None:
    with Workspace.load(Paths()) as workspace:
        assert doctor.pages(workspace) == []
