"""The same tests for the lab and for real servers: `pytest tests/contract --site FILE` runs them against the services of that site.

What they make is named after a cohort of their own, `contract-<random>`, and is removed at the end; see docs/contract-tests.md.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from support.fakes import META, MemoryJournal
from support.planning import planned, resource

from eiginfra.core.kind import Registry
from eiginfra.core.plan import Plan
from eiginfra.core.resource import Resource
from eiginfra.engine.executor import Executor
from eiginfra.engine.report import ApplyReport
from eiginfra.inventory.site import Site
from eiginfra.lab.config import LabConfig
from eiginfra.lab.server import running
from eiginfra.wiring.providers import Providers, open_providers, read_site
from eiginfra.wiring.secrets import resolve


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--site", help="a site file: run against its real services instead of the lab")


@dataclass
class World:
    """A site's services, met only through kinds and engine; and the bare APIs, for tampering and for cleaning up."""

    site: Site
    providers: Providers
    cohort: str
    journal: MemoryJournal = field(default_factory=MemoryJournal)

    def __post_init__(self) -> None:
        self.registry: Registry = self.providers.registry()

    def resource(self, kind: str, **fields: Any) -> Resource:
        return resource(self.registry, self.registry[kind].spec.model_validate(fields), team="one")

    def plan(self, resources: Sequence[Resource]) -> Plan:
        meta = META.model_copy(update={"cohort": self.cohort})
        return planned(self.registry, self.journal, meta, resources, teams=["one"], orphans_among=frozenset())

    def apply(self, resources: Sequence[Resource]) -> ApplyReport:
        return Executor(self.registry, self.journal, workers={}).run(self.plan(resources), 1)

    def settles(self, resources: Sequence[Resource]) -> None:
        """Apply brings it about, and the next plan is empty."""
        report = self.apply(resources)
        assert not report.failed, [str(result.reason) for result in report.results if result.reason]
        plan = self.plan(resources)
        assert plan.empty, [(str(change.address), [diff.label for diff in change.diffs]) for change in plan.acting]

    def gitlab(self, method: str, path: str, /, **parameters: Any) -> Any:
        section = self.site.file.gitlab
        assert section
        token = resolve(section.token, self.site.document.locate("gitlab", "token")).reveal()
        return _call(method, f"{section.url}/api/v4{path}", {"PRIVATE-TOKEN": token}, section.ca, parameters)

    def proxmox(self, method: str, path: str, /, **parameters: Any) -> Any:
        section = self.site.file.proxmox
        assert section
        token = resolve(section.token, self.site.document.locate("proxmox", "token")).reveal()
        headers = {"Authorization": f"PVEAPIToken={section.token_id}={token}"}
        return _call(method, f"{section.url}/api2/json{path}", headers, section.ca, parameters)["data"]


def _call(method: str, url: str, headers: dict[str, str], ca: Path | None, parameters: dict[str, Any]) -> Any:
    session = requests.Session()
    session.trust_env = False
    where = {"params": parameters} if method in ("GET", "DELETE") else {"data": parameters}
    answer = session.request(method, url, headers=headers, timeout=60, verify=str(ca) if ca else True, **where)
    answer.raise_for_status()
    return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    given = request.config.getoption("--site", default=None)
    if given:
        yield read_site(Path(given))
        return
    path = tmp_path_factory.mktemp("contract") / "site.yml"
    with running(LabConfig(gitlab_port=0, proxmox_port=0, site_out=path)):
        yield read_site(path)


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    with open_providers(site) as providers:
        yield World(site, providers, f"contract-{secrets.token_hex(3)}")
