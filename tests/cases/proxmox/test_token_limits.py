"""What a token of Proxmox VE may do beyond its needs: least privileges have no warning, an administrator's many, and nothing changes."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from support.pveum import pveum
from support.words import message

from eiginfra.core.finding import Finding, Severity
from eiginfra.lab.server import Lab
from eiginfra.providers.proxmox.privileges import NEEDS, Purpose
from eiginfra.providers.proxmox.token_limits import token_limits

from .conftest import World, settings_of, start
from .least import rights

PAGE = Path(__file__).parents[3] / "docs/prepare-proxmox.md"
AUDIT = "Datastore.Audit,Mapping.Audit,Pool.Audit,SDN.Audit,Sys.Audit,VM.Audit,VM.GuestAgent.Audit"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with start() as lab:
        yield lab


def limits(world: World, *, read_only: bool = False) -> list[Finding]:
    return list(token_limits(world.client, read_only=read_only))


def warned(found: list[Finding]) -> list[str]:
    return [message(finding) for finding in found if finding.severity is Severity.WARNING]


def named(found: list[Finding]) -> set[str]:
    return {finding.code for finding in found if finding.severity is Severity.WARNING}


def documented(world: World, purposes: Iterable[Purpose], **more: str) -> World:
    """The same as seen by a token with what the page gives, `/` without what is below it. more: further privileges by path."""
    allowed = rights(world, purposes)
    top = allowed.pop("/", "")
    for path, privileges in more.items():
        allowed[path] = ",".join(filter(None, [allowed.get(path), privileges]))
    token = world.with_rights(allowed)
    if top and "/" not in more:
        user = token.settings.token_id.partition("!")[0]
        world.admin("POST", "/access/roles", roleid=f"top-{user.partition('@')[0]}", privs=top)
        world.admin("PUT", "/access/acl", path="/", users=user, roles=f"top-{user.partition('@')[0]}", propagate=0)
    return token


def contents(lab: Lab) -> dict[str, Any]:
    """All that the lab's Proxmox keeps."""
    return deepcopy(vars(lab.served["proxmox"].service.lab.state))


@pytest.mark.parametrize("left_out", [None, Purpose.BACKUP_JOB, Purpose.ACCOUNTS, Purpose.FIREWALL])
def test_the_documented_rights_are_not_too_many(world: World, left_out: Purpose | None) -> None:
    purposes = {need.purpose for need in NEEDS} - {left_out}
    world.make(world.container())
    found = limits(documented(world, purposes))
    assert warned(found) == []
    [end] = found
    assert end.code == "token-limits-tried"
    assert end.params["result"] in {"proxmox 4/4", "proxmox 5/5"}


def test_an_administrators_token_may_too_much_and_nothing_changes(lab: Lab, tmp_path: Path) -> None:
    world = World(settings_of(lab, tmp_path / "ca.pem"), "eig3")
    world.admin("GET", "/cluster/firewall/options")  # the lab makes its record when it is first looked at
    before = contents(lab)
    found = limits(world)
    assert named(found) == {"token-may-too-much", "token-may-give-rights", "token-may-make-users", "token-may-change-guest"}
    assert any("Sys.PowerMgmt" in text for text in warned(found))
    assert contents(lab) == before
    others = {"token-may-too-much-for-reading", "token-may-change-firewall", "token-may-change-pools"}
    assert named(limits(world, read_only=True)) == (named(found) - {"token-may-too-much"}) | others
    assert contents(lab) == before
    assert not [finding for finding in found if finding.code == "token-limit-not-tried"]


@pytest.mark.parametrize(
    ("path", "privileges", "limit"),
    [
        ("/", "Sys.Audit,Sys.Modify", "token-may-change-firewall"),
        ("/", "Sys.PowerMgmt", "token-may-too-much"),
        ("/access", "Permissions.Modify", "token-may-give-rights"),
        ("/access/realm/pam", "Realm.AllocateUser", "token-may-make-users"),
        ("/vms/9012", "VM.Audit,VM.Config.Options", "token-may-change-guest"),
        ("/nodes/eig", "Sys.Audit,Sys.Console", "token-may-too-much"),
        ("/storage/local-lvm", "Datastore.AllocateSpace,Datastore.Allocate", "token-may-too-much"),
    ],
)
def test_each_right_too_many_is_named_with_its_path(world: World, path: str, privileges: str, limit: str) -> None:
    found = limits(documented(world, {need.purpose for need in NEEDS} - {Purpose.BACKUP_JOB}, **{path: privileges}))
    assert limit in named(found)
    beyond = [finding for finding in found if finding.code == "token-may-too-much"]
    assert any(f" on {path}" in message(finding) for finding in beyond)


def test_the_commands_of_the_page_make_a_token_for_reading(lab: Lab, tmp_path: Path) -> None:
    world = World(settings_of(lab, tmp_path / "ca.pem"), "eig3")
    part = PAGE.read_text(encoding="utf-8").partition("## A token for reading")[2].partition("\n## ")[0]
    secret = pveum(world.admin, [line for line in part.replace("\\\n", "").splitlines() if line.startswith("pveum ")])
    reading = world.as_token("eiginfra-reading@pve!ci", secret)
    assert named(limits(reading, read_only=True)) == set()
    assert reading.client.resources() != []


def test_a_token_for_reading_has_privileges_for_looking_alone(world: World) -> None:
    found = limits(world.with_rights({"/": AUDIT}), read_only=True)
    assert warned(found) == []
    assert found[-1].params["result"] == "proxmox 6/6"
    more = limits(world.with_rights({"/": AUDIT, "/pool": f"{AUDIT},Pool.Allocate"}), read_only=True)
    assert warned(more)[0].partition(" has ")[2] == "Pool.Allocate on /pool, with which it may do more than read"
    assert named(more) == {"token-may-too-much-for-reading", "token-may-change-pools"}
