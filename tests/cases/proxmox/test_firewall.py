"""A guest's firewall, over real HTTPS: made as wanted, seen as wanted, changed field by field, healed."""

from typing import Any

import pytest
from support.words import message

from eiginfra.core.change import Action
from eiginfra.core.errors import NotFoundError, PermissionDeniedError
from eiginfra.core.look import Look
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Observed
from eiginfra.engine.report import Outcome
from eiginfra.providers.proxmox.kinds.firewall import FirewallSpec

from .conftest import World, differences
from .road import Road

SORTS = ["container", "vm"]
SSH = {"action": "ACCEPT", "macro": "SSH", "comment": "for é"}
WEB = {"action": "ACCEPT", "proto": "tcp", "dport": "80,443", "source": "192.168.0.0/24"}
PING = {"action": "DROP", "proto": "icmp", "icmp_type": "echo-request", "enable": False, "log": "info", "iface": "net0"}
OUT = {"type": "out", "action": "REJECT", "dest": "192.0.2.0/24", "proto": "udp", "sport": "53"}
FULL: dict[str, Any] = {"ipfilter": True, "macfilter": True, "policy_in": "DROP", "policy_out": "ACCEPT", "rules": [SSH, WEB]}


def wanted(guest: Any, **fields: Any) -> FirewallSpec:
    return FirewallSpec.model_validate({"mark": guest.mark, "enable": True, **fields})


def path(guest: Any, sort: str, rest: str = "") -> str:
    return f"/nodes/{guest.node}/{'lxc' if sort == 'container' else 'qemu'}/{guest.id}/firewall{rest}"


def made(world: World, sort: str = "container", **fields: Any) -> tuple[Any, FirewallSpec, Observed]:
    guest, _ = world.make(getattr(world, sort)("web"))
    spec = wanted(guest, **fields)
    seen = world.kinds["proxmox.firewall"].create(spec)
    assert seen is not None
    return guest, spec, seen


def comments(world: World, guest: Any, sort: str = "container") -> list[str]:
    return [row.get("comment", "") for row in world.admin("GET", path(guest, sort, "/rules"))]


@pytest.mark.parametrize("sort", SORTS)
def test_a_firewall_is_made_as_wanted_and_is_seen_so(world: World, sort: str) -> None:
    guest, spec, seen = made(world, sort, **FULL, ndp=False, dhcp=True, radv=False, log_level_in="info", log_level_out="nolog")
    for there in (seen, world.see(spec)):
        assert there is not None
        assert differences(spec, there) == []
        assert (there.team, there.handle["vmid"]) == ("adler", guest.id)
    options = world.admin("GET", path(guest, sort, "/options"))
    assert {name: options[name] for name in ("enable", "ipfilter", "policy_in", "ndp")} == {
        "enable": 1, "ipfilter": 1, "policy_in": "DROP", "ndp": 0
    }  # fmt: skip
    assert [row["cidr"] for row in world.admin("GET", path(guest, sort, "/ipset/ipfilter-net0"))] == [f"192.168.0.{guest.id}"]
    rows = world.admin("GET", path(guest, sort, "/rules"))
    assert [(row["pos"], row.get("macro"), row.get("dport")) for row in rows] == [(0, "SSH", None), (1, None, "80,443")]


def test_a_guest_without_firewall_has_none_to_see(world: World) -> None:
    guest, _ = world.make(world.container())
    assert world.see(wanted(guest, **FULL)) is None


def test_without_its_guest_none_is_made(world: World) -> None:
    spec = wanted(world.container("nowhere"))
    assert world.see(spec) is None
    with pytest.raises(NotFoundError, match=r"no guest bears the mark c\d+/adler/nowhere: it must be made first"):
        world.kinds["proxmox.firewall"].create(spec)


def test_rules_change_their_order_and_keep_what_they_are(world: World) -> None:
    names = ["a", "b", "c", "d"]
    rules = [{"action": "ACCEPT", "proto": "tcp", "dport": str(number), "comment": name} for number, name in enumerate(names, 1000)]
    guest, _, _ = made(world, rules=rules)
    for order in ([3, 0, 1, 2], [1, 2, 3, 0], [2, 1, 0, 3]):
        spec = wanted(guest, rules=[rules[place] for place in order])
        assert differences(spec, world.heal(spec)) == []
        assert comments(world, guest) == [names[place] for place in order]


