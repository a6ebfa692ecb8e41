"""The site file that tells eiginfra where the lab is, in the format of any other site file."""

from pathlib import Path
from typing import Any

import yaml

from eiginfra.lab.config import PROFILES, LabConfig
from eiginfra.lab.files import write_private

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
    "debian-12": {"container": "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", "vm": 9012},
    "ubuntu-24.04": {"container": "local:vztmpl/ubuntu-24.04-standard_24.04-2_amd64.tar.zst", "vm": 9024},
}


def write_site(path: Path, config: LabConfig, *, urls: dict[str, str], tokens: dict[str, str], ca_pem: bytes) -> None:
    """Write the site file, and beside it the tokens and the CA's certificate, readable by their owner alone.

    Paths in the file are relative to it. The site file comes last: who sees it finds all it names.
    """
    site: dict[str, Any] = {}
    for name, token in tokens.items():
        write_private(path.parent / f"{name}.token", token + "\n")
    if "gitlab" in urls:
        site["gitlab"] = {
            "url": urls["gitlab"],
            "token": {"file": "gitlab.token"},
            "root_group": "eig",
            "accounts": "create",
        }
    if "proxmox" in urls:
        write_private(path.parent / "proxmox-ca.pem", ca_pem.decode("ascii"))
        site["proxmox"] = {
            "url": urls["proxmox"],
            "token_id": TOKEN_ID,
            "token": {"file": "proxmox.token"},
            "ca": "proxmox-ca.pem",
            **_STATES[PROFILES[config.profile][0]],
            "realm": "pve",
        }
        if config.nodes:
            site["proxmox"]["nodes"] = list(config.nodes)
        if config.wide_network:
            site["proxmox"]["network"] = {**site["proxmox"]["network"], **_WIDE}
    site |= {"journal": "journal.db", "sizes": _SIZES, "images": _IMAGES}
    write_private(path, "# Written by the lab at its start.\n" + yaml.safe_dump(site, sort_keys=False))
