"""What teams ask of the gateway: everything that may not reach it is refused by `check`, at the team's line, with what to write instead."""

# ruff: noqa: E501 - tables of whole sentences

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.core.values import ByteSize
from eiginfra.inventory.checks import check
from eiginfra.inventory.fields import Subdomain
from eiginfra.inventory.loader import load_cohort, load_siblings, load_site
from eiginfra.inventory.model import Publish
from eiginfra.inventory.networks import Source, network

Write = Callable[..., Path]
GATEWAY = "gateway: {host: g.example.org, user: eiginfra, key: {env: K}, host_key: known_hosts, domain: apps.example.org, ports: 10000-19999, port: 10022, reserved: [mail, www, 10001]}\n"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u"
PUBLISH = "publish: [{subdomain: adler, port: 8080}]"
FORWARD = "forward: [{public: 10222, port: 22}]"
TEAM = """\
title: T
administration: A
members:
  - username: {0}-1
    email: {0}-1@example.org
    ssh_keys:
      - %s
mentors: [{{username: {0}-m, email: {0}-m@example.org}}]
machines:
  - name: web
    image: debian-12
    size: small
    publish: [{{subdomain: {0}, port: 8080}}]
    forward: [{{public: 10222, port: 22}}]
"""
GOOD = (TEAM % KEY).format("adler")


def told(folder: Path, site: Path) -> list[str]:
    try:
        siblings, _ = load_siblings(folder)
        found = check(load_cohort(folder), load_site(site), date(2019, 10, 1), siblings)
    except InputError as problem:
        found = list(problem.findings)
    return [line(finding) for finding in found]


def place_of(text: str, part: str) -> str:
    before = text.partition(part)[0]
    return f"teams/adler.yml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.fixture
def gateway(site: Write) -> Path:
    """A site with a gateway."""
    path = site()
    path.write_text(path.read_text() + GATEWAY)
    return path


def test_the_file_to_be_spoilt_is_good(cohort: Write, gateway: Path) -> None:
    assert told(cohort({"adler": GOOD}), gateway) == []


LABEL = "the part before the gateway's domain, lower-case letters, digits and inner hyphens, 32 characters at most"
NAME = "there a user name has at most 32 letters, digits and _ . -, begins with a letter or _, and does not end in a dot: change it on GitLab, then here"


