"""A small cohort and site to spoil."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from eiginfra.core.errors import InputError
from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.document import YamlDocument
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.model import TeamFile
from eiginfra.inventory.schema import schemas
from eiginfra.inventory.settings import Settings
from eiginfra.inventory.site import SiteFile
from eiginfra.inventory.validation import validate

COHORT = """\
cohort: eig3
title: Promotion 3
starts: 2019-09-02
ends: 2020-07-01
quota: {default: {projects: 99}}
"""
TEAM = """\
title: {title}
administration: Cour des comptes
members:
  - {{username: {id}-1, name: One, email: {id}-1@example.org}}
mentors:
  - {{username: {id}-mentor, name: Mentor, email: {id}-mentor@example.org}}
machines:
  - {{name: web, image: debian-12, size: small}}
"""
SITE = """\
gitlab: {url: "http://127.0.0.1:1", token: {env: T}, root_group: eig}
proxmox:
  url: https://127.0.0.1:2
  token_id: eiginfra@pve!ci
  token: {file: ~/secret}
  ca: ca.pem
  nodes: [eig]
  storage: {disks: local-lvm}
  network: {bridge: vmbr1, subnet: 192.168.0.0/24, gateway: 192.168.0.254, dns: [9.9.9.9], ids: 100-250}
sizes: {small: {cores: 1, memory: 512MiB, disk: 8GiB}}
images:
  debian-12: {container: "local:vztmpl/debian-12.tar.zst", vm: 9012}
  ubuntu-24.04: {container: "local:vztmpl/ubuntu.tar.zst"}
"""

Write = Callable[..., Path]


def team(team_id: str, title: str = "A team") -> str:
    return TEAM.format(id=team_id, title=title)


@pytest.fixture
def cohort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write a cohort's files and return its folder; findings name files from there."""

    def write(teams: Mapping[str, str | bytes] | None = None, cohort: str = COHORT) -> Path:
        folder = tmp_path / "eig3"
        (folder / "teams").mkdir(parents=True, exist_ok=True)
        (folder / "cohort.yml").write_text(cohort)
        for name, text in ({"adler": team("adler")} if teams is None else teams).items():
            path = folder / "teams" / (name if "." in name else f"{name}.yml")
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        monkeypatch.chdir(folder)
        return folder

    return write


@pytest.fixture
def site(tmp_path: Path) -> Write:
    """Write a site file and return its path."""

    def write(text: str = SITE) -> Path:
        path = tmp_path / "infra" / "lab.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def team_text() -> Callable[..., str]:
    """The text of a sound team file."""
    return team


@pytest.fixture
def marked() -> Callable[[Mapping[str, str]], tuple[dict[str, str], dict[str, str]]]:
    """Files without the marks ¦ and ‡ in them, and where each mark stood."""

    def take(files: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        clean = {name: text.replace("¦", "").replace("‡", "") for name, text in files.items()}
        places = {}
        for name, text in files.items():
            for mark, other in ("¦‡", "‡¦"):
                if mark in text:
                    before = text.replace(other, "").partition(mark)[0]
                    places[mark] = f"{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        return clean, places

    return take


# What JSON Schema has no words for: how values of different keys fit together, and what a key's bytes hold.
UNSAID = frozenset(
    {
        *(
            "dates-reversed",
            "event-reversed",
            "pages-one-project",
            "pages-one-url",
            "range",
            "gateway-outside",
            "gateway-in-range",
            "range-leaves-subnet",
        ),
        *("ssh-key-damaged", "ssh-key-weak", "ssh-key-broken", "source-host-bits"),
    }
)
SCHEMAS = schemas()
NAMES = {CohortFile: "cohort", TeamFile: "team", SiteFile: "site", Settings: "settings"}
VALIDATORS = {model: Draft202012Validator(SCHEMAS[name]) for model, name in NAMES.items()}


@pytest.fixture(autouse=True)
def held_to_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever file a test of the inventory reads: its JSON Schema refuses it if the loader does, and takes it if the loader does."""

    def held(model: type[FileModel], document: YamlDocument) -> FileModel:
        schema = VALIDATORS.get(model)
        refused = (
            [] if schema is None else [f"{problem.json_path}: {problem.message[:99]}" for problem in schema.iter_errors(document.data)]
        )
        try:
            valid = validate(model, document)
        except InputError as problem:
            said = [finding for finding in problem.findings if finding.code not in UNSAID]
            assert refused or not said or schema is None, f"the schema takes what the loader refuses: {said}"
            raise
        assert refused == [], "the schema refuses what the loader takes"
        return valid

    monkeypatch.setattr("eiginfra.inventory.loader.validate", held)
