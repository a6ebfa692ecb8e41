"""Each mistake in a team's file is one error, at the line that the team may change (users' report B1)."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from support.words import message

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Severity
from eiginfra.wiring.workspace import Paths, Workspace

ROOT = Path(__file__).parents[3]
SITE = """\
gitlab: {url: "https://gitlab.example.org", token: {env: T}, root_group: eig, accounts: create}
proxmox:
  url: https://pve.example.org:8006
  token_id: eiginfra@pve!ci
  token: {env: T}
  nodes: [eig]
  storage: {disks: local-lvm}
  network: {bridge: vmbr1, subnet: 192.168.0.0/24, gateway: 192.168.0.254, ids: 100-250}
sizes: {small: {cores: 1, memory: 512MiB, disk: 8GiB}}
images: {debian-12: {container: "local:vztmpl/debian-12.tar.zst", vm: 9012}}
"""
COHORT = "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {memory: 1GiB, projects: 1}}\n"
TEAM = """\
title: {title}
administration: DINUM
members:
  - username: {id}-1
    email: {id}-1@example.org
mentors:
  - {{username: {id}-m, email: {id}-m@example.org}}
projects:
  - name: api
    title: API
    license: MIT
machines:
  - name: web
    image: debian-12
    size: small
"""
ADLER, PLUME = "adler.yml", "plume.yml"


def workspace(root: Path, **files: str) -> Workspace:
    folder = root / "eig3"
    (folder / "teams").mkdir(parents=True)
    (folder / "cohort.yml").write_text(COHORT, encoding="utf-8")
    (root / "lab.yml").write_text(SITE, encoding="utf-8")
    for team, text in files.items():
        (folder / "teams" / f"{team}.yml").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "eiginfra/playbook/packaged/site.yml", root / "site.yml")
    paths = Paths(inventory=folder, playbook=root / "site.yml", site=root / "lab.yml", as_of=date(2019, 10, 1))
    return Workspace.load(paths, offline=True)


def findings(root: Path, **files: str) -> list[Finding]:
    try:
        return workspace(root, **files).check()
    except InputError as problem:
        return list(problem.findings)


def told(found: Finding) -> list[str]:
    """The places of a finding: the file's name and the line."""
    return [f"{Path(place.file).name}:{place.line}" for place in (found.location, *found.also) if place]


def line_of(text: str, part: str) -> int:
    return text[: text.rindex(part)].count("\n") + 1


def team(name: str, old: str = "", new: str = "", title: str = "") -> str:
    text = TEAM.format(id=name, title=title or f"Team {name}")
    return text.replace(old, new) if old else text


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ("license: MIT", "license: GPL", "license-without-version", "GPL"),
        ("license: MIT", "license: Sleepycat", "license-not-allowed", "Sleepycat"),
        ("size: small", "size: petit", "unknown-size", "petit"),
        ("image: debian-12", "image: debian", "unknown-image", "image"),
        ("size: small", "size: small\n  - {name: web, image: debian-12, size: small, docker: true}", "duplicate-machine", "{name: web"),
        ("size: small", "cores: 1\n    memory: 4GiB\n    disk: 8GiB", "quota-exceeded", "- name: web"),
        ("license: MIT", "license: MIT\n  - name: site", "quota-exceeded", "- name: api"),
    ],
)
def test_b1_a_mistake_is_one_error_at_the_teams_line(tmp_path: Path, old: str, new: str, code: str, where: str) -> None:
    text = team("adler", old, new)
    (only,) = [found for found in findings(tmp_path, adler=text) if found.severity is Severity.ERROR]
    assert only.code == code
    assert told(only)[0] == f"{ADLER}:{line_of(text, where)}"


def test_b1_a_quota_names_the_line_that_grants_it_second(tmp_path: Path) -> None:
    text = team("adler", "license: MIT", "license: MIT\n  - name: site")
    (only,) = [found for found in findings(tmp_path, adler=text) if found.severity is Severity.ERROR]
    assert told(only) == [f"{ADLER}:9", "cohort.yml:5"]


