"""What is not completely of its form is refused with its key, and nothing is done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.gateway_cases import (
    FORMS,
    GOOD,
    OPTIONAL,
    VALID,
    RefusedCase,
    data_of,
    refused_shapes,
    refused_values,
    with_value,
)
from support.gateway_root import CONFIGURATION, GatewayRoot, running

from eiginfra.providers.gateway import program

EDGES = [pair for pair in FORMS if FORMS[pair] in GOOD and pair[0] in {"account", "subdomain", "forward"}]
ALL = ("/etc", "/run", "/tmp", "/var/www")


@pytest.fixture(scope="module")
def node(prepared: Path) -> Iterator[GatewayRoot]:
    """A gateway that is a Proxmox node, whose pct notes that it was called."""
    with running(GatewayRoot((prepared,))) as root:
        root.write("/etc/eiginfra-gateway/configuration", f"{CONFIGURATION}node eig\n")
        root.write("/etc/pve/nodes/eig/lxc/107.conf", "hostname: web\n")
        root.write("/usr/sbin/pct", "#!/bin/sh\necho called >>/tmp/pct\n", "755")
        yield root


def _try(root: GatewayRoot, cases: Iterator[RefusedCase]) -> list[str]:
    """Those that were not refused as they should."""
    before = root.files(*ALL)
    wrong = []
    tried = 0
    for case in cases:
        tried += 1
        done = root.run(program.PATH, case.verb, data=case.data)
        if (done.code, done.out) != (65, "") or not done.err.startswith(f"refused: {case.key}: ") or done.err.count("\n") != 1:
            wrong.append(f"{case.verb} {case.data[:200]!r}: expected {case.key}, got {done}")
    assert tried > 5
    assert root.files(*ALL).items() ^ before.items() <= {
        ("/run/eiginfra-gateway.lock", "f 644 root:root  d41d8cd98f00b204e9800998ecf8427e")
    }
    return wrong


@pytest.mark.parametrize(("verb", "key"), FORMS, ids=[" ".join(pair) for pair in FORMS])
def test_no_value_of_another_form_is_taken(node: GatewayRoot, verb: str, key: str) -> None:
    assert _try(node, refused_values(verb, key)) == []


@pytest.mark.parametrize("verb", VALID)
def test_data_of_another_shape_is_refused(node: GatewayRoot, verb: str) -> None:
    assert _try(node, refused_shapes(verb)) == []


def test_a_private_key_pasted_by_mistake_is_not_repeated(node: GatewayRoot) -> None:
    secret = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
    for data in (
        f"key -----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n",
        f"key ssh-ed25519 {secret}\n",
        f"{secret} x\n",
        f"name {secret}\n",
    ):
        done = node.verb("account", f"enabled yes\n{data}")
        assert done.code == 65
        assert secret not in done.err + done.out
        assert "BEGIN" not in done.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 64), (("nothing",), 64), (("observe", "account"), 64), (("",), 64), (("-h",), 64), (("observe ",), 64), (("Observe",), 64)],
)
def test_there_is_one_argument_and_it_is_a_verb(node: GatewayRoot, arguments: tuple[str, ...], code: int) -> None:
    done = node.run(program.PATH, *arguments, data="end\n")
    assert (done.code, done.out) == (code, "")


def test_only_root_may_use_it(node: GatewayRoot) -> None:
    done = node.run("setpriv", "--reuid", "65534", "--clear-groups", program.PATH, "observe", data="end\n")
    assert (done.code, done.out, done.err) == (77, "", "root only\n")


def test_a_file_that_was_cut_does_nothing(node: GatewayRoot) -> None:
    whole = program.text()
    before = node.files(*ALL)
    for size in range(100, len(whole) - len('main "$@"\n'), 1500):
        done = node.run("sh", "-s", "account", data=whole[:size] + "\n")
        assert done.out == ""
    assert node.files(*ALL) == before


@pytest.mark.parametrize(("verb", "key"), EDGES, ids=[" ".join(pair) for pair in EDGES])
def test_values_at_the_edges_are_taken(gateway: GatewayRoot, verb: str, key: str) -> None:
    for value in GOOD[FORMS[verb, key]]:
        done = gateway.run(program.PATH, verb, data=data_of(with_value(verb, key, value)))
        assert done.code == 0, (value, done)


def test_every_key_of_every_verb_has_its_form() -> None:
    named = {(verb, key) for verb, lines in VALID.items() for key, _ in lines} | {
        (verb, key) for verb, keys in OPTIONAL.items() for key in keys
    }
    assert named == set(FORMS)
    assert {verb for verb, _ in FORMS} == {*program.VERBS, *program.NODE_VERBS} - {"observe", "examine"}


CONFIGURATIONS = {
    "domain example": 2, "domain -a.example.org": 2, "domain a..example.org": 2, "domain A.example.org": 2, "domain a.example.org;": 2,
    f"domain {'a' * 63}.{'b' * 63}.{'c' * 63}.org": 2, "subnet 192.168.0.1/24": 2, "subnet 192.168.0.0/7": 2, "subnet 192.168.0.0/31": 2,
    "subnet 192.168.0.0": 2, "subnet fd00::/64": 2, "ports 19999-10000": 2, "ports 80-10000": 2, "ports 10000": 2, "ports 10000-70000": 2,
    "certificate relative": 2, "certificate /a/../b": 2, "certificate /a b": 2, "certificate /a;": 2, "certificate /{name}/{name}": 2,
    "certificate /$name": 2, "certificate /a/": 2, "challenge /{name}": 2, "challenge /a;": 2, "reserved a.b": 2, "reserved-port 0": 2,
    "reserved-address x": 2, "node a;b": 2, "ipv6 maybe": 2, "color red": 2, "domain": 2, " domain a.b": 2, "domain\ta.b": 2,
}  # fmt: skip


@pytest.mark.parametrize("line", CONFIGURATIONS)
def test_a_wrong_configuration_is_told_with_its_line(node: GatewayRoot, line: str) -> None:
    key = line.partition(" ")[0]
    others = "".join(f"{text}\n" for text in CONFIGURATION.splitlines()[1:] if text.partition(" ")[0] != key or key.startswith("reserved"))
    node.write("/etc/eiginfra-gateway/configuration", f"# a comment\n{line}\n{others}")
    done = node.verb("observe")
    assert (done.code, done.out) == (78, "")
    assert done.err.startswith("configuration: 2: ")


@pytest.mark.parametrize("key", ["domain", "subnet", "ports", "challenge"])
def test_a_configuration_that_lacks_a_key_or_has_it_twice_is_wrong(node: GatewayRoot, key: str) -> None:
    lines = CONFIGURATION.splitlines(keepends=True)
    node.write("/etc/eiginfra-gateway/configuration", "".join(line for line in lines if not line.startswith(f"{key} ")))
    assert node.verb("observe").err == f"configuration: 0: {key} is missing\n"
    node.write("/etc/eiginfra-gateway/configuration", CONFIGURATION + "".join(line for line in lines if line.startswith(f"{key} ")))
    assert node.verb("observe").err == f"configuration: {len(lines) + 1}: given twice\n"


@pytest.mark.parametrize(
    "damage",
    ["chmod 666 $1", "chmod 664 $1", "chown nobody $1", "rm $1", "mv $1 $1.other && ln -s $1.other $1", "rm $1 && mkdir $1"],
)
def test_a_configuration_that_others_may_write_is_no_configuration(gateway: GatewayRoot, damage: str) -> None:
    gateway.sh(damage, "/etc/eiginfra-gateway/configuration")
    done = gateway.verb("account", "name adler-1\nenabled yes\n")
    assert (done.code, done.out) == (78, "")
    assert done.err.startswith("configuration: 0: ")
