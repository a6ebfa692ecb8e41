"""What the agent in a VM answers."""

from eiginfra.lab.gateway.keys import host_key, public_key
from eiginfra.lab.proxmox.api.guests import VM, interface
from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.figures import agent_enabled
from eiginfra.lab.proxmox.guests import volumes
from eiginfra.lab.proxmox.routing import ProxmoxCall, any_perm, endpoint
from eiginfra.lab.proxmox.schema import STRINGS, parse_string
from eiginfra.lab.proxmox.state import GuestRecord, Json


def _agent(call: ProxmoxCall) -> GuestRecord:
    guest = call.lab.guest(call.node, "qemu", call.vmid)
    if not agent_enabled(guest):
        raise ServerError("No QEMU guest agent configured")
    if not guest.running:
        raise ServerError(f"VM {call.vmid} is not running")
    found = [call.lab.storages.volume(volid) for _, volid in volumes(guest)]
    if not any(volume and volume.bootable for volume in found):
        raise ServerError("QEMU guest agent is not running")
    return guest


_ANSWERS: dict[str, object] = {
    "info": {"version": "9.2.0", "supported_commands": [{"name": "guest-ping", "enabled": True, "success-response": True}]},
    "get-osinfo": {"id": "debian", "name": "Debian GNU/Linux", "version-id": "12", "machine": "x86_64"},
    "get-timezone": {"zone": "UTC", "offset": 0},
    "get-users": [],
    "get-fsinfo": [{"name": "sda1", "mountpoint": "/", "type": "ext4", "disk": []}],
}
_AGENT = any_perm("/vms/{vmid}", "VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted")


@endpoint("POST", f"{VM}/agent/ping", "", _AGENT)
def agent_ping(call: ProxmoxCall) -> Json:
    """Whether the guest agent answers."""
    _agent(call)
    return {"result": {}}


def _agent_answer(name: str, result: object) -> None:
    def answer(call: ProxmoxCall) -> Json:
        _agent(call)
        return {"result": result}

    endpoint("GET", f"{VM}/agent/{name}", "", _AGENT)(answer)


for _name, _result in _ANSWERS.items():
    _agent_answer(_name, _result)


@endpoint("GET", f"{VM}/agent/get-host-name", "", _AGENT)
def agent_host_name(call: ProxmoxCall) -> Json:
    """The host name, which cloud-init takes from the VM's name."""
    return {"result": {"host-name": str(_agent(call).config.get("name", f"VM{call.vmid}"))}}


@endpoint("GET", f"{VM}/agent/network-get-interfaces", "", _AGENT)
def agent_interfaces(call: ProxmoxCall) -> Json:
    """The addresses the guest agent knows: those of ipconfigN."""
    guest = _agent(call)
    rows: list[Json] = [{"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": []}]
    for number in range(32):
        if f"net{number}" in guest.config:
            net = parse_string(STRINGS["qemu-net"], str(guest.config[f"net{number}"]))
            given = parse_string(STRINGS["qemu-ipconfig"], str(guest.config.get(f"ipconfig{number}", "")))
            row = interface({"name": f"eth{number}", "hwaddr": net["macaddr"], **given})
            rows.append({key: row[key] for key in ("name", "hardware-address", "ip-addresses")})
    return {"result": rows}


HOST_KEY_FILE = "/etc/ssh/ssh_host_ed25519_key.pub"


@endpoint(
    "GET",
    f"{VM}/agent/file-read",
    "file!: str\ncount: int 1..16777216\ndecode: bool\noffset: int 0..",
    any_perm("/vms/{vmid}", "VM.GuestAgent.FileRead", "VM.GuestAgent.Unrestricted"),
)
def agent_file(call: ProxmoxCall) -> Json:
    """The machine's public host key; the lab has no other files of a VM."""
    guest, path = _agent(call), call.text("file")
    if path != HOST_KEY_FILE:
        raise ServerError(f"Agent error: failed to open file '{path}' (mode: 'r'): No such file or directory")
    whole = f"{public_key(host_key(guest.inside))} root@{guest.config.get('name', '')}\n"
    content = whole[: call.number("count", len(whole))]
    truncated = {"truncated": 1} if len(content) < len(whole) else {}
    return {"content": content, "bytes-read": len(content), **truncated}
