"""Whether the site's images are what machines can be made from: container templates on their storages, VM templates that can be cloned."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from eiginfra.core.errors import NotFoundError, PermissionDeniedError, ProviderError
from eiginfra.core.finding import Finding, error, warning
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.codec import Properties
from eiginfra.providers.proxmox.guests.survey import Reading
from eiginfra.providers.proxmox.guests.templates import drives
from eiginfra.providers.proxmox.permissions import Permissions
from eiginfra.providers.proxmox.privileges import grant

Rows = Sequence[Mapping[str, Any]]


def container_templates(client: ProxmoxClient, online: Sequence[str]) -> Iterator[Finding]:
    """The volume of each image, on every node of the site that is online: a storage of its own may have it on some only."""
    site = client.settings
    wanted = [(name, volume) for name, volume in site.images if isinstance(volume, str)]
    for storage in sorted({volume.partition(":")[0] for _, volume in wanted}):
        for node in online:
            try:
                found = {str(row["volid"]) for row in client.volumes(node, storage)}
            except PermissionDeniedError as problem:
                yield warning("images-unseen", node=node, storage=storage, text=str(problem), address=site.url)
                continue
            except ProviderError as problem:
                yield error("images-unseen", node=node, storage=storage, text=str(problem), address=site.url)
                continue
            missing = [(name, volume) for name, volume in wanted if volume.startswith(f"{storage}:") and volume not in found]
            for name, volume in missing:
                yield error("image-missing", image=name, volume=volume, node=node, storage=storage, there=sorted(found), address=site.url)


def vm_templates(client: ProxmoxClient, guests: Rows, storages: Callable[[str], Rows], allowed: Permissions) -> Iterator[Finding]:
    """The template of each image: there, a template, of a VM, with cloud-init, and on bridges that the token may use."""
    site = client.settings
    known = {int(row["vmid"]): row for row in guests}
    for name, vmid in site.images:
        if not isinstance(vmid, int):
            continue
        row = known.get(vmid)
        templates = sorted(other for other, found in known.items() if found.get("type") == "qemu" and _is_template(found))
        if row is None:
            yield error("image-guest-missing", image=name, id=vmid, there=templates, address=site.url)
        elif row.get("type") != "qemu":
            yield error("image-no-vm", image=name, id=vmid, node=row["node"], there=templates, address=site.url)
        elif not _is_template(row):
            yield error("image-no-template", image=name, id=vmid, node=row["node"], there=templates, address=site.url)
        else:
            yield from _clonable(client, vmid, str(row["node"]), storages, allowed)


def _is_template(row: Mapping[str, Any]) -> bool:
    return str(row.get("template", 0)) == "1"


def _clonable(client: ProxmoxClient, vmid: int, node: str, storages: Callable[[str], Rows], allowed: Permissions) -> Iterator[Finding]:
    """What its configuration says of clones."""
    site = client.settings
    try:
        config = Reading.of(client.pending(node, "qemu", vmid)).running
    except (NotFoundError, PermissionDeniedError):
        return  # the token's rights are told elsewhere
    found = drives(config)
    if not any("cloudinit" in str(drive.get("file")) for drive in found.values()):
        yield warning("template-without-cloud-init", id=vmid, node=node, storage=site.disks, address=site.url)
    disks = sorted({str(drive.get("file")).partition(":")[0] for drive in found.values() if drive.get("media") != "cdrom"})
    others = [other for other in site.nodes if other != node]
    if others and (own := sorted(set(disks) - {str(row["storage"]) for row in storages(node) if row.get("shared")})):
        yield warning("template-on-one-node", id=vmid, node=node, storages=own, others=others, address=site.url)
    for key in sorted(key for key in config if key.startswith("net") and key[3:].isdecimal()):
        device = Properties.parse(str(config[key]), "model")
        if (bridge := device.get("bridge")) and not allowed.allow(wanted := allowed.bridge(bridge, device.get("tag"))):
            yield warning(
                "template-bridge", id=vmid, device=key, right=str(wanted), command=grant(site, wanted.path, "ROLE"), address=site.url
            )
