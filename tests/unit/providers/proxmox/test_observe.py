"""What is seen of a server's guests, and what is said about it."""

from dataclasses import replace
from typing import Any

import pytest
from support.words import message, remedy

from eiginfra.core.address import Address
from eiginfra.core.errors import NotFoundError, UsageError
from eiginfra.core.finding import Severity
from eiginfra.core.look import Look
from eiginfra.core.reason import RESTART
from eiginfra.core.resource import Observation, Resource, Scope
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.guests.allocator import GuestFacts
from eiginfra.providers.proxmox.guests.survey import Reading
from eiginfra.providers.proxmox.kinds import all_kinds
from eiginfra.providers.proxmox.settings import ProxmoxSettings

from .conftest import container, make_site, vm


class Server(ProxmoxClient):
    """Answers like a server with the given guests: vmid -> type, configuration and what the lists say."""

    def __init__(self, site: ProxmoxSettings, guests: dict[int, dict[str, Any]], backups: tuple[int, ...] = ()) -> None:
        super().__init__(site, sleep=lambda _seconds: None)
        self.on_server = guests
        self.in_backups = backups
        self.links = True
        self.asked: list[str] = []
        self.tasks: list[dict[str, Any]] = []

    def _call(self, method: str, path: str, what: str, params: Any = None) -> Any:
        assert method == "GET"
        self.asked.append(path)
        match path.split("/"):
            case ["cluster", "resources"]:
                return [{"vmid": vmid, "node": "eig", "type": guest["type"], "pool": guest.get("pool")} for vmid, guest in self._all()]
            case ["nodes", _, ("lxc" | "qemu") as kind]:
                return [self._row(vmid, guest) for vmid, guest in self._all() if guest["type"] == kind]
            case [*_, vmid, "pending"]:
                guest = self.on_server[int(vmid)]
                rows = [{"key": key, "value": value} for key, value in guest.get("config", {}).items()]
                return [row | {"pending": guest["pending"][row["key"]]} if row["key"] in guest.get("pending", {}) else row for row in rows]
            case [*_, "feature"]:
                return {"hasFeature": int(self.links), "nodes": []}
            case [*_, "content"]:
                return [{"volid": f"local:backup/vzdump-lxc-{vmid}.tar.zst", "vmid": vmid} for vmid in self.in_backups]
            case ["nodes", node, _, vmid, "status", "current"]:
                if node != "eig" or int(vmid) not in self.on_server:
                    raise NotFoundError(path)
                return {"status": "running"}
            case ["nodes", _, "tasks"]:
                return self.tasks
            case [*_, "status"]:
                self.on_server |= {vmid: {**guest, "lock": None} for vmid, guest in self._all()}
                return {"status": "stopped", "exitstatus": "OK"}
            case _:
                return []

    def _all(self) -> list[tuple[int, dict[str, Any]]]:
        return list(self.on_server.items())

    @staticmethod
    def _row(vmid: int, guest: dict[str, Any]) -> dict[str, Any]:
        return {
            "vmid": vmid,
            "status": guest.get("status", "running"),
            **{k: guest[k] for k in ("lock", "template", "maxdisk") if guest.get(k)},
        }


def lxc(mark: str | None = None, **more: Any) -> dict[str, Any]:
    config = {"hostname": "x", "cores": 1, "memory": 512, "swap": 128, "rootfs": "local-lvm:d,size=8G", "mp0": "local-lvm:e,mp=/d,size=2G"}
    return {"type": "lxc", "config": {**config, "description": f"eiginfra: {mark}\n" if mark else "by hand\n"}, **pool_of(mark), **more}


def pool_of(mark: str | None) -> dict[str, str]:
    return {"pool": "-".join(mark.split("/")[:2])} if mark else {}


def qemu(mark: str | None = None, **more: Any) -> dict[str, Any]:
    config = {
        "name": "x",
        "cores": 2,
        "sockets": 2,
        "memory": "1024",
        "scsi0": "local-lvm:d,size=16G",
        "ide2": "local-lvm:c,media=cdrom,size=4M",
    }
    return {"type": "qemu", "config": {**config, "description": f"eiginfra: {mark}" if mark else ""}, **pool_of(mark), **more}


def look(guests: dict[int, dict[str, Any]], *specs: Any, name: str = "proxmox.container", **options: Any) -> Observation:
    server = Server(make_site(), guests, **options)
    return observe(server, name, *specs)


