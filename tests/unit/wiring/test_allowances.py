"""The lines of cohort.yml that would allow what is refused: once they are written, nothing is refused any more."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding, Severity
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.editing import with_value
from eiginfra.inventory.loader import load_cohort
from eiginfra.review.allowances import allowances
from eiginfra.review.model import Allowance
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROOT: Final = Path(__file__).parents[3]
SITE: Final = """\
gitlab: {url: "https://gitlab.example.org", token: {env: T}, root_group: eig, accounts: create}
proxmox:
  url: https://pve.example.org:8006
  token_id: eiginfra@pve!ci
  token: {env: T}
  nodes: [eig]
  storage: {disks: local-lvm}
  network: {bridge: vmbr1, subnet: 192.168.0.0/24, gateway: 192.168.0.254, ids: 100-250}
sizes:
  small: {cores: 1, memory: 512MiB, disk: 8GiB}
  medium: {cores: 2, memory: 1GiB, disk: 8GiB}
  huge: {cores: 8, memory: 16GiB, disk: 200GiB, privileged: true}
images: {debian-12: {container: "local:vztmpl/debian-12.tar.zst", vm: 9012}}
"""
COHORT: Final = "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\n"
TEAM: Final = """\
title: ADLER
administration: DINUM
members:
  - {{username: adler-1, email: adler-1@example.org}}
mentors:
  - {{username: adler-m, email: adler-m@example.org}}
projects: [{{name: api}}, {{name: site}}]
machines:
  - {{name: web, image: debian-12, {machine}}}
  - {{name: db, image: debian-12, size: small, mounts: [{{path: /srv, size: 5GiB}}]}}
