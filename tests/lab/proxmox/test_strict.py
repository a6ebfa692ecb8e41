"""Nothing is accepted and then forgotten: a parameter is modelled, refused with 501 and listed, or one of a list that leaves no trace."""

import json
import re
from pathlib import Path

import pytest

from eiginfra.lab.clock import LabClock
from eiginfra.lab.proxmox import build
from eiginfra.lab.proxmox.api import ROUTES
from eiginfra.lab.proxmox.routing import ProxmoxCall
from eiginfra.lab.proxmox.schema import ProxmoxParam
from eiginfra.lab.proxmox.strict import WITHOUT_TRACE, Given, NotModelledError

CONTRACT = Path(__file__).parents[4] / "shared/contracts/proxmox-ve-9.1.json"
CASES = [(endpoint, name) for endpoint in ROUTES.all.values() for name in endpoint.schema.params if f"{{{name}" not in endpoint.path]


def test_a_handler_that_ignores_a_parameter_cannot_answer_well():
    """All routes, all parameters: with a handler that looks at nothing, each that leaves a trace is refused and listed."""
    lab = build(LabClock()).lab
    wrong = []
    for endpoint, name in CASES:
        call = ProxmoxCall(lab, "root@pam", Given({name: 1}), endpoint)
        try:
            call.check_read()
        except NotModelledError as error:
            if error.status == 501 and error.names == [name] and name not in WITHOUT_TRACE:
                continue
        if name not in WITHOUT_TRACE:
            wrong.append((endpoint.method, endpoint.path, name))
    assert wrong == []
    listed = {(row["method"], row["route"], row["parameter"]) for row in lab.in_vain.listed()}
    assert listed == {(endpoint.method, endpoint.path, name) for endpoint, name in CASES if name not in WITHOUT_TRACE}


def test_a_task_that_ignored_a_parameter_fails(pve):
    pve.vm(100)
    endpoint = ROUTES.all["POST", "/nodes/{node}/qemu/{vmid}/status/start"]
    handler = endpoint.handler

    async def lazy(task):
        task.log("started")

    object.__setattr__(endpoint, "handler", lambda call: call.task("qmstart", call.vmid, lazy))
    object.__setattr__(endpoint, "schema", endpoint.schema | type(endpoint.schema)({"machine": ProxmoxParam("machine")}))
    object.__setattr__(endpoint, "unmodelled", endpoint.unmodelled - {"machine"})
    try:
        ended = pve.task("POST", "/nodes/pve1/qemu/100/status/start", {"machine": "q35"})
    finally:
        object.__setattr__(endpoint, "handler", handler)
        object.__setattr__(endpoint, "unmodelled", endpoint.unmodelled | {"machine"})
    assert ended == "501 POST /nodes/{node}/qemu/{vmid}/status/start: the lab does not model 'machine'"


def test_what_is_not_modelled_is_501_and_listed(pve):
    pve.vm(100)
    pve.service.in_vain.clear()
    answer = pve.call("POST", "/nodes/pve1/qemu/100/status/start", {"machine": "q35"})
    assert (answer.status, answer.reason) == (501, "POST /nodes/{node}/qemu/{vmid}/status/start: the lab does not model 'machine'")
    assert pve.ok("GET", "/nodes/pve1/qemu/100/status/current")["status"] == "stopped"
    assert pve.call("GET", "/nodes/pve1/qemu/100/spiceproxy").status == 501
    unknown = pve.call("POST", "/nodes/pve1/qemu/100/status/start", {"nope": 1})
    assert unknown.errors == {"nope": "property is not defined in schema and the schema does not allow additional properties"}
    assert [(row["route"], row["parameter"], row["times"]) for row in pve.service.in_vain.listed()] == [
        ("/nodes/pve1/qemu/{id}/spiceproxy", "", 1),
        ("/nodes/{node}/qemu/{vmid}/status/start", "machine", 1),
    ]


