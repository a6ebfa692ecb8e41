"""Proxmox VE as a provider: its section of the site file, its kinds and its doctor, over one client."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from eiginfra.core.address import Address
from eiginfra.core.finding import Finding
from eiginfra.core.provider import Account, Context, Provider
from eiginfra.core.resource import Observed, Record
from eiginfra.core.utilisation import Host, Utilisation
from eiginfra.inventory.site import ProxmoxSite
from eiginfra.providers.proxmox.access import Access, Json
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.filters import FILTERS
from eiginfra.providers.proxmox.guests.kind import GuestKind
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.kinds.user import ProxmoxUserKind, beyond_a_team
from eiginfra.providers.proxmox.settings import ProxmoxSettings
from eiginfra.providers.proxmox.token_limits import token_limits
from eiginfra.providers.proxmox.utilisation import hosts, utilisation


class ProxmoxProvider(Provider[ProxmoxSite]):
    """A Proxmox VE cluster or single node."""

    name = "proxmox"
    section = ProxmoxSite
    filters = FILTERS
    account_key = "proxmox_id"
    workers = 8

    def __init__(self, section: ProxmoxSite | None, context: Context) -> None:
        self._section = section
        self._client = ProxmoxClient(None if section is None else _settings(section, context))
        self.kinds = all_kinds(self._client)

    @property
    def url(self) -> str | None:
        """The site file's."""
        return None if self._section is None else self._section.url

    @property
    def restart_window(self) -> str | None:
        """The site file's."""
        return None if self._section is None else self._section.restart_window

    def doctor(self) -> Iterable[Finding]:
        """Reachable, trusted, new enough, the token's rights, nodes, storages, bridge, clock."""
        return examine(self._client)

    def token_limits(self, *, read_only: bool) -> Iterable[Finding]:
        """Privileges that no purpose needs, and what they would let it do; for reading: all but those for looking."""
        return token_limits(self._client, read_only=read_only)

    def accounts(self, people: Mapping[str, str]) -> Mapping[str, Account]:
        """Those of these names in the site's realm."""
        access = Access(self._client)
        rows, rights = {str(row["userid"]): row for row in access.users()}, access.rights() if people else {}
        found = {name: row for name in people if (row := rows.get(access.spelt(access.userid(name)))) is not None}
        return {name: _account(row, rights, people[name]) for name, row in found.items()}

    def remembered(self, history: Iterable[Record]) -> Collection[str]:
        """By the records of accounts."""
        return {record.address.key.rpartition("@")[0] for record in history if record.address.kind == ProxmoxUserKind.name}

    def utilisation(self, objects: Iterable[Observed]) -> Mapping[Address, Utilisation]:
        """Of containers and VMs, by the history that the nodes keep."""
        types = {kind.name: kind.type for kind in self.kinds if isinstance(kind, GuestKind)}
        with ThreadPoolExecutor(self.workers, thread_name_prefix="history") as readers:
            return utilisation(self._client, readers, types, objects)

    def hosts(self) -> Sequence[Host]:
        """The site's nodes."""
        return hosts(self._client) if self._client.known else ()

    def limit(self, seconds: float | None) -> None:
        """For the client's requests."""
        self._client.bounds.phase.begin(seconds)

    def requests(self) -> Mapping[str, int]:
        """The client's."""
        return self._client.meter.counts

    def oddities(self) -> Sequence[Finding]:
        """The client's."""
        return self._client.odd.take()

    def close(self) -> None:
        """End the client's threads and connections."""
        self._client.close()


def _account(row: Json, rights: Mapping[str, Collection[str]], email: str) -> Account:
    return Account(
        id=str(row["userid"]),
        name=str(row["userid"]),
        shown=" ".join(str(row[part]) for part in ("firstname", "lastname") if row.get(part)),
        state="enabled" if str(row.get("enable", 1)) == "1" else "disabled",
        administrator=bool(beyond_a_team(row, rights)),
        proved=bool(email) and str(row.get("email") or "").lower() == email.lower(),
        email=str(row.get("email") or "").lower(),
    )


def _settings(section: ProxmoxSite, context: Context) -> ProxmoxSettings:
    """How to speak to the site's Proxmox. Raises InputError for a token that is not to be had."""
    return ProxmoxSettings(
        url=section.url,
        token_id=section.token_id,
        token=context.secret(section.token, "token"),
        ca=None if context.offline else section.ca,
        proxy=section.proxy,
        nodes=section.nodes,
        disks=section.storage.disks,
        templates=section.storage.templates,
        backups=section.storage.backups,
        bridge=section.network.bridge,
        subnet=section.network.subnet,
        gateway=section.network.gateway,
        dns=section.network.dns,
        ids=(section.network.ids.first, section.network.ids.last),
        realm=section.realm,
        overcommit=section.overcommit,
        node_tasks=section.limits.node,
        storage_tasks=section.limits.storage,
        images=tuple((name, template) for name, templates in context.images.items() for template in templates.values()),
    )
