"""Every value of a resource knows the line that its reader may change (users' report B1)."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from eiginfra.core.kind import Registry
from eiginfra.core.resource import Resource
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.playbook import compile_playbook
from eiginfra.playbook.loader import read_playbook
from eiginfra.wiring.providers import filters

COHORT = "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\n"
SITE = """\
gitlab: {url: "https://gitlab.example.org", token: {env: T}, root_group: eig}
sizes:
  small: {cores: 1, memory: 512MiB, disk: 8GiB}
images:
  debian-12: {container: "local:vztmpl/debian-12.tar.zst"}
"""
ADLER = """\
title: ADLER
administration: DINUM
members:
  - username: adler-1
    email: a1@example.org
    role: maintainer
    until: 2020-03-31
  - {username: adler-2, email: a2@example.org}
projects:
  - name: api
    title: API
    topics: [graph, python]
machines:
  - name: web
    image: debian-12
    size: small
    docker: true
  - name: db
    image: debian-12
    cores: 2
    memory: 1GiB
    disk: 9GiB
"""
PLAYBOOK = """\
- tasks:
    - gitlab.members: {group: all, members: "{{ cohort.people | gitlab_access }}"}
    - gitlab.group:
        path: "{{ site.gitlab.root_group }}"
        name: "{{ cohort.title }}"
        topics: [one, "{{ cohort.id }}"]
- teams: all
  vars:
    space: "eig/{{ team.id }}"
  tasks:
    - loop: "{{ team.projects }}"
      gitlab.group:
        path: "{{ space }}/{{ item.name }}"
        name: "{{ item.title or item.name }}"
        description: Fixed
        topics: "{{ item.topics }}"
        visibility: "{{ 'public' if item.title else 'private' }}"
    - gitlab.members:
        group: "{{ space }}"
        members: "{{ team.members | gitlab_access }}"
    - loop: "{{ team.machines }}"
      proxmox.container:
        mark: "{{ item.mark }}"
        image: "{{ item.image }}"
        cores: "{{ item.cores }}"
        nesting: "{{ item.docker }}"
        keys: "{{ team.ssh_keys }}"
    - loop: "{{ team.members | map(attribute='username') }}"
      gitlab.group: {path: "{{ item }}"}
"""

Made = Mapping[str, Resource]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Made:
    root = tmp_path_factory.mktemp("origins")
    folder = root / "eig3"
    (folder / "teams").mkdir(parents=True)
    (folder / "cohort.yml").write_text(COHORT, encoding="utf-8")
    (folder / "teams" / "adler.yml").write_text(ADLER, encoding="utf-8")
    (root / "lab.yml").write_text(SITE, encoding="utf-8")
    playbook = read_playbook(parse_document(PLAYBOOK.encode(), "site.yml"), filters())
    compiled = compile_playbook(
        playbook, load_cohort(folder), load_site(root / "lab.yml"), registry, date(2019, 10, 1), available={"gitlab", "proxmox"}
    )
    return {str(resource.address): resource for resource in compiled.resources}


def located(resource: Resource, label: str | None = None) -> str:
    place = resource.locate(label)
    assert place is not None
    return f"{Path(place.file).name}:{place.line}:{place.column}"


WEB, DB = "proxmox.container[eig3/adler/web]", "proxmox.container[eig3/adler/db]"
API, TEAM, ALL = "gitlab.group[eig/adler/api]", "gitlab.members[eig/adler]", "gitlab.members[all]"


@pytest.mark.parametrize(
    ("address", "label", "place"),
    [
        (WEB, None, "adler.yml:14:5"),  # the loop's item
        (WEB, "mark", "adler.yml:14:11"),  # from the name
        (WEB, "image", "adler.yml:15:12"),
        (WEB, "cores", "adler.yml:16:11"),  # from the size
        (WEB, "nesting", "adler.yml:17:13"),
        (WEB, "node", "adler.yml:14:5"),  # assigned, so of the whole
        (DB, "cores", "adler.yml:20:12"),
        (DB, "nesting", "adler.yml:18:5"),  # not written: the machine
        (API, None, "adler.yml:10:5"),
        (API, "path", "adler.yml:10:11"),  # the innermost of what the team wrote, by way of a variable, too
        (API, "name", "adler.yml:11:12"),
        (API, "description", "site.yml:15:22"),  # a constant of the playbook
        (API, "topics", "adler.yml:12:13"),
        (API, "topics[python]", "adler.yml:12:21"),
        (API, "topics[gone]", "adler.yml:12:13"),
        (API, "visibility", "adler.yml:11:12"),
        (TEAM, None, "adler.yml:1:1"),
        (TEAM, "members", "adler.yml:4:3"),
        (TEAM, "members[adler-1]", "adler.yml:4:5"),
        (TEAM, "members[adler-2]", "adler.yml:8:5"),
        (ALL, None, "site.yml:2:7"),
        (ALL, "members[adler-2]", "adler.yml:8:5"),
        ("gitlab.group[eig]", "name", "cohort.yml:2:8"),
        ("gitlab.group[eig]", "path", "lab.yml:1:74"),
        ("gitlab.group[eig]", "topics[one]", "site.yml:6:18"),
        ("gitlab.group[eig]", "topics[eig3]", "cohort.yml:1:9"),
        ("gitlab.group[adler-2]", None, "adler.yml:8:16"),
    ],
)
def test_a_value_is_where_its_reader_may_change_it(made: Made, address: str, label: str | None, place: str) -> None:
    assert located(made[address], label) == place


def test_origins_name_every_field_and_entry(made: Made) -> None:
    assert list(made[TEAM].origins) == ["", "group", "members", "members[adler-1]", "members[adler-2]"]
    assert list(made[API].origins)[-4:] == ["topics", "topics[graph]", "topics[python]", "visibility"]
    assert all(made[API].origins[label] for label in made[API].origins)
    assert "nothing" not in made[API].origins


def test_asking_for_a_place_changes_nothing(made: Made) -> None:
    before = made[TEAM].values
    places = [made[TEAM].origins[label] for label in made[TEAM].origins]
    assert [made[TEAM].origins[label] for label in made[TEAM].origins] == places
    assert made[TEAM].values == before


def test_a_value_that_a_field_does_not_take_is_told_where_the_team_wrote_it(errors: Callable[..., list[str]]) -> None:
    task = "{loop: '{{ team.projects }}', gitlab.group: {path: '{{ item.name }}', visibility: '{{ item.title }}'}}"
    (only,) = [found for found in errors(f"- teams: adler\n  tasks: [{task}]") if "item api" in found]
    assert only == (
        "adler.yml:1:1: error: team adler, item api: gitlab.group: visibility is 'API' (write 'public' or 'private') [also site.yml:2:93]"
    )