def containers_of(server: Server) -> Any:
    return next(kind for kind in all_kinds(server) if kind.name == "proxmox.container")


def observe(server: Server, name: str, *specs: Any) -> Observation:
    kind = next(kind for kind in all_kinds(server) if kind.name == name)
    return kind.observe(scope(name, *specs))


def scope(name: str, *specs: Any) -> Scope:
    return Scope("eig3", ("adler", "plume"), tuple(Resource(Address(name, spec.mark), spec, team=spec.team) for spec in specs))


def taken(observation: Observation) -> frozenset[int]:
    assert isinstance(observation.facts, GuestFacts)
    return observation.facts.taken


def codes(observation: Observation) -> list[str]:
    return [finding.code for finding in observation.findings]


def test_a_guest_is_found_by_its_mark_wherever_its_number_is() -> None:
    seen = look({107: lxc("eig3/adler/web", pool="eig3-adler"), 9107: lxc("eig3/plume/web", pool="eig3-plume")})
    assert {str(guest.address): (guest.marked, guest.team) for guest in seen.objects} == {
        "proxmox.container[eig3/adler/web]": (True, "adler"),
        "proxmox.container[eig3/plume/web]": (True, "plume"),
    }
    guest = seen.objects[0]
    assert guest.values["id"] == 107
    assert guest.values["pool"] == "eig3-adler"
    assert guest.values["memory"] == "512MiB"
    assert guest.handle == {"node": "eig", "vmid": 107}


def test_usage_is_what_is_configured_with_swap_mount_points_and_sockets() -> None:
    [guest] = look({107: lxc()}).objects
    assert (guest.usage.machines, guest.usage.cores, str(guest.usage.memory), str(guest.usage.disk)) == (1, 1, "640MiB", "10GiB")
    [machine] = look({107: qemu()}, name="proxmox.vm").objects
    assert (machine.usage.machines, machine.usage.cores, str(machine.usage.memory), str(machine.usage.disk)) == (1, 4, "1GiB", "16GiB")


def test_guests_of_others_are_seen_with_the_team_of_their_pool() -> None:
    seen = look({107: lxc(pool="eig3-adler"), 108: lxc("eig2/old/web"), 9000: lxc(), 9001: lxc(template=1, pool="eig3-adler")})
    assert [(guest.address.key, guest.marked, guest.team) for guest in seen.objects] == [("#107", False, "adler"), ("#108", False, None)]


def test_numbers_of_guests_templates_and_backups_are_taken() -> None:
    guests = {107: lxc(), 108: qemu(), 110: qemu(template=1), 9000: lxc()}
    assert taken(look(guests, container(), backups=(120, 9001))) == frozenset({107, 108, 110, 120})
    # Where nothing is to be made, no number is needed, and the backups are not read.
    assert taken(look(guests, backups=(120, 9001))) == frozenset({107, 108, 110})


def test_what_a_restart_will_bring_is_the_value_and_waits() -> None:
    [guest] = look({107: qemu("eig3/adler/db", pending={"memory": "2048"})}, name="proxmox.vm").objects
    assert guest.values["memory"] == "2GiB"
    assert guest.waiting == {"memory": RESTART}


def test_two_guests_with_one_mark_are_an_error_said_once() -> None:
    guests = {107: lxc("eig3/adler/web"), 109: lxc("eig3/adler/web"), 110: qemu("eig3/adler/web")}
    seen = look(guests)
    assert codes(seen) == ["mark-twice"]
    assert "container 107 on eig, container 109 on eig and VM 110 on eig" in message(seen.findings[0])
    assert [guest.address.key for guest in seen.objects] == ["eig3/adler/web", "#109"]
    assert codes(look(guests, name="proxmox.vm")) == []


def test_a_mark_on_a_guest_of_the_other_type_is_an_error() -> None:
    seen = look({107: qemu("eig3/adler/web")}, container())
    assert codes(seen) == ["mark-on-other-type"]
    assert "a container is wanted, but eig3/adler/web is VM 107 on eig" in message(seen.findings[0])


def test_a_guest_named_by_its_number_stands_under_the_wanted_address_to_be_adopted() -> None:
    [guest] = look({107: lxc()}, container(id=107)).objects
    assert (str(guest.address), guest.marked, guest.values["mark"]) == ("proxmox.container[eig3/adler/web]", False, None)