def rsa(bits: int) -> str:
    parts = (b"ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * (bits // 8))
    return f"ssh-rsa {base64.b64encode(b''.join(len(part).to_bytes(4, 'big') + part for part in parts)).decode()} me"


# What is written instead of a part of the good file, the part of it that is told, and what is said.
BAD = [
    # sub-domains
    (PUBLISH, "publish: [{subdomain: xn--caf-dma, port: 80}]", "xn--caf-dma", "error: subdomain: 'xn--caf-dma' is an encoded name, which shows other letters than it has (write cafe)"),
    (PUBLISH, "publish: [{subdomain: ab--c, port: 80}]", "ab--c", "error: subdomain: 'ab--c' is an encoded name, which shows other letters than it has (write ab-c)"),
    (PUBLISH, "publish: [{subdomain: '*', port: 80}]", "'*'", "error: subdomain: '*' would be every sub-domain (write one entry for each name)"),
    (PUBLISH, "publish: [{subdomain: '*.adler', port: 80}]", "'*.adler'", "error: subdomain: '*.adler' would be every sub-domain (write adler)"),
    (PUBLISH, "publish: [{subdomain: api.adler, port: 80}]", "api.adler", f"error: subdomain: 'api.adler' is not a sub-domain (write api-adler; {LABEL})"),
    (PUBLISH, "publish: [{subdomain: Adler, port: 80}]", "Adler,", f"error: subdomain: 'Adler' is not a sub-domain (write adler; {LABEL})"),
    (PUBLISH, "publish: [{subdomain: my_app, port: 80}]", "my_app", f"error: subdomain: 'my_app' is not a sub-domain (write my-app; {LABEL})"),
    (PUBLISH, "publish: [{subdomain: café, port: 80}]", "café", f"error: subdomain: 'café' is not a sub-domain (write cafe; {LABEL})"),
    (PUBLISH, "publish: [{subdomain: -a, port: 80}]", "-a,", f"error: subdomain: '-a' is not a sub-domain (write a; {LABEL})"),
    (PUBLISH, "publish: [{subdomain: www, port: 80}]", "www", "error: the sub-domain 'www' is never given away: the site's file reserves it (choose another) [also ‡www]"),
    (PUBLISH, "publish: [{subdomain: a, port: 80}, {subdomain: a, port: 81}]", "a, port: 81", "error: the sub-domain 'a' is asked for twice (choose another) [also teams/adler.yml:13:27]"),
    # ports
    (FORWARD, "forward: [{public: 10222, port: 22}, {public: 10222, port: 23}]", "10222, port: 23", "error: the public port 10222/tcp is asked for twice (choose another) [also teams/adler.yml:14:24]"),
    (FORWARD, "forward: [{public: 22, port: 22}]", "22, port", "error: the port 22 is the server's own: SSH (choose another, e.g. 10000 and above)"),
    (FORWARD, "forward: [{public: 8006, port: 22, protocol: udp}]", "8006", "error: the port 8006 is the server's own: Proxmox's web interface (choose another, e.g. 10000 and above)"),
    (FORWARD, "forward: [{public: 10022, port: 22}]", "10022", "error: the port 10022 is the server's own: SSH (choose another, e.g. 10000 and above) [also ‡10022]"),
    (FORWARD, "forward: [{public: 10001, port: 22}]", "10001", "error: the port 10001 is never given away: the site's file reserves it (choose another) [also ‡10001]"),
    (FORWARD, "forward: [{public: 20000, port: 22}]", "20000", "error: the port 20000 is not among the gateway's (10000-19999) (choose another) [also ‡10000-19999]"),
    (FORWARD, "forward: [{public: 70000, port: 22}]", "70000", "error: public: 70000 is too large (at most 65535)"),
    (FORWARD, "forward: [{public: 10222, port: 0}]", "0}", "error: port: 0 is too small (at least 1)"),
    (FORWARD, "forward: [{public: 10222, port: 22, protocol: both}]", "both", "error: protocol: 'both' is not known here (write one entry for tcp and one for udp)"),
    (FORWARD, "forward: [{public: 10222, port: 22, protocol: TCP}]", "TCP", "error: protocol: 'TCP' is not known here (did you mean 'tcp'?)"),
    (FORWARD, "forward: ['10222:53/udp']", "'10222", "error: forward[1]: text stands here, where a mapping belongs (write {public: 10222, port: 53, protocol: udp})"),
    # what is sent on
    (PUBLISH, "publish: [{subdomain: a, port: 80, max_body: 16M}]", "16M", "error: max_body: '16M' is not a size of requests (write 16MiB)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, max_body: 11GiB}]", "11GiB", "error: max_body: 11GiB is too large for a request (at most 10GiB)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, max_body: 100KiB}]", "100KiB", "error: max_body: 100KiB is not a size of requests (write 1MiB)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, timeout: 90}]", "90", "error: timeout: 90 is not a stretch of time (write 90s)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, timeout: 1m30s}]", "1m30s", "error: timeout: '1m30s' is not a stretch of time (write 90s)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, timeout: 5 minutes}]", "5 min", "error: timeout: '5 minutes' is not a stretch of time (write 5m)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, timeout: longtemps}]", "longtemps", "error: timeout: 'longtemps' is not a stretch of time (write 30s, 10m or 2h)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, timeout: 2h}]", "2h", "error: timeout: '2h' is too long (at most 1h)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, websockets: true}]", "websockets", "error: unknown key 'websockets' in publish[1] (did you mean 'websocket'?)"),
    (PUBLISH, "publish: [{subdomain: a, port: 80, délai: 5m}]", "délai", "error: unknown key 'délai' in publish[1] (did you mean 'timeout'?)"),
    # networks
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [0.0.0.0/0]}]", "0.0.0.0/0", "error: sources[1]: 0.0.0.0/0 is everybody (leave `sources` out, or write the networks that may come in)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: ['::/0']}]", "'::/0'", "error: sources[1]: ::/0 is everybody (leave `sources` out, or write the networks that may come in)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [any]}]", "any", "error: sources[1]: any is everybody (leave `sources` out, or write the networks that may come in)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.7]}]", "192.0.2.7", "error: sources[1]: '192.0.2.7' is not a network (write 192.0.2.7/32)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.7/24]}]", "192.0.2.7/24", "error: sources[1]: '192.0.2.7/24' is an address within a network, not a network (write 192.0.2.0/24 or 192.0.2.7/32)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.0/255.255.255.0]}]", "192.0.2.0/255", "error: sources[1]: '192.0.2.0/255.255.255.0' is not a network (write 192.0.2.0/24)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.0-192.0.2.255]}]", "192.0.2.0-", "error: sources[1]: '192.0.2.0-192.0.2.255' is not a network (write 192.0.2.0/24)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.*]}]", "192.0.2.*", "error: sources[1]: '192.0.2.*' is not a network (write 192.0.2.0/24)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [office.example.org]}]", "office", "error: sources[1]: 'office.example.org' is not a network (write its first address and its length, e.g. 192.0.2.0/24, or 192.0.2.7/32 for one address)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: ['fe80::%eth0/64']}]", "'fe80", "error: sources[1]: 'fe80::%eth0/64' is not a network (write its first address and its length, e.g. 192.0.2.0/24, or 192.0.2.7/32 for one address)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: ['::ffff:192.0.2.7/128']}]", "'::ffff", "error: sources[1]: '::ffff:192.0.2.7/128' is not a network (write 192.0.2.7/32)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [10.0.0.0/7]}]", "10.0.0.0/7", "error: sources[1]: 10.0.0.0/7 is no restriction: so wide a network is half the world (write the networks that may come in, each at least /8)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: ['2000::/3']}]", "'2000::/3'", "error: sources[1]: 2000::/3 is no restriction: so wide a network is half the world (write the networks that may come in, each at least /16)"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: 192.0.2.0/24}]", "192.0.2.0/24", "error: sources: text stands here, where a list belongs (write [192.0.2.0/24])"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.0/24, 192.0.2.7/32]}]", "192.0.2.7/32", "error: 192.0.2.7/32 is a part of 192.0.2.0/24, which is in the list (delete it) [also teams/adler.yml:14:51]"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: [192.0.2.0/24, 192.0.2.0/24]}]", "192.0.2.0/24]", "error: 192.0.2.0/24 is a part of 192.0.2.0/24, which is in the list (delete it) [also teams/adler.yml:14:51]"),
    (FORWARD, "forward: [{public: 10222, port: 22, sources: ['2001:db8::/32']}]", "['2001", "error: ports are sent on over IPv4 only, and all these networks are of IPv6: nobody could come in (write an IPv4 network too, or leave `sources` out)"),
    # keys
    (KEY, rsa(2048), "ssh-rsa", "error: ssh_keys[1]: this RSA key has 2048 bits, which are too few: 3072 at least (make a new pair with ssh-keygen -t ed25519, and write the .pub file's line)"),
    (KEY, "ssh-dss AAAAB3NzaC1kc3MAAACB me", "ssh-dss", "error: ssh_keys[1]: this is a DSA key, which SSH no longer takes (make a new pair with ssh-keygen -t ed25519, and write the .pub file's line)"),
    (KEY, KEY[:60], "ssh-ed25519", "error: ssh_keys[1]: this public SSH key is damaged or cut off (copy the whole line of the .pub file again)"),
    (KEY, f'command="/bin/sh -i" {KEY}', "command", "error: ssh_keys[1]: text stands before this SSH key (begin with ssh-ed25519)"),
    (KEY, f'no-pty,permitopen="*:22" {KEY}', "no-pty", "error: ssh_keys[1]: text stands before this SSH key (begin with ssh-ed25519)"),
    (KEY, f'"{KEY} me\\n{KEY} more"', '"ssh', "error: ssh_keys[1]: this SSH key is cut over two lines, or broken by spaces (write the whole key on one line: type, one space, the long text, one space, a comment)"),
    (KEY, f"{KEY} one\n      - {KEY} two", f"{KEY} two", "error: this SSH key is written twice (delete one of the two) [also teams/adler.yml:7:9]"),
    # user names
    ("username: adler-1", "username: 1adler", "1adler", f"error: '1adler' cannot be an account on the gateway ({NAME})"),
    ("username: adler-1", f"username: {'a' * 33}", "a" * 33, f"error: '{'a' * 33}' cannot be an account on the gateway ({NAME})"),
    ("username: adler-1", "username: www-data", "www-data", "error: 'www-data' is an account of the gateway itself (each person needs an account of their own: write another user name)"),
    ("username: adler-1", "username: eiginfra", "eiginfra", "error: 'eiginfra' is an account of the gateway itself (each person needs an account of their own: write another user name)"),
    ("username: adler-1", "username: systemd-network", "systemd", "error: 'systemd-network' is an account of the gateway itself (each person needs an account of their own: write another user name)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "part", "said"), BAD)
def test_bad_input_is_refused_at_the_teams_line(old: str, new: str, part: str, said: str, *, cohort: Write, gateway: Path) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    folder = cohort({"adler": text})
    if "[also ‡" in said:
        said, _, there = said.removesuffix("]").partition(" [also ‡")
        where = next(number for number, row in enumerate(gateway.read_text().splitlines(), 1) if row.startswith("gateway:"))
        said = f"{said} [also {gateway}:{where}:{GATEWAY.index(f' {there}') + 2}]"
    after = text.partition(new)[0] + new
    start = after.index(new) + new.index(part)
    rows = after[:start].split("\n")
    assert told(folder, gateway) == [f"teams/adler.yml:{len(rows)}:{len(rows[-1]) + 1}: {said}"]


SIGNS = [";", "$(id)", "`id`", "{", "}", "\\n", "'", "|", "&", "#", "<", "*", "/", "\\u0000", "\\r"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("subdomain: adler", 'subdomain: "a{0}b"'),
        ("subdomain: adler, port: 8080", 'subdomain: adler, port: "8080{0}"'),
        ("port: 22", 'port: "22{0}"'),
        ("public: 10222", 'public: "10222{0}"'),
        ("port: 22", 'port: 22, protocol: "tcp{0}"'),
        ("port: 22", 'port: 22, sources: ["192.0.2.0/24{0}"]'),
        ("port: 8080", 'port: 8080, max_body: "1{0}1MiB"'),
        ("port: 8080", 'port: 8080, timeout: "6{0}0s"'),
        ("username: adler-1", 'username: "adler{0}1"'),
        ("name: web", 'name: "we{0}b"'),
        (KEY, f'"ssh-ed25519 {{0}}{KEY.split()[1]}"'),
    ],
)  # fmt: skip
def test_no_sign_of_a_shell_or_of_nginx_gets_into_what_the_gateway_is_sent(
    sign: str, old: str, new: str, *, cohort: Write, gateway: Path
) -> None:
    text = GOOD.replace(old, new.replace("{0}", sign), 1)
    assert text != GOOD
    [error] = told(cohort({"adler": text}), gateway)
    assert ": error: " in error


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=80) | st.from_regex(r"[a-z0-9-]{1,33}", fullmatch=True))
def test_a_sub_domain_that_is_taken_is_one_plain_label(text: str) -> None:
    try:
        value = TypeAdapter(Subdomain).validate_python(text)
    except ValidationError:
        return
    assert value.isascii()
    assert set(value) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert value.strip("-") == value
    assert value[2:4] != "--"
    assert 1 <= len(value) <= 63


