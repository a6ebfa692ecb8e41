"""What goes wrong: refusals with their words, lost answers, runs killed half-way, others on the same server."""

import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from support.proxmox_guests import KEY

from eiginfra.core.errors import (
    HeldError,
    NotFoundError,
    PermanentError,
    PermissionDeniedError,
    ProviderError,
    StaleError,
    UnreachableError,
)
from eiginfra.core.finding import Severity
from eiginfra.core.values import ByteSize
from eiginfra.providers.proxmox.guests.allocator import GuestFacts

from .conftest import TEMPLATE, World, differences, settings_of, start

PARTS = ("CPU", "Cloudinit", "Disk", "Memory", "Network", "Options")
ON_POOL = ",".join(["VM.Allocate", "VM.Audit", "VM.PowerMgmt", "Pool.Audit", *(f"VM.Config.{part}" for part in PARTS)])


def test_a_missing_template_is_told_with_the_tasks_log(world: World) -> None:
    spec = world.container(image="local:vztmpl/debian-99-standard_99.0-1_amd64.tar.zst")
    with pytest.raises(ProviderError) as caught:
        world.make(spec)
    assert "volume 'local:vztmpl/debian-99-standard_99.0-1_amd64.tar.zst' does not exist" in str(caught.value)
    assert str(caught.value).count("unable to create CT") == 1
    assert world.see(spec) is None


def test_a_missing_vm_template_is_an_error_of_the_plan(world: World) -> None:
    spec = world.vm(image=9999)
    [finding] = world.observe("proxmox.vm", spec).findings
    assert finding.code == "vm-template-missing"
    with pytest.raises(NotFoundError, match="there is no VM template 9999"):
        world.make(spec)


def test_a_failed_start_leaves_a_guest_that_the_next_run_finishes(own_world: World) -> None:
    world = World(replace(own_world.settings, bridge="vmbr9"), "eig3")
    spec = world.container()
    with pytest.raises(PermanentError, match="bridge 'vmbr9' does not exist") as caught:
        world.make(spec)
    assert "was left half-made" in str(caught.value)
    seen = world.see(spec)
    assert seen is not None
    assert seen.values["state"] == "stopped"


@pytest.mark.parametrize("lacking", ["VM.Allocate", "VM.Config.Network", "VM.Config.Options", "VM.Config.Memory", "VM.Config.CPU"])
def test_a_token_without_a_right_is_refused_with_the_servers_words(world: World, lacking: str) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    rights = ",".join(sorted(set(ON_POOL.split(",")) - {lacking}))
    other = world.with_rights(
        {
            f"/pool/{world.pool}": rights,
            "/storage/local-lvm": "Datastore.AllocateSpace",
            "/storage/local": "Datastore.Audit",
            "/vms": "VM.Audit",
            "/sdn/zones/localnetwork/vmbr1": "SDN.Use",
        }
    )
    with pytest.raises(PermissionDeniedError, match=r"create container .* Permission check failed"):
        other.make(other.container())


def test_a_container_is_made_and_changed_with_the_least_rights(world: World) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    other = world.with_rights(
        {
            f"/pool/{world.pool}": ON_POOL,
            "/storage/local-lvm": "Datastore.AllocateSpace",
            "/storage/local": "Datastore.Audit",
            "/vms": "VM.Audit",
            "/sdn/zones/localnetwork/vmbr1": "SDN.Use",
        }
    )
    spec, made = other.make(other.container(keys=(KEY,), nesting=True))
    assert differences(spec, made) == []
    spec = spec.model_copy(update={"memory": ByteSize.parse("1GiB"), "disk": ByteSize.parse("8GiB"), "tags": ("x",)})
    assert differences(spec, other.heal(spec)) == []


def test_a_vm_is_made_with_the_least_rights(world: World) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    other = world.with_rights(
        {
            f"/pool/{world.pool}": ON_POOL,
            "/vms/9012": "VM.Clone,VM.Audit",
            "/storage/local-lvm": "Datastore.AllocateSpace",
            "/storage/local": "Datastore.Audit",
            "/vms": "VM.Audit",
            "/sdn/zones/localnetwork/vmbr1": "SDN.Use",
        }
    )
    spec, made = other.make(other.vm(keys=(KEY,), user="debian"))
    assert differences(spec, made) == []


@pytest.mark.parametrize("token_id", ["eiginfra@pve!ci", "eiginfra@pve!nope", "nobody@pve!ci"])
def test_a_wrong_token_is_refused(world: World, token_id: str) -> None:
    other = world.as_token(token_id, "00000000-0000-0000-0000-000000000000")
    with pytest.raises(PermissionDeniedError, match="the server does not accept the token"):
        other.observe("proxmox.pool")


def test_a_certificate_of_an_unknown_authority_is_refused(world: World, tmp_path: Any) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    for ca in (None, stranger):
        other = World(replace(world.settings, ca=ca), world.cohort)
        with pytest.raises(UnreachableError, match="its certificate is not trusted"):
            other.observe("proxmox.pool")
    assert ssl.create_default_context(cafile=stranger)


def test_a_server_that_is_not_there_is_unreachable(world: World) -> None:
    other = World(replace(world.settings, url="https://127.0.0.1:1"), world.cohort)
    with pytest.raises(UnreachableError, match="start the lab"):
        other.observe("proxmox.container")


