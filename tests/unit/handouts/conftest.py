"""A cohort of two teams, a site with and without a gateway, and what a server might show of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from eiginfra.core.address import Address
from eiginfra.core.finding import Location
from eiginfra.core.resource import Observed
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.handouts import handout_files
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.languages import LANGUAGES
from eiginfra.handouts.rendering.renderers import dated, rendered
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site, SiteFile

ADLER: dict[str, Any] = {
    "id": "adler",
    "title": "ADLER",
    "administration": "Ministère de l’Action et des comptes publics",
    "description": "Lutter contre les comportements financiers illicites",
    "members": [
        {"username": "adler-1", "name": "Développeuse 1", "email": "adler-1@example.org", "role": "maintainer", "until": "2020-06-30"},
        {"username": "adler-2", "email": "adler-2@example.org"},
    ],
    "mentors": [{"username": "adler-mentor", "email": "adler-mentor@example.org"}],
    "projects": [{"name": "api", "title": "API ADLER"}, {"name": "carte"}],
    "machines": [
        {
            "name": "web",
            "image": "debian-12",
            "size": "small",
            "publish": [{"subdomain": "adler", "port": 8080}],
            "forward": [{"public": 10222, "port": 22}],
        },
        {"name": "db", "type": "vm", "image": "debian-12", "size": "small"},
        {"name": "lab", "image": "debian-12", "size": "small"},
    ],
}
PLUME: dict[str, Any] = {"id": "plume", "title": "Plume", "administration": "Cour des comptes"}
COHORT: dict[str, Any] = {
    "cohort": "eig3",
    "title": "Promotion 3",
    "starts": "2019-09-02",
    "ends": "2020-07-01",
    "contacts": [{"role": "EIG Link", "email": "eig-link@example.org", "url": "https://example.org/eig-link"}],
    "quota": {"default": {"machines": 3, "cores": 4, "memory": "2GiB", "disk": "40GiB"}},
    "capacity": {"memory": "28GiB", "cores": 32},
}
GATEWAY: dict[str, Any] = {
    "host": "eig.example.org",
    "port": 2222,
    "user": "eiginfra",
    "key": {"env": "KEY"},
    "host_key": "SHA256:" + "A" * 43,
    "domain": "eig-apps.example.org",
    "ports": "10000-19999",
}


class Nowhere:
    file = "test.yml"

    def locate(self, *path: str | int) -> Location:
        return Location(file=self.file)

    def locate_key(self, *path: str | int) -> Location:
        return Location(file=self.file)


def thing(kind: str, key: str, team: str | None, values: dict[str, Any], facts: dict[str, Any], **usage: Any) -> Observed:
    return Observed(Address(kind, key), values, team=team, facts=facts, usage=Usage(**usage))


def guest(kind: str, mark: str, vmid: int, values: dict[str, Any], status: str = "running") -> Observed:
    facts = {"vmid": vmid, "node": "eig", "status": status, "address": f"192.168.0.{vmid}"}
    sizes = {"memory": ByteSize.parse("512MiB"), "disk": ByteSize.parse("8GiB")}
    return thing(kind, mark, mark.split("/")[1], values, facts, machines=1, cores=2, **sizes)


GROUP = thing(
    "gitlab.group", "eig/eig3/adler", "adler", {"name": "ADLER"}, {"id": 7, "web_url": "https://gitlab.example.org/eig/eig3/adler"}
)
MEMBERS = thing(
    "gitlab.members",
    "eig/eig3/adler",
    "adler",
    {
        "members": [
            {"username": "adler-1", "access": "developer", "expires": "2020-06-16"},
            {"username": "Adler-Mentor", "access": "reporter"},
            {"username": "guest-9", "access": "guest", "expires": None},
        ]
    },
    {},
)
PROJECT = thing(
    "gitlab.project",
    "eig/eig3/adler/api",
    "adler",
    {"title": "API ADLER", "visibility": "private"},
    {
        "web_url": "https://gitlab.example.org/eig/eig3/adler/api",
        "ssh_url": "git@gitlab.example.org:eig/eig3/adler/api.git",
        "http_url": "https://gitlab.example.org/eig/eig3/adler/api.git",
    },
    projects=1,
)
WEB = guest("proxmox.container", "eig3/adler/web", 107, {"name": "adler-web"})
DB = guest("proxmox.vm", "eig3/adler/db", 108, {"name": "adler-db", "user": "debian"}, status="stopped")
OLD = guest("proxmox.container", "eig3/adler/old", 109, {"name": "adler-old"})
STANDING = (GROUP, MEMBERS, PROJECT, WEB, DB)


def context(*observed: Observed, cohort: Cohort, site: Site, language: str = "") -> HandoutContext:
    facts = Facts(date(2019, 10, 1), observed, fingerprints=[GATEWAY["host_key"]])
    return HandoutContext(cohort, site, facts, LANGUAGES[language or cohort.file.language])


def texts(made: HandoutContext) -> dict[str, str]:
    """Every file by its path, with plain spaces."""
    return {path: spaced(text) for path, text in raw(made).items()}


def raw(made: HandoutContext) -> dict[str, str]:
    """Every file by its path."""
    day = made.facts.day
    return {
        str(file.path): rendered(dated(file.page, day, file.language, is_today=True), file.path, "").content.decode()
        for file in handout_files([made])
    }


def spaced(text: str) -> str:
    """With plain spaces, so that tests can be read."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def standing() -> tuple[Observed, ...]:
    return STANDING


@pytest.fixture
def old() -> Observed:
    return OLD


@pytest.fixture
def cohort() -> Callable[..., Cohort]:
    def make(*teams: dict[str, Any] | Team, **values: Any) -> Cohort:
        models = tuple(team if isinstance(team, Team) else Team.model_validate(team) for team in teams or (ADLER, PLUME))
        return Cohort(CohortFile.model_validate({**COHORT, **values}), models, Nowhere())

    return make


@pytest.fixture
def site() -> Callable[..., Site]:
    def make(*, gateway: bool = False) -> Site:
        return Site("lab", SiteFile.model_validate({"gateway": GATEWAY} if gateway else {}), Nowhere())

    return make


@pytest.fixture
def adler() -> dict[str, Any]:
    return ADLER


@pytest.fixture
def pages(cohort: Callable[..., Cohort], site: Callable[..., Site]) -> Callable[..., dict[str, str]]:
    """Pages by path."""

    def make(*observed: Observed, gateway: bool = False, teams: tuple[dict[str, Any] | Team, ...] = (), **values: Any) -> dict[str, str]:
        return texts(context(*observed, cohort=cohort(*teams, **values), site=site(gateway=gateway)))

    return make