@pytest.mark.parametrize(
    ("guests", "why"),
    [
        ({}, "there is no such guest"),
        ({107: qemu()}, "it is a VM"),
        ({107: lxc(template=1)}, "it is a template"),
        ({107: lxc("eig3/plume/db")}, "it belongs to eig3/plume/db"),
    ],
)
def test_a_guest_that_cannot_be_adopted_is_an_error(guests: dict[int, dict[str, Any]], why: str) -> None:
    seen = look(guests, container(id=107))
    assert codes(seen) == ["cannot-adopt"]
    assert why in message(seen.findings[0])


def test_a_container_without_a_limit_of_cores_is_told() -> None:
    guest = lxc(pool="eig3-adler")
    del guest["config"]["cores"]
    seen = look({107: guest})
    assert codes(seen) == ["container-without-cores"]
    assert seen.objects[0].values["cores"] is None


DRIVES = {"scsi0": "local-lvm:base-9012-disk-0,size=3G", "ide2": "local-lvm:vm-9012-cloudinit,media=cdrom"}
CLOUD = {"type": "qemu", "template": 1, "maxdisk": 3 * 2**30, "config": DRIVES}


def test_a_template_must_exist_and_not_be_larger_than_the_machine() -> None:
    seen = look({9012: {**CLOUD, "maxdisk": 32 * 2**30}}, vm(), name="proxmox.vm")
    assert codes(seen) == ["template-disk-larger"]
    assert "the disk of template 9012 is 32GiB, wanted 16GiB" in message(seen.findings[0])
    assert "there is no VM template 9012" in message(look({}, vm(), name="proxmox.vm").findings[0])
    assert codes(look({9012: CLOUD}, vm(), name="proxmox.vm")) == []


def test_a_template_without_a_drive_for_cloud_init_is_told() -> None:
    seen = look({9012: {**CLOUD, "config": {"scsi0": DRIVES["scsi0"]}}}, vm(), name="proxmox.vm")
    [finding] = seen.findings
    assert (finding.code, finding.severity, finding.address) == (
        "template-without-cloud-init",
        Severity.WARNING,
        "proxmox.vm[eig3/adler/db]",
    )
    assert message(finding) == "template 9012 has no drive for cloud-init: its clones are given neither address nor keys"
    assert remedy(finding) == "on node eig: qm set 9012 --ide2 local-lvm:cloudinit"


def test_a_linked_clone_needs_a_storage_that_makes_them_which_is_asked_once_a_template() -> None:
    server = Server(make_site(), {9012: CLOUD})
    linked = [vm(f"eig3/adler/{name}", clone="linked") for name in ("db", "web")]
    assert observe(server, "proxmox.vm", *linked).findings == ()
    assert server.asked.count("nodes/eig/qemu/9012/feature") == 1
    server.links = False
    found = observe(server, "proxmox.vm", *linked, vm("eig3/adler/own")).findings
    assert [(finding.code, finding.severity, finding.address) for finding in found] == [
        ("linked-clone-impossible", Severity.ERROR, f"proxmox.vm[eig3/adler/{name}]") for name in ("db", "web")
    ]
    assert message(found[0]) == "the storage of template 9012 makes no linked clones"
    assert str(remedy(found[0])).startswith("write `clone: full`, or make the template on one that does")


def test_a_linked_clone_that_would_stay_on_another_storage_is_refused() -> None:
    elsewhere = {**CLOUD, "config": {**DRIVES, "scsi0": "nfs:9012/base-9012-disk-0.qcow2,size=3G"}}
    [finding] = look({9012: elsewhere}, vm(clone="linked"), name="proxmox.vm").findings
    assert message(finding) == "a linked clone stays where template 9012 has its disk, on storage nfs, not on local-lvm"
    assert remedy(finding) == "write `clone: full`, or make the template on local-lvm"
    assert codes(look({9012: elsewhere}, vm(), name="proxmox.vm")) == []


def test_a_guest_that_another_run_makes_is_waited_for_then_read() -> None:
    server = Server(make_site(), {107: lxc("eig3/adler/web", lock="create")})
    server.tasks = [{"upid": "UPID:eig:00000001:00000002:00000003:vzcreate:107:eiginfra@pve!ci:", "type": "vzcreate", "starttime": 1}]
    seen = observe(server, "proxmox.container")
    assert [guest.address.key for guest in seen.objects] == ["eig3/adler/web"]


