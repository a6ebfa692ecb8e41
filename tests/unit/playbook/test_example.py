"""The playbook that comes with eiginfra, with the kinds that come with it."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from eiginfra.core.kind import Registry
from eiginfra.core.usage import Usage
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort, load_site
from eiginfra.playbook import Compiled, compile_playbook, load_playbook
from eiginfra.playbook.filters import FILTERS
from eiginfra.playbook.loader import read_playbook
from eiginfra.playbook.model import PLAY_WORDS, TASK_WORDS, Play, Playbook
from eiginfra.playbook.schema import schema
from eiginfra.playbook.templating import Template
from eiginfra.playbook.views import View, views
from eiginfra.wiring.providers import described, filters

PROVIDERS = frozenset({"gateway", "gitlab", "machine", "proxmox"})
ROOT = Path(__file__).parents[3]
PLAYBOOK = ROOT / "playbooks" / "site.yml"
INVENTORY = ROOT / "inventories" / "eig3"
SITES = ROOT / "infra"
GUIDE = (ROOT / "docs" / "playbooks.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return described().registry()


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return load_playbook(PLAYBOOK, filters())


@pytest.fixture(scope="module", params=["lab", "etalab"])
def example(request: pytest.FixtureRequest, registry: Registry, playbook: Playbook) -> tuple[Any, Any, Compiled]:
    cohort, site = load_cohort(INVENTORY), load_site(SITES / f"{request.param}.yml")
    return cohort, site, compile_playbook(playbook, cohort, site, registry, date(2019, 10, 1), available=PROVIDERS)


def test_it_is_valid_under_its_schema(registry: Registry) -> None:
    validator = jsonschema.Draft202012Validator(schema(registry))
    validator.validate(yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8")))


def test_every_team_gets_what_its_file_asks_for(example: tuple[Any, Any, Compiled]) -> None:
    cohort, _, compiled = example
    found = Counter((resource.address.kind, resource.team) for resource in compiled.resources)
    assert found["gitlab.group", None] == 1
    for team in cohort.teams:
        machines = Counter(machine.type for machine in team.machines)
        assert found["gitlab.group", team.id] == found["gitlab.members", team.id] == found["proxmox.pool", team.id] == 1
        assert found["proxmox.group", team.id] == found["proxmox.acl", team.id] == 1
        assert found["gitlab.project", team.id] == len(team.projects)
        assert found["proxmox.container", team.id] == machines["container"]
        assert found["proxmox.vm", team.id] == machines["vm"]
    accounts = {member.username for team in cohort.teams for member in team.members}
    assert sum(count for (kind, _), count in found.items() if kind == "proxmox.user") == len(accounts)
    people = {person.username for team in cohort.teams for person in team.people}
    assert sum(count for (kind, _), count in found.items() if kind == "gitlab.user") == len(people)


def test_the_gateway_does_what_the_site_has_it_for(example: tuple[Any, Any, Compiled]) -> None:
    cohort, _, compiled = example
    found = Counter(resource.address.kind for resource in compiled.resources)
    machines = [machine for team in cohort.teams for machine in team.machines]
    dockers = [machine for machine in machines if machine.docker and machine.type == "container"]
    assert found["gateway.account"] == len({member.username for team in cohort.teams for member in team.members})
    assert found["gateway.features"] == len(dockers) > 0
    assert found["gateway.subdomain"] == sum(len(machine.publish) for machine in machines) > 0
    assert found["gateway.forward"] == sum(len(machine.forward) for machine in machines) > 0
    assert found["machine.access"] == len(machines)
    containers = [resource for resource in compiled.resources if resource.address.kind == "proxmox.container"]
    assert [resource.address for resource in containers if "features" in resource.values] == []


def test_a_machine_is_made_with_one_key_and_people_come_in_by_another_kind(example: tuple[Any, Any, Compiled]) -> None:
    cohort, site, compiled = example
    made = {str(resource.address): resource for resource in compiled.resources}
    guests = [resource for resource in compiled.resources if resource.address.kind in {"proxmox.container", "proxmox.vm"}]
    own = f'from="192.168.0.254",no-agent-forwarding,no-X11-forwarding {site.file.machines.public}'
    assert all(resource.values["keys"] == [own] for resource in guests)
    for team in cohort.teams:
        keyed = sorted(member.username for member in team.members if member.ssh_keys)
        for machine in team.machines:
            access = made[f"machine.access[eig3/{team.id}/{machine.name}]"]
            entries: Any = access.values["keys"]
            assert [entry["person"] for entry in entries] == keyed
            assert access.values["logins"] == (["root"] if machine.type == "container" else ["root", machine.image.partition("-")[0]])
            assert access.values["isolated_by"] == f"proxmox.firewall[eig3/{team.id}/{machine.name}]"
            [member] = (member for member in team.members if member.username == keyed[0])
            assert str(access.locate(f"keys[{keyed[0]}]")).partition(":")[0].endswith(f"teams/{team.id}.yml")
            assert [key.startswith(entries[0]["keys"][0]) for key in member.ssh_keys] == [True]


def test_a_site_without_gateway_and_machines_is_asked_for_none_of_it(registry: Registry, playbook: Playbook) -> None:
    site = load_site(SITES / "lab.yml")
    site = replace(site, file=site.file.model_copy(update={"gateway": None, "machines": None}))
    compiled = compile_playbook(playbook, load_cohort(INVENTORY), site, registry, date(2019, 10, 1), available={"gitlab", "proxmox"})
    assert compiled.findings == ()
    assert {resource.address.provider for resource in compiled.resources} == {"gitlab", "proxmox"}
    containers = [resource for resource in compiled.resources if resource.address.kind == "proxmox.container"]
    assert any(resource.values.get("features") == ["keyctl"] for resource in containers)
    assert all(str(key).startswith("ssh-") for resource in containers for key in resource.values["keys"])  # type: ignore[union-attr]


def test_machines_take_what_was_asked_and_no_more(example: tuple[Any, Any, Compiled], registry: Registry) -> None:
    cohort, site, compiled = example
    asked = Usage.total(site.amounts(machine) for team in cohort.teams for machine in team.machines)
    machines = [resource for resource in compiled.resources if resource.address.kind in {"proxmox.container", "proxmox.vm"}]
    wanted = Usage.total(registry[resource.address.kind].usage(resource.spec) for resource in machines)
    assert (wanted.machines, wanted.cores, wanted.memory) == (asked.machines, asked.cores, asked.memory)


def test_nothing_clashes(example: tuple[Any, Any, Compiled], registry: Registry) -> None:
    _, _, compiled = example
    assert compiled.findings == ()
    wanted = {resource.address: resource for resource in compiled.resources}
    assert all(len(resource.tags & PROVIDERS) == 1 for resource in compiled.resources)
    # A machine is a container or a VM: of two dependencies with one key, one is met. The root group is not ours to make.
    met = {address.key for address in wanted} | {"eig"}
    for resource in compiled.resources:
        assert [str(address) for address in registry[resource.address.kind].dependencies(resource.spec) if address.key not in met] == []


@pytest.mark.parametrize("text", re.findall(r"^```yaml\n(.*?)^```", GUIDE, flags=re.DOTALL | re.MULTILINE))
def test_examples_of_the_guide_can_be_compiled(example: tuple[Any, Any, Compiled], registry: Registry, text: str) -> None:
    cohort, site, _ = example
    jsonschema.Draft202012Validator(schema(registry)).validate(yaml.safe_load(text))
    playbook = read_playbook(parse_document(text.encode(), "guide.yml"), filters())
    assert compile_playbook(playbook, cohort, site, registry, date(2019, 10, 1), available=PROVIDERS).findings == ()


def _names(value: Any) -> set[str]:
    """The names that can be read of a view, and of those in it."""
    if isinstance(value, tuple):
        return set().union(*(_names(item) for item in value))
    return {*value.names}.union(*(_names(value.read(name)) for name in value.names)) if isinstance(value, View) else set()


def test_a_playbook_that_is_read_again_shares_what_was_compiled(playbook: Playbook) -> None:
    again = load_playbook(PLAYBOOK, filters())
    pairs = zip(playbook.plays, again.plays, strict=True)
    renders = [(mine.render, other.render) for one, two in pairs for mine, other in zip(_templates(one), _templates(two), strict=True)]
    assert renders
    assert all(mine is other for mine, other in renders)


def _templates(play: Play) -> list[Template]:
    return [template for task in play.tasks for value in task.args.values() for template in value.templates()]


def test_the_guide_tells_every_word_field_and_filter() -> None:
    seen = views(load_cohort(INVENTORY), load_site(SITES / "etalab.yml"), date(2019, 10, 1))
    names = _names((seen.cohort, seen.site, *seen.teams.values()))
    prose = re.sub(r"^```.*?^```", "", GUIDE, flags=re.DOTALL | re.MULTILINE)
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", prose))))
    assert {*names, *FILTERS, *filters(), *PLAY_WORDS, *TASK_WORDS} - told == set()


def test_removal_what_a_file_does_not_say_is_none_and_not_left_as_it_is(example: Any) -> None:
    """As docs/inventory.md says of each key: no description is empty, no topics are none, no title is the name."""
    *_, compiled = example
    projects = [resource for resource in compiled.resources if resource.address.kind == "gitlab.project"]
    groups = [resource for resource in compiled.resources if resource.address.kind == "gitlab.group" and resource.team]
    assert all({"title", "description", "website", "topics"} <= set(resource.values) for resource in projects)
    assert all("description" in resource.values for resource in groups)
    silent = [resource.values for resource in projects if not resource.values["website"]]
    assert silent
    assert {values["website"] for values in silent} == {""}
