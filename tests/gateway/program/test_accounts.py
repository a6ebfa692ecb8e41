"""Accounts for jumping: what is made, taken over, refused, closed, and ended."""

import datetime as dt

import pytest
from support.gateway_cases import ED25519
from support.gateway_root import GatewayRoot, wait
from support.ssh_keys_made import KEYS_MADE

KEYS = "/etc/eiginfra-gateway/keys"
RSA = KEYS_MADE["ssh-rsa"]
ADLER = f"name adler-1\nenabled yes\nopen 192.168.0.107\nkey {ED25519}\n"


def _account(root: GatewayRoot, name: str) -> str | None:
    """The account's line of `observe`."""
    return next((line for line in root.sections()["accounts"].splitlines() if line.startswith(f"{name}:")), None)


def _process(root: GatewayRoot, owner: str, title: str = "sleep") -> str:
    """A process of an account with a title, as one of its sessions has it."""
    drop = 'setpriv --reuid "$1" --regid "$(id -g "$1")" --clear-groups'
    return root.sh(f"{drop} perl -e '$0 = shift; sleep 300' \"$2\" </dev/null >/dev/null 2>&1 & echo $!", owner, title).strip()


def _runs(root: GatewayRoot, process: str) -> bool:
    return root.run("kill", "-0", process).code == 0


def test_an_account_is_for_jumping_alone(gateway: GatewayRoot) -> None:
    done = gateway.verb("account", f"{ADLER}open 192.168.0.108\nopen 192.168.0.107\nkey {RSA}\nkey {ED25519}\n")
    assert (done.code, done.out, done.err) == (0, "", "")
    line = _account(gateway, "adler-1")
    assert line is not None
    assert line.split(":")[2:] == ["", "1", "0", "/usr/sbin/nologin"]
    assert int(line.split(":")[1]) >= 1000
    assert gateway.sh("id -Gn adler-1") == "eiginfra-jump\n"
    assert gateway.sh("getent shadow adler-1").split(":")[1] == "*"
    assert gateway.sh("getent passwd adler-1").split(":")[5] == "/nonexistent"
    limits = 'restrict,port-forwarding,permitopen="192.168.0.107:22",permitopen="192.168.0.108:22"'
    assert gateway.read(f"{KEYS}/adler-1") == f"{limits} {ED25519}\n{limits} {RSA}\n"
    assert gateway.sections()["keys adler-1"] == f"{limits} {ED25519}\n{limits} {RSA}\n"
    assert gateway.sections()["pending"] == ""


def test_without_a_machine_a_key_opens_nothing(gateway: GatewayRoot) -> None:
    gateway.verb("account", f"name adler-1\nenabled yes\nkey {ED25519}\n")
    assert gateway.read(f"{KEYS}/adler-1") == f"restrict {ED25519}\n"


def test_sshd_reads_the_keys_as_the_account_does(gateway: GatewayRoot) -> None:
    """Its own rules for the owner and mode of files hold for these, and no other file of keys counts."""
    gateway.verb("account", ADLER)
    rules = dict(line.split(" ", 1) for line in gateway.sections("examine")["sshd"].splitlines())
    assert rules["authorizedkeysfile"] == f"{KEYS}/%u"
    wanted = {
        "allowtcpforwarding": "local", "allowstreamlocalforwarding": "no", "allowagentforwarding": "no", "permitlisten": "none",
        "permittty": "no", "permittunnel": "no", "x11forwarding": "no", "permituserrc": "no", "passwordauthentication": "no",
        "kbdinteractiveauthentication": "no", "authenticationmethods": "publickey", "maxsessions": "0", "forcecommand": "/usr/sbin/nologin",
    }  # fmt: skip
    assert {key: rules[key] for key in wanted} == wanted
    assert gateway.sh(f"setpriv --reuid adler-1 --regid eiginfra-jump --clear-groups cat {KEYS}/adler-1").startswith("restrict")