@given(
    st.ip_addresses().flatmap(lambda address: st.integers(0, address.max_prefixlen).map(lambda length: f"{address}/{length}"))
    | st.text(max_size=40)
)
def test_a_network_that_is_taken_has_no_host_bits_and_one_form(text: str) -> None:
    try:
        value = TypeAdapter(Source).validate_python(text)
    except ValidationError:
        return
    assert str(network(value)) == value
    assert network(value).prefixlen >= (8 if network(value).version == 4 else 16)


def test_tcp_and_udp_are_two_ports(cohort: Write, gateway: Path) -> None:
    text = GOOD.replace(FORWARD, "forward: [{public: 10222, port: 22}, {public: 10222, port: 51820, protocol: udp}]")
    folder = cohort({"adler": text})
    assert told(folder, gateway) == []
    assert [(entry.public, entry.protocol) for entry in load_cohort(folder).team("adler").machines[0].forward] == [
        (10222, "tcp"),
        (10222, "udp"),
    ]


def test_what_is_not_written_has_its_default(cohort: Write, gateway: Path) -> None:
    folder = cohort(
        {
            "adler": GOOD.replace(
                PUBLISH,
                "publish: [{subdomain: adler, port: 80}, {subdomain: b, port: 81, websocket: false, max_body: 1GiB, timeout: 10m, sources: ['2001:DB8::/32']}]",
            )
        }
    )
    assert told(folder, gateway) == []
    plain, other = load_cohort(folder).team("adler").machines[0].publish
    assert plain == Publish(subdomain="adler", port=80, websocket=True, max_body=ByteSize(16 * 2**20), sources=())
    assert (plain.timeout, other.timeout, other.max_body, other.sources) == (60, 600, ByteSize(2**30), ("2001:db8::/32",))


