"""/cluster/ha/resources: which guests the manager keeps. Facts: see lab/proxmox/ha.py."""

from eiginfra.lab.proxmox import ha
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


def _check_group(call: ProxmoxCall) -> None:
    """Groups became rules; where there still are some, the lab has none."""
    if "group" in call.p:
        migrated = "invalid parameter 'group': ha groups have been migrated to rules"
        raise ServerError(f"HA group '{call.text('group')}' does not exist" if call.lab.release.ha_groups else migrated)


@endpoint("GET", "/cluster/ha/groups", "", _AUDIT)
def groups(call: ProxmoxCall) -> list[Json]:
    """None, or that there are none any more."""
    if not call.lab.release.ha_groups:
        raise ServerError("cannot index groups: ha groups have been migrated to rules")
    return []


endpoint("GET", "/cluster/ha/rules", "", _AUDIT, unmodelled="resource type")(lambda _: [])


@endpoint("GET", "/cluster/ha/status/current", "", _AUDIT)
def current(call: ProxmoxCall) -> list[Json]:
    """The quorum, and what is done with each resource: those that the manager has not taken up are queued."""
    lab, node = call.lab, next(iter(call.lab.state.nodes))
    rows: list[Json] = [{"id": "quorum", "type": "quorum", "node": node, "status": "OK", "quorate": 1}]
    if not lab.release.ha_groups:
        status = "standby (CRM watchdog standby)"
        rows.append({"id": "fencing", "type": "fencing", "node": node, "status": status, "armed-state": "standby"})
    for sid, resource in sorted(lab.state.ha.items()):
        where = lab.state.guests[int(sid.partition(":")[2])].node
        done = "ignored" if resource["state"] == "ignored" else lab.state.ha_states.get(sid) or "queued"
        row: Json = {
            "id": f"service:{sid}",
            "type": "service",
            "sid": sid,
            "node": where,
            "state": done,
            "request_state": resource["state"],
        }
        limits = {"max_restart": 1, "max_relocate": 1, **({} if lab.release.ha_groups else {"failback": 1})}
        kept = limits | {key: resource[key] for key in (*limits, "comment") if key in resource}
        rows.append(row | kept | {"status": f"{sid} ({where}, {done})"})
    return rows


@endpoint("GET", "/cluster/ha/status/manager_status", "", _AUDIT)
def manager_status(call: ProxmoxCall) -> Json:
    """What the manager noted."""
    states = {sid: {"state": each} for sid, each in call.lab.state.ha_states.items()}
    noted: Json = {"node_status": {}} | ({"service_status": states} if states else {})
    return {"manager_status": noted, "quorum": {"node": next(iter(call.lab.state.nodes)), "quorate": "1"}}


@endpoint("GET", "/cluster/ha/resources", "type: enum:ct|vm", _AUDIT)
def resources(call: ProxmoxCall) -> list[Json]:
    """All of them, or those of a type."""
    wanted = call.text("type")
    return [row for row in (_shown(call.lab, sid) for sid in call.lab.state.ha) if wanted in ("", row["type"])]


@endpoint("POST", "/cluster/ha/resources", _RESOURCE, _CONSOLE)
def add(call: ProxmoxCall) -> None:
    """Give a guest to the manager; in the lab nothing else comes of it at once."""
    sid = _sid(call)
    _check_group(call)
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
    _check_group(call)
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
    if not ha.remove(call.lab, sid):
        raise ServerError(f"cannot delete service '{sid}', not HA managed!")
