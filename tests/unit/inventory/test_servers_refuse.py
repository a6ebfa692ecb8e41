"""What passes `check` is not refused by a server for a rule that is known offline: the finding is at the team's line."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Severity
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROOT = Path(__file__).parents[3]
TEAM = """\
title: Équipe
administration: Cour des comptes
description: d
members:
  - {username: adler-1, name: Ada Lovelace, email: adler-1@example.org}
mentors:
  - {username: adler-m, email: adler-m@example.org}
projects:
  - {name: api, title: API, description: d, website: "https://example.org", topics: [python]}
machines:
  - {name: web, image: debian-12, size: small, mounts: [{path: /srv/data, size: 1GiB}]}
"""
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {projects: 9}}\n"


@contextmanager
def workspace(folder: Path, teams: dict[str, str], cohort: str = COHORT, playbook: Callable[[str], str] = str) -> Iterator[Workspace]:
    inventory = folder / "inventories" / "eig3"
    (inventory / "teams").mkdir(parents=True)
    (inventory / "cohort.yml").write_text(cohort)
    for name, text in teams.items():
        (inventory / "teams" / f"{name}.yml").write_text(text)
    shutil.copytree(ROOT / "infra", folder / "infra")
    (folder / "site.yml").write_text(playbook((ROOT / "eiginfra/playbook/packaged/site.yml").read_text()))
    paths = Paths(inventory=inventory, playbook=folder / "site.yml", site=folder / "infra" / "lab.yml", as_of=date(2019, 10, 1))
    with Workspace.load(paths, offline=True) as loaded:
        yield loaded


def errors(folder: Path, teams: dict[str, str], cohort: str = COHORT, playbook: Callable[[str], str] = str) -> list[Finding]:
    try:
        with workspace(folder, teams, cohort, playbook) as loaded:
            found = loaded.check()
    except InputError as problem:
        found = list(problem.findings)
    return [finding for finding in found if finding.severity is Severity.ERROR]


def places(found: list[Finding]) -> list[str]:
    return [f"{Path(finding.location.file).name}:{finding.location.line}" if finding.location else "" for finding in found]


def test_a_sound_team_is_refused_nothing(tmp_path: Path) -> None:
    assert errors(tmp_path, {"adler": TEAM}) == []


PROJECTS = ("raw", "new", "files", "wikis", "tree", "Blob", "_my", "my_", "my-", "a--b", "a__b", "a.git", "refs", "x" * 101)
USERS = ("admin", "Dashboard", "ada.json", "ada.png", "x" * 61, "a", "ada_", "a..b", "-a", "a.atom")
MAILS = (
    "a@b",
    "a@example.org;",
    "<a@example.org>",
    "d'arc@example.org",
    f"{'x' * 65}@example.org",
    f"a@{'x' * 64}.org",
    "a@example.123",
    "a@-example.org",
    "a@example..org",
)
MOUNTS = ("/", "/proc", "/sys/x", "/dev", "/etc", "/srv/../data", "/srv//data", "/srv/.", "srv")
CASES = [
    *((f"name: {name}", "name: api", 9) for name in PROJECTS),
    *((f"username: '{name}'", "username: adler-1", 5) for name in USERS),
    *((f'email: "{address}"', "email: adler-1@example.org", 5) for address in MAILS),
    *((f'path: "{path}"', "path: /srv/data", 11) for path in MOUNTS),
    (f"name: {'x' * 200}", "name: Ada Lovelace", 5),
    ("description: " + "x" * 501, "description: d\nmembers", 3),
    ("description: " + "x" * 2001, "description: d, website", 9),
    ("description: " + "x" * 1990, "description: d, website", 9),
    ('topics: ["a, b"]', "topics: [python]", 9),
    ("topics: [python, Python]", "topics: [python]", 9),
    ("size: 1MiB", "size: 1GiB", 11),
    (f"name: {'x' * 33}", "name: web", 11),
    ("cores: 1, memory: 8MiB, disk: 8GiB", "size: small", 11),
    ("cores: 0, memory: 16MiB, disk: 8GiB", "size: small", 11),
]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "instead_of", "line"), [pytest.param(*case, id=f"{number}-{case[0][:20]}") for number, case in enumerate(CASES)]
)
def test_report_7_what_a_server_refuses_is_an_error_at_the_teams_line(written: str, instead_of: str, line: int, tmp_path: Path) -> None:
    kept = instead_of.partition("description: d")[2] if instead_of.startswith("description") else ""
    text = TEAM.replace(instead_of, written + kept)
    assert text != TEAM
    assert {*places(errors(tmp_path, {"adler": text}))} == {f"adler.yml:{line}"}


@pytest.mark.parametrize("team", ["tree", "wikis", "new", "a", "files", "environments"])
def test_f4_a_teams_id_is_a_path_on_gitlab(team: str, tmp_path: Path) -> None:
    text = TEAM.replace("adler", f"{team}-x").replace("name: api", "name: folders")
    assert places(errors(tmp_path, {team: text})) == [f"{team}.yml:{9 if team == 'environments' else 1}"]


@pytest.mark.parametrize("cohort", ["tree"])
def test_f4_so_is_a_cohorts(cohort: str, tmp_path: Path) -> None:
    folder = tmp_path / "inventories" / cohort
    found = errors(tmp_path, {"adler": TEAM}, COHORT.replace("eig3", cohort))
    assert not folder.exists()
    assert places(found) == ["cohort.yml:1"]


def test_report_5_titles_and_paths_are_given_once(tmp_path: Path) -> None:
    again = TEAM.replace("{name: api,", "{name: site, title: API}\n  - {name: api,")
    assert places(errors(tmp_path, {"adler": again})) == ["adler.yml:9"]
    case = TEAM.replace("{name: api, title: API", "{name: Api, title: B}\n  - {name: api, title: API")
    assert places(errors(tmp_path / "case", {"adler": case})) == ["adler.yml:10"]
    teams = {"adler": TEAM, "plume": TEAM.replace("adler-", "plume-")}
    assert places(errors(tmp_path / "teams", teams)) == ["adler.yml:1"]


def test_report_8_a_bad_address_is_one_error_at_its_line(tmp_path: Path) -> None:
    text = TEAM.replace("adler-m@example.org", "d'arc@example.org")
    assert [(found.code, found.location.line) for found in errors(tmp_path, {"adler": text}) if found.location] == [("pattern", 7)]


def test_report_7_an_entry_that_becomes_several_has_a_place_too(tmp_path: Path) -> None:
    found = errors(tmp_path, {"adler": TEAM}, playbook=lambda text: text.replace("swap: 0MiB", 'swap: 0MiB\n        tags: ["a b!"]'))
    assert [(finding.code, finding.params["rule"]) for finding in found] == [("server-rule", "tag")]


def test_report_7_what_a_playbook_writes_is_judged_as_well(tmp_path: Path) -> None:
    found = errors(
        tmp_path, {"adler": TEAM}, playbook=lambda text: text.replace("branch: main", "branch: a..b").replace('"02:30"', '"25:30"')
    )
    assert [(finding.code, finding.params["rule"]) for finding in found] == [("server-rule", "branch"), ("server-rule", "calendar")]
    assert {place.partition(":")[0] for place in places(found)} == {"site.yml"}