def test_a_stray_rule_goes_and_the_others_are_not_rewritten(world: World) -> None:
    guest, spec, _ = made(world, **FULL)
    world.admin("POST", path(guest, "container", "/rules"), type="in", action="ACCEPT", comment="by hand", enable=1)
    seen = world.see(spec)
    assert seen is not None
    assert [diff.field for diff in differences(spec, seen)] == ["rules"]
    assert differences(spec, world.heal(spec)) == []
    assert comments(world, guest) == ["for é", ""]


def test_rules_that_nobody_manages_are_left_alone(world: World) -> None:
    guest, spec, _ = made(world, ipfilter=True)
    world.admin("POST", path(guest, "container", "/rules"), type="in", action="ACCEPT", comment="by hand")
    seen = world.see(spec)
    assert seen is not None
    assert differences(spec, seen) == []


@pytest.mark.parametrize(
    ("by_hand", "shown"),
    [
        ([("POST", "/ipset/ipfilter-net0", {"cidr": "192.168.0.7"})], "on, for 192.168.0.{id}, 192.168.0.7"),
        ([("DELETE", "/ipset/ipfilter-net0/192.168.0.{id}", {})], "on, for no address"),
        ([("DELETE", "/ipset/ipfilter-net0", {"force": 1})], "on, for no address"),
        ([("PUT", "/options", {"ipfilter": 0})], "off, for 192.168.0.{id}"),
        ([("PUT", "/options", {"delete": "ipfilter"}), ("DELETE", "/ipset/ipfilter-net0", {"force": 1})], False),
        (
            [
                ("DELETE", "/ipset/ipfilter-net0/192.168.0.{id}", {}),
                ("POST", "/ipset/ipfilter-net0", {"cidr": "192.168.0.{id}", "nomatch": 1}),
            ],
            "on, for !192.168.0.{id}",
        ),
    ],
    ids=["another", "none", "no-set", "off", "gone", "but-not"],
)
def test_a_filter_that_was_widened_is_told_and_narrowed(world: World, by_hand: list[Any], shown: Any) -> None:
    guest, spec, _ = made(world, **FULL)

    def at(text: Any) -> Any:
        return text.replace("{id}", str(guest.id)) if isinstance(text, str) else text

    for method, rest, params in by_hand:
        world.admin(method, at(path(guest, "container", rest)), **{name: at(value) for name, value in params.items()})
    seen = world.see(spec)
    assert seen is not None
    assert seen.values["ipfilter"] == at(shown)
    assert differences(spec, world.heal(spec)) == []
    rows = world.admin("GET", path(guest, "container", "/ipset/ipfilter-net0"))
    assert [(row["cidr"], row.get("nomatch", 0)) for row in rows] == [(f"192.168.0.{guest.id}", 0)]


def test_a_filter_taken_off_leaves_no_set_behind(world: World) -> None:
    guest, _, _ = made(world, **FULL)
    spec = wanted(guest, ipfilter=False)
    assert differences(spec, world.heal(spec)) == []
    assert world.admin("GET", path(guest, "container", "/ipset")) == []


def test_a_firewall_made_by_hand_is_found_and_brought_in_line(world: World) -> None:
    guest, _ = world.make(world.container())
    world.admin("PUT", path(guest, "container", "/options"), enable=1, policy_in="REJECT")
    world.admin("POST", path(guest, "container", "/ipset"), name="ipfilter-net0")
    spec = wanted(guest, **FULL)
    seen = world.see(spec)
    assert seen is not None
    assert {diff.field for diff in differences(spec, seen)} == {"policy_in", "ipfilter", "rules"}
    assert differences(spec, world.heal(spec)) == []


def test_one_that_somebody_wrote_since_it_was_seen_without_is_not_overwritten(world: World) -> None:
    guest, _ = world.make(world.container())
    spec = wanted(guest, **FULL)
    road = Road(world)
    road.apply(guest)
    saved = Plan.from_json(road.plan(guest, spec).to_json())
    assert [(change.address.kind, change.action) for change in saved.acting] == [("proxmox.firewall", Action.CREATE)]
    world.admin("PUT", path(guest, "container", "/options"), enable=1)
    [refused] = road.run(saved).results
    assert refused.outcome is Outcome.REFUSED
    assert f"guest {guest.id} has a firewall already" in str(refused.reason)
    assert "policy_in" not in world.admin("GET", path(guest, "container", "/options"))


