"""/cluster/ha/resources: which guests the manager keeps. Facts: see lab/proxmox/ha.py."""

from eiginfra.lab.proxmox.errors import ServerError
from eiginfra.lab.proxmox.formats import split_list
from eiginfra.lab.proxmox.ha import sid_of
from eiginfra.lab.proxmox.lab import ProxmoxLab
from eiginfra.lab.proxmox.routing import ProxmoxCall, endpoint, perm
from eiginfra.lab.proxmox.state import Json, sha1

_AUDIT, _CONSOLE = perm("/", "Sys.Audit"), perm("/", "Sys.Console")
_RESOURCE = r"""
    comment: str len=..4096
    failback: bool
    group: str fmt=pve-configid
    max_relocate: int 0..
    max_restart: int 0..
    sid!: str re=(?:(?:ct|vm):)?[1-9]\d{2,8}
    state: enum:started|stopped|enabled|disabled|ignored
    type: enum:ct|vm
"""

_FIELDS = "\n".join(line for line in _RESOURCE.splitlines() if not line.strip().startswith(("sid", "type")))


def _shown(lab: ProxmoxLab, sid: str) -> Json:
    if sid not in lab.state.ha:
        raise ServerError(f"no such resource '{sid}'")
    return {**lab.state.ha[sid], "sid": sid, "type": sid.partition(":")[0], "digest": sha1(repr(sorted(lab.state.ha.items())))}


def _sid(call: ProxmoxCall) -> str:
    """The resource of the request; a number alone is the guest's."""
    text = call.text("sid")
    if ":" in text:
        return text
    guest = call.lab.state.guests.get(int(text))
    if guest is None:
        raise ServerError(f"unable do add resource - VM/CT {text} does not exist")
    return sid_of(guest)


@endpoint("GET", "/cluster/ha/resources", "type: enum:ct|vm", _AUDIT)
def resources(call: ProxmoxCall) -> list[Json]:
    """All of them, or those of a type."""
    found = [_shown(call.lab, sid) for sid in call.lab.state.ha]
    return [row for row in found if call.text("type", str(row["type"])) == row["type"]]


@endpoint("POST", "/cluster/ha/resources", _RESOURCE, _CONSOLE)
def add(call: ProxmoxCall) -> None:
    """Give a guest to the manager; in the lab nothing else comes of it at once."""
    sid = _sid(call)
    guest = call.lab.state.guests.get(int(sid.partition(":")[2]))
    if call.text("type", sid.partition(":")[0]) != sid.partition(":")[0]:
        raise ServerError("types does not match")
    if guest is None or sid_of(guest) != sid:
        raise ServerError(f"resource '{sid}' does not exist in cluster")
    if sid in call.lab.state.ha:
        raise ServerError(f"create resource failed: resource ID '{sid}' already defined")
    call.lab.state.ha[sid] = {"state": "started"} | {name: value for name, value in call.p.items() if name not in ("sid", "type")}


@endpoint("GET", "/cluster/ha/resources/{sid}", "", _AUDIT)
def resource(call: ProxmoxCall) -> Json:
    """One of them."""
    return _shown(call.lab, _sid(call))


@endpoint("PUT", "/cluster/ha/resources/{sid}", f"{_FIELDS}\ndelete: str fmt=pve-configid-list\ndigest: str len=..64", _CONSOLE)
def change(call: ProxmoxCall) -> None:
    """What the manager is to do with a guest it keeps."""
    sid = _sid(call)
    shown = _shown(call.lab, sid)
    if call.text("digest", shown["digest"]) != shown["digest"]:
        raise ServerError("detected modified configuration - file changed by other user? Try again.")
    gone = split_list(call.text("delete"))
    kept = {name: value for name, value in call.lab.state.ha[sid].items() if name not in gone}
    given = {name: value for name, value in call.p.items() if name not in ("sid", "delete", "digest")}
    call.lab.state.ha[sid] = {"state": "started"} | kept | given


@endpoint("DELETE", "/cluster/ha/resources/{sid}", "purge: bool", _CONSOLE)
def remove(call: ProxmoxCall) -> None:
    """Take a guest from the manager; it stays as it is."""
    sid = _sid(call)
    if call.lab.state.ha.pop(sid, None) is None:
        raise ServerError(f"resource '{sid}' is not HA managed")
