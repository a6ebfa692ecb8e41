import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

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
    assert f'<pre tabindex="0"><code>{config}</code></pre>' in made["adler.html"]


def test_through_the_gateway_under_ones_own_account(pages: Pages, standing: tuple[Observed, ...]) -> None:
    page = pages(*standing, gateway=True)["adler.md"]
    first, second = configs(page)  # members, not mentors
    assert first.startswith("Host eig.example.org\n    User adler-1\n\nHost adler-web\n")
    assert second.startswith("Host eig.example.org\n    User adler-2\n\n")
    assert first.count("    ProxyJump eig.example.org\n") == 2
    assert "### Pour adler-1" in page


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
    path.write_text(configs(pages(*standing, gateway=True)["adler.md"])[0])

    def asked(host: str) -> set[str]:
        done = subprocess.run(["ssh", "-G", "-F", str(path), host], capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines())

    assert {"hostname 192.168.0.107", "user root", "proxyjump eig.example.org"} <= asked("adler-web")
    assert {"hostname 192.168.0.108", "user debian", "proxyjump eig.example.org"} <= asked("adler-db")
    assert {"hostname eig.example.org", "user adler-1"} <= asked("eig.example.org")
