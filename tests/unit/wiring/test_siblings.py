"""The cohorts beside the chosen one, compiled with its playbook and site: what they want, and what goes wrong there."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from eiginfra.core.finding import Finding, Severity
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROOT = Path(__file__).parents[3]
SITE = """\
gitlab: {url: "https://gitlab.example.org", token: {env: T}, root_group: eig, accounts: create}
sizes: {small: {cores: 1, memory: 512MiB, disk: 8GiB}}
images: {debian-12: {container: "local:vztmpl/debian-12.tar.zst"}}
"""
COHORT = "cohort: {name}\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {{default: {{projects: 3}}}}\n"
TEAM = """\
title: T
administration: DINUM
members: [{username: bob, name: Bob, email: bob@example.org}]
mentors: [{username: zoe, name: Zoe, email: zoe@example.org}]
projects: [{name: api, license: MIT}]
"""
LABEL = """
- name: Shared
  teams: all
  tasks:
    - name: Label
      gitlab.label: {group: eig, name: programme, color: "#112233", description: "{{ team.description }}"}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two cohorts with one team each, alike."""
    for name in ("eig3", "eig4"):
        write(tmp_path, name, TEAM)
    (tmp_path / "lab.yml").write_text(SITE, encoding="utf-8")
    shutil.copy(ROOT / "eiginfra/playbook/packaged/site.yml", tmp_path / "site.yml")
    return tmp_path


def write(root: Path, cohort: str, text: str) -> None:
    (root / cohort / "teams").mkdir(parents=True, exist_ok=True)
    (root / cohort / "cohort.yml").write_text(COHORT.format(name=cohort), encoding="utf-8")
    (root / cohort / "teams" / f"team-{cohort}.yml").write_text(text, encoding="utf-8")


def opened(root: Path, cohort: str = "eig3") -> Workspace:
    paths = Paths(inventory=root / cohort, playbook=root / "site.yml", site=root / "lab.yml", as_of=date(2019, 10, 1))
    return Workspace.load(paths, offline=True)


def told(root: Path, cohort: str = "eig3") -> list[Finding]:
    return [found for found in opened(root, cohort).check() if found.severity is not Severity.NOTICE]


def place(found: Finding) -> list[str]:
    return [f"{Path(at.file).name}:{at.line}" for at in (found.location, *found.also) if at]


def test_what_both_want_alike_is_no_finding(root: Path) -> None:
    assert told(root) == []


def test_a_person_who_differs_is_one_error_and_no_clash_beside_it(root: Path) -> None:
    write(root, "eig4", TEAM.replace("name: Bob", "name: Robert"))
    [found] = told(root)
    assert (found.code, place(found)) == ("person-differs", ["team-eig3.yml:3", "team-eig4.yml:3"])


def test_a_clash_of_two_cohorts_names_both_lines(root: Path) -> None:
    playbook = root / "site.yml"
    playbook.write_text(playbook.read_text(encoding="utf-8") + LABEL, encoding="utf-8")
    write(root, "eig3", f"{TEAM}description: one\n")
    write(root, "eig4", f"{TEAM}description: another\n")
    for cohort, other in (("eig3", "eig4"), ("eig4", "eig3")):
        [found] = told(root, cohort)
        assert (found.code, place(found)) == ("claims-clash", [f"team-{cohort}.yml:6", f"team-{other}.yml:6"])


def test_a_sibling_that_does_not_compile_is_a_warning_here_and_an_error_there(root: Path) -> None:
    write(root, "eig4", TEAM.replace("MIT", "GPL"))
    [found] = told(root)
    assert (found.severity, found.code, place(found)) == (Severity.WARNING, "sibling-mistaken", ["team-eig4.yml:5"])
    assert opened(root).siblings.claims == {}


def test_a_plan_is_made_for_the_files_of_the_siblings_too(root: Path) -> None:
    before = opened(root).meta().inventory
    write(root, "eig4", TEAM.replace("MIT", "AGPL-3.0-or-later"))
    after = opened(root)
    assert after.meta().inventory != before
    shutil.rmtree(root / "eig4")
    alone = opened(root)
    assert (alone.meta().inventory, alone.siblings.cohorts) == (alone.cohort.digest, [])