def test_a_guest_whose_making_broke_off_counts_as_taken_and_is_told() -> None:
    seen = look({107: {"type": "lxc", "lock": "create", "config": {"lock": "create"}}})
    assert codes(seen) == ["guest-half-made"]
    assert seen.findings[0].severity is Severity.WARNING
    assert seen.objects == ()
    assert 107 in taken(seen)


def test_both_kinds_share_one_look_and_a_second_look_is_a_new_one() -> None:
    server = Server(make_site(), {107: lxc("eig3/adler/web"), 108: qemu("eig3/adler/db")})
    by_name = {kind.name: kind for kind in all_kinds(server)}
    containers, vms = by_name["proxmox.container"], by_name["proxmox.vm"]
    together = Look()
    containers.observe(replace(scope("proxmox.container"), look=together))
    vms.observe(replace(scope("proxmox.vm"), look=together))
    assert len(server.asked) == 3 + 2  # the cluster's list, two of the node; one for each guest
    containers.observe(scope("proxmox.container"))
    assert len(server.asked) == 2 * (3 + 2)


def test_without_a_proxmox_section_the_kinds_can_be_read_but_not_asked() -> None:
    for kind in all_kinds(ProxmoxClient(None)):
        assert kind.title
        if kind.name in {"proxmox.firewall", "proxmox.backup"}:  # where nothing of them is wanted, nothing is asked
            assert kind.observe(scope(kind.name)) == Observation()
            continue
        with pytest.raises(UsageError, match="no proxmox section"):
            kind.observe(scope(kind.name))


def test_numbers_outside_the_range_or_given_twice_are_refused_before_asking() -> None:
    kind = containers_of(Server(make_site(), {}))
    specs = [container(id=99 + 200), container("eig3/plume/web", id=107), container("eig3/plume/db", id=107)]
    wanted = {resource.address: resource for resource in scope("proxmox.container", *specs).resources}
    found = [finding for spec in specs for finding in kind.check(spec, wanted)]
    assert [(finding.code, finding.address) for finding in found] == [
        ("id-outside-range", "proxmox.container[eig3/adler/web]"),
        ("id-twice", "proxmox.container[eig3/plume/db]"),
    ]


def test_tags_come_from_the_mark_unless_written() -> None:
    assert container().values()["tags"] == ["adler", "eig3", "eiginfra"]
    assert container(tags=["Web"]).values()["tags"] == ["web"]
    assert container(tags=[]).values()["tags"] == []


@pytest.mark.parametrize("handle", [{"vmid": 107, "node": "old"}, {}], ids=["moved", "no handle"])
def test_a_guest_is_read_wherever_it_stands_now(handle: dict[str, Any]) -> None:
    server = Server(make_site(), {107: lxc("eig3/adler/web", pool="eig3-adler")})
    kind = containers_of(server)
    guest = kind.read(container(id=109, node="old"), handle)
    assert guest is not None
    assert guest.handle == {"node": "eig", "vmid": 107}
    assert guest.values["pool"] == "eig3-adler"


def test_a_guest_that_is_nowhere_is_none() -> None:
    server = Server(make_site(), {108: lxc("eig3/plume/web")})
    kind = containers_of(server)
    assert kind.read(container(id=107, node="eig"), {}) is None
    assert kind.read(container(id=107, node="eig"), {"vmid": 107, "node": "eig"}) is None


def test_pending_rows_are_what_runs_and_what_a_restart_brings() -> None:
    """As a running VM and a running container of a Proxmox VE 9.1 answered."""
    reading = Reading.of(
        [
            {"key": "digest", "value": "c456bd3fd6c34dbe17f19ccd85d77f1922f91572"},
            {"key": "memory", "value": "128", "pending": "160"},
            {"key": "cores", "value": 1, "delete": 1},
            {"key": "cmode", "pending": "console"},
            {"key": "mp0", "value": "local:204/vm-204-disk-1.raw,mp=/srv/hot,size=102M", "delete": 1},
        ]
    )
    assert reading.running["memory"] == "128"
    assert reading.wanted["memory"] == "160"
    assert "cores" in reading.running
    assert not {"cores", "mp0"} & set(reading.wanted)
    assert reading.wanted["cmode"] == "console"
    assert reading.digest == "c456bd3fd6c34dbe17f19ccd85d77f1922f91572"


def test_the_specs_have_a_schema_for_editors() -> None:
    for kind in all_kinds(ProxmoxClient(None)):
        schema = kind.spec.model_json_schema()
        assert schema["additionalProperties"] is False
        assert all("description" in described for described in schema["properties"].values())
