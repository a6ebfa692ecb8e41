"""Whether a Proxmox VE can be worked with, and what to do where it cannot."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from eiginfra.core.errors import NotFoundError, PermissionDeniedError, ProviderError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.providers.proxmox import images
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.permissions import Permissions
from eiginfra.providers.proxmox.privileges import NEEDS, Purpose, grant, paths_of
from eiginfra.providers.proxmox.settings import ProxmoxSettings

_OLDEST = (8, 2)
_DAYS_LEFT = 21
_CLOCK_SECONDS = 60
_DAY = 86400


class Examined:
    """A server, and what several looks ask of it once."""

    def __init__(self, client: ProxmoxClient) -> None:
        self.client = client
        self.site = client.settings
        self.storages = cache(lambda node: client.rows(f"nodes/{node}/storage", f"list storages of {node}"))
        """Those of a node."""

    @cached_property
    def allowed(self) -> Permissions:
        """What the token may do."""
        return Permissions(self.client.get("access/permissions", "read the token's permissions"))

    @cached_property
    def guests(self) -> Sequence[Mapping[str, Any]]:
        """All guests that the token sees."""
        return self.client.resources()

    @cached_property
    def nodes(self) -> Mapping[str, bool]:
        """The cluster's nodes, and whether each is online."""
        return {str(row["node"]): row.get("status") == "online" for row in self.client.rows("nodes", "list nodes")}

    @cached_property
    def templates(self) -> Sequence[int]:
        """The VM templates to ask rights on: the site's images; without any those that were meant to be cloned, or all that are seen."""
        if wanted := sorted({image for _, image in self.site.images if isinstance(image, int)}):
            return wanted
        granted = self.allowed.granted
        meant = {int(path.removeprefix("/vms/")) for path, names in granted.items() if path.startswith("/vms/") and "VM.Clone" in names}
        seen = {int(row["vmid"]) for row in self.guests if str(row.get("template", 0)) == "1" and row.get("type") == "qemu"}
        ready = {vmid for vmid in seen if "VM.Clone" in self.allowed.held(f"/vms/{vmid}")}
        return sorted(meant | ready or seen)


def examine(client: ProxmoxClient) -> list[Finding]:
    """Everything worth saying; an error where nothing further can be found out. Raises only for a CA file that cannot be read."""
    site = client.settings
    try:
        version = client.get("version", "read the version")
    except ProviderError as problem:
        return [error("proxmox-unreachable", text=str(problem), address=site.url)]
    findings, seen = list(_version(site, version)), Examined(client)
    looks = (_certificate, _permissions, _realm, _nodes, _storages, _bridge, _container_images, _vm_images, _firewall, _clock)
    for look in looks:
        findings += _safely(look, seen)
    return findings or [notice("proxmox-fine", version=version["version"], url=site.url, address=site.url)]


def _realm(seen: Examined) -> Iterator[Finding]:
    realms = sorted(str(row["realm"]) for row in seen.client.get("access/domains", "list realms"))
    if seen.site.realm not in realms:
        yield error("realm-unknown", realm=seen.site.realm, realms=realms, address=seen.site.url)


def _safely(look: Callable[[Examined], Iterator[Finding]], seen: Examined) -> list[Finding]:
    """One part of the examination must not end the others."""
    try:
        return list(look(seen))
    except PermissionDeniedError as problem:
        return [notice("proxmox-not-examined", text=str(problem), address=seen.site.url)]
    except ProviderError as problem:
        return [warning("proxmox-not-examined", text=str(problem), address=seen.site.url)]


def _version(site: ProxmoxSettings, answer: Mapping[str, Any]) -> Iterator[Finding]:
    text = str(answer.get("version", ""))
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST:
        yield warning("proxmox-old", version=text, address=site.url)