def test_looking_leaves_nothing_behind_for_what_is_made_later(world: World) -> None:
    guest, _ = world.make(world.container())
    spec = wanted(guest, **FULL)
    assert world.see(spec) is None
    world.admin("PUT", path(guest, "container", "/options"), enable=1)
    seen = world.kinds["proxmox.firewall"].create(spec)
    assert seen is not None
    assert differences(spec, seen) == []


def test_a_guest_made_with_its_firewall_in_one_plan_has_it_brought_in_line(world: World) -> None:
    road, guest = Road(world), world.container("new")
    spec = wanted(guest, **FULL)
    road.apply(guest, spec)
    assert road.plan(guest, spec).changes == ()


def test_the_firewall_of_a_renamed_guest_is_taken_over(world: World) -> None:
    guest, _, _ = made(world, **FULL)
    world.admin("PUT", f"/nodes/eig/lxc/{guest.id}/config", description=f"eiginfra: {world.cohort}/adler/www")
    spec = FirewallSpec.model_validate({"mark": f"{world.cohort}/adler/www", "enable": True, **FULL, "policy_in": "ACCEPT"})
    seen = world.kinds["proxmox.firewall"].create(spec)
    assert seen is not None
    assert differences(spec, seen) == []


def test_a_guest_that_is_no_longer_ours_is_not_touched(world: World) -> None:
    guest, spec, seen = made(world, **FULL)
    world.admin("PUT", f"/nodes/eig/lxc/{guest.id}/config", description="somebody else's")
    assert world.kinds["proxmox.firewall"].read(spec, seen.handle) is None


@pytest.mark.parametrize("sort", SORTS)
def test_the_least_rights_are_enough_and_one_fewer_is_not(world: World, sort: str) -> None:
    guest, spec, _ = made(world, sort, **FULL)
    rights = {f"/pool/{world.pool}": "Pool.Audit,VM.Audit,VM.Config.Network", "/storage/local": "Datastore.Audit", "/": "Sys.Audit"}
    wider = wanted(guest, **{**FULL, "rules": [WEB], "ipfilter": False, "dhcp": True})
    able = world.with_rights(rights)
    assert differences(wider, able.heal(wider)) == []
    unable = world.with_rights({**rights, f"/pool/{world.pool}": "Pool.Audit,VM.Audit"})
    with pytest.raises(PermissionDeniedError, match=rf"Permission check failed \(/vms/{guest.id}, VM.Config.Network\)"):
        unable.heal(spec)


def test_that_rules_have_no_effect_is_said_once(world: World) -> None:
    specs = []
    for machine in ("web", "db"):
        guest, _ = world.make(world.container(machine))
        specs.append(wanted(guest, ipfilter=True))
    findings = world.observe("proxmox.firewall", *specs).findings
    assert [(finding.severity, finding.code) for finding in findings] == [("notice", "datacenter-firewall-off")]
    assert "no effect until" in message(findings[0])


def test_it_is_not_said_where_the_firewall_is_on_or_not_wanted(own_world: World) -> None:
    guest, spec, _ = made(own_world, ipfilter=True)
    assert own_world.observe("proxmox.firewall", wanted(guest, enable=False)).findings == ()
    own_world.admin("PUT", "/cluster/firewall/options", enable=1)
    assert own_world.observe("proxmox.firewall", spec).findings == ()


def test_a_token_that_cannot_see_the_datacenters_firewall_says_so(world: World) -> None:
    _, spec, _ = made(world, ipfilter=True)
    other = world.with_rights({f"/pool/{world.pool}": "Pool.Audit,VM.Audit", "/storage/local": "Datastore.Audit"})
    observation = other.observe("proxmox.firewall", spec)
    assert [finding.code for finding in observation.findings] == ["datacenter-firewall-unknown"]
    assert differences(spec, observation.objects[0]) == []


