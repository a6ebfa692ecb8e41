"""What root does itself: setup and uninstall, the unit, the catch-all servers, sudo."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.gateway_cases import DOMAIN, ED25519, VALID, data_of
from support.gateway_root import CONFIGURATION, GatewayRoot, wait
from support.gateway_wire import SETTINGS

from eiginfra.core.finding import Severity
from eiginfra.providers.gateway import program
from eiginfra.providers.gateway.token_limits import token_limits
from eiginfra.providers.ssh_target import SshAnswer

SHARED = "/etc/nginx/conf.d/eiginfra.conf"
SSHD = "/etc/ssh/sshd_config.d/00-eiginfra.conf"
FORWARDS = "/etc/eiginfra-gateway/forwards.nft"
KEPT = ("/etc/eiginfra-gateway", "/etc/nginx", "/etc/ssh", "/etc/systemd/system", "/etc/group", "/etc/passwd")


def _setup(root: GatewayRoot) -> None:
    done = root.run(program.PATH, "setup")
    assert (done.code, done.out) == (0, ""), done


def _listens(root: GatewayRoot) -> list[str]:
    shared = root.read(SHARED)
    assert shared is not None
    return [line.strip() for line in shared.splitlines() if "listen" in line]


def test_setup_may_be_repeated(gateway: GatewayRoot) -> None:
    for verb in ("account", "subdomain", "forward"):
        assert gateway.run(program.PATH, verb, data=data_of(VALID[verb])).code == 0
    before = gateway.files(*KEPT)
    _setup(gateway)
    assert gateway.files(*KEPT) == before
    assert "dport 10222" in gateway.sections()["loaded"]


def test_setup_sets_right_what_was_changed_by_hand(gateway: GatewayRoot) -> None:
    before = gateway.files(*KEPT)
    gateway.sh(
        'echo >>"$1"; echo >>"$2"; rm -r "$3"; rm "$4"', SSHD, SHARED, "/etc/eiginfra-gateway/keys", "/etc/eiginfra-gateway/forwards.nft"
    )
    _setup(gateway)
    assert gateway.files(*KEPT) == before


PLAIN = ["listen 80 default_server;", "listen [::]:80 default_server;"]
TLS = ["listen 443 ssl default_server;", "listen [::]:443 ssl default_server;"]
DEFAULTS = {
    "none": ("", [*PLAIN, *TLS]),
    "Debian's": ("server { listen 80 default_server; listen [::]:80 default_server; server_name _; }", TLS),
    "IPv4 only": ("server { listen 0.0.0.0:80 backlog=10 default_server; }", [PLAIN[1], *TLS]),
    "by the old word": ("server { listen *:80 default; listen [::]:80 default_server; }", TLS),
    "TLS": ("server { listen 443 ssl default_server; listen [::]:443 ssl default_server; ssl_reject_handshake on; }", PLAIN),
    "another port": ("server { listen 8080 default_server; }", [*PLAIN, *TLS]),
}


@pytest.mark.parametrize("which", DEFAULTS)
def test_a_default_server_that_is_there_stays_the_only_one(gateway: GatewayRoot, which: str) -> None:
    text, listens = DEFAULTS[which]
    gateway.write("/etc/nginx/sites-enabled/other", text + "\n")
    gateway.sh('rm "$1"', SHARED)
    _setup(gateway)
    assert _listens(gateway) == listens
    _setup(gateway)
    assert _listens(gateway) == listens


def test_without_ipv6_nothing_listens_there(gateway: GatewayRoot) -> None:
    gateway.write("/etc/eiginfra-gateway/configuration", f"{CONFIGURATION}ipv6 no\n")
    _setup(gateway)
    assert _listens(gateway) == ["listen 80 default_server;", "listen 443 ssl default_server;"]


def test_a_size_of_names_that_nginx_has_already_is_left_to_it(gateway: GatewayRoot) -> None:
    gateway.write("/etc/nginx/conf.d/other.conf", "server_names_hash_bucket_size 512;\n")
    gateway.sh('rm "$1"', SHARED)
    _setup(gateway)
    shared = gateway.read(SHARED)
    assert shared is not None
    assert "bucket" not in shared


def test_an_unknown_name_gets_nothing(gateway: GatewayRoot) -> None:
    gateway.run(program.PATH, "subdomain", data=data_of(VALID["subdomain"]))
    asked = f"curl -sS -k -o /dev/null -w '%{{http_code}}' --resolve '*:80:127.0.0.1' --resolve '*:443:127.0.0.1' $1://$2.{DOMAIN}/"

    def code(scheme: str, name: str) -> str:
        return gateway.run("sh", "-c", asked, "curl", scheme, name).out

    # nginx reloads in its own time: a worker of before may still take a connection.
    wait(lambda: code("http", "adler") == "301" and code("https", "adler") in {"502", "504"})
    assert (code("http", "brise"), code("https", "brise")) == ("000", "000")
    assert gateway.run("sh", "-c", "curl -sS -o /dev/null http://127.0.0.1/").code == 52


@pytest.mark.parametrize(
    ("damage", "code", "told"),
    [
        ("echo 'Broken yes' >>/etc/ssh/sshd_config", 74, "Broken"),
        ("sed -i /Include/d /etc/ssh/sshd_config", 78, "Include"),
        ("echo 'broken;' >/etc/nginx/sites-enabled/x", 74, "sites-enabled/x:1"),
        ("mv /usr/sbin/nft /usr/sbin/gone", 69, "missing: nft"),
        ("mv /usr/sbin/sshd /usr/sbin/gone", 69, "missing: sshd"),
        ("sed -i s,/etc/nginx/conf.d,/etc/nginx/none.d, /etc/nginx/nginx.conf", 74, "does not include"),
    ],
)
def test_what_is_in_the_way_is_told(gateway: GatewayRoot, damage: str, code: int, told: str) -> None:
    gateway.sh('rm "$1" "$2"', SSHD, SHARED)
    gateway.sh(damage)
    done = gateway.run(program.PATH, "setup")
    assert done.code == code
    assert told in done.err
    if "Broken" in told:
        assert gateway.read(SSHD) is None
    if "sites-enabled" in told:
        assert gateway.read(SHARED) is None


@pytest.mark.parametrize("path", [SSHD, SHARED, "/etc/eiginfra-gateway/keys", "/etc/eiginfra-gateway/forwards.nft"])
def test_a_symbolic_link_is_refused(gateway: GatewayRoot, path: str) -> None:
    gateway.sh('mv "$1" /tmp/moved; ln -s /tmp/moved "$1"', path)
    before = gateway.files("/tmp")
    done = gateway.run(program.PATH, "setup")
    assert (done.code, done.err) == (65, f"refused: {path}: a symbolic link\n")
    assert gateway.files("/tmp") == before


def test_the_unit_is_one_that_systemd_takes(gateway: GatewayRoot, tmp_path: Path) -> None:
    text = gateway.read("/etc/systemd/system/eiginfra-forwards.service")
    assert text is not None
    unit = tmp_path / "eiginfra-forwards.service"
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for line in ("PartOf=nftables.service", "ReloadPropagatedFrom=nftables.service", f"ExecReload=/usr/sbin/nft -f {FORWARDS}"):
        assert line in text.splitlines()
    [after] = [line for line in text.splitlines() if line.startswith("After=")]
    assert "nftables.service" in after


def test_the_units_commands_bring_the_table_back_and_take_it_off(gateway: GatewayRoot) -> None:
    gateway.run(program.PATH, "forward", data=data_of(VALID["forward"]))
    before = gateway.sh("nft list ruleset")
    unit = gateway.read("/etc/systemd/system/eiginfra-forwards.service")
    assert unit is not None
    commands = {
        key: value.removeprefix("-") for key, _, value in (line.partition("=") for line in unit.splitlines()) if key.startswith("Exec")
    }
    gateway.sh("nft flush ruleset")  # as a reload of nftables.service does
    for command in ("ExecReload", "ExecReload", "ExecStart"):
        gateway.sh(commands[command])
        assert gateway.sh("nft list ruleset") == before
    gateway.sh(commands["ExecStop"])
    assert gateway.sh("nft list ruleset") == ""


SYSTEMD = """#!/bin/sh
echo "$*" >>/run/asked
case "$*" in
    'restart eiginfra-forwards.service') exec nft -f /etc/eiginfra-gateway/forwards.nft ;;
    'reload nginx.service') [ ! -e /run/refuse ] && exec nginx -s reload ;;
    'is-enabled '*) echo enabled ;;
    'is-active '*) echo active ;;