def test_a_number_taken_between_plan_and_apply_is_stale(world: World) -> None:
    _, other = world.make(world.container("first", state="stopped"))
    spec = world.allocated(world.container()).model_copy(update={"id": other.handle["vmid"]})
    with pytest.raises(StaleError, match="was taken since the plan was made"):
        world.kind(spec).create(spec)
    seen = world.see(world.container("first"))
    assert seen is not None
    assert seen.values["mark"] == f"{world.cohort}/adler/first"


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_an_answer_lost_after_the_work_is_followed_by_a_look_not_by_a_second_guest(
    own_world: World, fault: Callable[..., None], sort: str
) -> None:
    spec = getattr(own_world, sort)()
    own_world.admin("POST", "/pools", poolid=spec.pool)
    fault(match=r"^POST .*/(lxc|clone)$", kind="drop_after", times=1)
    spec, made = own_world.make(spec)
    assert differences(spec, made) == []
    assert made.values["state"] == "running"
    guests = [row for row in own_world.admin("GET", "/cluster/resources", type="vm") if row["vmid"] < 9000 and row.get("pool") == spec.pool]
    assert [row["vmid"] for row in guests] == [spec.id]


@pytest.mark.parametrize("step", ["config", "resize", "start", "tags"])
def test_a_vm_left_by_a_run_killed_in_between_is_finished_by_the_next(own_world: World, fault: Callable[..., None], step: str) -> None:
    rules = {
        "config": {"match": r"^PUT .*/config$"},
        "resize": {"match": r"^PUT .*/resize$"},
        "start": {"match": r"^POST .*/status/start$"},
        "tags": {"match": r"^PUT .*/config$", "skip": 1},
    }
    fault(kind="status", status=500, times=1, **rules[step])
    spec = own_world.vm(keys=(KEY,), user="léa")
    with pytest.raises(ProviderError):
        own_world.make(spec)
    spec = own_world.allocated(spec)
    assert differences(spec, own_world.heal(spec)) == []
    seen = own_world.see(spec)
    assert seen is not None
    assert seen.values["state"] == "running"
    assert own_world.admin("GET", f"/nodes/eig/qemu/{spec.id}/config")["ciuser"] == "léa"


def test_a_container_left_without_its_tags_gets_them(own_world: World, fault: Callable[..., None]) -> None:
    fault(match=r"^PUT .*/config$", kind="status", status=500, times=1)
    with pytest.raises(ProviderError):
        own_world.make(own_world.container())
    spec = own_world.allocated(own_world.container())
    assert differences(spec, own_world.heal(spec)) == []


def test_a_guest_made_by_hand_counts_for_its_team_and_its_number_is_taken(world: World) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    number = int(world.admin("GET", "/cluster/nextid"))
    world.admin(
        "POST", "/nodes/eig/lxc", vmid=number, ostemplate=TEMPLATE, rootfs="local-lvm:4", pool=world.pool, memory=1024, cores=2, swap=0
    )
    seen = world.observe("proxmox.container")
    [guest] = [guest for guest in seen.objects if guest.address.key == f"#{number}"]
    assert (guest.marked, guest.team) == (False, "adler")
    assert (guest.usage.machines, guest.usage.cores, str(guest.usage.memory), str(guest.usage.disk)) == (1, 2, "1GiB", "4GiB")
    assert isinstance(seen.facts, GuestFacts)
    assert number in seen.facts.taken
    spec, _ = world.make(world.container())
    assert spec.id > number


def test_templates_are_no_objects(world: World) -> None:
    assert not [guest for guest in world.observe("proxmox.vm").objects if guest.handle["vmid"] == 9012]


def test_the_mark_on_a_guest_of_the_other_type_is_an_error(world: World) -> None:
    world.make(world.vm("web"))
    [finding] = [
        finding for finding in world.observe("proxmox.container", world.container("web")).findings if finding.code != "guest-locked"
    ]
    assert finding.code == "mark-on-other-type"


def test_report_27_a_locked_guest_is_told_and_asked_for_once(world: World) -> None:
    spec, _ = world.make(world.container())
    world.admin("PUT", f"/nodes/eig/lxc/{spec.id}/config", lock="backup")
    [finding] = world.observe("proxmox.container", spec).findings
    assert (finding.code, finding.severity) == ("guest-locked", Severity.NOTICE)
    with pytest.raises(HeldError, match=r"CT is locked \(backup\)"):
        world.heal(spec.model_copy(update={"cores": 2}))
    assert [pause for pause in world.pauses if pause] == []


@pytest.mark.parametrize("sort", ["container", "vm"])
def test_a_guest_still_being_made_when_its_run_was_killed_is_waited_for(tmp_path: Path, sort: str) -> None:
    with start(task_seconds=0.3) as lab:
        world = World(settings_of(lab, tmp_path / "ca.pem"), "eig3")
        world.admin("POST", "/pools", poolid=world.pool)
        spec = world.allocated(getattr(world, sort)())
        kind: Any = world.kind(spec)
        if sort == "container":
            world.client.create_container("eig", kind.create_params(spec))
        else:
            world.client.clone_vm("eig", spec.image, kind.clone_params(spec, "eig"))
        seen = world.see(spec)
        assert seen is not None
        assert seen.handle["vmid"] == spec.id
        assert differences(spec, world.heal(spec)) == []
        assert world.allocated(getattr(world, sort)()).id == spec.id


@pytest.mark.parametrize(("sort", "requests"), [("container", 5), ("vm", 8)])
def test_making_a_guest_costs_few_requests(world: World, sort: str, requests: int) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    spec = world.allocated(getattr(world, sort)())
    before = world.client.meter.counts
    world.kind(spec).create(spec)
    after = world.client.meter.counts
    tasks = 2 if sort == "container" else 3
    assert after["POST"] + after["PUT"] - before.get("POST", 0) - before.get("PUT", 0) == (3 if sort == "container" else 5)
    assert sum(after.values()) - sum(before.values()) <= requests + 2 * tasks
