"""What a guest's configuration says, under the names of the spec's fields; what containers and VMs write in the same way."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue

from eiginfra.core.change import FieldDiff
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.codec import Properties, flag, parse_size, parse_tags, print_tags, removal_of
from eiginfra.providers.proxmox.guests.devices import device_values
from eiginfra.providers.proxmox.guests.spec import MIB, GuestSpec

Config = Mapping[str, Any]
_DEFAULT_MEMORY = 512


def shared_values(config: Config, device: str) -> dict[str, JsonValue]:
    """The fields that both sorts are read for in the same way; sizes as text. device: the key of the network device."""
    removal = removal_of(config.get("description"))
    order = Properties.parse(str(config.get("startup") or ""), "order").get("order")
    return {
        "memory": str(memory(config)),
        "protection": flag(config.get("protection", 0)),
        "onboot": flag(config.get("onboot", 0)),
        "order": int(order) if order else None,
        "dns": [server for server in re.split(r"[,;\s]+", str(config.get("nameserver") or "")) if server],
        "tags": list(parse_tags(config.get("tags"))),
        "remove_after": None if removal is None else removal.isoformat(),
        **device_values(config.get(device)),
    }


def shared_changes(spec: GuestSpec, fields: set[str], name_key: str) -> dict[str, Any]:
    """The parameters of the fields that both sorts are sent in the same way; None deletes an option."""
    changes: dict[str, tuple[str, Any]] = {
        "name": (name_key, spec.name),
        "cores": ("cores", spec.cores),
        "memory": ("memory", spec.memory // MIB),
        "tags": ("tags", print_tags(spec.tags)),
        "onboot": ("onboot", int(bool(spec.onboot))),
        "protection": ("protection", int(bool(spec.protection))),
        "dns": ("nameserver", " ".join(spec.dns or ()) or None),
    }
    return dict(changes[name] for name in changes if name in fields)


def settled(params: Mapping[str, Any], running: Config) -> dict[str, Any]:
    """Parameters as they are sent: those that are None go.

    What only waits for a restart is taken back by `revert`: of a container, Proxmox keeps it through a `delete` (as recorded).
    """
    gone = [name for name, value in params.items() if value is None]
    verbs = {"delete": [name for name in gone if name in running], "revert": [name for name in gone if name not in running]}
    sent = {name: value for name, value in params.items() if value is not None}
    return sent | {verb: ",".join(names) for verb, names in verbs.items() if names}


def startup(spec: GuestSpec, config: Config) -> str | None:
    """Its place in the order of starting; delays that people wrote are kept."""
    text = config.get("startup")
    if spec.order is None:
        return None
    return str(Properties.parse(str(text), "order").replace(order=str(spec.order))) if text else f"order={spec.order}"


def given(spec: GuestSpec, fields: Iterable[str]) -> set[str]:
    """Those of the fields that the spec sets."""
    return {name for name in fields if getattr(spec, name) is not None}


def memory(config: Config) -> ByteSize:
    """Main memory; a VM's may be written `current=512`."""
    text = Properties.parse(str(config.get("memory", _DEFAULT_MEMORY)), "current").get("current")
    return ByteSize(int(text or _DEFAULT_MEMORY) * MIB)


def volume_size(properties: Properties) -> ByteSize | None:
    """The size of a disk or volume; None when the server does not say."""
    size = properties.get("size")
    return parse_size(size) if size else None


def size_of(text: str) -> int:
    """A size from its canonical text; a part of a KiB is written in bytes."""
    return int(text[:-1]) if text[:-1].isdigit() else ByteSize.parse(text)


def shrinks(found: FieldDiff) -> bool:
    """Whether a disk or volume would have to become smaller: a resize only grows (recorded on a real server)."""
    before, after = found.before, found.after
    if found.field == "mounts" and isinstance(before, dict) and isinstance(after, dict):
        before, after = before.get("size"), after.get("size")
    elif found.field != "disk":
        return False
    return isinstance(before, str) and isinstance(after, str) and size_of(before) > size_of(after)