def test_a_device_without_the_flag_is_told(world: World) -> None:
    guest, spec, _ = made(world, ipfilter=True)
    config = world.admin("GET", f"/nodes/eig/lxc/{guest.id}/config")
    world.admin("PUT", f"/nodes/eig/lxc/{guest.id}/config", net0=config["net0"].replace("firewall=1", "firewall=0"))
    found = [finding for finding in world.observe("proxmox.firewall", spec).findings if finding.code == "firewall-not-on-device"]
    assert [finding.address for finding in found] == [f"proxmox.firewall[{spec.mark}]"]


def test_a_look_costs_three_requests_a_guest_beyond_the_shared_one(world: World) -> None:
    guest, spec, _ = made(world, **FULL)
    together = Look()
    world.observe("proxmox.container", guest, look=together)
    before = world.client.meter.total
    world.observe("proxmox.firewall", spec, look=together)
    assert world.client.meter.total - before == 3 + 1


@pytest.mark.parametrize("machine", ["container", "vm"])
def test_p13_the_firewall_of_a_renamed_guest_is_the_one_it_had(world: World, machine: str) -> None:
    make = {"container": world.container, "vm": world.vm}[machine]
    road, web, app = Road(world), make("web"), make("app")
    road.apply(web, FirewallSpec(mark=web.mark, enable=True, policy_out="REJECT"))
    specs = [road.renamed(app, "web"), world.container("api"), FirewallSpec(mark=app.mark, enable=True, policy_out="REJECT")]
    plan = road.plan(*specs)
    (firewall,) = (change for change in plan.changes if change.address.kind == "proxmox.firewall")
    assert (firewall.action, firewall.acts, str(firewall.was)) == (Action.ADOPT, False, f"proxmox.firewall[{web.mark}]")
    road.run(plan)
    assert road.plan(*specs).changes == ()


@pytest.mark.parametrize(
    ("rule", "words"), [({"action": "DROP", "proto": "tcp", "dport": "22"}, "in DROP tcp 22"), ({"action": "ACCEPT"}, "in ACCEPT")]
)
def test_p7_a_rule_that_nobody_manages_is_told_while_it_is_in_force(world: World, rule: dict[str, str], words: str) -> None:
    road, web = Road(world), world.container("web")
    spec = FirewallSpec(mark=web.mark, enable=True, policy_out="REJECT")
    road.apply(web, spec)
    ((member,),) = (pool["members"] for pool in world.admin("GET", "/pools", poolid=world.pool))
    base = f"/nodes/eig/lxc/{member['vmid']}/firewall/rules"
    world.admin("POST", base, type="in", enable=1, **rule)
    plan = road.plan(web, spec)
    assert plan.changes == ()
    (told,) = (found for found in plan.findings if found.code == "firewall-rules-by-hand")
    assert message(told).endswith(f"the playbook sets no `rules`: {words}")
    world.admin("PUT", f"{base}/0", enable=0)
    assert "firewall-rules-by-hand" not in {found.code for found in road.plan(web, spec).findings}
    world.admin("PUT", f"{base}/0", enable=1)
    managed = spec.model_copy(update={"rules": ()})
    assert "firewall-rules-by-hand" not in {found.code for found in road.plan(web, managed).findings}


def test_p13_the_firewall_of_an_adopted_guest_is_the_one_it_has(world: World) -> None:
    road, vmid = Road(world), int(world.admin("GET", "/cluster/nextid"))
    world.admin("POST", "/pools", poolid=world.pool, comment="ADLER")
    made = {"rootfs": "local-lvm:4", "net0": "name=eth0,bridge=vmbr1,firewall=1", "pool": world.pool}
    world.admin("POST", "/nodes/eig/lxc", vmid=vmid, ostemplate=world.container().image, unprivileged=1, **made)
    world.admin("PUT", f"/nodes/eig/lxc/{vmid}/firewall/options", enable=1, policy_out="DROP")
    old = world.container("old", id=vmid)
    specs = (old, FirewallSpec(mark=old.mark, enable=True, policy_out="REJECT"))
    plan = road.plan(*specs)
    (firewall,) = (change for change in plan.changes if change.address.kind == "proxmox.firewall")
    assert (firewall.action, [(diff.field, diff.before) for diff in firewall.diffs]) == (Action.ADOPT, [("policy_out", "DROP")])
    assert [(str(result.change.address), str(result.reason)) for result in road.run(plan).results if result.reason] == []
    assert road.plan(*specs).changes == ()
