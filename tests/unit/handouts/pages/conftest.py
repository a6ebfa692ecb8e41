"""A cohort with all that pages can show, each value saying whether everybody may see it: `zzpublic` and a number, or `zzinternal`."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from support.nowhere import Nowhere

from eiginfra.core.activity import Call, Contribution, ProjectActivity, ProjectRelease
from eiginfra.core.address import Address
from eiginfra.core.change import Action, Cause, Change, FieldDiff
from eiginfra.core.resource import Observed
from eiginfra.core.trace import Activity, Moment, Trace
from eiginfra.core.usage import Usage
from eiginfra.core.utilisation import Host, Series, Utilisation
from eiginfra.core.values import ByteSize
from eiginfra.core.website import WebsiteAnswer
from eiginfra.handouts.facts import Facts, PastAction
from eiginfra.handouts.pages.build import pages_context
from eiginfra.handouts.pages.context import Audience, PagesContext
from eiginfra.inventory.cohort import Cohort, CohortFile
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site, SiteFile

DAY = date(2020, 1, 15)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u zzinternal-key"
NAMED = {
    "username": "zzinternal-named",
    "name": "zzpublic01 Named",
    "email": "zzinternal-named@example.org",
    "ssh_keys": [KEY],
    "until": "2020-02-20",
    "role": "maintainer",
    "skills": ["zzpublic02"],
    "public": True,
}
HIDDEN = NAMED | {
    "username": "zzinternal-hidden",
    "name": "zzinternal Hidden",
    "email": "zzinternal-hidden@example.org",
    "skills": ["zzinternal-skill"],
    "public": False,
}
MENTOR = {name: value for name, value in HIDDEN.items() if name != "role"} | {"username": "zzinternal-mentor", "name": "zzinternal Mentor"}
CONTACT = {"email": "zzinternal@example.org", "name": "zzinternal", "url": "https://zzinternal.example.org/contact"}
OPEN = {
    "name": "open",
    "title": "zzpublic03",
    "description": "zzpublic-unused",
    "visibility": "public",
    "license": "MIT",
    "website": "https://open.example.org/",
    "topics": ["zzpublic-unused"],
    "reusable": "zzpublic04",
}
CLOSED = OPEN | {
    "name": "zzinternal-closed",
    "title": "zzinternal closed",
    "description": "zzinternal closed",
    "visibility": "private",
    "website": "https://zzinternal.example.org/",
    "topics": ["zzinternal"],
    "reusable": "zzinternal",
}
ADLER: dict[str, Any] = {
    "id": "adler",
    "title": "zzpublic05",
    "administration": "zzpublic06",
    "description": "zzpublic07",
    "town": "zzpublic08",
    "members": [NAMED, HIDDEN],
    "mentors": [MENTOR],
    "projects": [OPEN, CLOSED],
    "machines": [
        {
            "name": "zzinternal",
            "image": "debian-12",
            "size": "small",
            "publish": [{"subdomain": "zzinternal", "port": 8080}],
            "forward": [{"public": 10222, "port": 22}],
        }
    ],
    "contacts": dict.fromkeys(("data_protection", "it", "open_data", "legal", "data"), CONTACT),
    "data": [{"title": "zzpublic09", "url": "https://data.example.org/zzpublic10", "license": "etalab-2.0", "description": "zzpublic11"}],
}
PLUME: dict[str, Any] = {"id": "plume", "title": "Plume", "administration": "Cour des comptes"}
COHORT: dict[str, Any] = {
    "cohort": "eig3",
    "title": "zzpublic12",
    "starts": "2019-09-02",
    "ends": "2020-07-01",
    "language": "en",
    "programme": {"title": "zzpublic13 programme", "url": "https://eig.example.org/", "description": "zzpublic-unused"},
    "contacts": [{"role": "zzpublic14", "email": "zzinternal@example.org", "url": "https://zzinternal.example.org/"}],
    "tools": [{"title": "zzinternal", "url": "https://zzinternal.example.org/", "description": "zzinternal"}],
    "events": [
        {
            "title": "zzpublic15",
            "starts": "2020-02-03",
            "ends": "2020-02-04",
            "place": "zzpublic16",
            "url": "https://zzinternal.example.org/",
        }
    ],
    "quota": {"default": {"machines": 3, "cores": 4, "memory": "2GiB", "disk": "40GiB"}},
    "capacity": {"memory": "28GiB", "cores": 32},
    "people": {"zzinternal-named": {"gitlab_id": 7_654_321}},
    "repository": {"url": "https://zzinternal.example.org/inventory"},
    "pages": {
        "title": "zzpublic17",
        "internal": {"url": "https://zzinternal.example.org/pages", "project": "eig/zzinternal"},
        "public": {"url": "https://zzpublic18.example.org/promotion-3", "project": "eig/open"},
        "help_labels": ["help wanted"],
    },
    "exceptions": [{"project": "zzinternal-closed", "team": "adler", "reason": "security", "who": "zzinternal", "until": "2020-02-20"}],
}
SITE: dict[str, Any] = {
    "gitlab": {"url": "https://zzinternal-gitlab.example.org", "token": {"env": "ZZINTERNAL"}, "root_group": "zzinternal"},
    "proxmox": {
        "url": "https://zzinternal-proxmox.example.org:8006",
        "token_id": "zzinternal@pve!ci",
        "token": {"env": "ZZINTERNAL"},
        "nodes": ["zzinternal"],
        "storage": {"disks": "zzinternal"},
        "network": {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "ids": "100-250"},
    },
    "gateway": {
        "host": "zzinternal.example.org",
        "user": "eiginfra",
        "key": {"env": "ZZINTERNAL"},
        "host_key": "SHA256:" + "A" * 43,
        "domain": "zzinternal-apps.example.org",
        "ports": "10000-19999",
    },
}
README = """# Open

