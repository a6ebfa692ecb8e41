"""What `machine.access` takes, and what it makes of it."""

from typing import Any

import pytest
from pydantic import ValidationError
from support.machine_program import public_key

from eiginfra.core.address import Address
from eiginfra.providers.machine.client import MachineClient
from eiginfra.providers.machine.kinds.access import MachineAccessKind
from eiginfra.providers.machine.spec import MachineAccessSpec

ONE, TWO = (f"ssh-ed25519 {public_key(number)}" for number in (1, 2))
WEB = "proxmox.container[eig3/adler/web]"


def spec(*keys: Any, **fields: Any) -> MachineAccessSpec:
    return MachineAccessSpec(machine=WEB, keys=keys, **fields)


def test_keys_are_gathered_by_person_without_comments() -> None:
    made = spec({"person": "b", "key": f"{TWO} at home"}, {"person": "a", "key": ONE}, {"person": "b", "key": TWO})
    assert made.values()["keys"] == [{"person": "a", "keys": [ONE]}, {"person": "b", "keys": [TWO]}]
    assert MachineAccessSpec.model_validate(made.values()) == made


@pytest.mark.parametrize(
    "entry",
    [
        {"person": "a", "key": f'command="id" {ONE}'},
        {"person": "a", "key": f"no-pty {ONE}"},
        {"person": "a", "key": ""},
        {"person": "a", "key": 1},
        {"person": "a", "keys": []},
        {"person": "a", "keys": "ssh-ed25519"},
        {"person": "a", "key": ONE, "more": 1},
        {"person": "a b", "key": ONE},
        {"person": "a\n", "key": ONE},
        {"person": "a", "key": f"{ONE}\nssh-ed25519 x"},
        {"person": "a", "key": "ssh-dss AAAAB3"},
        {"person": "a", "key": "-----BEGIN OPENSSH PRIVATE KEY-----"},
        {"key": ONE},
        "ada",
    ],
)
def test_an_entry_of_another_form_is_refused(entry: Any) -> None:
    with pytest.raises(ValidationError):
        spec(entry)


def test_a_key_belongs_to_one_person() -> None:
    with pytest.raises(ValidationError, match="key-of-two"):
        spec({"person": "a", "key": ONE}, {"person": "b", "key": f"{ONE} b"})


@pytest.mark.parametrize("machine", ["web", "eig3/adler/web", "proxmox.container[web]", "proxmox.container[eig3/adler/we b]", "a[b]"])
def test_a_machine_is_named_by_its_address(machine: str) -> None:
    with pytest.raises(ValidationError):
        MachineAccessSpec(machine=machine)


def test_what_is_waited_for_is_a_machine_that_is_made_and_what_isolates_it() -> None:
    kind = MachineAccessKind(MachineClient(None, f"{ONE} eiginfra"))
    machine, firewall = Address.parse(WEB), Address("proxmox.firewall", "eig3/adler/web")
    made = spec(isolated_by=str(firewall))
    assert kind.key(made) == "eig3/adler/web"
    assert list(kind.dependencies(made)) == [machine]
    assert list(kind.dependencies(made.model_copy(update={"new": True, "first_use": True}))) == [machine, firewall]
    assert list(kind.dependencies(made.model_copy(update={"new": False}))) == []
    assert list(kind.follows(made)) == [machine, firewall]


def test_a_machine_that_nobody_asks_for_and_eiginfras_own_key_are_errors() -> None:
    kind = MachineAccessKind(MachineClient(None, f"{ONE} eiginfra"))
    found = list(kind.check(spec({"person": "a", "key": ONE}), {}))
    assert [(item.code, item.field) for item in found] == [("access-without-machine", "machine"), ("key-is-own", "keys[a]")]


def test_the_user_of_the_image_is_the_one_who_enters() -> None:
    assert spec().login == "root"
    assert spec(logins=("root", "debian")).login == "debian"
