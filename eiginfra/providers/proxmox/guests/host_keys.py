"""The SSH host keys of VMs, as the agent inside tells them: asked for only where somebody is to enter, and no record has them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from eiginfra.core.address import Address
from eiginfra.core.errors import ProviderError, UnreachableError
from eiginfra.core.resource import Observed, Scope
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.ssh_host_keys import HostKey

_FILES = tuple(f"/etc/ssh/ssh_host_{sort}_key.pub" for sort in ("ed25519", "ecdsa", "rsa"))


def told(client: ProxmoxClient, guests: Sequence[Observed], scope: Scope) -> list[Observed]:
    """The guests, those that run and whose host keys are asked for with the fact `host_keys`: fingerprints.

    A VM's root chooses what its agent says of it: nobody else is concerned.
    """
    records = {record.address: record for record in (*scope.history, *scope.recorded.values())}
    known = {_entered(record.values) for record in records.values() if record.handle.get("host_keys")}
    asked = {_entered(resource.values) for resource in scope.everything.values()} - known
    return [
        replace(guest, facts={**guest.facts, "host_keys": [*_keys(client, guest)]})
        if guest.address in asked and guest.facts.get("status") == "running" and guest.values.get("agent") is True
        else guest
        for guest in guests
    ]


def _entered(values: Mapping[str, JsonValue]) -> Address | None:
    """The machine whose keys a resource is about; None for other resources."""
    machine = values.get("machine")
    try:
        return Address.parse(machine) if isinstance(machine, str) and "keys" in values else None
    except ValueError:
        return None


def _keys(client: ProxmoxClient, guest: Observed) -> Iterator[str]:
    """The fingerprints, as far as the agent answers and the token may ask it."""
    for file in _FILES:
        try:
            yield HostKey.parse(client.agent_file(str(guest.handle["node"]), int(str(guest.handle["vmid"])), file)).fingerprint
        except UnreachableError:
            raise
        except ProviderError:
            return
        except ValueError:
            continue