@pytest.mark.parametrize("part", ["subdomain: adler", "public: 10222"])
def test_two_cohorts_cannot_have_one_sub_domain_or_port(part: str, cohort: Write, gateway: Path) -> None:
    folder = cohort({"adler": GOOD})
    other = folder.parent / "eig4"
    (other / "teams").mkdir(parents=True)
    (other / "cohort.yml").write_text("cohort: eig4\ntitle: P\nstarts: 2019-09-02\nends: 2020-12-31\nquota: {default: {projects: 9}}\n")
    theirs = (TEAM % KEY).format("plume").replace(KEY, KEY.replace("LTEu", "LTIu")).replace("name: web", "name: db")
    shared = theirs.replace("subdomain: plume", part) if "sub" in part else theirs.replace("public: 10222", part)
    (other / "teams" / "plume.yml").write_text(shared if "public" in part else shared.replace("10222", "10333"))
    [error] = told(folder, gateway)
    assert error.startswith(f"{place_of(GOOD, 'adler, port' if 'sub' in part else '10222')}: error: ")
    assert "is asked for twice, by eig3/adler and eig4/plume (choose another) [also " in error


def test_the_name_of_another_team_as_a_sub_domain_is_a_warning(cohort: Write, gateway: Path) -> None:
    plume = (TEAM % KEY.replace("LTEu", "LTIu")).format("plume").replace("10222", "10333")
    folder = cohort(
        {"adler": GOOD.replace("subdomain: adler", "subdomain: plume"), "plume": plume.replace("subdomain: plume", "subdomain: other")}
    )
    assert told(folder, gateway) == [
        f"{place_of(GOOD, 'adler, port')}: warning: the sub-domain 'plume' is the name of another team (choose another, unless both teams agreed on it)"
    ]