@pytest.mark.skipif(not CONTRACT.exists(), reason="the official description is not beside this checkout")
def test_each_parameter_of_the_description_is_known():
    """Modelled or refused; and nothing is taken that the description does not have."""
    paths = {re.sub(r"\{[^}]*\}", "{}", path): methods for path, methods in json.loads(CONTRACT.read_text("utf-8"))["paths"].items()}
    wrong = []
    for endpoint in ROUTES.all.values():
        described = paths.get(re.sub(r"\{[^}]*\}", "{}", endpoint.path), {}).get(endpoint.method)
        if described is None:
            continue
        wanted = {name.replace("[n]", "0") for name in described.get("parameters", {}).get("properties", {})}
        known = {*endpoint.schema.params, *endpoint.unmodelled}
        wrong += [(endpoint.method, endpoint.path, "missing", name) for name in sorted(wanted - known)]
        single = {re.sub(r"\d+$", "0", name) if re.sub(r"\d+$", "0", name) in wanted else name for name in known}
        wrong += [(endpoint.method, endpoint.path, "unknown", name) for name in sorted(single - wanted)]
    assert wrong == []


FORMATS = {
    "pve-ipv4-config": "10.0.0.7/24", "ipv4": "10.0.0.1",
    "lxc-ip-list": "9.9.9.9", "address-list": "9.9.9.9", "address": "mail.example.org",
    "dns-name": "named", "pve-tag-list": "one", "pve-startup-order": "order=3", "pve-ct-timezone": "Europe/Paris", "pve-vm-cpu": "host",
    "pve-storage-id": "local", "pve-storage-id-list": "local", "pve-node": "pve1",
    "pve-node-list": "pve1", "email-opt": "a@example.org", "pve-calendar-event": "5:00",
    "pve-vmid-list": "101", "pve-configid": "web", "pve-storage-content-list": "iso", "pve-fw-addr-spec": "10.0.0.1", "urlencoded": "",
    "pve-fw-dport-spec": "22", "pve-fw-sport-spec": "23", "pve-fw-protocol-spec": "udp", "pve-fw-icmp-type-spec": "", "pve-iface": "net1",
    "pve-fw-conntrack-helper": "ftp", "pve-groupid-list": "devs",
    "{lxc-net}": "name=eth1,bridge=vmbr0", "{qemu-net}": "virtio,bridge=vmbr0",
    "{lxc-mp}": "local:0.1,mp=/data", "{qemu-drive}": "local:0.1", "{lxc-features}": "nesting=1", "{qemu-agent}": "1",
    "{qemu-ipconfig}": "ip=dhcp", "{qemu-machine}": "q35", "{qemu-vga}": "std", "{qemu-memory}": "256", "{qemu-numa}": "cpus=0",
    "{qemu-audio}": "device=AC97", "{qemu-efi}": "local:0.1", "{qemu-tpm}": "local:0.1,version=v2.0", "{qemu-ivshmem}": "size=1",
    "{qemu-spice}": "videostreaming=all", "{prune-backups}": "keep-last=3", "{backup-fleecing}": "1,storage=local",
    "{backup-performance}": "max-workers=3", "{log-ratelimit}": "enable=1,burst=7", "pve-day-of-week-list": "mon", "{lxc-dev}": "/dev/kvm",
    "pve-priv-list": "VM.Audit", "pve-poolid": "ci",
}  # fmt: skip
NAMES = {
    "starttime": "5:30", "dow": "", "macro": "SSH",
    "vms": "100", "startdate": "2020-01-01", "smbios1": "uuid=00000000-0000-4000-8000-000000000001", "env": "A=b",
    "vmgenid": "00000000-0000-4000-8000-000000000002", "bootdisk": "scsi0", "serial0": "socket", "boot": "order=scsi0", "lock": "",
    "http_proxy": "http://proxy.example.org", "mac_prefix": "BC:24", "user-tag-access": "user-allow=list", "tag-style": "shape=full",
    "parallel0": "/dev/parport0", "groups-claim": "groups", "unused0": "", "name": "", "rename": "", "cdrom": "", "keys": "abc",
    "pool": "ci", "bwlimit": "default=10", "affinity": "", "args": "", "hookscript": "", "template": "", "unprivileged": "", "rootfs": "",
    "arch": "", "type": "", "moveto": "", "privs": "VM.Audit", "append": "", "dumpdir": "", "tmpdir": "", "script": "", "group": "",
    "maxfiles": "", "exclude": "", "hugepages": "", "dev0": "", "hostpci0": "", "usb0": "", "entrypoint": "/sbin/init",
}  # fmt: skip


def sample(name, param):
    """A value that the parameter takes and that is not what stands there; "" where the test has none."""
    if name in NAMES:
        return NAMES[name]
    if param.format in FORMATS:
        return FORMATS[param.format]
    if param.enum:
        return param.enum[1] if len(param.enum) > 1 else param.enum[0]
    if param.type in ("int", "num"):
        return str(int(min(max(param.low or 0, 33), param.high or 10**6)))
    return "1" if param.type == "bool" else "" if param.pattern else "text"


