"""What templates see for the gateway and for keys on machines: of somebody in two teams both, and each value with the team's line."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict

from eiginfra.core.kind import Kind, Registry
from eiginfra.core.resource import Observation, Observed, Resource
from eiginfra.core.spec import Rules, Spec
from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.inventory.site import Site
from eiginfra.playbook import compile_playbook
from eiginfra.playbook.loader import read_playbook
from eiginfra.playbook.views import Views, views
from eiginfra.wiring.providers import filters

A, B, C = (f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyL{sign}EuLi4uLi4uLi4uLi4uLi4u" for sign in "TUV")
COHORT = "cohort: eig3\ntitle: P\nstarts: 2019-09-02\nends: 2020-07-01\npeople: {zoe: {gateway_id: 1004}}\n"
ADLER = f"""\
title: ADLER
administration: A
members:
  - username: zoe
    email: zoe@example.org
    ssh_keys:
      - {A} laptop
  - {{username: amy, email: amy@example.org, until: 2019-09-30, ssh_keys: [{C}]}}
machines:
  - name: web
    image: debian-12
    size: small
    publish:
      - {{subdomain: adler, port: 8080}}
      - {{subdomain: adler-admin, port: 9000, timeout: 5m, sources: [192.0.2.0/24]}}
    forward: [{{public: 10222, port: 22}}]
  - {{name: db, image: debian-12, type: vm, size: small, forward: [{{public: 10333, port: 53, protocol: udp}}]}}
"""
PLUME = f"""\
title: PLUME
administration: A
members:
  - {{username: zoe, email: zoe@example.org, until: 2020-06-30, ssh_keys: [{A} other, {B}]}}
mentors:
  - {{username: amy, email: amy@example.org}}
machines:
  - {{name: box, image: debian-12, size: small}}
"""
SITE = f"""\
gateway:
  host: g.example.org
  port: 2222
  user: eiginfra
  key: {{file: secret-of-the-gateway}}
  host_key: known_hosts
  domain: apps.example.org
  ports: 10000-19999
  via: eig
machines: {{key: agent, public: {C} eiginfra}}
sizes: {{small: {{cores: 1, memory: 512MiB, disk: 8GiB}}}}
images: {{debian-12: {{container: "local:vztmpl/debian-12.tar.zst", vm: 9012}}}}
"""
PLAYBOOK = """\
- teams: all
  tasks:
    - loop: "{{ team.members }}"
      gateway.account:
        user: "{{ item.username }}"
        account: "{{ item.gateway_id }}"
        keys: "{{ item.keys }}"
        machines: "{{ item.machines }}"
    - loop: "{{ team.publish }}"
      gateway.subdomain:
        name: "{{ item.subdomain }}.{{ site.gateway.domain }}"
        machine: "{{ item.resource }}"
        port: "{{ item.port }}"
        max_body: "{{ item.max_body }}"
        timeout: "{{ item.timeout }}"
        sources: "{{ item.sources }}"
    - loop: "{{ team.machines }}"
      machine.access:
        machine: "{{ item.resource }}"
        keys: "{{ team.keys }}"