© zzpublic06, of the zzpublic13 programme

## Installation

    make run

Write to contact@example.org. Contributions are welcome. Licence: MIT, of course, as everybody expects of such a text. It has to be a little
longer than that, so that somebody can read what it is about.
"""
LICENSE = "MIT License\n\nCopyright (c) 2019\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
PUBLICCODE = """publiccodeYmlVersion: "0.4"
name: open
url: https://example.org/open.git
platforms: [web]
developmentStatus: beta
softwareType: standalone/web
description:
  en: {shortDescription: a, longDescription: b, features: [c]}
legal: {license: MIT}
maintenance: {type: community}
localisation: {localisationReady: true, availableLanguages: [en]}
"""


def at(day: int, month: int = 1) -> datetime:
    return datetime(2020, month, day, 12, tzinfo=UTC)


def activity(mark: str, visibility: str, **values: Any) -> ProjectActivity:
    """All that a server tells of a project, each text with the mark and a number."""
    given: dict[str, Any] = {
        "url": f"https://gitlab.example.org/{mark}-unused",
        "visibility": visibility,
        "description": f"{mark}20 does something",
        "website": "https://open.example.org/",
        "topics": (f"{mark}21", "eig3", "adler"),
        "default_branch": "main",
        "created": at(2),
        "last_commit": at(10),
        "released": ProjectRelease("", f"{mark}22", at(9), f"https://gitlab.example.org/{mark}23"),
        "releases": (ProjectRelease("", f"{mark}22", at(9), f"https://gitlab.example.org/{mark}23"),),
        "merged": (Contribution(f"{mark}24", "zzinternal-author", at(8), f"https://gitlab.example.org/{mark}25", outside=True),),
        "calls": (Call(f"{mark}26", "help wanted", at(7), f"https://gitlab.example.org/{mark}27"),),
        "open_issues": 4,
        "languages": {f"{mark}28": 90.0},
        "files": {"README": README, "LICENSE": LICENSE, "CONTRIBUTING": "x", "publiccode.yml": PUBLICCODE},
    }
    return ProjectActivity(**given | values)


def observed(kind: str, key: str, values: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, **usage: Any) -> Observed:
    return Observed(Address(kind, key), values or {}, team="adler", facts=facts or {}, usage=Usage(**usage))


OPEN_AT = Address("gitlab.project", "zzinternal/eig3/adler/open")
CLOSED_AT = Address("gitlab.project", "zzinternal/eig3/adler/zzinternal-closed")
MACHINE = Address("proxmox.container", "eig3/adler/zzinternal")
STANDING = (
    observed("gitlab.group", "zzinternal/eig3/adler", {"name": "ADLER"}, {"web_url": "https://zzinternal.example.org/group"}),
    observed(
        "gitlab.members",
        "zzinternal/eig3/adler",
        {
            "members": [
                {"username": "zzinternal-named", "access": "maintainer", "expires": "2020-02-21"},
                {"username": "zzinternal-stranger", "access": "reporter"},
            ]
        },
    ),
    observed(
        "gitlab.project",
        OPEN_AT.key,
        {"title": "zzpublic03", "visibility": "public", "description": "zzinternal"},
        {
            "web_url": "https://gitlab.example.org/zzpublic29",
            "ssh_url": "git@zzinternal:open.git",
            "http_url": "https://zzinternal/open.git",
        },
        projects=1,
    ),
    observed("gitlab.project", CLOSED_AT.key, {"title": "zzinternal", "visibility": "private"}, {"web_url": "https://zzinternal/x"}),
    observed(
        "proxmox.container",
        MACHINE.key,
        {"name": "adler-zzinternal"},
        {"vmid": 107, "node": "zzinternal", "status": "running", "address": "192.168.0.107"},
        machines=1,
        cores=2,
        memory=ByteSize.parse("512MiB"),
        disk=ByteSize.parse("8GiB"),
    ),
    observed("proxmox.group", "eig3-adler", {"members": [{"user": "zzinternal-named@pve"}]}),
    observed("gateway.subdomain", "zzinternal.zzinternal-apps.example.org", {"https": True}),
    observed("gateway.account", "zzinternal-named", {"enabled": True}),
)
CHANGE = Change(
    address=OPEN_AT,
    action=Action.UPDATE,
    cause=Cause.DRIFT,
    team="adler",
    diffs=(FieldDiff(field="zzinternal_field", before="zzinternal", after="zzinternal"),),
    trace=Trace(
        in_order=Moment(what="run", number=1, at=at(3)),
        seen=Moment(what="round", number=2, at=at(4)),
        activity=(Activity(what="zzinternal-deed", by="zzinternal-somebody", at=at(3)),),
    ),
)
DONE = (
    PastAction(at(12), 2, "zzinternal-operator", Action.CREATE, MACHINE, "adler", "done"),
    PastAction(at(12), 2, "zzinternal-operator", Action.UPDATE, Address("gitlab.members", "zzinternal/eig3/adler"), "adler", "done"),
    PastAction(at(11), 1, "zzinternal-operator", Action.DELETE, Address("chat.zzinternal", "eig3/x"), None, "failed"),
)
USED = Utilisation(at(1), at(14), 100, 1.0, cores=Series(0.28, 0.9), memory=Series(2.0**30, 2.0**30))
FACTS = Facts(
    day=DAY,
    observed=STANDING,
    fingerprints=("SHA256:zzinternal",),
    changes=(CHANGE,),
    done=DONE,
    activity={OPEN_AT: activity("zzpublic", "public"), CLOSED_AT: activity("zzinternal", "private")},
    utilisation={MACHINE: USED},
    hosts=(Host("zzinternal-node", 12, ByteSize(2**35), ByteSize(2**40), ByteSize(2**34), ByteSize(2**39)),),
    websites={"https://open.example.org/": WebsiteAnswer("https://open.example.org/", "answers", 200)},
)


@pytest.fixture
def facts() -> Facts:
    return FACTS


@pytest.fixture
def make() -> Callable[..., PagesContext]:
    def made(
        audience: Audience = "internal", *, facts: Facts = FACTS, teams: tuple[dict[str, Any], ...] = (ADLER, PLUME), **values: Any
    ) -> PagesContext:
        cohort = Cohort(CohortFile.model_validate(COHORT | values), tuple(map(Team.model_validate, teams)), Nowhere())
        site = Site("zzinternal", SiteFile.model_validate(SITE), Nowhere())
        return pages_context(cohort, site, facts, cohort.file.language, audience)

    return made
