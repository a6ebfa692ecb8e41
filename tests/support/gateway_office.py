"""EIG Link's side: three teams, what they ask of the gateway, and the way it gets there."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from support.gateway_door import Door
from support.gateway_network import HOST, Network
from support.gateway_nginx import settled
from support.gateway_people import Member

from eiginfra.handouts.ssh import ssh_configs
from eiginfra.handouts.view import MachineView

ADDRESSES = {"adler": "192.168.0.100", "karfur": "192.168.0.101"}
DOMAIN = "eig-apps.example.org"
# Who is in which team; plume has no machine.
TEAMS: dict[str, dict[str, Any]] = {
    "adler": {
        "members": ["adler-1", "both-1"],
        "publish": [{"subdomain": "adler", "port": 8080}],
        "forward": [{"public": 10222, "port": 22}],
    },
    "karfur": {"members": ["karfur-1", "both-1"], "publish": [], "forward": []},
    "plume": {"members": ["plume-1"], "publish": [], "forward": []},
}


class Office:
    """What teams ask for now, and `apply`."""

    def __init__(self, door: Door, network: Network, people: dict[str, Member]) -> None:
        self.door, self.network, self.people = door, network, people
        self.teams = copy.deepcopy(TEAMS)
        self._there: dict[str, tuple[tuple[str, object], ...]] = {}

    @contextmanager
    def asks(self, team: str, **wishes: list[Any]) -> Iterator[None]:
        """A team's file says so, and it was applied; then as before."""
        before = self.teams[team]
        self.teams[team] = before | wishes
        try:
            self.apply()
            yield
        finally:
            self.teams[team] = before
            self.apply()

    def apply(self) -> None:
        with settled(self.network.gateway):
            for verb, *pairs in self._verbs():
                done = self.door.send(verb, *pairs)
                assert done.returncode == 0, f"{verb} {pairs}: {done.returncode} {done.stdout}{done.stderr}"
        for team, address in ADDRESSES.items():
            keys = [self.people[name].key for name in self.teams[team]["members"]]
            self.network.machines[address].write("/root/.ssh/authorized_keys", "\n".join(keys))
        for name, person in self.people.items():
            person.configure("\n".join(self._configuration(name)))

    def _configuration(self, name: str) -> Iterator[str]:
        site = SimpleNamespace(file=SimpleNamespace(gateway=SimpleNamespace(host=HOST, port=22)))
        for team, address in ADDRESSES.items():
            machine = MachineView(f"{team}-web", "container", made=True, asked=True, address=address, user="root")
            view = SimpleNamespace(machines=[machine], people=[SimpleNamespace(username=name, place="member", jumps=True)])
            if name in TEAMS[team]["members"]:
                yield ssh_configs(view, SimpleNamespace(id="eig3"), site)[0].text  # type: ignore[arg-type]

    def _verbs(self) -> Iterator[tuple[Any, ...]]:
        people = {name for team in TEAMS.values() for name in team["members"]}
        for name in sorted(people):
            teams = [team for team, file in self.teams.items() if name in file["members"]]
            opens = [("open", ADDRESSES[team]) for team in teams if team in ADDRESSES]
            keys = [("key", self.people[name].key)] if teams else []
            yield "account", ("name", name), ("enabled", "yes" if teams else "no"), *opens, *keys
        wanted: dict[tuple[str, ...], tuple[Any, ...]] = {}
        for team, file in self.teams.items():
            common = ("owner", f"eig3/{team}/web"), ("address", ADDRESSES.get(team))
            for each in file["publish"]:
                wanted["subdomain", each["subdomain"]] = (
                    *common,
                    ("name", f"{each['subdomain']}.{DOMAIN}"),
                    ("port", each["port"]),
                    ("websocket", "yes"),
                    ("max-body", each.get("max_body", "16MiB").removesuffix("MiB")),
                    ("timeout", 60),
                    *(("source", source) for source in each.get("sources", ())),
                )
            for each in file["forward"]:
                protocol = each.get("protocol", "tcp")
                wanted["forward", str(each["public"]), protocol] = (
                    *common,
                    ("public", each["public"]),
                    ("protocol", protocol),
                    ("port", each["port"]),
                    ("closed", "no"),
                    *(("source", source) for source in each.get("sources", ())),
                )
        for key in self._there.keys() - wanted.keys():
            names = ("public", "protocol") if key[0] == "forward" else ("name",)
            yield f"{key[0]}-remove", *((name, value) for name, value in self._there[key] if name in names)
        for key, pairs in wanted.items():
            yield key[0], *pairs
        self._there = wanted