def test_a_key_of_two_people_is_refused_with_both_places(cohort: Write, gateway: Path) -> None:
    plume = (TEAM % f"{KEY} theirs").format("plume").replace("10222", "10333")
    [error] = told(cohort({"adler": GOOD, "plume": plume}), gateway)
    assert (
        error
        == "teams/adler.yml:7:9: error: this SSH key is that of adler-1 and plume-1 (each person needs a key of their own, so that one can leave) [also teams/plume.yml:7:9]"
    )


def test_without_a_gateway_user_names_may_be_what_gitlab_takes(cohort: Write, site: Write) -> None:
    text = GOOD.replace("username: adler-1", "username: 1adler").replace(PUBLISH, "").replace(FORWARD, "")
    assert told(cohort({"adler": text.rstrip() + "\n"}), site()) == []


def test_an_image_of_vms_says_as_whom_they_are_entered(cohort: Write, gateway: Path) -> None:
    folder = cohort({"adler": GOOD.replace("image: debian-12", "image: debian-12\n    type: vm")})
    assert told(folder, gateway) == []
    gateway.write_text(gateway.read_text() + f"machines: {{key: agent, public: {KEY}}}\n")
    [warning] = told(folder, gateway)
    assert "warning: the image 'debian-12' does not say which user its VMs have" in warning
    gateway.write_text(gateway.read_text().replace("vm: 9012", "vm: 9012, user: debian"))
    assert told(folder, gateway) == []


