"""An apply during which the program on the gateway is killed; the next one reaches the end."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support.gateway_network import HOST, PUBLIC
from support.gateway_office import ADDRESSES, Office
from support.gateway_people import Member
from support.gateway_root import DOMAIN
from support.machine_services import ask_udp
from support.namespaces import Host
from support.visitor import Visitor

from eiginfra.providers.gateway import program

KARFUR = ADDRESSES["karfur"]
UDP = {"public": 10053, "port": 8080, "protocol": "udp"}
MAPS = f"https://maps.{DOMAIN}"
REAL = f"{program.PATH}.real"
# In the program's place: bash tells before each command which it is. Before the one of that number, of those that change something,
# all that runs is killed.
CUTTING = f"""#!/bin/bash
case $1 in observe) exec {REAL} "$@" ;; esac
step=0
before() {{
    case $BASH_COMMAND in
        mv\\ * | rm\\ * | sync\\ * | "printf '%s' "* | nginx\\ * | nft\\ * | user*\\ -* | kill\\ *) step=$((step + 1)) ;;
    esac
    [ "$step" -lt STEP ] || {{ echo >/run/killed && kill -KILL 0; }}
}}
trap before DEBUG
set -o functrace
. {REAL}
"""
STEPS = (1, 5, 9)  # tests/gateway/program/test_cut.py tries each


@contextmanager
def cut(gateway: Host, step: int) -> Iterator[None]:
    """Whatever writes on the gateway dies at that step, and some do."""
    kept = gateway.root / program.PATH.lstrip("/")
    text = kept.read_text(encoding="utf-8")
    gateway.write(REAL, text, 0o755)
    gateway.write(program.PATH, CUTTING.replace("STEP", str(step)), 0o755)
    try:
        yield
        gateway.run("rm", "/run/killed")
    finally:
        gateway.write(program.PATH, text, 0o755)


@pytest.mark.parametrize("step", STEPS)
def test_what_was_cut_is_there_after_the_next_apply(step: int, office: Office, gateway: Host, visitor: Visitor) -> None:
    with office.asks("karfur", cut(gateway, step), publish=[{"subdomain": "maps", "port": 8080}], forward=[UDP]):
        assert visitor.ask(MAPS).told["machine"] == KARFUR
        assert ask_udp(visitor.host, PUBLIC, 10053, "hello", 3) is not None
    assert visitor.status(MAPS) is None
    assert ask_udp(visitor.host, PUBLIC, 10053, "hello", 0.2) is None


@pytest.mark.parametrize("step", STEPS)
def test_a_leaver_is_out_after_the_next_apply(step: int, office: Office, gateway: Host, people: dict[str, Member]) -> None:
    person = people["karfur-1"]
    staying = person.staying("karfur-web", "echo here; sleep 60")
    with staying as there, office.asks("karfur", cut(gateway, step), members=("both-1",)):
        assert there.wait(10) == 255
        assert "Permission denied (publickey)" in person.ssh(HOST).stderr
    assert "uid=0" in person.ssh("karfur-web", "id").stdout
