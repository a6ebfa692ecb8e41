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
from eiginfra.providers.proxmox.settings import ProxmoxSettings

_OLDEST = (8, 2)
_DAYS_LEFT = 21
_CLOCK_SECONDS = 60
_DAY = 86400

# The least that is needed on the pools of the cohort, as trials on Proxmox VE 9.1 found.
_CONFIG = ("CPU", "Cloudinit", "Disk", "Memory", "Network", "Options")
_GUESTS = frozenset(
    {"VM.Allocate", "VM.Audit", "VM.PowerMgmt", "Pool.Allocate", "Pool.Audit", *(f"VM.Config.{part}" for part in _CONFIG)},
)


def examine(client: ProxmoxClient) -> list[Finding]:
    """Everything worth saying; an error where nothing further can be found out. Raises only for a CA file that cannot be read."""
    site = client.settings
    try:
        version = client.get("version", "read the version")
    except ProviderError as problem:
        return [error("proxmox-unreachable", str(problem), address=site.url)]
    findings = list(_version(site, version))
    for look in (_certificate, _permissions, _access, _nodes, _storages, _bridge, _firewall, _clock):
        findings += _safely(look, client)
    return findings or [notice("proxmox-fine", f"Proxmox VE {version['version']} at {site.url} can be worked with", address=site.url)]


def _access(client: ProxmoxClient) -> Iterator[Finding]:
    """What accounts, groups, roles and rights take, as trials on Proxmox VE 9.1 found; a playbook may do without."""
    site = client.settings
    granted: Mapping[str, Mapping[str, int]] = client.get("access/permissions", "read the token's permissions")
    needs = [
        ("/access", {"Sys.Audit", "Sys.Modify"}),
        ("/access/groups", {"Group.Allocate", "User.Modify"}),
        (f"/access/realm/{site.realm}", {"Realm.AllocateUser"}),
    ]
    for path, privileges in needs:
        held = {name for other, names in granted.items() if _covers(other, path, below=False) for name in names}
        if lacking := sorted(privileges - held):
            yield warning(
                "token-rights-access",
                f"the token {site.token_id} lacks {', '.join(lacking)} on {path}: it cannot make all of teams' accounts, groups and roles",
                remedy=f"as root: pveum acl modify {path} --tokens '{site.token_id}' --roles ROLE, with a role that has them",
                address=site.url,
            )
    realms = sorted(str(row["realm"]) for row in client.get("access/domains", "list realms"))
    if site.realm not in realms:
        remedy = f"see `realm:` under `proxmox:`; there are {', '.join(realms)}"
        yield error("realm-missing", f"Proxmox has no realm {site.realm}", remedy=remedy, address=site.url)


def _safely(look: Callable[[ProxmoxClient], Iterator[Finding]], client: ProxmoxClient) -> list[Finding]:
    """One part of the examination must not end the others."""
    try:
        return list(look(client))
    except PermissionDeniedError as problem:
        return [notice("proxmox-not-examined", str(problem), address=client.settings.url)]
    except ProviderError as problem:
        return [warning("proxmox-not-examined", str(problem), address=client.settings.url)]


def _version(site: ProxmoxSettings, answer: Mapping[str, Any]) -> Iterator[Finding]:
    text = str(answer.get("version", ""))
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if numbers < _OLDEST:
        yield warning(
            "proxmox-old", f"Proxmox VE {text} was never tried; 8.2 or newer is meant", remedy="upgrade the server", address=site.url
        )


