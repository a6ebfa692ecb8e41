"""Ansible's dynamic inventory: the way to machines."""

import shlex
import shutil
import subprocess
from types import SimpleNamespace
from typing import Any

import pytest

from eiginfra.cli.inventory import _hosts
from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import SiteFile

GATEWAY = {
    "host": "eig.example.org",
    "port": 2222,
    "user": "eiginfra",
    "key": "agent",
    "host_key": "known_hosts",
    "domain": "eig-apps.example.org",
    "ports": "10000-19999",
}
TEAM = {
    "id": "adler",
    "title": "T",
    "administration": "A",
    "machines": [{"name": name, "image": "i", "size": "s"} for name in ("web", "db")],
}
WEB = Observed(Address("proxmox.container", "eig3/adler/web"), {}, facts={"address": "192.168.0.107", "vmid": 107})


def hosts(**sections: Any) -> dict[str, dict[str, Any]]:
    cohort = SimpleNamespace(id="eig3", teams=[Team.model_validate(TEAM)])
    site = SimpleNamespace(file=SiteFile.model_validate(sections))
    workspace: Any = SimpleNamespace(cohort=cohort, site=site, standing=lambda: [WEB])
    return _hosts(workspace)


def test_machines_are_reached_through_the_gateway_where_there_is_one() -> None:
    there = hosts(gateway=GATEWAY)
    assert there["adler-web"]["ansible_ssh_common_args"] == "-o ProxyJump=eiginfra@eig.example.org:2222"
    assert "ansible_ssh_common_args" not in there["adler-db"]  # not made yet
    assert all("ansible_ssh_common_args" not in variables for variables in hosts().values())


@pytest.mark.skipif(shutil.which("ssh") is None, reason="no ssh client here")
def test_ssh_reads_the_way_as_it_is_meant() -> None:
    words = shlex.split(hosts(gateway=GATEWAY)["adler-web"]["ansible_ssh_common_args"])
    done = subprocess.run(["ssh", "-F", "none", *words, "-G", "192.168.0.107"], capture_output=True, text=True, check=True)
    assert "proxyjump eiginfra@eig.example.org:2222" in done.stdout.splitlines()