# Lines as ssh-keygen, openssl and PuTTY write them around a private key; what is in it is made up.
SECRET = "c2VjcmV0LXBhcnQtb2YtYS1wcml2YXRlLWtleQ"
PRIVATE = [
    f"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA{SECRET}\n{SECRET}==\n-----END OPENSSH PRIVATE KEY-----",
    f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{SECRET}\n-----END RSA PRIVATE KEY-----",
    f"-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----",
    f"PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{SECRET}\nPrivate-MAC: {SECRET}",
    f"b3BlbnNzaC1rZXktdjEAAAAA{SECRET}",
]


@pytest.mark.parametrize("private", PRIVATE, ids=["openssh", "pem", "pkcs8", "putty", "bare"])
@pytest.mark.parametrize("shape", ["block", "quoted", "as-is", "alone", "comment", "title"])
def test_a_private_key_is_refused_and_nothing_of_it_is_repeated(private: str, shape: str, cohort: Write, gateway: Path) -> None:
    inside = private.replace("\n", "\n        ")
    text = {
        "block": GOOD.replace(f"- {KEY}", f"- |\n        {inside}"),
        "quoted": GOOD.replace(KEY, json.dumps(private)),
        "as-is": GOOD.replace(f"      - {KEY}", private),
        "alone": GOOD.replace(f"\n      - {KEY}", f" {private}"),
        "comment": GOOD.replace(KEY, f"{KEY}\n#" + private.replace("\n", "\n#")),
        "title": GOOD.replace("title: T", f"title: {json.dumps(private)}"),
    }[shape]
    assert SECRET in text
    [error] = told(cohort({"adler": text}), gateway)
    assert error.endswith(
        ": error: this is a private key (delete it, make a new pair with ssh-keygen, and write the .pub file's line here)"
    )


def test_no_output_of_check_repeats_a_private_key(cohort: Write, gateway: Path) -> None:
    folder = cohort({"adler": GOOD.replace(f"- {KEY}", "- |\n        " + PRIVATE[0].replace("\n", "\n        "))})
    playbook = Path(__file__).parents[3] / "playbooks" / "site.yml"
    for form in ("text", "json"):
        command = [
            sys.executable,
            "-m",
            "eiginfra",
            "check",
            "-i",
            str(folder),
            "--playbook",
            str(playbook),
            "--site",
            str(gateway),
            "--format",
            form,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 65, done.stderr
        assert SECRET not in done.stdout + done.stderr
        assert "private" in done.stdout + done.stderr