WRITTEN = [
    ("PUT", "/nodes/{node}/lxc/{vmid}/config", "/nodes/{node}/lxc/201/config", None),
    ("PUT", "/nodes/{node}/qemu/{vmid}/config", "/nodes/{node}/qemu/100/config", None),
    ("PUT", "/cluster/options", "/cluster/options", None),
    ("PUT", "/cluster/backup/{id}", "/cluster/backup/job1", {"storage": "local"}),
    ("PUT", "/cluster/ha/resources/{sid}", "/cluster/ha/resources/vm:100", None),
    ("PUT", "/cluster/firewall/options", "/cluster/firewall/options", None),
    ("PUT", "/nodes/{node}/firewall/options", "/nodes/{node}/firewall/options", None),
    ("PUT", "/nodes/{node}/lxc/{vmid}/firewall/options", "/nodes/{node}/lxc/201/firewall/options", None),
    ("PUT", "/nodes/{node}/lxc/{vmid}/firewall/rules/{pos}", "/nodes/{node}/lxc/201/firewall/rules/0", {"proto": "tcp"}),
    ("PUT", "/access/users/{userid}", "/access/users/alice@pve", None),
    ("PUT", "/access/users/{userid}/token/{tokenid}", "/access/users/alice@pve/token/tk", None),
    ("PUT", "/access/groups/{groupid}", "/access/groups/devs", None),
    ("PUT", "/access/roles/{roleid}", "/access/roles/Mine", None),
    ("PUT", "/access/domains/{realm}", "/access/domains/own", None),
    ("PUT", "/pools", "/pools?poolid=ci", {"poolid": "ci"}),
    ("PUT", "/storage/{storage}", "/storage/big", None),
]


@pytest.fixture(scope="module")
def rich(served):
    """A server on which each sort of object is there once."""
    pve = served()
    pve.vm(100, scsi0="local:1")
    pve.container(201, net0="name=eth0,bridge=vmbr0")
    for path, params in (
        ("/pools", {"poolid": "ci"}),
        ("/cluster/backup", {"id": "job1", "schedule": "1:00", "storage": "local", "vmid": "100"}),
        ("/cluster/ha/resources", {"sid": "vm:100", "state": "ignored"}),
        ("/nodes/pve1/lxc/201/firewall/rules", {"type": "in", "action": "ACCEPT", "proto": "tcp"}),
        ("/access/users", {"userid": "alice@pve"}),
        ("/access/users/alice@pve/token/tk", {}),
        ("/access/groups", {"groupid": "devs"}),
        ("/access/roles", {"roleid": "Mine"}),
        ("/access/domains", {"realm": "own", "type": "openid", "issuer-url": "https://login.example.org", "client-id": "c"}),
        ("/storage", {"storage": "big", "type": "dir", "path": "/srv/big"}),
    ):
        pve.ok("POST", path, params)
    return pve


@pytest.mark.parametrize(("method", "path", "at", "also"), WRITTEN, ids=[path for _, path, _, _ in WRITTEN])
def test_every_parameter_that_is_accepted_can_be_read_back(rich, method, path, at, also):
    endpoint = ROUTES.all[method, path]
    first = {re.sub(r"\d+$", "", name): name for name in reversed(endpoint.schema.params)}  # of net0 … net31 the first
    forgotten, tried = [], 0
    for name in sorted(first.values()):
        value = sample(name, endpoint.schema.params[name])
        if not value or name in WITHOUT_TRACE | {"delete", "revert"} or f"{{{name}" in path or name in (also or {}):
            continue
        pristine = rich.service.dump()
        before = rich.ok("GET", at)
        answer = rich.call(method, at.partition("?")[0], {name: value} | (also or {}))
        if answer.status == 200:
            tried += 1
            after = rich.ok("GET", at)
            for shown in (before, after):
                shown.pop("digest", None) if isinstance(shown, dict) else None
            forgotten += [name] if after == before and str(value) not in json.dumps(after) else []
        else:
            assert answer.status in (403, 500), f"{name}={value}: {answer.reason} {answer.errors}"
        rich.service.load(pristine)
    assert forgotten == []
    assert tried
