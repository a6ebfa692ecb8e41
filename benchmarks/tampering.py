"""Somebody else with a token: changes things on the lab's servers behind eiginfra's back, and gives the servers bad days."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests


class Server:
    """One of the lab's services, as somebody else with a token meets it; counts what it asks."""

    def __init__(self, url: str, headers: dict[str, str], ca: str | None = None) -> None:
        self.url, self.asked, self.session = url, 0, requests.Session()
        self.session.headers.update(headers)
        self.session.verify, self.session.trust_env = ca or True, False

    def __call__(self, method: str, path: str, **body: Any) -> Any:
        """Ask; raises requests' errors."""
        self.asked += not path.startswith("/_lab/")
        given = {"json": body["json"]} if "json" in body else {"data": body}
        answer = self.session.request(method, self.url + path, **given, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@dataclass
class Tamperer:
    """Changes things behind eiginfra's back; every trick returns the address that is then out of line."""

    random: random.Random
    gitlab: Server
    proxmox: Server
    gateway: Server
    teams: list[str]
    done: Counter[str] = field(default_factory=Counter)
    strangers: int = 0
    gone: set[str] = field(default_factory=set)
    """Addresses of what was destroyed; what hangs on them is out of line too. Cleared by whoever has looked."""

    def tamper(self, avoid: set[str]) -> str | None:
        """One trick on something that is in line; its address, or None if that was not."""
        trick: Callable[[str, set[str]], str | None] = self.random.choice(
            [
                self.machine,
                self.machine,
                self.destroyed,
                self.project,
                self.group,
                self.member_lost,
                self.member_raised,
                self.stranger,
                self.pool,
                self.page,
                self.entry,
            ]
        )
        address = trick(self.random.choice(self.teams), avoid)
        if address is not None:
            self.done[trick.__name__] += 1
        return address

    def _guest(self, team: str) -> dict[str, Any]:
        return next(guest for guest in self.proxmox("GET", "/api2/json/nodes/eig/lxc")["data"] if guest["name"] == f"{team}-web")

    def machine(self, team: str, avoid: set[str]) -> str | None:
        """A container's memory or cores."""
        address = f"proxmox.container[bench/{team}/web]"
        if address in avoid:
            return None
        change = self.random.choice([{"memory": 2048}, {"cores": 3}, {"memory": 768, "cores": 2}])
        self.proxmox("PUT", f"/api2/json/nodes/eig/lxc/{self._guest(team)['vmid']}/config", **change)
        return address

    def destroyed(self, team: str, avoid: set[str]) -> str | None:
        """A container, gone."""
        address = f"proxmox.container[bench/{team}/web]"
        if address in avoid:
            return None
        vmid = self._guest(team)["vmid"]
        task = self.proxmox("DELETE", f"/api2/json/nodes/eig/lxc/{vmid}?force=1&purge=1")["data"]
        while self.proxmox("GET", f"/api2/json/nodes/eig/tasks/{task}/status")["data"]["status"] == "running":
            time.sleep(0.02)
        self.gone.add(address)
        return address

    def project(self, team: str, avoid: set[str]) -> str | None:
        """A project's visibility or title."""
        name = self.random.choice(["api", "web"])
        address = f"gitlab.project[eig/bench/{team}/{name}]"
        if address in avoid:
            return None
        change = self.random.choice([{"visibility": "private"}, {"name": f"Renamed {self.random.randrange(1000)}"}])
        self.gitlab("PUT", f"/api/v4/projects/eig%2Fbench%2F{team}%2F{name}", **change)
        return address

    def group(self, team: str, avoid: set[str]) -> str | None:
        """A group's name."""
        address = f"gitlab.group[eig/bench/{team}]"
        if address in avoid:
            return None
        self.gitlab("PUT", f"/api/v4/groups/eig%2Fbench%2F{team}", name=f"Renamed {self.random.randrange(1000)}")
        return address

    def member_lost(self, team: str, avoid: set[str]) -> str | None:
        """A member, removed."""
        return self._member(team, avoid, "DELETE")

    def member_raised(self, team: str, avoid: set[str]) -> str | None:
        """A member with more rights than asked for."""
        return self._member(team, avoid, "PUT", access_level=50)

    def _member(self, team: str, avoid: set[str], method: str, **change: int) -> str | None:
        address = f"gitlab.members[eig/bench/{team}]"
        if address in avoid:
            return None
        path = f"/api/v4/groups/eig%2Fbench%2F{team}/members"
        member = next(found for found in self.gitlab("GET", path) if found["username"] == f"{team}-2")
        self.gitlab(method, f"{path}/{member['id']}", **change)
        return address

    def stranger(self, team: str, avoid: set[str]) -> str | None:
        """Somebody who is no member."""
        address = f"gitlab.members[eig/bench/{team}]"
        if address in avoid:
            return None
        self.strangers += 1
        name = f"stranger-{self.strangers}"
        account = {"username": name, "name": name, "email": f"{name}@example.org", "force_random_password": True, "skip_confirmation": True}
        user = self.gitlab("POST", "/api/v4/users", **account)
        self.gitlab("POST", f"/api/v4/groups/eig%2Fbench%2F{team}/members", user_id=user["id"], access_level=30)
        return address

    def pool(self, team: str, avoid: set[str]) -> str | None:
        """A pool's comment: of the kind that is left to people."""
        address = f"proxmox.pool[bench-{team}]"
        if address in avoid:
            return None
        self.proxmox("PUT", "/api2/json/pools", poolid=f"bench-{team}", comment=f"tampered {self.random.randrange(10**9)}")
        return address

    def page(self, team: str, avoid: set[str]) -> str | None:
        """A server block, deleted or changed by hand."""
        name = f"{team}.eig-apps.example.org"
        address, path = f"gateway.subdomain[{name}]", f"/etc/nginx/conf.d/eiginfra-{name}.conf"
        if address in avoid:
            return None
        text = self.gateway("GET", "/_lab/gateway")["files"][path]
        self.gateway("PUT", "/_lab/gateway", json={"files": {path: self.random.choice([None, text.replace(":8080;", ":9090;")])}})
        return address

    def entry(self, team: str, avoid: set[str]) -> str | None:
        """An account for jumping whose keys somebody took away."""
        address, path = f"gateway.account[{team}-1]", f"/etc/eiginfra-gateway/keys/{team}-1"
        if address in avoid:
            return None
        self.gateway("PUT", "/_lab/gateway", json={"files": {path: ""}})
        return address

    def repair(self, address: str) -> None:
        """What people do about a pool."""
        team = address.partition("bench-")[2].rstrip("]")
        self.proxmox("PUT", "/api2/json/pools", poolid=f"bench-{team}", comment=f"Team {int(team.removeprefix('team-'))}")

    def good_day(self) -> None:
        """Switch all faults off."""
        for server in (self.gitlab, self.proxmox):
            server("DELETE", "/_lab/faults")

    def bad_day(self) -> str:
        """Switch faults on, or none; says which."""
        rules: dict[str, list[dict[str, Any]]] = {
            "busy": [{"kind": "status", "status": 503, "times": 3, "skip": self.random.randrange(4)}],
            "throttled": [{"kind": "status", "status": 429, "retry_after": 0, "times": 5}],
            "connections lost": [{"kind": "drop", "times": 2, "skip": self.random.randrange(5)}],
            "answers lost": [{"kind": "drop_after", "match": "^(POST|PUT|DELETE) /api", "times": 1}],
            "errors after work": [{"kind": "error_after", "match": "^(POST|PUT|DELETE) /api", "status": 500, "times": 1}],
            "down": [{"kind": "status", "status": 503}],
        }
        name = self.random.choices(["", *rules], [12, 2, 2, 2, 2, 2, 1])[0]
        for server in (self.gitlab, self.proxmox):
            server("PUT", "/_lab/faults", json={"rules": rules[name] if name and (name != "down" or server is self.gitlab) else []})
        return name
