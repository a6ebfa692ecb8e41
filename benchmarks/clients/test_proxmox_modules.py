"""Ansible's community.proxmox modules against the lab's Proxmox VE. The tests of this file follow one another."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from proxmoxer import ProxmoxAPI

from eiginfra.lab.server import Lab

# Check mode tells a change of every storage, whatever it is; the rest knows what stands.
ALWAYS_IN_CHECK_MODE = ["storage"]


@pytest.fixture(scope="module")
def variables(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Where the lab is, and what the playbooks do not say themselves."""
    address = urlsplit(lab.urls["proxmox"])
    image = tmp_path_factory.mktemp("image") / "karfu_1.0_amd64.tar.gz"
    image.write_bytes(b"not much of a template")
    return {
        "host": address.hostname,
        "api_port": str(address.port),
        "token": lab.served["proxmox"].service.token,
        "key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "B" * 42 + "A adele@example.org",
        "image": str(image),
    }


@pytest.fixture(scope="module")
def proxmox(variables: dict[str, Any], authority: str) -> ProxmoxAPI:
    """Proxmoxer, and the backup job that the modules want to find."""
    token = {"token_name": "ci", "token_value": variables["token"]}
    api = ProxmoxAPI(variables["host"], port=variables["api_port"], user="eiginfra@pve", verify_ssl=authority, **token)
    api.cluster.backup.post(id="nightly", vmid="9012", schedule="02:00", storage="local")
    return api


def config(proxmox: ProxmoxAPI, kind: str, vmid: int) -> dict[str, Any]:
    """The configuration of a guest."""
    return dict(proxmox.nodes("eig")(kind)(vmid).config.get())


def test_first_run_changes_everything(play: Callable[..., Any], variables: dict[str, Any], proxmox: ProxmoxAPI) -> None:
    """Every task has something to do on a fresh lab, and does it."""
    assert play("proxmox.yml", variables).same == []
    container, machine, clone = config(proxmox, "lxc", 150), config(proxmox, "qemu", 160), config(proxmox, "qemu", 161)
    assert (container["hostname"], container["memory"], container["unprivileged"], container["onboot"]) == ("karfu-web", 512, 1, 1)
    assert container["mp0"].startswith("local-lvm:vm-150-disk-1,mp=/srv,size=4G")
    assert "ip=192.168.0.150/24" in container["net0"]
    # A creation puts tags in order as a change does, from 9.2 on (recording notes-and-tags).
    assert (machine["tags"], machine["ciuser"], machine["agent"]) == ("eig;karfu", "debian", "enabled=1")
    assert machine["scsi1"] == "local-lvm:vm-160-disk-1,backup=0,size=4G"
    assert "size=16G" in clone["scsi0"]
    assert "tag=5" in clone["net1"]
    members = {str(member.get("vmid", member.get("storage"))) for member in proxmox.pools("eig-karfu").get()["members"]}
    assert members == {"150", "151", "160", "local"}
    assert proxmox.access.users("adele@pve").get()["groups"] == ["eig-karfu"]
    assert {
        "path": "/pool/eig-karfu",
        "type": "group",
        "ugid": "eig-karfu",
        "roleid": "PVEVMUser",
        "propagate": 1,
    } in proxmox.access.acl.get()


def test_second_run_changes_nothing(play: Callable[..., Any], variables: dict[str, Any], writes: Callable[[str], dict[str, int]]) -> None:
    """What the lab shows is what was asked for, as each module compares it."""
    writes("proxmox")
    assert play("proxmox.yml", variables).changed == []
    # The storage's module always asks for it, and reads in the refusal that it is there.
    assert writes("proxmox") == {"POST /api2/json/storage": 1}


def test_check_mode_asks_and_does_nothing(
    play: Callable[..., Any], variables: dict[str, Any], writes: Callable[[str], dict[str, int]]
) -> None:
    """Only what was changed in the playbook would be changed."""
    writes("proxmox")
    assert play("proxmox.yml", variables, "--check").changed == ALWAYS_IN_CHECK_MODE
    assert play("proxmox.yml", variables, "--check", "-e", "about=other").changed == ["user", *ALWAYS_IN_CHECK_MODE]
    assert writes("proxmox") == {}


def test_a_change_is_made(play: Callable[..., Any], variables: dict[str, Any], proxmox: ProxmoxAPI) -> None:
    """Where the module compares at all: a pool's comment, for one, it does not."""
    changed = play("proxmox.yml", variables, "-e", "about=other", "-e", "memory=1024").changed
    assert changed == ["user", "container", "firewall rule", "firewall alias", "high availability"]
    assert proxmox.access.users("adele@pve").get()["comment"] == "other"
    assert config(proxmox, "lxc", 150)["memory"] == 1024


def test_actions_and_what_is_found_out(play: Callable[..., Any], variables: dict[str, Any], proxmox: ProxmoxAPI) -> None:
    """Backups, power, snapshots, disks, templates, files; the playbook itself asserts what the info modules find."""
    done = play("proxmox-actions.yml", variables)
    assert [name for name in done.same if not name.startswith("about ")] == ["right"]
    assert len(done.changed) == 15
    assert config(proxmox, "lxc", 151)["template"] == 1
    assert config(proxmox, "qemu", 160)["unused0"].startswith("archive:160/vm-160-disk-")
    assert proxmox.cluster.backup("nightly").get()["vmid"] == "9012,150"


def test_all_is_taken_away(play: Callable[..., Any], variables: dict[str, Any], proxmox: ProxmoxAPI) -> None:
    """And a second time there is nothing left to take away."""
    assert play("proxmox-absent.yml", variables).same == []
    assert play("proxmox-absent.yml", variables, "--skip-tags", "inside").changed == []
    assert {guest["vmid"] for guest in proxmox.cluster.resources.get(type="vm")} == {9012, 9024}
    assert proxmox.pools.get() == []


def test_the_image_is_gone(proxmox: ProxmoxAPI, variables: dict[str, Any]) -> None:
    """It was uploaded and removed again."""
    volumes = [volume["volid"] for volume in proxmox.nodes("eig").storage("local").content.get(content="vztmpl")]
    assert f"local:vztmpl/{Path(variables['image']).name}" not in volumes
    assert len(volumes) == 2
