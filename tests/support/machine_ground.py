"""A cohort with machines on a lab's Proxmox, entered through the lab's gateway; the program is called as a user calls it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from support.machine_program import public_key

from eiginfra.lab.server import Lab

PLAYBOOK = """
- name: Machines
  teams: all
  tasks:
    - proxmox.pool: {id: "{{ cohort.id }}-{{ team.id }}", comment: "{{ team.title }}"}
    - loop: "{{ team.machines }}"
      proxmox.KIND:
        mark: "{{ item.mark }}"
        was: "{{ item.was and cohort.id ~ '/' ~ team.id ~ '/' ~ item.was }}"
        name: "{{ item.host }}"
        pool: "{{ cohort.id }}-{{ team.id }}"
        image: "{{ item.image }}"
        cores: 1
        memory: 128MiB
        disk: "{{ item.disk }}"
        keys: ['from="192.168.0.254",no-agent-forwarding {{ site.machines.public }}']
        state: "{{ item.state }}"
    - loop: "{{ team.machines }}"
      proxmox.firewall: {mark: "{{ item.mark }}", enable: true, ipfilter: true, macfilter: true, policy_in: ACCEPT}
    - loop: "{{ team.machines }}"
      machine.access:
        machine: "{{ item.resource }}"
        keys: "{{ team.keys }}"
        logins: LOGINS
        authoritative: "{{ 'keys' in cohort.authoritative }}"
        isolated_by: "proxmox.firewall[{{ item.mark }}]"
"""


def key(number: int) -> str:
    return f"ssh-ed25519 {public_key(number)}"


@dataclass
class Called:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Ground:
    """One cohort with one team; machines by name."""

    folder: Path
    lab: Lab
    cohort: str
    invoke: Callable[..., Called]
    kind: str = "container"
    logins: str = "[root]"
    playbook: str = PLAYBOOK
    members: dict[str, list[str]] = field(default_factory=lambda: {"ada": [key(1)], "alan": [key(2)]})
    machines: dict[str, dict[str, Any]] = field(default_factory=lambda: {"web": {}})
    more: dict[str, Any] = field(default_factory=dict)

    def call(self, *arguments: str) -> Called:
        """Run a command on the files as they are to be now."""
        teams = self.folder / "inventories" / self.cohort / "teams"
        teams.mkdir(parents=True, exist_ok=True)
        cohort = {"cohort": self.cohort, "title": "A cohort", "starts": "2019-09-02", "ends": "2020-07-01", "quota": {}, **self.more}
        (teams.parent / "cohort.yml").write_text(yaml.safe_dump(cohort))
        size = {"cores": 1, "memory": "512MiB", "disk": "8GiB"} if self.kind == "container" else {"size": "medium"}
        team = {
            "title": "Adler",
            "administration": "Finances",
            "members": [
                {"username": name, "name": name.title(), "email": f"{name}@example.org", "ssh_keys": keys}
                for name, keys in self.members.items()
            ],
            "machines": [
                {"name": name, "image": "debian-12", "type": self.kind, **size, **fields} for name, fields in self.machines.items()
            ],
        }
        (teams / "adler.yml").write_text(yaml.safe_dump(team))
        (self.folder / "playbook.yml").write_text(self.playbook.replace("KIND", self.kind).replace("LOGINS", self.logins))
        (self.folder / "eiginfra.yml").write_text(
            f"inventory: inventories/{self.cohort}\nplaybook: playbook.yml\nsite: site.yml\nas_of: 2019-10-01\n"
        )
        return self.invoke(*arguments)

    def apply(self, *options: str, code: int = 0) -> dict[str, str]:
        """How the changes of an apply ended, by address."""
        done = self.call("apply", "--yes", "--format", "json", *options)
        assert done.code == code, f"{done.out}\n{done.err}"
        return {result["address"]: result["outcome"] for result in done.json["results"]}

    def plan(self) -> dict[str, Any]:
        """A plan as JSON, its changes of machine.access by machine."""
        done = self.call("plan", "--format", "json")
        assert done.code == 0, done.err
        body: dict[str, Any] = done.json
        return body

    def change(self, machine: str = "web") -> Any:
        """What a plan says of the access of a machine; None: nothing."""
        return next((change for change in self.plan()["changes"] if change["address"] == self.address(machine)), None)

    def findings(self) -> dict[str, str]:
        """What a plan tells of machines, by code."""
        return {found["code"]: f"{found['message']} {found['remedy']}" for found in self.plan()["findings"] if "machine" in found["code"]}

    def address(self, machine: str = "web") -> str:
        return f"machine.access[{self.cohort}/adler/{machine}]"

    # What somebody does on the servers.

    @property
    def guests(self) -> Any:
        """The lab's guests, by number."""
        return self.lab.served["proxmox"].service.lab.state.guests

    def guest(self, machine: str = "web") -> Any:
        return next(
            guest
            for guest in self.guests.values()
            if guest.config.get("hostname", guest.config.get("name")) == f"adler-{machine}"
            and f"{self.cohort}/" in guest.config.get("description", "")
        )

    def text(self, machine: str = "web", login: str = "root") -> str:
        """The authorized_keys of a login."""
        return str(self.guest(machine).inside["authorized_keys"].get(login, ""))

    def write(self, text: str, machine: str = "web", login: str = "root") -> None:
        self.guest(machine).inside["authorized_keys"][login] = text

    def site(self, section: str, **values: Any) -> None:
        path = self.folder / "site.yml"
        body = yaml.safe_load(path.read_text())
        body[section] = {name: value for name, value in (body[section] | values).items() if value is not None}
        path.write_text(yaml.safe_dump(body))

    @cached_property
    def own(self) -> str:
        """eiginfra's own key, type and Base64."""
        return " ".join(str(yaml.safe_load((self.folder / "site.yml").read_text())["machines"]["public"]).split()[:2])