"""
PLUME: Final = "title: PLUME\nadministration: DINUM\n"


def refused(root: Path, cohort: str, team: str) -> tuple[Cohort, list[Finding]]:
    """The cohort, and the errors about it."""
    folder = root / "eig3"
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    (folder / "cohort.yml").write_text(cohort, encoding="utf-8")
    (folder / "teams/adler.yml").write_text(team, encoding="utf-8")
    (folder / "teams/plume.yml").write_text(PLUME, encoding="utf-8")
    (root / "lab.yml").write_text(SITE, encoding="utf-8")
    shutil.copy(ROOT / "eiginfra/playbook/packaged/site.yml", root / "site.yml")
    paths = Paths(inventory=folder, playbook=root / "site.yml", site=root / "lab.yml", as_of=date(2019, 10, 1))
    try:
        found = Workspace.load(paths, offline=True).check()
    except InputError as problem:
        found = [*problem.findings]
    return load_cohort(folder), [finding for finding in found if finding.severity is Severity.ERROR]


def merged(there: Any, new: Any) -> Any:
    """What a person makes of the lines: keys are written into what is there, entries of lists behind it."""
    if isinstance(there, Mapping) and isinstance(new, Mapping):
        return {**there, **{key: merged(there.get(key), value) for key, value in new.items()}}
    return [*there, *new] if isinstance(there, list) else new


def written(cohort: str, every: list[Allowance]) -> str:
    data = parse_document(cohort.encode()).data
    for allowance in every:
        data = merged(data, parse_document("\n".join(allowance.lines).encode()).data)
    return yaml.safe_dump(data, allow_unicode=True)


AMOUNTS: Final = TEAM.format(machine="cores: 2, memory: 1GiB, disk: 8GiB")
EVERY: Final = "adler: {machines: 2, cores: 3, memory: 1536MiB, disk: 21GiB, projects: 2}"


@pytest.mark.parametrize(
    ("quota", "line", "entry"),
    [
        ("quota: {default: {memory: 1GiB}}", 5, "adler: {memory: 1536MiB}"),
        ("quota:\n  default: {memory: 1GiB, disk: 10GiB, machines: 1, projects: 1, cores: 2}", 5, EVERY),
        ("quota:\n  default: {memory: 1GiB}\n  teams:\n    plume: {memory: 2GiB}", 7, "adler: {memory: 1536MiB}"),
        ("quota:\n  default: {}\n  teams:\n    adler: {machines: 5, memory: 1GiB}", 8, "adler: {machines: 5, memory: 1536MiB}"),
    ],
)
def test_a_quota_that_is_written_as_told_is_enough(quota: str, line: int, entry: str, tmp_path: Path) -> None:
    text = f"{COHORT}{quota}\n"
    cohort, found = refused(tmp_path, text, AMOUNTS)
    assert {finding.code for finding in found} == {"quota-exceeded"}
    (told,) = allowances(cohort, found)
    assert (told.team, told.location.line, told.lines) == ("adler", line, ("quota:", "  teams:", f"    {entry}"))
    assert {finding.params["write"] for finding in found} == {entry}
    assert refused(tmp_path, written(text, [told]), AMOUNTS)[1] == []
    # The same by eiginfra's own editing of files, which leaves comments where they are.
    for measure, amount in parse_document(entry.encode()).data["adler"].items():
        text = with_value(text, ("quota", "teams", "adler", measure), amount, "cohort.yml")
    assert refused(tmp_path, text, AMOUNTS)[1] == []


def test_one_step_less_is_not_enough(tmp_path: Path) -> None:
    text = f"{COHORT}quota: {{default: {{memory: 1GiB}}, teams: {{adler: {{memory: 1535MiB}}}}}}\n"
    assert [finding.code for finding in refused(tmp_path, text, AMOUNTS)[1]] == ["quota-exceeded"]


@pytest.mark.parametrize("grants", ["", 'grants:\n  - {team: plume, key: "machines[].id", value: 101, reason: once}\n'])
@pytest.mark.parametrize(
    ("machine", "grant"),
    [
        ("size: huge", "value: huge"),
        ("size: small, id: 120", "value: 120"),
        ("size: small, protect: false", "value: false"),
        ("cores: 1, memory: 4GiB, disk: 8GiB", "max: 4GiB"),
    ],
)
def test_a_grant_that_is_written_as_told_is_enough(machine: str, grant: str, grants: str, tmp_path: Path) -> None:
    text, team = f"{COHORT}quota: {{default: {{machines: 9}}}}\n{grants}", TEAM.format(machine=machine)
    cohort, found = refused(tmp_path, text, team)
    told = list(allowances(cohort, found))
    assert [allowance.lines[0] for allowance in told] == ["grants:"]
    assert f", {grant}, " in told[0].lines[1]
    assert told[0].location.line == (6 if grants else 1)
    assert refused(tmp_path, written(text, told), team)[1] == []


def test_a_grant_that_is_over_is_told_without_its_last_day(tmp_path: Path) -> None:
    team = TEAM.format(machine="size: small, id: 120")
    grant = '{team: adler, key: "machines[].id", value: 120, reason: once, until: 2019-09-30}'
    text = f"{COHORT}quota: {{default: {{machines: 9}}}}\ngrants: [{grant}]\n"
    cohort, found = refused(tmp_path, text, team)
    assert [finding.code for finding in found] == ["grant-over"]
    assert refused(tmp_path, written(text, list(allowances(cohort, found))), team)[1] == []


def test_quota_and_grants_are_told_together_and_each_once(tmp_path: Path) -> None:
    text, team = f"{COHORT}quota: {{default: {{memory: 1GiB, cores: 1}}}}\n", TEAM.format(machine="size: huge, id: 120")
    cohort, found = refused(tmp_path, text, team)
    told = list(allowances(cohort, found))
    assert sorted(allowance.lines[0] for allowance in told) == ["grants:", "grants:", "quota:"]
    assert refused(tmp_path, written(text, told), team)[1] == []


def test_what_no_line_allows_is_not_told(tmp_path: Path) -> None:
    cohort, found = refused(tmp_path, f"{COHORT}quota: {{default: {{machines: 9}}}}\n", TEAM.format(machine="size: enormous"))
    assert [finding.code for finding in found] == ["unknown-size"]
    assert list(allowances(cohort, found)) == []