def test_b1_a_licence_names_the_playbooks_task_second(tmp_path: Path) -> None:
    (only,) = [found for found in findings(tmp_path, adler=team("adler", "MIT", "Sleepycat")) if found.severity is Severity.ERROR]
    assert [place.partition(":")[0] for place in told(only)] == [ADLER, "site.yml"]


def test_b1_a_second_machine_of_that_name_names_the_first(tmp_path: Path) -> None:
    text = team("adler", "size: small", "size: small\n  - {name: web, image: debian-12, size: small, docker: true}")
    (only,) = [found for found in findings(tmp_path, adler=text) if found.severity is Severity.ERROR]
    assert told(only) == [f"{ADLER}:16", f"{ADLER}:13"]


@pytest.mark.parametrize(
    ("more", "code"),
    [("publish: [{subdomain: eig, port: 80}]", "duplicate-subdomain"), ("forward: [{public: 10222, port: 22}]", "duplicate-port")],
)
def test_b1_two_teams_that_ask_for_one_thing_are_both_named_and_neither_blamed(tmp_path: Path, more: str, code: str) -> None:
    def clash(root: Path, one: str, other: str) -> Finding:
        text = {name: team(name, "size: small", f"size: small\n    {more}") for name in (one, other)}
        (only,) = [found for found in findings(root, **text) if found.severity is Severity.ERROR]
        return only

    found, other_way = clash(tmp_path / "a", "adler", "plume"), clash(tmp_path / "b", "zadler", "plume")
    assert (found.code, found.team, told(found)) == (code, None, [f"{ADLER}:16", f"{PLUME}:16"])
    assert message(other_way).replace("zadler", "adler").split(", by")[0] == message(found).split(", by")[0]
    assert sorted(told(other_way)) == [f"{PLUME}:16", "zadler.yml:16"]


def test_b1_two_teams_whose_machines_have_one_host_name(tmp_path: Path) -> None:
    texts = {"adler": team("adler", "name: web", "name: web-db"), "adler-web": team("adler-web", "name: web", "name: db")}
    (only,) = [found for found in findings(tmp_path, **texts) if found.severity is Severity.ERROR]
    assert (only.code, sorted(told(only))) == ("duplicate-host", ["adler-web.yml:13", f"{ADLER}:13"])


def test_two_teams_whose_titles_become_one_name_are_both_named(tmp_path: Path) -> None:
    texts = {"adler": team("adler", title="b@lise"), "plume": team("plume", title="balise")}
    (only,) = [found for found in findings(tmp_path, **texts) if found.severity is Severity.ERROR]
    assert (only.code, told(only)[:2]) == ("asked-for-twice", [f"{ADLER}:1", f"{PLUME}:1"])


@pytest.mark.parametrize(("title", "name"), [("b@liseNAV", "baliseNAV"), ('"Estim\'Action"', "Estim’Action")])
def test_b1_a_title_that_gitlab_does_not_take_is_adapted_and_told_at_its_line(tmp_path: Path, title: str, name: str) -> None:
    made = workspace(tmp_path, adler=team("adler", title=title))
    (told_so,) = [found for found in made.check() if found.code == "title-adapted"]
    assert (told_so.severity, told(told_so), told_so.team) == (Severity.NOTICE, [f"{ADLER}:1"], "adler")
    assert f"there it is {name!r}" in message(told_so)
    (group,) = [resource for resource in made.compiled.resources if str(resource.address) == "gitlab.group[eig/eig3/adler]"]
    assert group.values["name"] == name


def test_b1_a_title_that_gitlab_takes_is_left_as_it_is(tmp_path: Path) -> None:
    assert [found for found in findings(tmp_path, adler=team("adler", title="Karfu’R")) if found.code == "title-adapted"] == []
