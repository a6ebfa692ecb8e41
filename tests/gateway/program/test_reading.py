"""What observe and examine answer."""

import pytest
from support.gateway_cases import DOMAIN, VALID, data_of
from support.gateway_root import CONFIGURATION, GatewayRoot

from eiginfra.providers.gateway import program

ORDER = ["configuration", "accounts", "keys", "subdomain", "nginx", "certificates", "forwards", "loaded", "listening", "pending", "tools"]


def _all(root: GatewayRoot) -> None:
    for verb in ("account", "subdomain", "forward"):
        assert root.run(program.PATH, verb, data=data_of(VALID[verb])).code == 0


def test_one_call_tells_everything_and_changes_nothing(gateway: GatewayRoot) -> None:
    _all(gateway)
    before = gateway.files("/etc", "/run", "/tmp"), gateway.sh("nft list ruleset")
    sections = gateway.sections()
    assert [*dict.fromkeys(name.split()[0] for name in sections)] == ORDER
    assert sections["configuration"] == CONFIGURATION
    assert sections["certificates"] == "*\n"
    assert sections["listening"] == "tcp 443\ntcp 80\n"
    assert sections["tools"].splitlines()[0].startswith("nginx 1.")
    assert sections["tools"].splitlines()[1].split()[0] == "nft"
    assert f"# configuration file /etc/nginx/conf.d/eiginfra-adler.{DOMAIN}.conf:" in sections["nginx"]
    gateway.sections("examine")
    assert (gateway.files("/etc", "/run", "/tmp"), gateway.sh("nft list ruleset")) == before


def test_all_accounts_are_told_with_what_they_may(gateway: GatewayRoot) -> None:
    gateway.sh("useradd -u 1500 -e 2030-01-02 -s /bin/bash plain; useradd -u 60001 -M high; useradd -g adm -M by-group")
    told = {line.split(":")[0]: line.split(":")[1:] for line in gateway.sections()["accounts"].splitlines()}
    assert told["root"] == ["0", "", "0", "1", "/bin/bash"]
    assert told["plain"] == ["1500", "21916", "0", "0", "/bin/bash"]
    assert told["high"][3] == "1"
    assert told["by-group"][3] == "1"
    assert told["nobody"][3] == "1"
    assert len(told) == int(gateway.sh("wc -l </etc/passwd"))


def test_bytes_are_bytes(gateway: GatewayRoot) -> None:
    gateway.write("/etc/eiginfra-gateway/configuration", f"# é€\n{CONFIGURATION}\n\n")
    assert gateway.sections()["configuration"] == f"# é€\n{CONFIGURATION}\n\n"


def test_what_is_in_the_folders_and_is_no_file_of_its_own_is_passed_over(gateway: GatewayRoot) -> None:
    gateway.sh("cd $1 && mkdir eiginfra-x.conf && ln -s /etc/shadow eiginfra-y.conf && echo >eiginfra-z.conf.bak", "/etc/nginx/conf.d")
    assert [name for name in gateway.sections() if name.startswith("subdomain")] == []


def test_a_cut_removal_is_seen_with_what_was_there(gateway: GatewayRoot) -> None:
    gateway.write(f"/etc/eiginfra-gateway/pending/subdomain:adler.{DOMAIN}", "# eiginfra a/b/c\n")
    gateway.write("/etc/eiginfra-gateway/pending/forward:10222:tcp", "")
    gateway.write("/etc/eiginfra-gateway/pending/account:adler-1", "")
    sections = gateway.sections()
    assert sections[f"subdomain adler.{DOMAIN}"] == "# eiginfra a/b/c\n"
    assert sections["pending"] == f"account adler-1\nforward 10222/tcp\nsubdomain adler.{DOMAIN}\n"


def test_examine_tells_what_doctor_needs(gateway: GatewayRoot) -> None:
    sections = gateway.sections("examine")
    assert "sshd" not in sections
    assert sections["forwarding"] in {"0\n", "1\n"}
    assert sections["addresses"] == "127.0.0.1\n"
    assert "table inet eiginfra" in sections["ruleset"]
    assert sections["iptables"].startswith("-P INPUT ACCEPT\n")
    assert sections["units"] == "eiginfra-forwards.service unknown systemd does not run\n"
    assert int(sections["disk"]) > 0
    [full, private] = sections["certificate"].splitlines()
    assert full.split()[1:] == ["readable", "29"]
    assert private.split()[1:] == ["readable"]
    assert f"{program.PATH} 755 root" in sections["files"].splitlines()
    _all(gateway)
    gateway.sh("rm /etc/letsencrypt/live/*/privkey.pem; chmod 666 /etc/eiginfra-gateway/keys/adler-1")
    sections = gateway.sections("examine")
    assert "allowtcpforwarding local\n" in sections["sshd"]
    assert sections["certificate"].splitlines()[1].split()[1] == "missing"
    assert "/etc/eiginfra-gateway/keys/adler-1 666 root" in sections["files"].splitlines()
    assert "privkey.pem" in sections["nginx-error"]


@pytest.mark.parametrize("verb", ["observe", "examine"])
def test_reading_takes_only_the_line_end(gateway: GatewayRoot, verb: str) -> None:
    for data in ("", "end", "name x\nend\n", "end\nend\n"):
        done = gateway.run(program.PATH, verb, data=data)
        assert (done.code, done.out) == (65, "")


@pytest.mark.parametrize("tool", ["nginx", "nft", "iptables", "openssl"])
def test_a_missing_tool_is_no_obstacle_to_reading(gateway: GatewayRoot, tool: str) -> None:
    gateway.sh("rm -f /usr/sbin/$1 /usr/bin/$1", tool)
    for verb in ("observe", "examine"):
        done = gateway.verb(verb)
        assert (done.code, done.err) == (0, "")
        assert done.out.endswith("\nend\n")
    assert tool not in gateway.sections()["tools"]
