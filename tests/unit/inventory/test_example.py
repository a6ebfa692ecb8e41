"""The example: the fifteen teams of promotion 3."""

import json
from pathlib import Path

import pytest

from eiginfra.core.finding import Severity
from eiginfra.core.usage import Usage
from eiginfra.inventory.checks import check
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.loader import load_cohort, load_settings, load_site
from eiginfra.inventory.settings import Settings
from eiginfra.inventory.site import Site

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "../shared/data/eig3-teams.json"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load_settings(ROOT / "eiginfra.yml")


@pytest.fixture(scope="module")
def example(settings: Settings) -> Cohort:
    assert settings.inventory is not None
    return load_cohort(settings.inventory)


@pytest.fixture(scope="module")
def lab(settings: Settings) -> Site:
    assert settings.site is not None
    return load_site(settings.site)


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "infra").glob("*.yml")))
def test_nothing_is_to_be_said_but_that_a_gateway_is_missing(file: str, example: Cohort, settings: Settings) -> None:
    assert settings.as_of is not None
    site = load_site(ROOT / "infra" / file)
    found = [(finding.severity, finding.code) for finding in check(example, site, settings.as_of)]
    assert found == ([] if site.file.gateway else [(Severity.NOTICE, "gateway-absent")])


def test_it_has_the_size_that_the_promotion_had(example: Cohort) -> None:
    assert len(example.teams) == 15
    assert sum(len(team.members) for team in example.teams) == 32
    assert all(2 <= len(team.members) <= 3 and len(team.mentors) == 1 and 1 <= len(team.projects) <= 3 for team in example.teams)
    assert len(example.team("eig3-link").members) == 2
    machines = [machine for team in example.teams for machine in team.machines]
    assert len(machines) >= 20
    assert sum(machine.type == "vm" for machine in machines) >= 4
    assert any(machine.state == "running" for machine in machines)
    assert any(machine.protect for machine in machines)


def test_every_team_is_within_its_quota_and_all_within_the_capacity(example: Cohort, lab: Site) -> None:
    total = Usage()
    for team in example.teams:
        used = Usage.total(lab.amounts(machine) for machine in team.machines) + Usage(projects=len(team.projects))
        assert list(example.quota_of(team.id).exceeded(used)) == [], team.id
        total += used
    assert example.file.capacity is not None
    assert list(example.file.capacity.exceeded(total)) == []


def test_nobody_in_it_is_real(example: Cohort) -> None:
    for team in example.teams:
        for person in team.people:
            assert person.username.startswith(f"{team.id}-")
            assert person.email == f"{person.username}@example.org"


@pytest.mark.skipif(not SOURCE.is_file(), reason="the programme's data is not beside this clone")
def test_titles_and_administrations_are_the_programmes(example: Cohort) -> None:
    real = json.loads(SOURCE.read_text(encoding="utf-8"))["teams"]
    keys = ("title", "administration", "description", "town")
    written = [tuple(getattr(team, key) for key in keys) for team in example.teams]
    assert sorted(written) == sorted(tuple(team[key] for key in keys) for team in real)
