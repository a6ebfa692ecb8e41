"""The lab's gateway and the program itself: the same calls on both, the same answers, the same files."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.gateway_both import HOSTS, VERBS, Both, drawn, made
from support.gateway_cases import DOMAIN, VALID, data_of, refused_shapes, refused_values
from support.gateway_root import CERTIFICATE, GatewayRoot, parse, running
from support.ssh_keys_made import KEYS_MADE

from eiginfra.lab.gateway.program import run
from eiginfra.lab.gateway.state import CONFIGURATION, FORWARDS, KEYS, SHARED, SITES, AccountRecord
from eiginfra.providers.gateway.program import PATH


@pytest.fixture
def both(prepared: Path) -> Iterator[Both]:
    with running(GatewayRoot((prepared,))) as root:
        yield made(root)


def test_any_calls_end_alike_and_leave_the_same(both: Both) -> None:
    chance = random.Random(1)
    ended = []
    for number in range(90):
        verb = chance.choice(VERBS)
        ended.append(both.send(verb, *drawn(chance, verb)))
        if number % 30 == 29:
            both.compare()
    both.compare()
    assert {0, 65} <= set(ended)
    assert ended.count(0) > 20


def test_refusals_are_worded_alike(both: Both) -> None:
    chance = random.Random(0)
    for verb in VALID:
        cases = [case for key, _ in VALID[verb] for case in refused_values(verb, key)]
        for case in [*chance.sample(cases, 5), *refused_shapes(verb)]:
            if len(case.data) < 100_000:
                assert both.verb(case.verb, case.data)[0] == 65


def test_what_somebody_does_by_hand(both: Both) -> None:
    page = VALID["subdomain"]
    block = f"{SITES}/eiginfra-adler.{DOMAIN}.conf"
    assert both.send("subdomain", *page) == 0
    both.write(block, both.service.lab.state.files[block].replace("16m", "64m"))
    both.compare()
    assert both.send("subdomain", *page) == 0
    both.remove(block)
    assert both.send("subdomain", *page) == 0
    both.compare()
    both.write(
        f"{SITES}/hand.conf", f"server {{\n    listen 80;\n    server_name brise.{DOMAIN} .eig-hand.example.org;\n    return 404;\n}}\n"
    )
    assert both.send("subdomain", ("name", f"brise.{DOMAIN}"), *page[1:]) == 65
    both.write(f"{SITES}/eiginfra-carto.{DOMAIN}.conf", "# mine\n")
    assert both.send("subdomain", ("name", f"carto.{DOMAIN}"), *page[1:]) == 65
    assert both.send("subdomain-remove", ("name", f"carto.{DOMAIN}")) == 65
    both.compare()


BROKEN = (
    *(
        "server {\n",
        "server {\n    listen 80;\n",
        "nonsense on;\n",
        "listen\n",
        "}\n",
        "server { listen 80; }\n}\n",
        ";\n",
        "map $a $b {\n",
    ),
    *("server {\n    root /a\n}\n", "include /none.conf;\n", "server;\n", "root /a {\n}\n"),
)


def test_a_configuration_that_nginx_refuses(both: Both) -> None:
    page = VALID["subdomain"]
    assert both.send("subdomain", *page) == 0
    for broken in BROKEN:
        both.write(f"{SITES}/broken.conf", broken)
        assert both.send("subdomain", *page[:-1], ("timeout", "61")) == 74
        both.compare()
    assert both.send("subdomain-remove", page[0]) == 74
    both.remove(f"{SITES}/broken.conf")
    assert both.send("subdomain", *page[:-1], ("timeout", "61")) == 0
    both.compare()


def test_accounts_that_somebody_changed(both: Both) -> None:
    account = VALID["account"]
    assert both.send("account", *account) == 0
    record = both.service.lab.state.accounts["adler-1"]
    both.root.sh(
        "usermod --shell /bin/bash --groups users --expiredate 2020-01-01 adler-1 && gpasswd -d adler-1 eiginfra-jump 2>/dev/null || true"
    )
    record.shell, record.groups, record.expires = "/bin/bash", ["users", "eiginfra-jump"], "18262"
    both.compare()
    assert both.send("account", *account) == 0
    both.compare()
    both.write(f"{KEYS}/adler-1", f"restrict {KEYS_MADE['ssh-rsa']}\n")
    assert both.send("account", *account) == 0
    both.root.sh("useradd --create-home --shell /bin/bash hand")
    uid = both.root.sh("id -u hand").strip()
    both.service.lab.state.accounts["hand"] = AccountRecord(int(uid))
    assert both.send("account", ("name", "hand"), *account[1:]) == 65
    assert both.send("account", ("name", "hand"), ("uid", str(int(uid) + 1)), *account[1:]) == 65
    assert both.send("account-remove", ("name", "hand")) == 65
    both.compare()
    assert both.send("account", ("name", "hand"), ("uid", uid), *account[1:]) == 0
    both.compare()
    assert both.send("account-remove", ("name", "hand")) == 0
    both.write(f"{KEYS}/left", "restrict\n")
    assert both.send("account-remove", ("name", "left")) == 0
    assert (both.root.read(f"{KEYS}/left"), both.service.lab.state.files.get(f"{KEYS}/left")) == (None, None)
    assert both.send("account", ("name", "adler-1"), ("enabled", "no")) == 0
    both.compare()


def test_forwards_whose_table_and_file_somebody_changed(both: Both) -> None:
    assert both.send("forward", *VALID["forward"]) == 0
    both.root.sh("nft delete table inet eiginfra")
    both.service.lab.state.loaded = None
    both.compare()
    assert both.send("forward", *VALID["forward"]) == 0
    both.compare()
    both.write(FORWARDS, "#: 10300 udp 192.168.0.9 53 no eig3/adler/dns 192.0.2.0/24,192.0.3.0/24\n")
    assert both.send("forward", *VALID["forward"]) == 0
    both.compare()


def test_without_certificate_and_ipv6(both: Both) -> None:
    state = both.service.lab.state
    both.root.sh('mv "$1" "$1.away"', CERTIFICATE)
    state.certificates = []
    both.write(CONFIGURATION, f"{state.files[CONFIGURATION]}ipv6 no\n")
    assert both.send("subdomain", *VALID["subdomain"]) == 0
    both.compare()
    both.root.sh('mv "$1.away" "$1"', CERTIFICATE)
    state.certificates = [CERTIFICATE]
    assert both.send("subdomain", *VALID["subdomain"]) == 0
    both.compare()
    both.write(CONFIGURATION, state.files[CONFIGURATION].replace(f"certificate {CERTIFICATE}", "certificate /etc/letsencrypt/live/{name}"))
    both.root.sh('cp -r "$1" "/etc/letsencrypt/live/brise.$2"', CERTIFICATE, DOMAIN)
    state.certificates = [f"/etc/letsencrypt/live/brise.{DOMAIN}"]
    assert both.send("subdomain", *VALID["subdomain"]) == 0
    both.compare()
    both.write(
        CONFIGURATION, "".join(line for line in state.files[CONFIGURATION].splitlines(keepends=True) if not line.startswith("certificate"))
    )
    assert both.send("subdomain", *VALID["subdomain"]) == 0
    both.compare()


def test_a_disk_that_is_full(prepared: Path) -> None:
    """The words are the system's; codes, what is kept and what is pending agree."""
    with running(GatewayRoot((prepared,), size="16m")) as root:
        both = made(root)
        for verb in ("account", "subdomain", "forward"):
            assert both.send(verb, *VALID[verb]) == 0
        root.sh("cat /dev/zero >/etc/filler 2>/dev/null; sync; true")
        both.service.lab.state.disk_full = True
        page, forward, account = (VALID[verb] for verb in ("subdomain", "forward", "account"))
        for verb, lines in (
            ("subdomain", (*page[:-1], ("timeout", "61"))),
            ("subdomain", (("name", HOSTS[1]), *page[1:])),
            ("forward", (("public", "10300"), *forward[1:])),
            ("forward-remove", forward[:2]),
            ("account", (("name", "adler-2"), *account[1:])),
            ("account", (("name", "adler-2"), ("enabled", "yes"))),
            ("account", (*account, ("key", KEYS_MADE["ssh-rsa"]))),
            ("account-remove", account[:1]),
        ):
            data = data_of(lines)
            real, lab = root.run(PATH, verb, data=data), run(both.service.lab, verb, data)
            assert (real.code, real.err.splitlines()[-1]) == (73, lab.err.decode().splitlines()[-1]), (verb, lines)
            both.compare()


