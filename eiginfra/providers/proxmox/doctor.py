"""Whether a Proxmox VE can be worked with, and what to do where it cannot."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from eiginfra.core.errors import NotFoundError, PermissionDeniedError, ProviderError
from eiginfra.core.finding import Finding, error, notice, warning
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.privileges import NEEDS, SEE, SPACE, Purpose, grant, paths_of
from eiginfra.providers.proxmox.settings import ProxmoxSettings

_OLDEST = (8, 2)
_DAYS_LEFT = 21
_CLOCK_SECONDS = 60
_DAY = 86400

Granted = Mapping[str, Mapping[str, int]]
"""Paths, and on each the privileges, with whether they are passed on below."""


def examine(client: ProxmoxClient) -> list[Finding]:
    """Everything worth saying; an error where nothing further can be found out. Raises only for a CA file that cannot be read."""
    site = client.settings
    try:
        version = client.get("version", "read the version")
    except ProviderError as problem:
        return [error("proxmox-unreachable", text=str(problem), address=site.url)]
    findings = list(_version(site, version))
    for look in (_certificate, _permissions, _realm, _nodes, _storages, _bridge, _firewall, _clock):
        findings += _safely(look, client)
    return findings or [notice("proxmox-fine", version=version["version"], url=site.url, address=site.url)]


def _realm(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    realms = sorted(str(row["realm"]) for row in client.get("access/domains", "list realms"))
    if site.realm not in realms:
        yield error("realm-unknown", realm=site.realm, realms=realms, address=site.url)


def _safely(look: Callable[[ProxmoxClient], Iterator[Finding]], client: ProxmoxClient) -> list[Finding]:
    """One part of the examination must not end the others."""
    try:
        return list(look(client))
    except PermissionDeniedError as problem:
        return [notice("proxmox-not-examined", text=str(problem), address=client.settings.url)]
    except ProviderError as problem:
        return [warning("proxmox-not-examined", text=str(problem), address=client.settings.url)]


def _version(site: ProxmoxSettings, answer: Mapping[str, Any]) -> Iterator[Finding]:
    text = str(answer.get("version", ""))
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST:
        yield warning("proxmox-old", version=text, address=site.url)


def _certificate(client: ProxmoxClient) -> Iterator[Finding]:
    """The connection was verified when the version was read; here, for how long that will last."""
    site = client.settings
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


def _permissions(client: ProxmoxClient) -> Iterator[Finding]:
    """What the table of privileges asks for and the token has not; an error where nothing works without it."""
    site = client.settings
    granted: Granted = client.get("access/permissions", "read the token's permissions")
    for need in NEEDS:
        for path in paths_of(need, site, _templates(client, granted)):
            lacking = sorted(need.privileges.keys() - _held(granted, path))
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


def _held(granted: Granted, path: str) -> set[str]:
    """What holds on a path, by the nearest path that the server lists: there all, above it what is passed on.

    For pools, what the token has on any of them is enough here: an administrator may have made them; the rest the server says.
    """
    above = [other for other in granted if f"{path}/".startswith(f"{other.rstrip('/')}/")]
    nearest = max(above, key=len, default=None)
    held = {name for name, passed in granted.get(nearest or "", {}).items() if nearest == path or passed}
    held |= {SEE} if SPACE in held else set()
    below = [names for other, names in granted.items() if path == "/pool" and other.startswith("/pool/")]
    return held.union(*below)


def _templates(client: ProxmoxClient, granted: Granted) -> list[int]:
    """The VM templates to ask rights on: those that were meant to be cloned, or, if there is none yet, all that are seen."""
    meant = {int(path.removeprefix("/vms/")) for path, names in granted.items() if path.startswith("/vms/") and "VM.Clone" in names}
    seen = {int(row["vmid"]) for row in client.resources() if str(row.get("template", 0)) == "1" and row.get("type") == "qemu"}
    ready = {vmid for vmid in seen if "VM.Clone" in _held(granted, f"/vms/{vmid}")}
    return sorted(meant | ready or seen)


def _nodes(client: ProxmoxClient) -> Iterator[Finding]:
    online = {str(row["node"]): row.get("status") == "online" for row in client.get("nodes", "list nodes")}
    for node in client.settings.nodes:
        if not online.get(node, False):
            offline = node in online
            known = sorted(online)
            url = client.settings.url
            yield error("node-down", node=node, address=url) if offline else error("node-unknown", node=node, nodes=known, address=url)


def _storages(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    needs = ((site.disks, "rootdir"), (site.disks, "images"), (site.templates, "vztmpl"), (site.backups, "backup"))
    for node in site.nodes:
        rows = {str(row["storage"]): row for row in client.get(f"nodes/{node}/storage", f"list storages of {node}")}
        for storage in sorted({storage for storage, _ in needs}):
            row = rows.get(storage)
            lacking = [content for name, content in needs if name == storage and content not in str((row or {}).get("content")).split(",")]
            if row is None:
                yield error("storage-unknown", storage=storage, node=node, address=site.url)
            elif not row.get("active"):
                yield error("storage-inactive", storage=storage, node=node, address=site.url)
            elif lacking:
                yield error("storage-content", storage=storage, node=node, contents=lacking, address=site.url)


def _bridge(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    for node in site.nodes:
        bridges = {str(row["iface"]) for row in client.get(f"nodes/{node}/network", f"list networks of {node}", type="any_bridge")}
        if site.bridge not in bridges:
            yield error("bridge", node=node, bridge=site.bridge, bridges=sorted(bridges), address=site.url)


def _firewall(client: ProxmoxClient) -> Iterator[Finding]:
    options = client.get("cluster/firewall/options", "read the datacenter's firewall")
    if str(options.get("enable", 0)) != "1":
        yield notice("datacenter-firewall-off", address=client.settings.url)


def _clock(client: ProxmoxClient) -> Iterator[Finding]:
    for node in client.settings.nodes:
        try:
            there = client.clock(node)
        except NotFoundError:
            continue
        here = time.time()
        if abs(there - here) > _CLOCK_SECONDS:
            says, ours = (f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M:%S}" for when in (there, here))
            yield warning("clock", node=node, there=says, here=ours, address=client.settings.url)
