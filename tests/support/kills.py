"""A first apply that is killed somewhere, and the run after it: has the world converged, is anything there twice?"""

import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
import yaml

from eiginfra.core.change import Change
from eiginfra.core.plan import Plan
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.workspace import Workspace

ROOT = Path(__file__).parents[2]
MORTAL = Path(__file__).with_name("mortal.py")
DAY = date(2019, 10, 1)
SECONDS = 120


@dataclass(frozen=True)
class Trial:
    """What came of one killed apply."""

    what: str
    place: int
    killed: bool
    converged: bool
    duplicates: int
    why: str = ""


class Bench:
    """Three teams of the example and a lab that is set back before every trial."""

    def __init__(self, folder: Path, lab: Lab, teams: tuple[str, ...]) -> None:
        self.folder, self.lab = folder, lab
        cohort = folder / "eig3"
        (cohort / "teams").mkdir(parents=True)
        for name in teams:
            shutil.copy(ROOT / "inventories/eig3/teams" / f"{name}.yml", cohort / "teams")
        body = yaml.safe_load((ROOT / "inventories/eig3/cohort.yml").read_text(encoding="utf-8"))
        body["quota"]["teams"] = {name: limits for name, limits in body["quota"]["teams"].items() if name in teams}
        body |= {key: str(body[key]) for key in ("starts", "ends")}
        (cohort / "cohort.yml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
        self.paths = Paths(inventory=cohort, playbook=ROOT / "playbooks/site.yml", site=folder / "site/site.yml", as_of=DAY)
        self._states = {name: json.dumps(served.service.dump()) for name, served in lab.served.items()}

    def reset(self) -> None:
        """The lab as at its start, and no journal."""
        for name, served in self.lab.served.items():
            served.service.load(json.loads(self._states[name]))
        for path in (self.folder / "site").glob("journal.db*"):
            path.unlink()

    @property
    def options(self) -> list[str]:
        """The options that name this bench's files."""
        pairs = {"-i": self.paths.inventory, "--playbook": self.paths.playbook, "--site": self.paths.site, "--as-of": DAY}
        return [str(word) for pair in pairs.items() for word in pair]

    def command(self, what: str, when: str) -> list[str]:
        """An apply in a process of its own, counted or killed."""
        return [sys.executable, str(MORTAL), what, when, str(self.folder / "count"), "--", "apply", "--yes", *self.options]

    def apply(self, what: str, when: str) -> "subprocess.CompletedProcess[str]":
        """Run that command to its end."""
        return subprocess.run(self.command(what, when), cwd=self.folder, capture_output=True, text=True, timeout=SECONDS, check=False)

    def faults(self, service: str, rules: list[dict[str, Any]]) -> None:
        """Switch the lab's faults on, or off with no rules."""
        url = f"{self.lab.urls[service]}/_lab/faults"
        answer = requests.put(url, json={"rules": rules}, timeout=10, verify=str(self.folder / "site/proxmox-ca.pem"))
        answer.raise_for_status()

    def count(self, what: str) -> int:
        """How many requests or journal writes a whole first apply makes."""
        self.reset()
        ended = self.apply(what, "count")
        assert ended.returncode == 0, ended.stderr[-2000:]
        return int((self.folder / "count").read_text(encoding="utf-8"))

    def trial(self, what: str, place: int) -> Trial:
        """Kill a first apply there, run again, look."""
        self.reset()
        killed = self.apply(what, str(place)).returncode == -signal.SIGKILL
        again = self.apply(what, "count")
        plan = self.plan()
        why = "" if again.returncode == 0 else again.stdout[-600:] + again.stderr[-600:]
        why += ", ".join(f"{change.action} {change.address}" for change in plan.acting)
        return Trial(what, place, killed, again.returncode == 0 and plan.empty, self.duplicates(), why)

    def plan(self) -> Plan:
        """What is left to do."""
        with Workspace.load(self.paths) as project:
            return project.plan()

    def duplicates(self) -> int:
        """Things that stand more than once, or that nobody asked for."""
        with Workspace.load(self.paths) as project:
            wanted = Counter(resource.address.kind for resource in project.compiled.resources)
        return sum(max(0, there - wanted[kind]) for kind, there in self._standing().items())

    def tamper(self, change: Change) -> None:
        """Change by hand what an action made, where there is something plain to change."""
        kind, key = change.address.kind, change.address.key
        if kind == "gitlab.project":
            self._ask("gitlab", "PUT", f"/projects/{quote(key, safe='')}", description="by hand", visibility="private")
        elif kind == "gitlab.members":
            members = self._ask("gitlab", "GET", f"/groups/{quote(key, safe='')}/members")
            for member in [member for member in members if member["access_level"] < 50][:1]:
                self._ask("gitlab", "DELETE", f"/groups/{quote(key, safe='')}/members/{member['id']}")
        elif kind == "proxmox.pool":
            self._ask("proxmox", "PUT", "/pools", poolid=key, comment="by hand")
        elif kind == "proxmox.container":
            name = str((change.desired or {})["name"])
            guest = next(guest for guest in self._ask("proxmox", "GET", "/nodes/eig/lxc") if guest["name"] == name)
            self._ask("proxmox", "PUT", f"/nodes/eig/lxc/{guest['vmid']}/config", memory=640)

    def _ask(self, service: str, method: str, path: str, **parameters: Any) -> Any:
        token = self.lab.served[service].service.token
        headers = {"PRIVATE-TOKEN": token} if service == "gitlab" else {"Authorization": f"PVEAPIToken=eiginfra@pve!ci={token}"}
        url = self.lab.urls[service] + {"gitlab": "/api/v4", "proxmox": "/api2/json"}[service] + path
        session = requests.Session()
        session.trust_env = False
        ca = str(self.folder / "site/proxmox-ca.pem")
        answer = session.request(method, url, headers=headers, data=parameters or None, timeout=30, verify=ca)
        answer.raise_for_status()
        body = answer.json() if answer.content else None
        return body["data"] if service == "proxmox" and body else body

    def _standing(self) -> Counter[str]:
        count: Counter[str] = Counter()
        people = {person.username for team in Workspace.load(self.paths).cohort.teams for person in team.people}
        users = [user["username"] for user in self._ask("gitlab", "GET", "/users?per_page=100")]
        count["gitlab.user"] = sum(name.rstrip("0123456789") in {p.rstrip("0123456789") for p in people} for name in users)
        count["gitlab.group"] = len(self._ask("gitlab", "GET", "/groups/eig/descendant_groups?per_page=100"))
        count["gitlab.project"] = len(self._ask("gitlab", "GET", "/groups/eig/projects?include_subgroups=true&per_page=100"))
        count["proxmox.pool"] = len(self._ask("proxmox", "GET", "/pools"))
        count["proxmox.container"] = len(self._ask("proxmox", "GET", "/nodes/eig/lxc"))
        virtual = self._ask("proxmox", "GET", "/nodes/eig/qemu")
        count["proxmox.vm"] = sum(not guest.get("template") for guest in virtual)
        return count


@contextmanager
def open_bench(folder: Path, teams: tuple[str, ...] = ("adler", "karfur", "open-chronic")) -> Iterator[Bench]:
    """A bench with a lab of its own."""
    (folder / "site").mkdir(parents=True)
    config = LabConfig(gitlab_port=0, proxmox_port=0, now=DAY, site_out=folder / "site/site.yml")
    with running(config) as lab:
        yield Bench(folder, lab, teams)
