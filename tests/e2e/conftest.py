"""The program as a user calls it, on a lab of the test's own, with three teams of the example."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from support.outputs import problems

from eiginfra.cli.main import run
from eiginfra.lab.config import PORTS, LabConfig
from eiginfra.lab.server import Lab, running

ROOT = Path(__file__).parents[2]
TEAMS = ("adler", "karfur", "open-chronic")


@dataclass
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Workplace:
    """A folder with eiginfra.yml, an inventory, a playbook and the site file of a running lab."""

    folder: Path
    lab: Lab
    call: Callable[..., Answer]

    def team(self, name: str) -> Path:
        return self.folder / "inventories" / "eig3" / "teams" / f"{name}.yml"

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.team(name)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def site(self, **sections: Any) -> None:
        """Change values of the site file, given as section={key: value}."""
        path = self.folder / "site" / "site.yml"
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        for section, values in sections.items():
            body[section] |= values
        path.write_text(yaml.safe_dump(body), encoding="utf-8")

    def gitlab(self, method: str, path: str, /, **parameters: Any) -> Any:
        headers = {"PRIVATE-TOKEN": self.lab.served["gitlab"].service.token}
        url = f"{self.lab.urls['gitlab']}/api/v4{path}"
        answer = requests.request(method, url, headers=headers, data=parameters, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def proxmox(self, method: str, path: str, /, **parameters: Any) -> Any:
        headers = {"Authorization": f"PVEAPIToken=eiginfra@pve!ci={self.lab.served['proxmox'].service.token}"}
        url = f"{self.lab.urls['proxmox']}/api2/json{path}"
        ca = str(self.folder / "site" / "proxmox-ca.pem")
        answer = requests.request(method, url, headers=headers, data=parameters or None, timeout=10, verify=ca)
        answer.raise_for_status()
        return answer.json()["data"]

    def guest(self, name: str) -> int:
        """The ID of a container."""
        return next(int(guest["vmid"]) for guest in self.proxmox("GET", "/nodes/eig/lxc") if guest["name"] == name)

    def requests(self, service: str) -> int:
        """How many writing requests a service has had."""
        counted = requests.get(f"{self.lab.urls[service]}/_lab/requests", timeout=10, verify=str(self.folder / "site" / "proxmox-ca.pem"))
        return sum(count for call, count in counted.json()["by"].items() if not call.startswith("GET"))


@pytest.fixture
def services() -> tuple[str, ...]:
    """The lab's; a module that needs the gateway says so."""
    return ("gitlab", "proxmox")


@pytest.fixture
def place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], services: tuple[str, ...]
) -> Iterator[Workplace]:
    """Three teams and a fresh lab."""
    teams = tmp_path / "inventories" / "eig3" / "teams"
    teams.mkdir(parents=True)
    for name in TEAMS:
        shutil.copy(ROOT / "inventories/eig3/teams" / f"{name}.yml", teams)
    cohort = yaml.safe_load((ROOT / "inventories/eig3/cohort.yml").read_text(encoding="utf-8"))
    cohort["quota"]["teams"] = {name: limits for name, limits in cohort["quota"]["teams"].items() if name in TEAMS}
    cohort["exceptions"] = [exception for exception in cohort["exceptions"] if exception["team"] in TEAMS]
    cohort = json.loads(json.dumps(cohort, default=str))
    # What is elsewhere than on the lab is asked by the tests that make it there.
    del cohort["repository"], cohort["pages"]["internal"]
    (teams.parent / "cohort.yml").write_text(yaml.safe_dump(cohort, allow_unicode=True), encoding="utf-8")
    (tmp_path / "playbooks").mkdir()
    shutil.copy(ROOT / "eiginfra/playbook/packaged/site.yml", tmp_path / "playbooks")
    (tmp_path / "eiginfra.yml").write_text(
        "inventory: inventories/eig3\nplaybook: playbooks/site.yml\nsite: site/site.yml\nas_of: 2019-10-01\n", encoding="utf-8"
    )
    (tmp_path / "site").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run([*arguments])
        printed = capsys.readouterr()
        if printed.out and ("--format", "json") in pairwise(arguments):
            assert problems(printed.out) == []
        return Answer(code, printed.out, printed.err)

    ports = dict.fromkeys(PORTS, 0)
    config = LabConfig(**ports, services=services, now=date(2019, 10, 1), site_out=tmp_path / "site" / "site.yml")
    with running(config) as lab:
        yield Workplace(tmp_path, lab, call)