def _certificate(client: ProxmoxClient) -> Iterator[Finding]:
    """The connection was verified when the version was read; here, for how long that will last."""
    site = client.settings
    where = urlsplit(site.url)
    if where.scheme != "https":
        yield error("proxmox-no-tls", "the token is sent unencrypted", remedy="write https:// in `url:`", address=site.url)
        return
    context = ssl.create_default_context(cafile=site.ca)
    try:
        with (
            socket.create_connection((str(where.hostname), where.port or 443), timeout=site.timeout) as plain,
            context.wrap_socket(plain, server_hostname=where.hostname) as secure,
        ):
            certificate = secure.getpeercert() or {}
    except OSError as problem:
        yield warning("proxmox-not-examined", f"its certificate could not be read: {problem}", address=site.url)
        return
    days = int((ssl.cert_time_to_seconds(str(certificate["notAfter"])) - time.time()) // _DAY)
    if days < _DAYS_LEFT:
        yield warning("certificate-ends", f"its certificate ends in {days} days", remedy="renew it on the server", address=site.url)


def _permissions(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    granted: Mapping[str, Mapping[str, int]] = client.get("access/permissions", "read the token's permissions")
    needs: list[tuple[str, frozenset[str], bool]] = [
        # All guests of the range must be seen, or a number that somebody's guest has would be handed out.
        ("/vms", frozenset({"VM.Audit"}), False),
        ("/pool", _GUESTS, True),
        *((f"/storage/{name}", frozenset({"Datastore.Audit"}), False) for name in sorted({site.backups, site.templates})),
        (f"/storage/{site.disks}", frozenset({"Datastore.AllocateSpace", "Datastore.Audit"}), False),
        *((f"/nodes/{node}", frozenset({"Sys.Audit"}), False) for node in site.nodes),
        ("/sdn", frozenset({"SDN.Use"}), True),
    ]
    for path, privileges, below in needs:
        held = {name for other, names in granted.items() if _covers(other, path, below=below) for name in names}
        if lacking := sorted(privileges - held):
            yield error(
                "token-rights",
                f"the token {site.token_id} lacks {', '.join(lacking)} on {path}",
                remedy=f"as root: pveum acl modify {path} --tokens '{site.token_id}' --roles ROLE, with a role that has them",
                address=site.url,
            )


def _covers(granted: str, needed: str, *, below: bool) -> bool:
    """A grant on the path or above it; or, where one is enough (a pool, a zone), below it: which, the server says when it refuses."""
    above, path = granted.rstrip("/") + "/", needed + "/"
    return path.startswith(above) or (below and above.startswith(path))


def _nodes(client: ProxmoxClient) -> Iterator[Finding]:
    online = {str(row["node"]): row.get("status") == "online" for row in client.get("nodes", "list nodes")}
    for node in client.settings.nodes:
        if not online.get(node, False):
            problem = "is offline" if node in online else f"does not exist; there are {', '.join(sorted(online))}"
            yield error("node", f"node {node} {problem}", remedy="see `nodes:` under `proxmox:`", address=client.settings.url)


def _storages(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    needs = ((site.disks, "rootdir"), (site.disks, "images"), (site.templates, "vztmpl"), (site.backups, "backup"))
    for node in site.nodes:
        rows = {str(row["storage"]): row for row in client.get(f"nodes/{node}/storage", f"list storages of {node}")}
        for storage in sorted({storage for storage, _ in needs}):
            row = rows.get(storage)
            lacking = [content for name, content in needs if name == storage and content not in str((row or {}).get("content")).split(",")]
            if row is None:
                problem = "does not exist, or is hidden from the token"
            elif not row.get("active"):
                problem = "is not active"
            elif lacking:
                problem = f"must not hold {', '.join(lacking)}"
            else:
                continue
            yield error("storage", f"storage {storage} on {node} {problem}", remedy="see `storage:` under `proxmox:`", address=site.url)


def _bridge(client: ProxmoxClient) -> Iterator[Finding]:
    site = client.settings
    for node in site.nodes:
        bridges = {str(row["iface"]) for row in client.get(f"nodes/{node}/network", f"list networks of {node}", type="any_bridge")}
        if site.bridge not in bridges:
            yield error(
                "bridge",
                f"node {node} has no bridge {site.bridge}; it has {', '.join(sorted(bridges)) or 'none'}",
                remedy="see `network:` under `proxmox:`",
                address=site.url,
            )


def _firewall(client: ProxmoxClient) -> Iterator[Finding]:
    options = client.get("cluster/firewall/options", "read the datacenter's firewall")
    if str(options.get("enable", 0)) != "1":
        yield notice(
            "datacenter-firewall-off",
            "the datacenter's firewall is off: rules of guests have no effect",
            remedy="turn it on by hand, from a console that does not depend on the network",
            address=client.settings.url,
        )


def _clock(client: ProxmoxClient) -> Iterator[Finding]:
    for node in client.settings.nodes:
        try:
            there = int(client.get(f"nodes/{node}/time", f"read the clock of {node}")["time"])
        except NotFoundError:
            continue
        here = time.time()
        if abs(there - here) > _CLOCK_SECONDS:
            says, ours = (f"{datetime.fromtimestamp(when, UTC):%Y-%m-%d %H:%M:%S}" for when in (there, here))
            yield warning(
                "clock",
                f"the clock of {node} says {says}, this machine's {ours} (UTC)",
                remedy="accounts and backups go by the server's clock; set the wrong one right (a lab may be in another year on purpose)",
                address=client.settings.url,
            )
