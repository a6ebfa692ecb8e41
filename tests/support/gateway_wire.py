"""A gateway's answers as data: what `observe` says of accounts, and what was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from eiginfra.providers.gateway.client import GatewayClient
from eiginfra.providers.gateway.settings import GatewaySettings
from eiginfra.providers.ssh_gateway import COMMAND
from eiginfra.providers.ssh_target import SshAnswer

SETTINGS = GatewaySettings("eig.example.org", 22, "eiginfra", "eig-apps.example.org", (10000, 19999), subnet="192.168.0.0/24")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB7tlT54W0T2nyhVwOxAN0OTrmPWzsITOjmjAylQfZBi"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGt4lT54W0T2nyhVwOxAN0OTrmPWzsITOjmjAylQfZBj"
THIRD_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHt4lT54W0T2nyhVwOxAN0OTrmPWzsITOjmjAylQfZBk"
ALWAYS = {
    "configuration": "domain eig-apps.example.org\nsubnet 192.168.0.0/24\nports 10000-19999\n",
    **dict.fromkeys(("accounts", "certificates", "forwards", "listening", "pending", "tools"), ""),
}


def framed(sections: Mapping[str, str], version: int = 1) -> bytes:
    """The answer with these sections; the name of one may have an argument behind a space."""
    parts = [f"section {name} {len(text.encode())}\n{text}\n" for name, text in sections.items()]
    return f"eiginfra-gateway {version}\n{''.join(parts)}end\n".encode()


@dataclass
class Entry:
    """An account of the gateway's system."""

    uid: int
    expires: str = ""
    member: bool = True
    privileged: bool = False
    shell: str = "/usr/sbin/nologin"
    keys: str = ""

    def line(self, name: str) -> str:
        return f"{name}:{self.uid}:{self.expires}:{int(self.member)}:{int(self.privileged)}:{self.shell}\n"


def jump_line(key: str, *opens: str) -> str:
    """A line of an account's keys, as the program writes it."""
    options = ",port-forwarding" + "".join(f',permitopen="{address}:22"' for address in opens) if opens else ""
    return f"restrict{options} {key}\n"


@dataclass
class Wire:
    """A connection to a gateway of some accounts; it keeps what was written, in order. failing: verb -> how it ends instead."""

    accounts: dict[str, Entry] = field(default_factory=dict)
    further: dict[str, str] = field(default_factory=dict)
    failing: dict[str, SshAnswer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    written: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def client(self) -> GatewayClient:
        return GatewayClient(SETTINGS, self)

    def run(self, words: Sequence[str], data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        verb = words[-1]
        assert tuple(words[:-1]) == COMMAND
        assert data.endswith(b"end\n")
        assert writes is (verb not in {"observe", "examine", "host-keys"})
        self.asked.append(verb)
        if verb in self.failing:
            return self.failing[verb]
        lines = [(key, value) for key, _, value in (line.partition(" ") for line in data.decode().splitlines()[:-1])]
        if verb == "observe":
            return SshAnswer(0, self.observed(), b"")
        self.written.append((verb, lines))
        if verb == "account":
            self._account(dict(lines), [value for key, value in lines if key == "key"], [value for key, value in lines if key == "open"])
        return SshAnswer(0, b"", b"")

    def observed(self) -> bytes:
        accounts = "".join(entry.line(name) for name, entry in self.accounts.items())
        keys = {f"keys {name}": entry.keys for name, entry in self.accounts.items() if entry.member}
        return framed({**ALWAYS, "accounts": accounts, **keys, **self.further})

    def _account(self, values: Mapping[str, str], keys: Iterable[str], opens: Sequence[str]) -> None:
        entry = self.accounts.setdefault(values["name"], Entry(2000 + len(self.accounts)))
        assert entry.member or values.get("uid") == str(entry.uid)
        assert not entry.privileged
        entry.member, entry.shell = True, "/usr/sbin/nologin"
        entry.expires = str((date.fromisoformat(values["expires"]) - date(1970, 1, 1)).days) if "expires" in values else ""
        entry.keys = "".join(jump_line(key, *opens) for key in keys)
        if values["enabled"] == "no":
            entry.expires, entry.keys = "1", ""
