"""What two cohorts of one site may not share, and what the files of one mean for the other."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from support.words import message

from eiginfra.core.finding import Finding, Severity
from eiginfra.inventory.checks import check
from eiginfra.inventory.loader import load_cohort, load_siblings, load_site

Write = Callable[..., Path]
TODAY = date(2019, 10, 1)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u"
TEAM = """\
title: T
administration: A
members: [{{username: {name}-1, email: {name}-1@example.org, {more}}}]
mentors: [{{username: {name}-m, email: {name}-m@example.org}}]
machines:
  - {{name: web, image: debian-12, size: small, {machine}}}
"""


def team(name: str, more: str = "name: One", machine: str = "cores: 1", **_: str) -> str:
    text = TEAM.format(name=name, more=more, machine=machine)
    return text.replace(", cores: 1", "")


def beside(folder: Path, name: str, ends: str = "2020-12-31", **teams: str) -> Path:
    """Another cohort beside a folder."""
    other = folder.parent / name
    (other / "teams").mkdir(parents=True)
    (other / "cohort.yml").write_text(f"cohort: {name}\ntitle: P\nstarts: 2018-09-01\nends: {ends}\nquota: {{default: {{projects: 9}}}}\n")
    for key, text in teams.items():
        (other / "teams" / f"{key.replace('_', '-')}.yml").write_text(text)
    return other


def told(folder: Path, site: Path) -> list[Finding]:
    siblings, warnings = load_siblings(folder)
    found = [*warnings, *check(load_cohort(folder), load_site(site), TODAY, siblings)]
    # Grants are of one cohort alone: test_grants.py.
    return [finding for finding in found if finding.severity is not Severity.NOTICE and finding.code != "grant-missing"]


def places(found: Finding) -> list[tuple[str, int]]:
    return [(Path(place.file).absolute().parent.parent.name, place.line) for place in (found.location, *found.also) if place]


@pytest.mark.parametrize(
    ("own", "other", "code"),
    [
        ({"machine": "publish: [{subdomain: a, port: 1}]"}, {"machine": "publish: [{subdomain: a, port: 2}]"}, "duplicate-subdomain"),
        ({"machine": "forward: [{public: 10222, port: 1}]"}, {"machine": "forward: [{public: 10222, port: 2}]"}, "duplicate-port"),
        ({"machine": "id: 120"}, {"machine": "id: 120"}, "duplicate-machine-id"),
        ({"more": f"ssh_keys: [{KEY}]"}, {"more": f"ssh_keys: [{KEY} x]"}, "shared-ssh-key"),
    ],
)
def test_what_is_given_once_names_both_places(own: dict[str, str], other: dict[str, str], code: str, *, cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler", **own)})
    beside(folder, "eig4", plume=team("plume", **other).replace("name: web", "name: db"))
    line = 6 if "machine" in own else 3
    [found] = told(folder, site())
    assert (found.code, places(found)) == (code, [("eig3", line), ("eig4", line)])
    [found] = told(folder.parent / "eig4", site())
    assert (found.code, places(found)) == (code, [("eig4", line), ("eig3", line)])


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (team("adler").replace("One", "Other"), "person-differs", "'adler-1' has the name 'One' in eig3/adler and 'Other' in eig4/plume"),
        (
            team("adler").replace("username: adler-1", "username: zoe"),
            "duplicate-email",
            "adler-1@example.org is that of adler-1 and zoe",
        ),
    ],
)
def test_a_person_is_one_over_all_cohorts(text: str, code: str, said: str, cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler")})
    other = beside(folder, "eig4", plume=text)
    [found] = told(folder, site())
    assert (found.code, found.severity) == (code, Severity.ERROR)
    assert said in message(found)
    # Somebody whose last day has passed there says nothing any more.
    (other / "cohort.yml").write_text((other / "cohort.yml").read_text().replace("2020-12-31", "2019-06-30"))
    assert told(folder, site()) == []


def test_the_same_person_in_both_is_no_finding(cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler")})
    beside(folder, "eig4", plume=team("adler"))
    assert told(folder, site()) == []


def test_a_pool_that_two_teams_would_share_is_an_error_and_a_host_name_a_warning(cohort: Write, site: Write) -> None:
    folder = cohort({"x-adler": team("x-adler"), "plume": team("plume")})
    beside(folder, "eig3-x", adler=team("zoe"), plume=team("amy"))
    assert {(found.code, found.severity) for found in told(folder, site())} == {
        ("duplicate-team", Severity.ERROR),
        ("duplicate-host", Severity.WARNING),
    }


def test_two_siblings_at_odds_are_none_of_this_cohorts_business(cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler")})
    beside(folder, "eig4", plume=team("plume", machine="id: 120"))
    beside(folder, "eig5", karfur=team("karfur", machine="id: 120"))
    assert told(folder, site()) == []


def test_a_sibling_that_is_mistaken_is_a_warning_with_its_place(cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler")})
    other = beside(folder, "eig4", plume=team("plume").replace("title", "tilte"))
    [found] = told(folder, site())
    assert (found.severity, found.code, places(found)) == (Severity.WARNING, "sibling-mistaken", [("eig4", 1)])
    (other / "cohort.yml").write_bytes(b"\xff")
    [found] = told(folder, site())
    assert found.severity is Severity.WARNING


def test_folders_without_a_cohort_and_links_are_no_siblings(cohort: Write, site: Write) -> None:
    folder = cohort({"adler": team("adler")})
    (folder.parent / "notes").mkdir()
    elsewhere = beside(folder.parent / "elsewhere" / "x", "eig4", plume=team("plume", machine="id: 120"))
    (folder.parent / "eig4").symlink_to(elsewhere)
    assert load_siblings(folder) == ([], [])
