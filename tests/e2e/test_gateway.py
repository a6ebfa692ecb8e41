"""People, pages and ports through the lab's gateway, from the team's file to the open connection."""

from typing import Any

import paramiko
import pytest
from support.gateway_ssh import Entered, Person, enter

from eiginfra.lab.config import SERVICES

MEMBER = "adler-1"
EXAMPLE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u adler-1"


@pytest.fixture
def services() -> tuple[str, ...]:
    return SERVICES


@pytest.fixture
def member(place: Any) -> Person:
    """A member of adler whose key is known; all is applied."""
    person = Person()
    place.edit("adler", EXAMPLE, f"{person.public} {MEMBER}")
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return person


def jump(place: Any, person: Person) -> Entered:
    return enter(("127.0.0.1", place.lab.served["gateway"].service.access.port), MEMBER, person.key)


def test_a_member_reaches_their_teams_machines_until_they_leave(place: Any, member: Person) -> None:
    own, others = place.guest("adler-web"), place.guest("karfur-web")
    entered = jump(place, member)
    machine = enter(entered.open(f"192.168.0.{own}"), "root", member.key)
    assert machine.transport.is_authenticated()
    with pytest.raises(paramiko.ChannelException, match="Administratively"):
        entered.open(f"192.168.0.{others}")
    path = place.team("adler")
    before, _, rest = path.read_text(encoding="utf-8").partition("  - username: adler-1\n")
    path.write_text(before + rest[rest.index("  - username: adler-2") :], encoding="utf-8")
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    for ended in (entered, machine):
        ended.transport.join(10)
        assert not ended.transport.is_active()
    with pytest.raises(paramiko.AuthenticationException):
        jump(place, member)
    service = place.lab.served["gateway"].service
    eiginfra = enter(("127.0.0.1", service.access.port), "eiginfra", Person(service.token).key)
    with pytest.raises(paramiko.AuthenticationException):
        enter(eiginfra.open(f"192.168.0.{own}"), "root", member.key)
    eiginfra.transport.close()
