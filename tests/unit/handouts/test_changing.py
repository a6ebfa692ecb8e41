"""The example of a change: it is made of the team's own file, and passes the checks."""

import shutil
import subprocess
from pathlib import Path

import pytest

from eiginfra.handouts.changing import edit_url, example_change
from eiginfra.inventory.checks import check
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.folder import DiskFolder
from eiginfra.inventory.loader import load_cohort
from eiginfra.inventory.repository import Repository
from eiginfra.inventory.site import Site, SiteFile
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.handouts import team_sources
from eiginfra.wiring.providers import read_site
from eiginfra.wiring.workspace import Workspace

from .conftest import Nowhere

ROOT = Path(__file__).parents[3]
SITE = next((ROOT / "infra").glob("*.yml"))
TEAMS = sorted(path.stem for path in (ROOT / "inventories/eig3/teams").glob("*.yml"))


@pytest.fixture(scope="module")
def example() -> Cohort:
    return load_cohort(DiskFolder(ROOT / "inventories/eig3"))


@pytest.fixture(scope="module")
def real_site() -> Site:
    return read_site(SITE)


def test_each_teams_example_passes_check(example: Cohort, real_site: Site, tmp_path: Path) -> None:
    """All at once would be more than the capacity: each by itself, then one with all that a check looks at."""
    sources = team_sources(example)
    changes = {team.id: example_change(example, real_site, team, sources[team.id]) for team in example.teams}
    assert [team for team, change in changes.items() if not change] == []
    assert all(change.startswith(f"--- a/{sources[team].path}\n+++ b/{sources[team].path}\n@@ ") for team, change in changes.items())
    shutil.copytree(ROOT / "inventories", tmp_path / "inventories", ignore=shutil.ignore_patterns("eiginfra.yml"))
    for team in TEAMS:
        _apply(changes[team], tmp_path)
        inventory = tmp_path / "inventories/eig3"
        changed = load_cohort(DiskFolder(inventory))
        assert [found for found in check(changed, real_site, changed.file.starts, ()) if str(found.severity) == "error"] == []
        with Workspace.load(Paths(inventory=inventory, playbook=ROOT / "playbooks/site.yml", site=SITE), offline=True) as workspace:
            if team in TEAMS[:3]:
                workspace.checked()
        shutil.copy(ROOT / "inventories/eig3/teams" / f"{team}.yml", inventory / "teams")


def _apply(change: str, folder: Path) -> None:
    done = subprocess.run(["git", "apply", "-"], input=f"{change}\n", cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://gitlab.example.org/eig/inventory", "https://gitlab.example.org/eig/inventory/-/edit/main/teams/a%20b.yml"),
        ("https://gitlab.example.org/eig/inventory.git", "https://gitlab.example.org/eig/inventory/-/edit/main/teams/a%20b.yml"),
        ("https://github.com/eig/inventory", "https://github.com/eig/inventory/edit/main/teams/a%20b.yml"),
        ("https://elsewhere.example.org/eig/inventory", ""),
        (None, ""),
    ],
)
def test_where_a_file_is_edited(example: Cohort, url: str | None, expected: str) -> None:
    repository = None if url is None else Repository(url=url)
    cohort = Cohort(example.file.model_copy(update={"repository": repository}), example.teams, Nowhere())
    gitlab = {"url": "https://gitlab.example.org", "token": {"env": "TOKEN"}, "root_group": "eig"}
    site = Site("lab", SiteFile.model_validate({"gitlab": gitlab}), Nowhere())
    assert edit_url(cohort, site, "teams/a b.yml") == expected