"""


class AccountSpec(Spec):
    user: str
    account: int | None = None
    keys: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()


class SubdomainSpec(Spec):
    name: str
    machine: str
    port: int
    max_body: ByteSize
    timeout: int
    sources: tuple[str, ...]


class Key(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    person: str
    key: str


class AccessSpec(Spec):
    machine: str
    keys: Annotated[tuple[Key, ...], Rules(entries="key")]


class Fake(Kind[Any]):
    def __init__(self, name: str, spec: type[Spec]) -> None:
        self.name = name  # type: ignore[misc]
        self.spec = spec  # type: ignore[misc]

    def key(self, spec: Any) -> str:
        return str(getattr(spec, next(iter(self.spec.model_fields))))

    def observe(self, scope: Any) -> Observation:
        raise NotImplementedError

    def read(self, spec: Any, handle: Mapping[str, Any]) -> Observed | None:
        raise NotImplementedError

    def create(self, spec: Any) -> Observed | None:
        raise NotImplementedError

    def update(self, observed: Any, spec: Any, diffs: Any) -> Observed | None:
        raise NotImplementedError


REGISTRY = Registry([Fake("gateway.account", AccountSpec), Fake("gateway.subdomain", SubdomainSpec), Fake("machine.access", AccessSpec)])
DAY = date(2019, 10, 1)


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Cohort, Site]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "eig3" / "teams").mkdir(parents=True)
    (tmp_path / "eig3" / "cohort.yml").write_text(COHORT)
    (tmp_path / "eig3" / "teams" / "adler.yml").write_text(ADLER)
    (tmp_path / "eig3" / "teams" / "plume.yml").write_text(PLUME)
    (tmp_path / "site.yml").write_text(SITE)
    return load_cohort(tmp_path / "eig3"), load_site(tmp_path / "site.yml")


@pytest.fixture
def seen(loaded: tuple[Cohort, Site]) -> Views:
    return views(*loaded, DAY)


@pytest.fixture
def made(loaded: tuple[Cohort, Site]) -> Mapping[str, Resource]:
    playbook = read_playbook(parse_document(PLAYBOOK.encode(), "play.yml"), filters())
    compiled = compile_playbook(playbook, *loaded, REGISTRY, DAY, available={"gateway", "machine"})
    return {str(resource.address): resource for resource in compiled.resources}


def test_somebody_of_two_teams_has_the_keys_and_machines_of_both_in_each(seen: Views) -> None:
    for team in ("adler", "plume"):
        [zoe] = (person for person in seen.teams[team].members if person.username == "zoe")
        assert zoe.keys == (f"{A} laptop", B)
        assert zoe.machines == ("proxmox.container[eig3/adler/web]", "proxmox.vm[eig3/adler/db]", "proxmox.container[eig3/plume/box]")
        assert (zoe.leaves, zoe.gateway_id) == (date(2020, 7, 1), 1004)


def test_who_left_a_team_has_nothing_of_it_and_a_mentor_has_no_machine(seen: Views) -> None:
    [amy] = seen.teams["plume"].mentors
    assert (amy.keys, amy.machines) == ((), ())
    assert [person.username for person in seen.teams["adler"].members] == ["zoe"]


def test_the_keys_of_a_team_know_whose_they_are(seen: Views) -> None:
    assert [(entry.person, entry.key) for entry in seen.teams["adler"].read("keys")] == [("zoe", f"{A} laptop")]
    assert [(entry.person, entry.key) for entry in seen.teams["plume"].read("keys")] == [("zoe", f"{A} other"), ("zoe", B)]
    assert seen.teams["plume"].ssh_keys == (f"{A} other", B)


def test_what_a_team_publishes_knows_its_machine(seen: Views) -> None:
    adler = seen.teams["adler"]
    web, db = adler.machines
    assert adler.publish == web.publish
    assert adler.forward == (*web.forward, *db.forward)
    told = [(entry.public, entry.port, entry.protocol, entry.host, entry.mark, entry.resource, entry.access) for entry in adler.forward]
    assert told == [
        (10222, 22, "tcp", "adler-web", "eig3/adler/web", "proxmox.container[eig3/adler/web]", "machine.access[eig3/adler/web]"),
        (10333, 53, "udp", "adler-db", "eig3/adler/db", "proxmox.vm[eig3/adler/db]", "machine.access[eig3/adler/db]"),
    ]


def test_of_the_gateway_and_of_machines_templates_see_no_secret(seen: Views) -> None:
    assert set(seen.site.gateway.names) == {"host", "port", "domain", "via"}
    assert (seen.site.gateway.port, seen.site.gateway.via, seen.site.machines.public) == (2222, "eig", f"{C} eiginfra")
    assert set(seen.site.machines.names) == {"public"}


def test_every_value_is_at_the_teams_line(made: Mapping[str, Resource]) -> None:
    published = made["gateway.subdomain[adler-admin.apps.example.org]"]
    at = {name: str(published.locate(name)) for name in ("name", "port", "timeout", "sources", "machine", "max_body")}
    assert at == {
        "name": "eig3/teams/adler.yml:15:21",
        "port": "eig3/teams/adler.yml:15:40",
        "timeout": "eig3/teams/adler.yml:15:55",
        "sources": "eig3/teams/adler.yml:15:68",
        "machine": "eig3/teams/adler.yml:10:11",
        "max_body": "eig3/teams/adler.yml:15:9",
    }
    assert published.values["timeout"] == 300
    account = made["gateway.account[zoe]"]
    second = f"eig3/teams/plume.yml:4:{PLUME.splitlines()[3].index(B) + 1}"
    assert account.team == "adler"
    assert str(account.locate(f"keys[{B}]")) == second
    assert str(account.locate("machines[proxmox.container[eig3/plume/box]]")) == "eig3/teams/plume.yml:8:12"
    access = made["machine.access[proxmox.container[eig3/plume/box]]"]
    assert str(access.locate(f"keys[{B}]")) == second
