import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eiginfra.core.address import Address
from eiginfra.core.resource import Observed

Pages = Callable[..., dict[str, str]]
BLOCK = re.compile(r"```sshconfig\n(.*?)```", re.DOTALL)


def configs(page: str) -> list[str]:
    return BLOCK.findall(page)


def test_direct(pages: Pages, standing: tuple[Observed, ...]) -> None:
    made = pages(*standing)
    (config,) = configs(made["adler.md"])
    assert config == (
        "Host adler-web\n    HostName 192.168.0.107\n    User root\n\nHost adler-db\n    HostName 192.168.0.108\n    User debian\n"
    )
    assert f"<code>{config}</code></pre>" in made["adler.html"]


def account(name: str, team: str = "adler", **values: object) -> Observed:
    return Observed(Address("gateway.account", name), {"user": name, "enabled": True, **values}, team=team)  # type: ignore[dict-item]


BOTH = (account("adler-1", until="2019-10-01"), account("adler-2", team="plume", until=None))


def test_through_the_gateway_under_ones_own_account(pages: Pages, standing: tuple[Observed, ...]) -> None:
    page = pages(*standing, *BOTH, account("adler-mentor"), gateway=True)["adler.md"]
    first, second = configs(page)  # members, not mentors
    jump = "Host eig3.gateway\n    HostName eig.example.org\n    Port 2222\n    User "
    assert first.startswith(f"{jump}adler-1\n\nHost adler-web\n")
    assert second.startswith(f"{jump}adler-2\n\n")
    assert first.count("    ProxyJump eig3.gateway\n") == 2
    assert "\n\nPour adler-1\n\n```" in page
    assert f"répondez yes si elle est ici : `SHA256:{'A' * 43}`." in page
    assert "Sans compte" not in page


@pytest.mark.parametrize("other", [[], [account("adler-2", enabled=False)], [account("adler-2", until="2019-09-30")]])
def test_who_has_no_open_account_gets_no_configuration(pages: Pages, standing: tuple[Observed, ...], other: list[Observed]) -> None:
    made = pages(*standing, BOTH[0], *other, gateway=True)
    assert len(configs(made["adler.md"])) == 1
    assert "Sans compte sur la passerelle pour l’instant : `adler-2`." in made["adler.md"]
    assert "Sans compte sur la passerelle pour l’instant : <code>adler-2</code>." in made["adler.html"]
    assert configs(pages(*standing, gateway=True)["adler.md"]) == []


def test_a_vm_whose_user_nobody_saw(pages: Pages, standing: tuple[Observed, ...]) -> None:
    page = pages(replace(standing[4], values={"name": "adler-db"}))["adler.md"]
    assert configs(page) == ["Host adler-db\n    HostName 192.168.0.108\n"]
    assert "sans ligne « User »" in page


@pytest.mark.parametrize("name", ["web\n  ProxyCommand evil", "web *", "```", "!web"])
def test_a_hostile_name_does_not_enter_the_file(pages: Pages, standing: tuple[Observed, ...], name: str) -> None:
    assert configs(pages(replace(standing[3], values={"name": name}))["adler.md"]) == []


@pytest.mark.parametrize("address", ["", "evil.example.org", "192.168.0.1\nUser x"])
def test_a_machine_without_an_address(pages: Pages, standing: tuple[Observed, ...], address: str) -> None:
    assert configs(pages(replace(standing[3], facts={"address": address}))["adler.md"]) == []


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh client here")
def test_ssh_itself_reads_it(pages: Pages, standing: tuple[Observed, ...], tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(configs(pages(*standing, *BOTH, gateway=True)["adler.md"])[0])

    def asked(host: str) -> set[str]:
        done = subprocess.run(["ssh", "-G", "-F", str(path), host], capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines())

    assert {"hostname 192.168.0.107", "user root", "proxyjump eig3.gateway"} <= asked("adler-web")
    assert {"hostname 192.168.0.108", "user debian", "proxyjump eig3.gateway"} <= asked("adler-db")
    assert {"hostname eig.example.org", "port 2222", "user adler-1"} <= asked("eig3.gateway")
    assert "user adler-1" not in asked("eig.example.org")  # the person's own entry for the server stays as it is
