from typing import Any

import jsonschema
import pytest
import yaml

from eiginfra.core.kind import Registry
from eiginfra.playbook.schema import schema


@pytest.fixture(scope="session")
def validator(registry: Registry) -> jsonschema.Draft202012Validator:
    made = schema(registry)
    jsonschema.Draft202012Validator.check_schema(made)
    return jsonschema.Draft202012Validator(made)


def plays(task: str, play: str = "teams: all") -> Any:
    return yaml.safe_load(f"- {play}\n  tasks:\n    - {task}\n")


@pytest.mark.parametrize(
    "task",
    [
        "gitlab.group: {path: a}",
        "gitlab.group: {path: '{{ team.id }}', visibility: '{{ x }}', topics: '{{ y }}'}",
        "gitlab.group: {path: a, visibility: public, topics: [a, '{{ b }}']}",
        "{gitlab.group: {path: a}, loop: '{{ x }}', loop_control: {loop_var: y}, when: [a, true], tags: a, protect: '{{ z }}'}",
        "{gitlab.group: {path: a}, loop: [1, {a: b}], when: true, tags: [a, 5], protect: true, name: Group, vars: {a: 1}}",
        "gitlab.members: {group: a, members: '{{ people }}'}",
        "gitlab.members: {group: a, members: [{username: a, access: '{{ b }}'}, '{{ c }}']}",
        "proxmox.container: {mark: a, memory: 1GiB, cores: 2, nesting: true}",
    ],
)
def test_accepts_what_the_loader_reads(validator: jsonschema.Draft202012Validator, task: str) -> None:
    validator.validate(plays(task))


@pytest.mark.parametrize(
    "task",
    [
        "{}",
        "name: x",
        "gitlab.grup: {path: a}",
        "gitlab.group: {}",
        "gitlab.group: {path: a, visibilty: public}",
        "gitlab.group: {path: a, visibility: boss}",
        "gitlab.group: {path: 5}",
        "gitlab.members: {group: a, members: [{username: a, access: boss}]}",
        "gitlab.members: {group: a, members: [{username: a, acces: reporter}]}",
        "proxmox.container: {mark: a, memory: 5}",
        "proxmox.container: {mark: a, cores: '5 or so'}",
        "{gitlab.group: {path: a}, gitlab.members: {group: a, members: []}}",
        "{gitlab.group: {path: a}, register: x}",
        "{gitlab.group: {path: a}, loop: team.projects}",
        "{gitlab.group: {path: a}, tags: [all]}",
        "{gitlab.group: {path: a}, protect: maybe}",
    ],
)
def test_refuses_what_the_loader_refuses(validator: jsonschema.Draft202012Validator, task: str) -> None:
    assert not validator.is_valid(plays(task))


@pytest.mark.parametrize("play", ["hosts: all", "teams: []", "teams: 5", "name: [x]", "vars: {a-b: 1}"])
def test_refuses_bad_plays(validator: jsonschema.Draft202012Validator, play: str) -> None:
    assert not validator.is_valid(plays("gitlab.group: {path: a}", play))
    assert not validator.is_valid([])


def test_fields_are_described(registry: Registry) -> None:
    made = schema(registry)["$defs"]
    assert set(made) >= {"template", "play", "task", "gitlab.group", "gitlab.members.Access"}
    assert made["proxmox.container"]["required"] == ["mark"]
