"""What was found on the servers, sorted by team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from eiginfra.core.finding import Finding
from eiginfra.core.provider import Account
from eiginfra.core.resource import Observed

Entry = Mapping[str, JsonValue]


@dataclass
class FoundTeam:
    """A team as the servers have it. members: of its GitLab group. users: of its group of accounts on the compute server, else None."""

    id: str
    group: Observed | None = None
    pool: Observed | None = None
    projects: list[Observed] = field(default_factory=list)
    members: list[Entry] = field(default_factory=list)
    users: frozenset[str] | None = None
    guests: list[Observed] = field(default_factory=list)


@dataclass
class Estate:
    """All that was found. accounts: by the key in cohort.yml, then by user name. keys: the public keys on the gateway, by user name.

    published: what the gateway sends on, by the address that it goes to. backed: the guests in the cohort's backup jobs, `#100` or marker.
    """

    teams: dict[str, FoundTeam] = field(default_factory=dict)
    group: Observed | None = None
    backup: Observed | None = None
    accounts: Mapping[str, Mapping[str, Account]] = field(default_factory=dict)
    keys: dict[str, Sequence[str]] = field(default_factory=dict)
    published: dict[str, list[Observed]] = field(default_factory=dict)
    backed: frozenset[str] = frozenset()
    findings: list[Finding] = field(default_factory=list)

    def account(self, key: str, username: str) -> Account | None:
        """The account of somebody; None if the service has none."""
        return self.accounts.get(key, {}).get(username)


def listed(value: JsonValue) -> list[JsonValue]:
    """A list, empty where there is none."""
    return value if isinstance(value, list) else []


def entries(value: JsonValue) -> list[dict[str, JsonValue]]:
    """The mappings of a list."""
    return [item for item in listed(value) if isinstance(item, dict)]


def address_of(guest: Observed) -> str | None:
    """The IPv4 address of a guest, without the length of its network."""
    address = guest.facts.get("address")
    return address if isinstance(address, str) and address[:1].isdigit() else None