esac
"""


def test_where_systemd_runs_it_is_asked(gateway: GatewayRoot) -> None:
    gateway.sh("mkdir -p /run/systemd/system; mv /usr/bin/systemctl /usr/bin/systemctl.real")
    gateway.write("/usr/bin/systemctl", SYSTEMD, "755")
    _setup(gateway)
    gateway.run(program.PATH, "subdomain", data=data_of(VALID["subdomain"]))
    assert gateway.sh("cat /run/asked").splitlines() == [
        "try-reload-or-restart ssh.service",
        "daemon-reload",
        "enable --quiet eiginfra-forwards.service",
        "restart eiginfra-forwards.service",
        "reload nginx.service",
        "reload nginx.service",
    ]
    assert gateway.sections("examine")["units"] == "eiginfra-forwards.service enabled active\n"
    assert "systemd\n" in gateway.sections()["tools"]
    gateway.sh("touch /run/refuse")
    before = gateway.files("/etc/nginx", "/etc/eiginfra-gateway")
    assert gateway.run(program.PATH, "subdomain-remove", data=data_of(VALID["subdomain-remove"])).code == 74
    assert gateway.files("/etc/nginx", "/etc/eiginfra-gateway") == before


def test_uninstall_takes_off_all_that_was_made(bare: GatewayRoot) -> None:
    bare.sh("useradd -m -s /bin/bash there-before; rm -f /etc/nginx/sites-enabled/default")
    before = bare.files(*KEPT[1:])
    bare.prepare()
    uid = bare.sh("id -u there-before").strip()
    for verb in ("account", "subdomain", "forward"):
        assert bare.run(program.PATH, verb, data=data_of(VALID[verb])).code == 0
    assert bare.verb("account", f"name there-before\nenabled yes\nuid {uid}\nkey {ED25519}\n").code == 0
    done = bare.run(program.PATH, "uninstall")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "there-before was there before: it is closed, and stays",
        "/etc/eiginfra-gateway stays: /etc/eiginfra-gateway/configuration is yours",
    ]
    after = bare.files(*KEPT[1:])
    assert {path for path, _ in after.items() ^ before.items()} == {"/etc/passwd"}
    assert bare.sh("getent passwd there-before").strip().endswith(":/usr/sbin/nologin")
    assert bare.sh("nft list ruleset; ls -A /etc/eiginfra-gateway") == "configuration\n"
    assert bare.run("id", "adler-1").code != 0


SUDO = "/etc/sudoers.d/eiginfra"


@pytest.fixture
def over_sudo(gateway: GatewayRoot) -> GatewayRoot:
    """A gateway with eiginfra's own account."""
    gateway.sh("useradd -m -s /bin/sh eiginfra && useradd -m -G sudo admin")
    gateway.write("/etc/sudoers.d/admins", "%sudo ALL=(ALL:ALL) NOPASSWD: ALL\n", "440")
    return gateway


