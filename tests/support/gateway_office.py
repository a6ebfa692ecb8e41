"""EIG Link's side: an inventory of three teams, a site file, and eiginfra.

The lab's Proxmox VE has the machines' containers, which say their addresses; the gateway and the machines are the hosts of the network.
"""

import io
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from support.gateway_door import Door
from support.gateway_network import HOST, INNER, Network
from support.gateway_nginx import settled
from support.gateway_people import Member
from support.gateway_root import CERTIFICATE, DOMAIN

from eiginfra.cli.main import run

ROOT = Path(__file__).parents[2]
LOGIN = "root"
ROOTS_KEYS = f"/{LOGIN}/.ssh/authorized_keys"
"""Inside a machine."""
ADDRESSES = {"adler": "192.168.0.100", "karfur": "192.168.0.101"}
# Who is in which team, and what its machine asks of the gateway; plume has no machine.
MEMBERS = {"adler": ("adler-1", "both-1"), "karfur": ("karfur-1", "both-1"), "plume": ("plume-1",)}
MACHINES: dict[str, dict[str, Any]] = {
    "adler": {"publish": [{"subdomain": "adler", "port": 8080}], "forward": [{"public": 10222, "port": 22}]},
    "karfur": {},
}


@dataclass
class Office:
    """`folder` is where eiginfra is called, with an inventory, a playbook and a site file."""

    folder: Path
    door: Door
    network: Network
    people: dict[str, Member]

    def prepare(self, site: Path, machines_key: Path) -> None:
        """Write all files; `site` is that of the lab, which knows nothing of this gateway."""
        body = yaml.safe_load(site.read_text(encoding="utf-8"))
        body["gateway"] = {
            "host": HOST,
            "user": "eiginfra",
            "key": {"file": str(self.door.folder / "id")},
            "host_key": str(self.door.folder / "known_hosts"),
            "domain": DOMAIN,
            "ports": "10000-19999",
            "certificate": CERTIFICATE,
            "reserved": ["www", 10001],
        }
        public = machines_key.with_suffix(".pub").read_text(encoding="ascii").strip()
        body["machines"] = {"key": {"file": str(machines_key)}, "public": public, "host_keys": "first-use"}
        site.write_text(yaml.safe_dump(body), encoding="utf-8")
        today = datetime.now(UTC).date()
        dates = {"starts": today - timedelta(days=30), "ends": today + timedelta(days=200)}
        cohort = {"cohort": "eig3", "title": "Promotion 3", "language": "en"} | {name: str(day) for name, day in dates.items()}
        self._write("cohort.yml", cohort)
        for team in MEMBERS:
            self.write(team)
        settings = {"inventory": "inventories/eig3", "playbook": str(ROOT / "playbooks/site.yml"), "site": str(site)}
        (self.folder / "eiginfra.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        own = f'from="{INNER}",no-agent-forwarding,no-X11-forwarding {public}\n'
        for machine in self.network.machines.values():  # as Proxmox VE writes it when a container is made
            machine.write(ROOTS_KEYS, own, 0o600)

    @contextmanager
    def asks(
        self, team: str, trouble: AbstractContextManager[None] | None = None, members: tuple[str, ...] | None = None, **machine: Any
    ) -> Iterator[None]:
        """A team's file says so, and it was applied, first in vain where there is trouble; then as before."""
        self.write(team, members, **machine)
        try:
            with settled(self.network.gateway):
                if trouble is not None:
                    with trouble:
                        self.call("apply", "--yes", "--prune", codes=(0, 1))  # what is killed is tried again at once: it may succeed
                self.apply()
            yield
        finally:
            self.write(team)
            self.apply()

    def write(self, team: str, members: tuple[str, ...] | None = None, **machine: Any) -> None:
        """A team's file, with what differs from what it has otherwise."""
        people = [
            {"username": name, "name": name, "email": f"{name}@example.org", "ssh_keys": [self.people[name].key]}
            for name in (MEMBERS[team] if members is None else members)
        ]
        body: dict[str, Any] = {"title": team, "administration": "Etalab", "members": people}
        if team in MACHINES:
            body["machines"] = [{"name": "web", "image": "debian-12", "size": "small", **MACHINES[team], **machine}]
        self._write(f"teams/{team}.yml", body)

    def apply(self) -> str:
        """Apply all of it; all has to succeed. What was printed."""
        with settled(self.network.gateway):
            return self.call("apply", "--yes", "--prune")

    def call(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        """A command of eiginfra's command line, which ends with such a code; what it printed."""
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            ended = run([*arguments, "--settings", str(self.folder / "eiginfra.yml")])
        assert ended in codes, printed.getvalue()
        return printed.getvalue()

    def hand_out(self) -> None:
        """Give every member the `~/.ssh/config` of their teams' pages, as it is there."""
        self.call("handouts", "--out", str(self.folder / "handouts"))
        for person in self.people.values():
            pages = [(self.folder / f"handouts/{team}.md").read_text(encoding="utf-8") for team in MEMBERS if person.name in MEMBERS[team]]
            blocks = [block for page in pages for block in re.findall(r"^```[a-z]*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
            person.configure("\n".join(block for block in blocks if re.search(rf"^ +User {person.name}$", block, re.MULTILINE)))

    def _write(self, name: str, body: dict[str, Any]) -> None:
        file = self.folder / "inventories/eig3" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(body), encoding="utf-8")
