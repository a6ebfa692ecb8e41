"""Proxmox VE as a provider: its section of the site file, its kinds and its doctor, over one client."""

from collections.abc import Iterable, Mapping, Sequence

from eiginfra.core.finding import Finding
from eiginfra.core.provider import Context, Provider
from eiginfra.inventory.site import ProxmoxSite
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.filters import FILTERS
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.settings import ProxmoxSettings


class ProxmoxProvider(Provider[ProxmoxSite]):
    """A Proxmox VE cluster or single node."""

    name = "proxmox"
    section = ProxmoxSite
    filters = FILTERS
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