def test_sshds_rules_hold_for_nobody_else(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    rules = gateway.sh("sshd -T -C user=root,host=localhost,addr=127.0.0.1")
    assert "authorizedkeysfile .ssh/authorized_keys" in rules
    assert "forcecommand none" in rules


@pytest.mark.parametrize("date", ["2030-01-31", "2028-02-29", "2000-02-29", "1970-01-02", "2100-03-01", "9999-12-31"])
def test_the_day_on_which_it_is_closed_is_that_of_the_calendar(gateway: GatewayRoot, date: str) -> None:
    gateway.verb("account", f"{ADLER}expires {date}\n")
    days = (dt.date.fromisoformat(date) - dt.date(1970, 1, 1)).days
    line = _account(gateway, "adler-1")
    assert line is not None
    assert line.split(":")[2] == str(days)
    gateway.verb("account", ADLER)
    line = _account(gateway, "adler-1")
    assert line is not None
    assert line.split(":")[2] == ""


def test_what_is_as_asked_is_left_as_it_is(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    before = gateway.sh(f"stat -c '%i %y' {KEYS}/adler-1")
    process = _process(gateway, "adler-1")
    assert gateway.verb("account", ADLER).code == 0
    assert gateway.sh(f"stat -c '%i %y' {KEYS}/adler-1") == before
    assert _runs(gateway, process)


def test_what_was_changed_by_hand_is_set_right(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    gateway.sh("usermod -s /bin/bash -p x -aG games adler-1; echo 'ssh-ed25519 AAAA' >>$1/adler-1", KEYS)
    assert gateway.verb("account", ADLER).code == 0
    assert gateway.sh("id -Gn adler-1") == "eiginfra-jump\n"
    assert gateway.sh("getent passwd adler-1").strip().endswith(":/usr/sbin/nologin")
    assert gateway.sh("getent shadow adler-1").split(":")[1] == "*"
    assert gateway.read(f"{KEYS}/adler-1") == f'restrict,port-forwarding,permitopen="192.168.0.107:22" {ED25519}\n'


BOTH = "open 192.168.0.107\nopen 192.168.0.108\n"
MORE = f"name adler-1\nenabled yes\n{BOTH}key {ED25519}\nkey {RSA}\n"
TAKEN_AWAY = {
    "a key": f"name adler-1\nenabled yes\n{BOTH}key {ED25519}\n",
    "an address": f"name adler-1\nenabled yes\nopen 192.168.0.108\nkey {ED25519}\nkey {RSA}\n",
    "all addresses": f"name adler-1\nenabled yes\nkey {ED25519}\nkey {RSA}\n",
    "all keys": f"name adler-1\nenabled yes\n{BOTH}",
    "the right to enter": MORE.replace("enabled yes", "enabled no"),
    "the day has come": f"{MORE}expires 2020-01-01\n",
}


@pytest.mark.parametrize("what", TAKEN_AWAY)
def test_where_something_is_taken_away_sessions_end(gateway: GatewayRoot, what: str) -> None:
    gateway.verb("account", MORE)
    gateway.verb("account", MORE.replace("adler-1", "adler-11"))
    own = [_process(gateway, "adler-1"), *(_process(gateway, "root", f"sshd: adler-1 [{role}]") for role in ("priv", "net"))]
    titles = ("sshd: adler-11 [priv]", "sshd: adler-1x [net]", "sshd: adler-1")
    others = [_process(gateway, "adler-11"), *(_process(gateway, "root", title) for title in titles)]
    assert gateway.verb("account", TAKEN_AWAY[what]).code == 0
    assert [_runs(gateway, process) for process in own] == [False] * 3
    assert [_runs(gateway, process) for process in others] == [True] * 4


def test_processes_of_containers_are_nobodys_session(gateway: GatewayRoot) -> None:
    """A node sees them: of a privileged container with the same UIDs, of any with the same names."""
    gateway.verb("account", ADLER)
    inside = "unshare --pid --fork setpriv --reuid $1 --clear-groups perl -e '$0 = shift; sleep 300' \"$2\" </dev/null >/dev/null 2>&1 &"
    for owner, title in (("adler-1", "sleeps"), ("root", "sshd: adler-1 [priv]")):
        gateway.sh(inside, owner, title)
        wait(lambda title=title: gateway.run("pgrep", "-xf", title.replace("[", r"\[")).code == 0)
    own = _process(gateway, "adler-1")
    assert gateway.verb("account", "name adler-1\nenabled no\n").code == 0
    assert not _runs(gateway, own)
    assert gateway.run("pgrep", "-xf", "sleeps").code == 0
    assert gateway.run("pgrep", "-xf", r"sshd: adler-1 \[priv\]").code == 0


def test_where_something_is_given_sessions_stay(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    process = _process(gateway, "adler-1")
    assert gateway.verb("account", MORE).code == 0
    assert _runs(gateway, process)


def test_a_closed_account_has_no_keys_and_is_expired(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    assert gateway.verb("account", f"name adler-1\nenabled no\nkey {ED25519}\n").code == 0
    assert gateway.read(f"{KEYS}/adler-1") is None
    line = _account(gateway, "adler-1")
    assert line is not None
    assert line.split(":")[2:4] == ["1", "1"]
    assert gateway.sections()["keys adler-1"] == ""


def test_an_account_that_was_there_is_refused_unless_its_uid_is_named(gateway: GatewayRoot) -> None:
    gateway.sh("useradd -m -s /bin/bash -p secret -G games adler-1")
    uid = gateway.sh("id -u adler-1").strip()
    before = gateway.files("/etc", "/home")
    assert gateway.verb("account", ADLER).err.startswith("refused: name: ")
    assert gateway.verb("account", f"{ADLER}uid {int(uid) + 1}\n").err.startswith("refused: uid: ")
    assert gateway.files("/etc", "/home") == before
    process = _process(gateway, "adler-1")
    assert gateway.verb("account", f"{ADLER}uid {uid}\n").code == 0
    line = _account(gateway, "adler-1")
    assert line is not None
    assert line.split(":")[1:] == [uid, "", "1", "0", "/usr/sbin/nologin"]
    assert gateway.sh("id -Gn adler-1").split() == ["adler-1", "eiginfra-jump"]
    assert gateway.sh("getent shadow adler-1").split(":")[1] == "*"
    assert not _runs(gateway, process)
    assert gateway.files("/home").items() == {item for item in before.items() if item[0].startswith("/home")}


def test_an_account_that_is_anothers_by_its_uid_is_refused_also_in_the_group(gateway: GatewayRoot) -> None:
    gateway.verb("account", ADLER)
    uid = int(gateway.sh("id -u adler-1"))
    assert gateway.verb("account", f"{ADLER}uid {uid}\n").code == 0
    assert gateway.verb("account", f"{ADLER}uid {uid + 1}\n").err.startswith("refused: uid: ")


PRIVILEGED = {
    "root": "true",
    "daemon": "true",
    "nobody": "true",
    "www-data": "usermod -aG eiginfra-jump www-data",
    "eiginfra": "useradd -m eiginfra && usermod -aG eiginfra-jump eiginfra",
    **{
        f"of-{group}": f"getent group {group} >/dev/null || groupadd {group}; useradd -G {group},eiginfra-jump of-{group}"
        for group in ("sudo", "wheel", "adm", "docker", "lxd", "disk", "root")
    },
    "primary": "useradd -g adm -G eiginfra-jump primary",
}


@pytest.mark.parametrize("name", PRIVILEGED)
def test_a_privileged_account_is_never_touched(gateway: GatewayRoot, name: str) -> None:
    gateway.sh(PRIVILEGED[name])
    uid = gateway.sh('id -u "$1"', name).strip()
    before = gateway.files("/etc")
    for verb, data in (
        ("account", f"name {name}\nenabled no\nuid {uid}\n" if uid != "0" else f"name {name}\nenabled no\n"),
        ("account-remove", f"name {name}\n"),
    ):
        done = gateway.verb(verb, data)
        assert (done.code, done.err.split(": ")[:2]) == (65, ["refused", "name"])
    assert gateway.files("/etc") == before


def test_removal_takes_account_keys_and_sessions(gateway: GatewayRoot) -> None:
    before = gateway.files("/etc/eiginfra-gateway")
    gateway.verb("account", ADLER)
    process = _process(gateway, "adler-1")
    assert gateway.verb("account-remove", "name adler-1\n").code == 0
    assert _account(gateway, "adler-1") is None
    assert not _runs(gateway, process)
    assert gateway.files("/etc/eiginfra-gateway") == before
    assert gateway.verb("account-remove", "name adler-1\n").code == 0
    gateway.write(f"{KEYS}/adler-1", "restrict\n")  # of an account that somebody deleted by hand
    assert gateway.verb("account-remove", "name adler-1\n").code == 0
    assert gateway.files("/etc/eiginfra-gateway") == before


def test_removal_takes_no_account_outside_the_group(gateway: GatewayRoot) -> None:
    gateway.sh("useradd adler-1")
    assert gateway.verb("account-remove", "name adler-1\n").err.startswith("refused: name: ")
    assert _account(gateway, "adler-1") is not None


@pytest.mark.parametrize(
    "path",
    [
        f"{KEYS}/adler-1",
        KEYS,
        "/etc/eiginfra-gateway/pending",
        "/etc/eiginfra-gateway/pending/account:adler-1",
        "/run/eiginfra-gateway.lock",
    ],
)
def test_a_symbolic_link_is_refused(gateway: GatewayRoot, path: str) -> None:
    gateway.sh('mv "$1" /tmp/moved 2>/dev/null || touch /tmp/moved; ln -s /tmp/moved "$1"', path)
    before = gateway.files("/etc", "/tmp")
    done = gateway.verb("account", ADLER)
    assert (done.code, done.err) == (65, f"refused: {path}: a symbolic link\n")
    assert gateway.files("/etc", "/tmp") == before


@pytest.mark.parametrize("damage", ["chown nobody", "chmod 777", "chmod 775"])
def test_a_folder_that_others_may_write_is_refused(gateway: GatewayRoot, damage: str) -> None:
    gateway.sh(f"{damage} {KEYS}")
    done = gateway.verb("account", ADLER)
    assert (done.code, done.err) == (65, f"refused: {KEYS}: not owned by root, or others may write it\n")


def test_what_was_left_beside_is_no_obstacle(gateway: GatewayRoot) -> None:
    gateway.sh(f"ln -s /etc/passwd {KEYS}/.adler-1.new")
    before = gateway.read("/etc/passwd")
    assert gateway.verb("account", ADLER).code == 0
    after = gateway.read("/etc/passwd")
    assert before is not None
    assert after is not None
    assert after.startswith(before)
    assert gateway.sh(f"ls -A {KEYS}") == "adler-1\n"
