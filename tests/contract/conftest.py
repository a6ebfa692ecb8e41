"""The same tests for the lab and for real servers: `pytest tests/contract --site FILE` runs them against the services of that site.

On the lab eiginfra gets tokens with exactly the documented rights: on Proxmox those of the commands of docs/prepare-proxmox.md, on GitLab
those of an owner of the root group who is no administrator.

What they make is named after a cohort of their own, `contract-<random>`, and is removed at the end; see docs/contract-tests.md.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from support.fakes import META, MemoryJournal
from support.planning import planned, resource
from support.pveum import least

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

    def plan(self, resources: Sequence[Resource], **asked: Any) -> Plan:
        today = asked.pop("today", META.as_of)
        meta = META.model_copy(update={"cohort": self.cohort, "as_of": today})
        return planned(self.registry, self.journal, meta, resources, teams=["one"], **{"orphans_among": frozenset(), **asked})

    def apply(self, resources: Sequence[Resource], **asked: Any) -> ApplyReport:
        plan = self.plan(resources, **asked)
        withheld = [(str(change.address), [str(item.reason) for item in change.blocked]) for change in plan.changes if change.blocked]
        assert (withheld, [str(finding) for finding in plan.errors]) == ([], [])
        return Executor(self.registry, self.journal, workers={}).run(plan, 1)

    def settles(self, resources: Sequence[Resource], **asked: Any) -> list[str]:
        """Apply brings it about, and the next plan is empty; what was done, as `kind action`."""
        report = self.apply(resources, **asked)
        assert not report.failed, [str(result.reason) for result in report.results if result.reason]
        plan = self.plan(resources, **asked)
        assert plan.empty, [(str(change.address), [diff.label for diff in change.diffs]) for change in plan.acting]
        return [f"{result.change.address.kind.partition('.')[2]} {result.change.action}" for result in report.results]

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


def _admin(body: dict[str, Any], folder: Path) -> Callable[..., Any]:
    """The lab's Proxmox as its administrator."""
    section = dict(body["proxmox"])
    token = (folder / section["token"]["file"]).read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"PVEAPIToken={section['token_id']}={token}"}

    def call(method: str, path: str, /, **parameters: Any) -> Any:
        return _call(method, f"{section['url']}/api2/json{path}", headers, folder / section["ca"], parameters)["data"]

    return call


def _documented(path: Path) -> Callable[..., Any]:
    """The lab's site file with tokens that have exactly the documented rights; returns the lab's Proxmox as its administrator."""
    body, folder = yaml.safe_load(path.read_text(encoding="utf-8")), path.parent
    admin = _admin(body, folder)
    least(body, folder, admin)
    gitlab = body["gitlab"]
    headers = {"PRIVATE-TOKEN": (folder / gitlab["token"]["file"]).read_text(encoding="utf-8").strip()}

    def call(verb: str, where: str, **parameters: Any) -> Any:
        return _call(verb, f"{gitlab['url']}/api/v4{where}", headers, None, parameters)

    owner = call("POST", "/users", username="contract", name="Contract", email="contract@example.org", reset_password="true")["id"]
    call("POST", f"/groups/{gitlab['root_group']}/members", user_id=owner, access_level=50)
    made = call("POST", f"/users/{owner}/personal_access_tokens", name="contract", **{"scopes[]": "api"})
    (folder / "owner.token").write_text(made["token"], encoding="utf-8")
    body["gitlab"] |= {"token": {"file": "owner.token"}, "accounts": "require"}
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return admin


@dataclass(frozen=True)
class Served:
    """A site, and its Proxmox as an administrator of it: of the lab only."""

    site: Site
    admin: Callable[..., Any] | None = None


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    given = request.config.getoption("--site", default=None)
    if given:
        yield Served(read_site(Path(given)))
        return
    path = tmp_path_factory.mktemp("contract") / "site.yml"
    with running(LabConfig(gitlab_port=0, proxmox_port=0, site_out=path)):
        admin = _documented(path)
        yield Served(read_site(path), admin)


@pytest.fixture(scope="module")
def site(served: Served) -> Site:
    return served.site


@pytest.fixture
def world(site: Site) -> Iterator[World]:
    with open_providers(site) as providers:
        yield World(site, providers, f"contract-{secrets.token_hex(3)}")
