"""The examination of a site's Proxmox."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.words import message

from eiginfra.core.finding import Severity
from eiginfra.core.secret import Secret
from eiginfra.providers.proxmox.client import ProxmoxClient
from eiginfra.providers.proxmox.doctor import examine
from eiginfra.providers.proxmox.privileges import Purpose

from .conftest import TEMPLATE, World, settings_of, start
from .least import rights


def codes(world: World, **changes: Any) -> set[str]:
    return {finding.code for finding in examine(ProxmoxClient(replace(world.settings, **changes)))}


def test_a_lab_can_be_worked_with(world: World) -> None:
    found = examine(world.client)
    assert not [finding for finding in found if finding.severity is Severity.ERROR]
    assert "datacenter-firewall-off" in {finding.code for finding in found}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "https://127.0.0.1:1"}, "proxmox-unreachable"),
        ({"ca": None}, "proxmox-unreachable"),
        ({"token": Secret("00000000-0000-0000-0000-000000000000")}, "proxmox-unreachable"),
        ({"nodes": ("eig", "two")}, "node-unknown"),
        ({"disks": "nope"}, "storage-unknown"),
        ({"templates": "local-lvm"}, "storage-content"),
        ({"bridge": "vmbr9"}, "bridge"),
        ({"realm": "nowhere"}, "realm-unknown"),
    ],
)
def test_each_trouble_is_found(world: World, changes: dict[str, Any], code: str) -> None:
    assert code in codes(world, **changes)


def rights_lacking(world: World) -> list[str]:
    """Codes and messages about rights, without the token and the consequence."""
    found = [finding for finding in examine(world.client) if finding.code.startswith("token-rights")]
    return [f"{finding.code}: {message(finding).partition(' lacks ')[2].partition(':')[0]}" for finding in found]


def test_a_token_without_rights_is_told_what_it_lacks_by_purpose(world: World) -> None:
    other = world.with_rights({"/storage/local": "Datastore.Audit"})
    told = rights_lacking(other)
    assert told[0].startswith("token-rights: Pool.Allocate, Pool.Audit, VM.Allocate, VM.Backup, VM.Config.CPU, ")
    assert told[1:] == [
        "token-rights: VM.Audit on /vms (core)",
        "token-rights: Sys.Audit on /nodes/eig (core)",
        "token-rights: Datastore.AllocateSpace on /storage/local-lvm (core)",
        "token-rights: Datastore.AllocateSpace on /storage/local (core)",
        "token-rights: SDN.Use on /sdn/zones/localnetwork/vmbr1 (core)",
        "token-rights: VM.Snapshot on /pool (snapshots)",
        "token-rights: Sys.Audit, Sys.Modify on /access (accounts)",
        "token-rights: Group.Allocate, User.Modify on /access/groups (accounts)",
        "token-rights: Realm.AllocateUser on /access/realm/pve (accounts)",
        "token-rights: VM.Audit, VM.Console on /pool (accounts)",
        "token-rights: Sys.Audit on / (firewall)",
        "token-rights: Sys.Audit, Sys.Modify on / (backup job)",
        "token-rights: Datastore.Allocate on /storage/local (backup job)",
    ]


def test_what_is_not_passed_on_does_not_hold_below(world: World) -> None:
    less = world.with_rights({"/": "VM.Audit,VM.Clone,Sys.Audit"})
    assert "token-rights: VM.Audit on /vms (core)" not in rights_lacking(less)
    user = less.settings.token_id.partition("!")[0]
    entry = next(row for row in world.admin("GET", "/access/acl") if row["ugid"] == user)
    world.admin("PUT", "/access/acl", path="/", users=user, roles=entry["roleid"], propagate=0)
    told = rights_lacking(less)
    assert {"token-rights: VM.Audit on /vms (core)", "token-rights: Sys.Audit on /nodes/eig (core)"} <= set(told)
    assert "token-rights: Sys.Audit on / (firewall)" not in told


def test_a_deeper_entry_replaces_what_comes_from_above(world: World) -> None:
    less = world.with_rights({"/vms": "VM.Audit", "/vms/9012": "VM.Clone"})
    assert "token-rights: VM.Audit on /vms/9012 (virtual machines)" in rights_lacking(less)


def test_templates_that_nobody_meant_to_clone_are_all_named(world: World) -> None:
    less = world.with_rights({"/vms": "VM.Audit"})
    told = [text for text in rights_lacking(less) if "(virtual machines)" in text]
    assert told == [f"token-rights: VM.Clone on /vms/{vmid} (virtual machines)" for vmid in (9012, 9024)]


def test_rights_on_pools_that_an_administrator_made_are_enough(world: World) -> None:
    world.admin("POST", "/pools", poolid=world.pool)
    less = world.with_rights({f"/pool/{world.pool}": "VM.Snapshot"})
    assert not [text for text in rights_lacking(less) if "(snapshots)" in text]


# The site's images.

GOOD = ("debian-12", TEMPLATE)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (TEMPLATE, None),
        ("local:vztmpl/debian-99-standard_99.0-1_amd64.tar.zst", "image-missing"),
        ("nope:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst", "images-unseen"),
        (9012, None),
        (9999, "image-guest-missing"),
    ],
)
def test_p11_each_image_of_the_site_is_looked_at(world: World, image: str | int, code: str | None) -> None:
    found = examine(ProxmoxClient(replace(world.settings, images=(("debian-12", image),))))
    told = [finding for finding in found if finding.code.startswith(("image", "template"))]
    assert [(finding.code, finding.severity) for finding in told] == ([] if code is None else [(code, Severity.ERROR)])
    assert all(str(image).partition("/")[0] in message(finding) or "nope" in message(finding) for finding in told)


def test_p11_a_guest_that_is_no_template_and_a_container_are_no_images(world: World) -> None:
    container, _ = world.make(world.container("web"))
    machine, _ = world.make(world.vm("db"))
    images = (("debian-12", container.id), ("ubuntu-24.04", machine.id))
    told = {finding.code: message(finding) for finding in examine(ProxmoxClient(replace(world.settings, images=images)))}
    assert f"is {container.id}, a container on eig, not a VM; templates are 9012, 9024" in told["image-no-vm"]
    assert f"is VM {machine.id} on eig, which is no template" in told["image-no-template"]


def test_p11_a_template_without_cloud_init_or_on_another_bridge_is_told(own_world: World) -> None:
    own_world.admin("PUT", "/nodes/eig/qemu/9012/config", delete="ide2", net0="virtio,bridge=vmbr0")
    less = own_world.with_rights(rights(own_world, Purpose))
    told = codes(less, images=(("debian-12", 9012),))
    assert {"template-without-cloud-init", "template-bridge"} <= told


def test_p11_an_image_that_only_one_node_can_clone_is_told(tmp_path: Path) -> None:
    with start(nodes=("eig", "eig2")) as lab:
        settings = settings_of(lab, tmp_path / "ca.pem")
        nodes = sorted(row["node"] for row in ProxmoxClient(settings).rows("nodes", "list nodes"))
        found = examine(ProxmoxClient(replace(settings, nodes=tuple(nodes), images=(("debian-12", 9012), GOOD))))
    told = {finding.code: message(finding) for finding in found}
    assert "is not shared: it cannot be cloned to" in told["template-on-one-node"]


def test_p13_each_thing_is_asked_for_once(world: World) -> None:
    asked: list[str] = []

    class Counted(ProxmoxClient):
        def _call(self, method: str, path: str, what: str, params: Any = None) -> Any:
            asked.append(f"{method} {path} {params or ''}")
            return super()._call(method, path, what, params)

    examine(Counted(replace(world.settings, images=(GOOD, ("debian-12", 9012), ("ubuntu-24.04", 9024)))))
    assert len([path for path in asked if "cluster/resources" in path]) == 1
    assert [path for path in dict.fromkeys(asked) if asked.count(path) > 1] == []
