"""Machines that were just made, and those that restart: tried for a while, never longer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from eiginfra.core.reason import reason
from eiginfra.providers.machine.answer import MachineAnswer
from eiginfra.providers.machine.client import Door, Entered, MachineClient, NotEnteredError
from eiginfra.providers.machine.opening import Opening, once_up, open_new
from eiginfra.providers.machine.spec import MachineAccessSpec
from eiginfra.providers.ssh_host_keys import HostKeyError

IN = Entered(MachineAnswer({}, {}), "SHA256:x")
NEW = MachineAccessSpec(machine="proxmox.container[eig3/adler/web]", address="192.168.0.101", id=101, first_use=True)


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def wait(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Machines:
    """Lets in after so many tries."""

    tries: int
    keys: tuple[str, ...] = ()
    first_use: bool = True
    node: bool = False
    code: str = "machine-unreachable"
    doors: list[Door] = field(default_factory=list)

    @property
    def settings(self) -> "Machines":
        return self

    def host_keys(self, number: int) -> tuple[str, ...]:
        assert number == 101
        return self.keys

    def write(self, door: Door, lines: Any, *, again: bool) -> Entered:
        assert again
        self.doors.append(door)
        return self.enter()

    def enter(self) -> Entered:
        self.tries -= 1
        if self.tries > 0:
            raise NotEnteredError("not yet", reason(self.code))
        return IN


def opened(machines: Machines, spec: MachineAccessSpec = NEW) -> tuple[Entered, float]:
    time = Time()
    entered, _ = open_new(cast("MachineClient", machines), spec, Opening(now=lambda: time.now, wait=time.wait), [])
    return entered, time.now


def failing(call: Callable[[], object]) -> str:
    with pytest.raises(NotEnteredError) as caught:
        call()
    return caught.value.why.code


def test_a_new_machine_is_tried_until_it_lets_us_in() -> None:
    assert opened(Machines(5)) == (IN, 12.0)


def test_not_longer_than_its_time() -> None:
    machines = Machines(1000)
    assert failing(lambda: opened(machines)) == "machine-unreachable"
    assert len(machines.doors) == 31


def test_it_is_entered_by_the_host_keys_that_the_node_tells() -> None:
    machines = Machines(1, keys=(f"SHA256:{'a' * 43}",), first_use=False)
    opened(machines)
    assert machines.doors[0].host_keys == machines.keys


@pytest.mark.parametrize(("site", "isolated"), [(False, True), (True, False), (True, None)])
def test_without_them_only_where_first_use_may_be_believed(site: bool, isolated: bool | None) -> None:
    machines = Machines(1, first_use=site)
    spec = NEW.model_copy(update={"first_use": isolated})
    assert failing(lambda: opened(machines, spec)) == "machine-host-key-unknown"
    assert machines.doors == []


def test_a_node_may_tell_them_a_moment_later() -> None:
    class Node(Machines):
        def host_keys(self, number: int) -> tuple[str, ...]:
            self.tries -= 1
            return (f"SHA256:{'a' * 43}",) if self.tries < 3 else ()

    entered, seconds = opened(Node(5, first_use=False, node=True))
    assert entered is IN
    assert seconds > 0


def test_a_machine_without_an_address_is_not_entered() -> None:
    assert failing(lambda: opened(Machines(1), NEW.model_copy(update={"address": None}))) == "machine-without-address"


def test_another_host_key_is_no_reason_to_try_again() -> None:
    class Other(Machines):
        def enter(self) -> Entered:
            raise HostKeyError("web", "SHA256:b", ["SHA256:a"], service="machines")

    with pytest.raises(HostKeyError):
        opened(Other(1))


def test_one_that_was_up_is_tried_while_it_restarts_and_not_where_it_refuses() -> None:
    time = Time()
    opening = Opening(now=lambda: time.now, wait=time.wait)
    assert once_up(Machines(4).enter, opening) is IN
    assert time.now == 9.0
    refusing = Machines(4, code="machine-key-refused")
    assert failing(lambda: once_up(refusing.enter, opening)) == "machine-key-refused"
    assert time.now == 9.0
    assert failing(lambda: once_up(Machines(100).enter, opening)) == "machine-unreachable"
    assert time.now <= 9.0 + opening.restart
