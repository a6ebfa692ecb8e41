"""Killed between any two steps, or with a full disk, nothing is half-written; sent again, all is as if nothing had happened."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from support.gateway_cases import DOMAIN, ED25519
from support.gateway_root import GatewayRoot, running, wait
from support.ssh_keys_made import KEYS_MADE

from eiginfra.providers.gateway import program

KEYS, PENDING = "/etc/eiginfra-gateway/keys", "/etc/eiginfra-gateway/pending"
HOST = f"adler.{DOMAIN}"
STEPS = ("rm", "sync", "mv", "useradd", "usermod", "userdel", "nft", "nginx")
"""The programs that change something, or are asked to."""
COUNTED = """#!/bin/sh
[ -e /run/kill ] || exec /usr/lib/steps/$NAME "$@"
read -r count </run/kill/count
count=$((count + 1))
echo "$count" >/run/kill/count
read -r at </run/kill/at
[ "$count" -ne "$at" ] || kill -KILL 0
exec /usr/lib/steps/$NAME "$@"
"""
ACCOUNT = f"name adler-1\nenabled yes\nopen 192.168.0.107\nopen 192.168.0.108\nkey {ED25519}\nkey {KEYS_MADE['ssh-rsa']}\n"
SUBDOMAIN = f"name {HOST}\nowner eig3/adler/web\naddress 192.168.0.107\nport 8080\nwebsocket yes\nmax-body 16\ntimeout 60\n"
FORWARD = "public 10222\nprotocol tcp\naddress 192.168.0.107\nport 22\nowner eig3/adler/web\nclosed no\n"
STATE = ("/etc/eiginfra-gateway", "/etc/nginx", "/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow")


class Scenario(NamedTuple):
    """What is there, and what is asked then."""

    before: tuple[tuple[str, str], ...]
    verb: str
    data: str


SCENARIOS = {
    "an account is made": Scenario((), "account", ACCOUNT),
    "an account loses a key": Scenario(
        (("account", ACCOUNT),), "account", f"name adler-1\nenabled yes\nexpires 2031-01-01\nkey {ED25519}\n"
    ),
    "an account is closed": Scenario((("account", ACCOUNT),), "account", "name adler-1\nenabled no\n"),
    "an account is removed": Scenario((("account", ACCOUNT),), "account-remove", "name adler-1\n"),
    "a sub-domain is made": Scenario((), "subdomain", SUBDOMAIN),
    "a sub-domain is changed": Scenario((("subdomain", SUBDOMAIN),), "subdomain", SUBDOMAIN.replace("8080", "9090")),
    "a sub-domain is removed": Scenario((("subdomain", SUBDOMAIN),), "subdomain-remove", f"name {HOST}\n"),
    "a forward is made": Scenario((), "forward", FORWARD),
    "a forward is changed": Scenario((("forward", FORWARD),), "forward", FORWARD.replace("port 22", "port 2222")),
    "a forward is closed": Scenario((("forward", FORWARD),), "forward", FORWARD.replace("closed no", "closed yes")),
    "a forward is removed": Scenario((("forward", FORWARD),), "forward-remove", "public 10222\nprotocol tcp\n"),
}


@pytest.fixture(scope="session")
def counted(prepared: Path) -> Iterator[Sequence[Path]]:
    """The layers of a gateway on which the steps are counted."""
    with running(GatewayRoot((prepared,))) as root:
        root.sh('mkdir /usr/lib/steps; for step; do cp -p "$(command -v "$step")" /usr/lib/steps/; done', *STEPS)
        for step in STEPS:
            path = root.sh('command -v "$1"', step).strip()
            root.write(f"{path}.new", COUNTED.replace("$NAME", step), "755")
            root.sh('/usr/lib/steps/mv "$1.new" "$1"', path)
        root.halt()
        yield root.upper, prepared


def _files(root: GatewayRoot) -> dict[str, str]:
    return root.files(*STATE)


def _served(root: GatewayRoot) -> str:
    """What nginx answers for the sub-domain: 301 where it is published, nothing else."""
    return root.sh(f"curl -s -o /dev/null -w '%{{http_code}}' -H 'Host: {HOST}' http://127.0.0.1/ || :")


def _loaded(root: GatewayRoot) -> str:
    return root.sh("nft list ruleset")


def _prepare(root: GatewayRoot, scenario: Scenario) -> None:
    root.boot()
    for verb, data in scenario.before:
        assert root.verb(verb, data).code == 0


def _kill(root: GatewayRoot, scenario: Scenario, at: int) -> bool:
    """Run it, and kill it with all that it started before its step number `at`; false where it has fewer steps."""
    root.sh('mkdir /run/kill && echo 0 >/run/kill/count && echo "$1" >/run/kill/at', str(at))
    root.run("setsid", "--wait", program.PATH, scenario.verb, data=f"{scenario.data}end\n")
    count = int(root.sh("read count </run/kill/count; echo $count; /usr/lib/steps/rm -r /run/kill"))
    return count >= at


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_between_any_two_steps_it_converges(counted: Sequence[Path], name: str) -> None:
    scenario = SCENARIOS[name]
    served = "301" if scenario.verb == "subdomain" else "000"
    with running(GatewayRoot(counted)) as root:
        _prepare(root, scenario)
        before = _files(root)
        assert root.verb(scenario.verb, scenario.data).code == 0
        wait(lambda: _served(root) == served)
        wanted, loaded = _files(root), _loaded(root)
    for at in range(1, 100):
        with running(GatewayRoot(counted)) as root:
            _prepare(root, scenario)
            if not _kill(root, scenario, at):
                break
            noted = root.sections()["pending"]
            assert noted or _without_left(_files(root)) in (before, wanted), at
            assert root.run("nginx", "-t").code == 0, at
            done = root.verb(scenario.verb, scenario.data)
            assert (done.code, root.sections()["pending"]) == (0, ""), (at, noted, done)
            assert (_without_left(_files(root)), _loaded(root)) == (wanted, loaded), (at, noted)
            wait(lambda root=root: _served(root) == served)  # type: ignore[misc]
    assert at > 5


def _without_left(files: dict[str, str]) -> dict[str, str]:
    """Without what was written beside, which nobody reads and the next verb takes."""
    return {path: text for path, text in files.items() if not path.endswith(".new")}


@pytest.mark.parametrize("name", SCENARIOS)
def test_on_a_full_disk_all_is_as_before_but_for_keys_that_go(prepared: Path, name: str) -> None:
    scenario = SCENARIOS[name]
    leaves = name in {"an account is closed", "an account is removed"}
    with running(GatewayRoot((prepared,), size="6m")) as root:
        _prepare(root, scenario)
        before, loaded = _files(root), _loaded(root)
        if leaves:
            del before[f"{KEYS}/adler-1"]
        for free in range(200):
            root.sh("dd if=/dev/zero of=/filler bs=4k 2>/dev/null || :; truncate -s -$(($1 * $1 * 4096)) /filler", str(free))
            done = root.verb(scenario.verb, scenario.data)
            root.sh("rm /filler")
            if done.code == 0:
                break
            assert done.code == 73, (free, done)
            now = _files(root)
            now.pop(f"{PENDING}/account:adler-1", None)
            assert (now, _loaded(root)) == (before, loaded), (free, done)
        assert free > 0
        assert root.sections()["pending"] == ""
