"""The examination of a site's Proxmox."""

from dataclasses import replace
from typing import Any

import pytest

from eiginfra.core.finding import Severity
from eiginfra.core.secret import Secret
from eiginfra.providers.proxmox import doctor

from .conftest import World


def codes(world: World, **changes: Any) -> set[str]:
    return {finding.code for finding in doctor(replace(world.settings, **changes))}


def test_a_lab_can_be_worked_with(world: World) -> None:
    found = doctor(world.settings)
    assert not [finding for finding in found if finding.severity is Severity.ERROR]
    assert "datacenter-firewall-off" in {finding.code for finding in found}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "https://127.0.0.1:1"}, "proxmox-unreachable"),
        ({"ca": None}, "proxmox-unreachable"),
        ({"token": Secret("00000000-0000-0000-0000-000000000000")}, "proxmox-unreachable"),
        ({"nodes": ("eig", "two")}, "node"),
        ({"disks": "nope"}, "storage"),
        ({"templates": "local-lvm"}, "storage"),
        ({"bridge": "vmbr9"}, "bridge"),
        ({"realm": "nowhere"}, "realm-missing"),
    ],
)
def test_each_trouble_is_found(world: World, changes: dict[str, Any], code: str) -> None:
    assert code in codes(world, **changes)


def test_a_token_without_rights_is_told_what_it_lacks(world: World) -> None:
    other = world.with_rights({"/storage/local": "Datastore.Audit"})
    messages = [finding.message for finding in doctor(other.settings) if finding.code == "token-rights"]
    assert any("VM.Allocate" in message and message.endswith("on /pool") for message in messages)
    access = [finding.message for finding in doctor(other.settings) if finding.code == "token-rights-access"]
    assert [message.partition(" lacks ")[2].partition(":")[0] for message in access] == [
        "Sys.Audit, Sys.Modify on /access",
        "Group.Allocate, User.Modify on /access/groups",
        "Realm.AllocateUser on /access/realm/pve",
    ]
    assert any("Datastore.AllocateSpace" in message and message.endswith("on /storage/local-lvm") for message in messages)