def test_what_is_missing(both: Both) -> None:
    for tool, verb in (("nginx", "subdomain"), ("nft", "forward")):
        path = both.root.sh(f"command -v {tool}").strip()
        both.root.sh('mv "$1" "$1.away"', path)
        both.service.lab.state.missing = [tool]
        assert both.send(verb, *VALID[verb]) == 69
        both.compare()
        both.root.sh('mv "$1.away" "$1"', path)
        both.service.lab.state.missing = []
    for path, verb in ((SHARED, "subdomain"), (FORWARDS, "forward")):
        text = both.service.lab.state.files[path]
        both.remove(path)
        assert both.send(verb, *VALID[verb]) == 65
        both.write(path, text)


CONFIGURATIONS = (
    "domain a.b\ndomain a.b\n",
    "color red\n",
    "domain\n",
    "ports 10000-9999\n",
    "subnet 192.168.0.1/24\n",
    "certificate /a/../b\n",
    "",
    "domain a.b\n",
)


def test_a_wrong_configuration(both: Both) -> None:
    for text in CONFIGURATIONS:
        both.write(CONFIGURATION, text)
        assert both.send("account", *VALID["account"]) == 78


def test_features_ask_pct_for_what_the_lab_does(both: Both) -> None:
    assert both.send("features", ("id", "107"), ("keyctl", "yes")) == 0
    assert both.send("features", ("id", "9012"), ("keyctl", "yes")) == 65
    assert both.send("features", ("id", "108"), ("keyctl", "yes")) == 65
    assert both.root.read("/tmp/pct") == "set 107 --features nesting=1,keyctl=1\n"
    lab = parse(run(both.service.lab, "observe", b"end\n").out.decode())
    assert lab["guests"] == "107 nesting=1 nesting=1,keyctl=1\n"
    both.root.write(
        "/etc/pve/nodes/eig/lxc/107.conf", "hostname: web\nfeatures: nesting=1\n\n[pve:pending]\nfeatures: nesting=1,keyctl=1\n"
    )
    both.compare()
    assert json.loads(json.dumps(both.service.dump()))["pending"] == {}
