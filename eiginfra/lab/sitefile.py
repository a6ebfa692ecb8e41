"""The site file that tells eiginfra where the lab is, in the format of any other site file."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from eiginfra.lab.config import PROFILES, LabConfig
from eiginfra.lab.files import write_private

DOMAIN = "eig-apps.example.org"
PORTS = "10000-19999"
RESERVED = ("www",)
ADDRESSES = "addresses.json"
CA = "proxmox-ca.pem"
TOKEN_ID = "eiginfra@pve!ci"  # noqa: S105 - the token's name, not its secret

_NETWORK = {
    "bridge": "vmbr1",
    "subnet": "192.168.0.0/24",
    "gateway": "192.168.0.254",
    "dns": ["9.9.9.9"],
    "ids": "100-250",
}
_WIDE = {"subnet": "10.0.0.0/16", "gateway": "10.0.255.254", "ids": "100-60000"}

_STATES: dict[str, dict[str, Any]] = {
    "eig": {
        "nodes": ["eig"],
        "storage": {"disks": "local-lvm", "templates": "local", "backups": "local"},
        "network": _NETWORK,
    },
    "recordings": {
        "nodes": ["pve1"],
        "storage": {"disks": "local", "templates": "local", "backups": "local"},
        "network": {**_NETWORK, "bridge": "vmbr0"},
    },
}

_SIZES = {
    "small": {"cores": 1, "memory": "512MiB", "disk": "8GiB"},
    "medium": {"cores": 2, "memory": "1GiB", "disk": "16GiB"},
    "large": {"cores": 4, "memory": "2GiB", "disk": "32GiB"},
}
_IMAGES = {
    "debian-12": {"container": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", "vm": 9012, "user": "debian"},
    "ubuntu-24.04": {"container": "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst", "vm": 9024, "user": "ubuntu"},
}


def nodes_of(config: LabConfig) -> list[str]:
    """The nodes of the lab's Proxmox; the first is the gateway, too."""
    return list(config.nodes) or list(_STATES[PROFILES[config.profile][0]]["nodes"])


def network_of(config: LabConfig) -> dict[str, Any]:
    """The machines' network."""
    return {**_STATES[PROFILES[config.profile][0]]["network"], **(_WIDE if config.wide_network else {})}


@dataclass(frozen=True, slots=True)
class GatewayAccess:
    """How the lab's gateway and the machines behind it are entered; keys in OpenSSH's formats."""

    port: int
    host_key: str
    key: str
    machines_key: str
    machines_public: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the lab listens: the address of each service, and the further ones of the gateway."""

    urls: dict[str, str] = field(default_factory=dict)
    also: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> dict[str, str]:
        """Both."""
        return self.urls | self.also


def write_site(
    path: Path, config: LabConfig, addresses: Addresses, *, tokens: dict[str, str], ca_pem: bytes, gateway: GatewayAccess | None
) -> None:
    """Write the site file, and beside it tokens, keys, addresses and the CA's certificate, readable by their owner alone.

    Paths in the file are relative to it. The site file comes last: who sees it finds all it names.
    """
    site: dict[str, Any] = {}
    urls = addresses.urls
    for name, token in tokens.items():
        write_private(path.parent / f"{name}.token", token + "\n")
    write_private(path.parent / ADDRESSES, json.dumps({"urls": addresses.urls, "also": addresses.also}))
    write_private(path.parent / CA, ca_pem.decode("ascii"))
    if "gitlab" in urls:
        site["gitlab"] = {
            "url": urls["gitlab"],
            "token": {"file": "gitlab.token"},
            "root_group": "eig",
            "accounts": "create",
        }
    if "proxmox" in urls:
        site["proxmox"] = {
            "url": urls["proxmox"],
            "token_id": TOKEN_ID,
            "token": {"file": "proxmox.token"},
            "ca": CA,
            **_STATES[PROFILES[config.profile][0]],
            "realm": "pve",
            "nodes": nodes_of(config),
            "network": network_of(config),
        }
    if gateway:
        site |= _sections(path.parent, config, gateway)
    site |= {"journal": "journal.db", "sizes": _SIZES, "images": _IMAGES}
    write_private(path, "# Written by the lab at its start.\n" + yaml.safe_dump(site, sort_keys=False))


def _sections(folder: Path, config: LabConfig, gateway: GatewayAccess) -> dict[str, Any]:
    """The sections of the gateway and the machines, their keys written beside the site file."""
    write_private(folder / "gateway.key", gateway.key)
    write_private(folder / "machines.key", gateway.machines_key)
    write_private(folder / "known_hosts", f"[127.0.0.1]:{gateway.port} {gateway.host_key}\n")
    return {
        "gateway": {
            "host": "127.0.0.1",
            "port": gateway.port,
            "user": "eiginfra",
            "key": {"file": "gateway.key"},
            "host_key": "known_hosts",
            "domain": DOMAIN,
            "ports": PORTS,
            "certificate": f"/etc/letsencrypt/live/{DOMAIN}",
            "reserved": list(RESERVED),
            "via": nodes_of(config)[0],
        },
        "machines": {"key": {"file": "machines.key"}, "public": gateway.machines_public, "host_keys": "first-use"},
    }