def _as(root: GatewayRoot, account: str, *verb: str, data: str = "end\n") -> tuple[int, str, str]:
    done = root.run("runuser", "-u", account, "--", "sudo", "-n", program.PATH, *verb, data=data)
    return done.code, done.out, done.err


def test_the_line_of_sudoers_allows_the_verbs_and_nothing_else(over_sudo: GatewayRoot) -> None:
    over_sudo.write(SUDO, program.sudoers("eiginfra") + "\n", "440")
    over_sudo.sh("visudo -c")
    code, out, _ = _as(over_sudo, "eiginfra", "observe")
    assert (code, out.endswith("\nend\n")) == (0, True)
    assert _as(over_sudo, "eiginfra", "account", data=data_of(VALID["account"]).decode())[0] == 0
    for verb in (("setup",), ("uninstall",), (), ("observe", "x"), ("nothing",)):
        code, out, err = _as(over_sudo, "eiginfra", *verb)
        assert (code, out) == (1, "")
        assert "sudo:" in err
    assert over_sudo.run("runuser", "-u", "eiginfra", "--", "sudo", "-n", "id").code == 1


def test_without_the_line_sudo_refuses(over_sudo: GatewayRoot) -> None:
    code, out, err = _as(over_sudo, "eiginfra", "observe")
    assert (code, out) == (1, "")
    assert "a password is required" in err


@dataclass
class _OverSudo:
    """The connection of eiginfra's account, without its SSH."""

    root: GatewayRoot

    def run(self, words: Sequence[str], data: bytes = b"", *, seconds: float, writes: bool) -> SshAnswer:
        done = self.root.run("runuser", "-u", "eiginfra", "--", *words, data=data)
        return SshAnswer(done.code, done.out.encode(), done.err.encode())


def _limits(root: GatewayRoot, *, read_only: bool) -> set[tuple[str, str]]:
    found = token_limits(_OverSudo(root), SETTINGS, read_only=read_only)
    return {(finding.code, str(finding.params.get("verb"))) for finding in found if finding.severity is Severity.WARNING}


def test_what_sudo_lets_eiginfra_run_beside_the_verbs_is_told(over_sudo: GatewayRoot) -> None:
    writing = {("key-may-run-writing-verb", verb) for verb in (*program.VERBS, *program.NODE_VERBS) if verb not in program.READING}
    over_sudo.write(SUDO, program.sudoers("eiginfra", program.READING) + "\n", "440")
    assert _limits(over_sudo, read_only=True) == set()
    over_sudo.write(SUDO, program.sudoers("eiginfra") + "\n", "440")
    assert _limits(over_sudo, read_only=False) == set()
    assert _limits(over_sudo, read_only=True) == writing
    over_sudo.write(SUDO, "eiginfra ALL=(root) NOPASSWD: ALL\n", "440")
    assert _limits(over_sudo, read_only=False) == {("key-may-run-anything", "None")}


def test_setup_is_not_for_eiginfra_whatever_sudoers_says(over_sudo: GatewayRoot) -> None:
    over_sudo.write(SUDO, f"eiginfra ALL=(root) NOPASSWD: {program.PATH}\n", "440")
    for verb in ("setup", "uninstall"):
        assert _as(over_sudo, "eiginfra", verb) == (77, "", "root only\n")
        over_sudo.sh("usermod -aG sudo eiginfra")
    assert _as(over_sudo, "admin", "setup") == (0, "", "")
