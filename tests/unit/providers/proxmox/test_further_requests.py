"""What firewalls, backup jobs and snapshots send: in which order, with which digests."""

from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.change import FieldDiff
from eiginfra.core.errors import NotFoundError, StaleError
from eiginfra.core.resource import Resource
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.kinds.backup import BackupSpec
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import Wire, container, make_site

MARK = "eig3/adler/web"
BASE = "nodes/eig/lxc/107/firewall"
RULE = {"action": "ACCEPT", "proto": "tcp", "dport": 22, "sport": "1024:65535", "source": "10.0.0.0/8", "dest": "+here", "comment": "é"}
RULES = [
    RULE,
    {"type": "out", "action": "DROP", "macro": "Ping", "log": "info", "iface": "net0", "enable": False},
    {"type": "group", "action": "web"},
]
JOB = {
    "id": "eiginfra-eig3", "schedule": "02:30", "storage": "local", "mode": "stop", "compress": "zstd", "keep": "daily=3, last=1",
    "enabled": False, "comment": "é",
}  # fmt: skip


class Site(Wire):
    """One guest with a firewall, and backup jobs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(make_site(), {"description": f"eiginfra: {MARK}", "net0": "name=eth0,bridge=vmbr1,firewall=1"})
        self.options = options
        self.rules: list[dict[str, Any]] = []
        self.members: list[dict[str, Any]] | None = None
        self.jobs: list[dict[str, Any]] = []
        self.meddling = False

    def _read(self, path: str) -> Any:
        version = len(self.sent)
        if path.endswith("/firewall/options"):
            return {**self.options, "digest": f"o{version}"}
        if path.endswith("/firewall/rules"):
            extra = [{"type": "in", "action": "DROP"}] if self.meddling and version else []
            return [{**rule, "pos": pos, "digest": f"r{version}"} for pos, rule in enumerate([*extra, *self.rules])]
        if "/ipset/" in path:
            if self.members is None:
                raise NotFoundError("no such IPSet 'ipfilter-net0'")
            return self.members
        return self.jobs if path == "cluster/backup" else {"hasFeature": 1} if path.endswith("/feature") else super()._read(path)

    def _learn(self, path: str, params: dict[str, Any]) -> None:
        if path.endswith("/firewall/rules"):
            self.rules.insert(0, params)
        elif "/firewall/rules/" in path:
            rule = self.rules.pop(int(path.rpartition("/")[2]))
            if "moveto" in params:
                self.rules.insert(params["moveto"], rule)
        elif "firewall" not in path and "snapshot" not in path:
            super()._learn(path, params)


def kind(wire: Wire, name: str) -> Any:
    return next(kind for kind in all_kinds(wire) if kind.name == name)


def firewall(**fields: Any) -> FirewallSpec:
    return FirewallSpec.model_validate({"mark": MARK, "enable": True, **fields})


def change(wire: Site, spec: FirewallSpec, *fields: str) -> list[str]:
    firewalls = kind(wire, "proxmox.firewall")
    seen = firewalls.read(spec, {"node": "eig", "vmid": 107, "type": "lxc"})
    firewalls.update(seen, spec, [FieldDiff(field=field) for field in fields])
    return wire.paths()


def test_no_policy_works_without_its_rules_and_no_filter_without_its_address() -> None:
    wire = Site()
    kind(wire, "proxmox.firewall").create(firewall(policy_in="DROP", ipfilter=True, rules=RULES[:2]))
    assert wire.sent[:2] == [
        ("POST", f"{BASE}/ipset", {"name": "ipfilter-net0", "comment": "eiginfra: the guest's own address"}),
        ("POST", f"{BASE}/ipset/ipfilter-net0", {"cidr": "192.168.0.107"}),
    ]
    assert wire.paths()[2:] == [f"POST {BASE}/rules", f"POST {BASE}/rules", f"PUT {BASE}/options"]
    assert wire.sent[-1][2] == {"enable": 1, "policy_in": "DROP", "ipfilter": 1, "digest": "o0"}


def test_the_own_address_goes_in_before_others_go_out() -> None:
    wire = Site(enable=1, ipfilter=1)
    wire.members = [{"cidr": "192.168.0.7"}, {"cidr": "10.0.0.0/8", "nomatch": 1}]
    assert change(wire, firewall(ipfilter=True), "ipfilter") == [
        f"POST {BASE}/ipset/ipfilter-net0",
        f"DELETE {BASE}/ipset/ipfilter-net0/192.168.0.7",
        f"DELETE {BASE}/ipset/ipfilter-net0/10.0.0.0%2F8",
        f"PUT {BASE}/options",
    ]


def test_only_what_changed_is_sent_with_the_digest_of_its_reading() -> None:
    wire = Site(enable=1)
    change(wire, firewall(policy_in="REJECT", ndp=False), "ndp")
    assert wire.sent == [("PUT", f"{BASE}/options", {"ndp": 0, "digest": "o0"})]


def test_each_step_through_the_rules_has_the_digest_of_the_list_it_is_for() -> None:
    wire = Site(enable=1)
    wire.rules = [{"type": "in", "action": "DROP", "enable": 1, "comment": name} for name in ("a", "b")]
    wanted = [{"action": "DROP", "comment": name} for name in ("b", "c")]
    change(wire, firewall(rules=wanted), "rules")
    assert [(path.rpartition("/")[2], params.get("moveto"), params.get("digest")) for _, path, params in wire.sent] == [
        ("rules", None, "r0"),
        ("1", None, "r1"),
        ("0", 2, "r2"),
    ]


def test_somebody_elses_edit_between_two_steps_stops_the_rest() -> None:
    wire = Site(enable=1)
    wire.meddling = True
    with pytest.raises(StaleError, match="the rules are not those just written; somebody else changes them"):
        change(wire, firewall(rules=RULES), "rules")
    assert len(wire.sent) == 1


def test_a_firewall_without_its_guest_is_an_error_before_anything_is_asked() -> None:
    firewalls, spec = kind(Site(), "proxmox.firewall"), firewall()
    guest = container()
    address = Address("proxmox.container", MARK)
    assert [finding.code for finding in firewalls.check(spec, {})] == ["firewall-without-guest"]
    assert list(firewalls.check(spec, {address: Resource(address, guest)})) == []
    assert address in firewalls.dependencies(spec)


def test_a_job_comes_after_what_it_covers() -> None:
    jobs = kind(Site(), "proxmox.backup")
    guests = BackupSpec.model_validate({**JOB, "guests": [MARK]})
    assert set(jobs.follows(guests)) == {Address("proxmox.container", MARK), Address("proxmox.vm", MARK)}
    assert list(jobs.dependencies(guests)) == []
    pool = BackupSpec.model_validate({**JOB, "pool": "eig3-adler"})
    assert list(jobs.dependencies(pool)) == [Address("proxmox.pool", "eig3-adler")]