def _certificate(seen: Examined) -> Iterator[Finding]:
    """The connection was verified when the version was read; here, for how long that will last."""
    site = seen.site
    where = urlsplit(site.url)
    if where.scheme != "https":
        yield error("proxmox-no-tls", address=site.url)
        return
    context = ssl.create_default_context(cafile=site.ca)
    try:
        with (
            socket.create_connection((str(where.hostname), where.port or 443), timeout=site.timeout) as plain,
            context.wrap_socket(plain, server_hostname=where.hostname) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as problem:
        yield warning("certificate-unreadable", text=str(problem), address=site.url)
        return
    days = int((ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) // _DAY)
    if days < _DAYS_LEFT:
        yield warning("certificate-ends", days=days, address=site.url)


def _permissions(seen: Examined) -> Iterator[Finding]:
    """What the table of privileges asks for and the token has not; an error where nothing works without it."""
    site = seen.site
    for need in NEEDS:
        for path in paths_of(need, site, seen.templates):
            lacking = sorted(need.privileges.keys() - _held(seen.allowed, path))
            if not lacking:
                continue
            yield (error if need.purpose is Purpose.CORE else warning)(
                "token-rights",
                token=site.token_id,
                privileges=lacking,
                path=path,
                purpose=need.purpose.replace(" ", "-"),
                command=grant(site, path, "ROLE", propagate=need.propagate),
                needed=list(need.privileges),
                address=site.url,
            )


def _held(allowed: Permissions, path: str) -> frozenset[str]:
    """What holds on a path. For pools, what the token has on any of them is enough here: an administrator may have made them."""
    below = [names for other, names in allowed.granted.items() if path == "/pool" and other.startswith("/pool/")]
    return allowed.held(path).union(*below)


def _nodes(seen: Examined) -> Iterator[Finding]:
    site, nodes = seen.site, seen.nodes
    for node in site.nodes:
        if node not in nodes:
            yield error("node-unknown", node=node, nodes=sorted(nodes), address=site.url)
        elif not nodes[node]:
            yield error("node-down", node=node, address=site.url)


def _container_images(seen: Examined) -> Iterator[Finding]:
    return images.container_templates(seen.client, [node for node in seen.site.nodes if seen.nodes.get(node, False)])


def _vm_images(seen: Examined) -> Iterator[Finding]:
    return images.vm_templates(seen.client, seen.guests, seen.storages, seen.allowed)


def _storages(seen: Examined) -> Iterator[Finding]:
    site = seen.site
    needs = ((site.disks, "rootdir"), (site.disks, "images"), (site.templates, "vztmpl"), (site.backups, "backup"))
    for node in site.nodes:
        rows = {str(row["storage"]): row for row in seen.storages(node)}
        for storage in sorted({storage for storage, _ in needs}):
            row = rows.get(storage)
            lacking = [content for name, content in needs if name == storage and content not in str((row or {}).get("content")).split(",")]
            if row is None:
                yield error("storage-unknown", storage=storage, node=node, address=site.url)
            elif not row.get("active"):
                yield error("storage-inactive", storage=storage, node=node, address=site.url)
            elif lacking:
                yield error("storage-content", storage=storage, node=node, contents=lacking, address=site.url)


def _bridge(seen: Examined) -> Iterator[Finding]:
    site, client = seen.site, seen.client
    for node in site.nodes:
        bridges = {str(row["iface"]) for row in client.get(f"nodes/{node}/network", f"list networks of {node}", type="any_bridge")}
        if site.bridge not in bridges:
            yield error("bridge", node=node, bridge=site.bridge, bridges=sorted(bridges), address=site.url)


def _firewall(seen: Examined) -> Iterator[Finding]:
    options = seen.client.get("cluster/firewall/options", "read the datacenter's firewall")
    if str(options.get("enable", 0)) != "1":
        yield notice("datacenter-firewall-off", address=seen.site.url)


def _clock(seen: Examined) -> Iterator[Finding]:
    for node in seen.site.nodes:
        try:
            there = seen.client.clock(node)
        except NotFoundError:
            continue
        here = time.time()
        if abs(there - here) > _CLOCK_SECONDS:
            says, ours = (f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M:%S}" for when in (there, here))
            yield warning("clock", node=node, there=says, here=ours, address=seen.site.url)
