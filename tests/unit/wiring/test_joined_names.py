"""Names that are joined of two ids: where two pairs join to one name, `check` refuses it at the line, whatever the kind."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from eiginfra.core.address import Address
from eiginfra.core.finding import Severity
from eiginfra.inventory.loader import load_cohort
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROOT = Path(__file__).parents[3]
COHORT = "cohort: {}\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {{default: {{projects: 9}}}}\n"
TEAM = """\
title: T {1}
administration: A
members: [{{username: {0}-1, email: {0}-1@example.org}}]
mentors: [{{username: {0}-m, email: {0}-m@example.org}}]
projects: [{{name: api, license: MIT}}]
machines: [{{name: {1}, image: debian-12, size: small}}]
"""


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Workspace]:
    """The first of the cohorts, beside the others; each is (cohort, team, machine, name of its people)."""

    def write(*teams: tuple[str, str, str, str]) -> Workspace:
        for cohort, team, machine, people in teams:
            folder = tmp_path / "inventories" / cohort / "teams"
            folder.mkdir(parents=True, exist_ok=True)
            (folder.parent / "cohort.yml").write_text(COHORT.format(cohort))
            (folder / f"{team}.yml").write_text(TEAM.format(people, machine))
        shutil.copytree(ROOT / "infra", tmp_path / "infra")
        paths = Paths(
            inventory=tmp_path / "inventories" / teams[0][0],
            playbook=ROOT / "playbooks" / "site.yml",
            site=tmp_path / "infra" / "lab.yml",
            as_of=date(2019, 10, 1),
        )
        return Workspace.load(paths, offline=True)

    return write


PAIRS = [("eig3-open", "justice", "eig3", "open-justice"), ("eig3", "open-justice", "eig3-open", "justice"), ("a-b", "c-d", "a", "b-c-d")]


@pytest.mark.parametrize("pair", PAIRS, ids="+".join)
def test_attack_11_two_cohorts_that_join_to_one_name_are_an_error_that_names_both(
    pair: tuple[str, ...], opened: Callable[..., Workspace]
) -> None:
    cohort, team, other, its = pair
    with opened((cohort, team, "web", "ada"), (other, its, "web", "bob")) as workspace:
        (found,) = [finding for finding in workspace.check() if finding.severity is Severity.ERROR]
    assert found.code == "duplicate-team"
    assert found.params["name"] == f"{cohort}-{team}"
    places = [Path(place.file) for place in (found.location, *found.also) if place is not None]
    assert [(place.parent.parent.name, place.stem) for place in places] == [(cohort, team), (other, its)]


def test_attack_11_two_machines_that_join_to_one_host_name_are_an_error(opened: Callable[..., Workspace]) -> None:
    with opened(("eig3", "adler", "x-web", "ada"), ("eig3", "adler-x", "web", "bob")) as workspace:
        (found,) = [finding for finding in workspace.check() if finding.severity is Severity.ERROR]
    assert (found.code, found.params["name"]) == ("duplicate-host", "adler-x-web")


def test_attack_11_no_other_name_of_the_playbook_is_shared(opened: Callable[..., Workspace]) -> None:
    """All that two such cohorts would share on the servers: what is named for both, and nothing that the check does not know."""
    with opened(("eig3-open", "justice", "web", "ada"), ("eig3", "open-justice", "web", "bob")) as workspace:
        folder = Path(workspace.cohort.document.file).parent.parent / "eig3"
        both: list[dict[Address, str | None]] = [
            {resource.address: resource.team for resource in workspace._compile(cohort).resources}
            for cohort in (workspace.cohort, load_cohort(folder))
        ]
    shared = {address for address in both[0].keys() & both[1].keys() if both[0][address] is not None}
    assert {address.kind for address in shared} == {"proxmox.pool", "proxmox.group", "proxmox.acl"}
    assert all("eig3-open-justice" in address.key for address in shared)
