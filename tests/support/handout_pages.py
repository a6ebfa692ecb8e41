"""Every kind of page that people read, made of one cohort: what must hold for all of them is tried on these."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from support.handout_blocks import every_block

from eiginfra.core.address import Address
from eiginfra.core.finding import Location
from eiginfra.core.resource import Observed
from eiginfra.core.usage import Usage
from eiginfra.core.values import ByteSize
from eiginfra.handouts import handout_files
from eiginfra.handouts.context import HandoutContext
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.languages import LANGUAGES
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.renderers import dated, rendered
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site, SiteFile

DAY = date(2019, 10, 1)
COHORT: Mapping[str, Any] = {
    "cohort": "eig3",
    "title": "Promotion 3",
    "starts": "2019-09-02",
    "ends": "2020-07-01",
    "contacts": [
        {"role": "EIG Link", "email": "eig-link@example.org", "url": "https://example.org/eig-link"},
        {"role": "Protection des données", "email": "dpo@example.org"},
    ],
    "quota": {"default": {"machines": 3, "cores": 4, "memory": "2GiB", "disk": "40GiB"}},
    "capacity": {"memory": "28GiB", "cores": 32},
}
ADLER: Mapping[str, Any] = {
    "id": "adler",
    "title": "ADLER",
    "administration": "Ministère de l’Action et des comptes publics",
    "town": "Paris",
    "description": "Lutter contre les comportements financiers illicites",
    "members": [
        {"username": "adler-1", "name": "Développeuse 1", "email": "adler-1@example.org", "role": "maintainer", "until": "2020-06-30"},
        {"username": "adler-2", "email": "adler-2@example.org"},
    ],
    "mentors": [{"username": "adler-mentor", "email": "adler-mentor@example.org"}],
    "projects": [{"name": "api", "title": "API ADLER"}, {"name": "carte"}],
    "machines": [
        {"name": "web", "image": "debian-12", "size": "small", "publish": [{"subdomain": "adler", "port": 8080}]},
        {"name": "db", "type": "vm", "image": "debian-12", "size": "small"},
        {"name": "lab", "image": "debian-12", "size": "small"},
    ],
}
EMPTY: Mapping[str, Any] = {"id": "plume", "title": "Plume", "administration": "Cour des comptes"}
SITE: Mapping[str, Any] = {
    "gateway": {
        "host": "eig.example.org",
        "port": 2222,
        "user": "eiginfra",
        "key": {"env": "KEY"},
        "host_key": "SHA256:" + "A" * 43,
        "domain": "eig-apps.example.org",
        "ports": "10000-19999",
    },
    "proxmox": {
        "url": "https://proxmox.example.org:8006",
        "token_id": "eiginfra@pve!ci",
        "token": {"env": "TOKEN"},
        "nodes": ["eig"],
        "storage": {"disks": "local-lvm"},
        "network": {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "ids": "100-250"},
    },
}


class _Nowhere:
    file = "test.yml"

    def locate(self, *path: str | int) -> Location:
        return Location(file=self.file)

    def locate_key(self, *path: str | int) -> Location:
        return Location(file=self.file)


def seen(kind: str, key: str, values: Mapping[str, Any], facts: Mapping[str, Any], **usage: Any) -> Observed:
    """An object of the team `adler`."""
    return Observed(Address(kind, key), dict(values), team="adler", facts=dict(facts), usage=Usage(**usage))


def guest(name: str, vmid: int, kind: str = "proxmox.container", **values: Any) -> Observed:
    """A machine of the team."""
    facts = {"vmid": vmid, "node": "eig", "status": "running", "address": f"192.168.0.{vmid % 256}"}
    sizes = {"memory": ByteSize.parse("512MiB"), "disk": ByteSize.parse("8GiB")}
    return seen(kind, f"eig3/adler/{name}", {"name": f"adler-{name}", **values}, facts, machines=1, cores=2, **sizes)


def project(name: str, title: str) -> Observed:
    """A project of the team."""
    root = f"gitlab.example.org/eig/eig3/adler/{name}"
    facts = {"web_url": f"https://{root}", "ssh_url": f"git@{root.replace('/', ':', 1)}.git", "http_url": f"https://{root}.git"}
    return seen("gitlab.project", f"eig/eig3/adler/{name}", {"title": title, "visibility": "private"}, facts, projects=1)


def members(*usernames: str) -> Observed:
    """Who has access to the team's group."""
    entries = [{"username": username, "access": "developer", "expires": "2020-06-16"} for username in usernames]
    return seen("gitlab.members", "eig/eig3/adler", {"members": entries}, {})


GROUP = seen("gitlab.group", "eig/eig3/adler", {"name": "ADLER"}, {"id": 7, "web_url": "https://gitlab.example.org/eig/eig3/adler"})
CONSOLE = seen("proxmox.group", "eig3-adler", {"members": [{"user": "adler-1@pve"}]}, {})
STANDING = (
    GROUP,
    members("adler-1", "adler-mentor", "guest-9"),
    project("api", "API ADLER"),
    guest("web", 107),
    guest("db", 108, "proxmox.vm", user="debian"),
    CONSOLE,
)


def pages(
    language: str,
    teams: Sequence[Mapping[str, Any]] = (ADLER, EMPTY),
    observed: Sequence[Observed] = STANDING,
    site: Mapping[str, Any] = SITE,
    **cohort: Any,
) -> dict[str, str]:
    """The text of every page by its file's name, `adler.html`."""
    models = tuple(Team.model_validate(team) for team in teams)
    described = Cohort(CohortFile.model_validate({**COHORT, "language": language, **cohort}), models, _Nowhere())
    facts = Facts(day=DAY, observed=observed, fingerprints=["SHA256:" + "A" * 43])
    context = HandoutContext(described, Site("lab", SiteFile.model_validate(site), _Nowhere()), facts, LANGUAGES[described.file.language])
    files = handout_files([context])
    return {str(file.path): rendered(dated(file.page, DAY, file.language, is_today=True), file.path, "").content.decode() for file in files}


@cache
def html_pages(language: str) -> dict[str, str]:
    """The pages of the cohort above, and one of every sort of block, in HTML, by their names without ending."""
    blocks = {"blocks": render_html(every_block(language))}
    return blocks | {name.removesuffix(".html"): text for name, text in pages(language).items() if name.endswith(".html")}


NAMES = ("index", "adler", "adler.adler-1", "adler.adler-mentor", "plume", "blocks")
"""The pages of the cohort above, for tests that are asked for each."""
EVERY = [(language, name) for language in ("fr", "en") for name in NAMES]
