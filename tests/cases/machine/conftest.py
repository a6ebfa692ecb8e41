"""One lab for a module's cases, each with a cohort of its own."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from support.machine_ground import Called, Ground

from eiginfra.cli.main import run
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import Lab, running

_cohorts = count(1)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    config = LabConfig(
        proxmox_port=0,
        ssh_port=0,
        web_port=0,
        web_tls_port=0,
        services=("proxmox", "gateway"),
        now=date(2019, 10, 1),
        site_out=tmp_path_factory.mktemp("site") / "site.yml",
    )
    with running(config) as lab:
        yield lab


@pytest.fixture
def ground(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Ground]:
    assert lab.config.site_out is not None
    for file in lab.config.site_out.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def invoke(*arguments: str) -> Called:
        capsys.readouterr()
        code = run([*arguments])
        printed = capsys.readouterr()
        return Called(code, printed.out, printed.err)

    before = set(lab.served["proxmox"].service.lab.state.guests)
    yield Ground(tmp_path, lab, f"eig{next(_cohorts)}", invoke)
    guests = lab.served["proxmox"].service.lab.state.guests
    for number in set(guests) - before:
        del guests[number]
