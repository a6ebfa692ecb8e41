"""The JSON Schemas take what the loaders take and refuse what an editor should underline."""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from eiginfra.inventory.document import load_document
from eiginfra.inventory.schema import schemas

ROOT = Path(__file__).parents[3]
EXAMPLES = [
    ("settings", "eiginfra.yml"),
    ("cohort", "inventories/eig3/cohort.yml"),
    ("site", "infra/lab.yml"),
    ("site", "infra/etalab.yml"),
    *(("team", f"inventories/eig3/teams/{path.name}") for path in sorted((ROOT / "inventories/eig3/teams").iterdir())),
]
ALL = schemas()


def data(file: str) -> Any:
    return deepcopy(load_document(ROOT / file).data)


@pytest.mark.parametrize("name", ALL)
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(ALL[name])
    assert ALL[name]["$schema"].endswith("2020-12/schema")
    assert ALL[name]["additionalProperties"] is False


@pytest.mark.parametrize(("name", "file"), EXAMPLES)
def test_the_examples_are_valid(name: str, file: str) -> None:
    assert list(Draft202012Validator(ALL[name]).iter_errors(data(file))) == []


@pytest.mark.parametrize(
    ("name", "file", "path", "value"),
    [
        ("settings", "eiginfra.yml", ("sight",), "x"),
        ("cohort", "inventories/eig3/cohort.yml", ("cohort",), "Eig 3"),
        ("cohort", "inventories/eig3/cohort.yml", ("starts",), 2019),
        ("cohort", "inventories/eig3/cohort.yml", ("quota", "default", "memory"), 2),
        ("cohort", "inventories/eig3/cohort.yml", ("quota", "teams", "No Team"), {}),
        ("cohort", "inventories/eig3/cohort.yml", ("caps",), {"members": "many"}),
        ("cohort", "inventories/eig3/cohort.yml", ("grace",), 30),
        ("cohort", "inventories/eig3/cohort.yml", ("capacity",), None),
        ("team", "inventories/eig3/teams/adler.yml", ("machines", 0, "cores"), 1),
        ("team", "inventories/eig3/teams/adler.yml", ("machines", 1, "size"), "small"),
        ("team", "inventories/eig3/teams/adler.yml", ("machines", 1, "memory"), "1GB"),
        ("team", "inventories/eig3/teams/adler.yml", ("machines", 0, "docker"), "yes"),
        ("team", "inventories/eig3/teams/adler.yml", ("machines", 0, "clone"), "linked"),
        ("team", "inventories/eig3/teams/adler.yml", ("members", 0, "role"), "owner"),
        ("team", "inventories/eig3/teams/adler.yml", ("members", 0, "ssh_keys"), ["hello"]),
        ("team", "inventories/eig3/teams/adler.yml", ("title",), 2019),
        ("site", "infra/lab.yml", ("gitlab", "token"), "glpat"),
        ("site", "infra/lab.yml", ("gitlab", "token"), {}),
        ("site", "infra/lab.yml", ("gitlab", "token"), {"env": "A", "file": "b"}),
        ("site", "infra/lab.yml", ("proxmox", "network", "ids"), 100),
    ],
)
def test_what_a_loader_refuses_is_refused(name: str, file: str, path: tuple[str | int, ...], value: object) -> None:
    spoilt = data(file)
    place = spoilt
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert list(Draft202012Validator(ALL[name]).iter_errors(spoilt))


def test_the_way_caps_and_sizes_are_written() -> None:
    good = data("inventories/eig3/cohort.yml") | {"caps": {"members": "3 or 20%", "a": 3, "b": "20%"}, "grace": "30d"}
    assert list(Draft202012Validator(ALL["cohort"]).iter_errors(good)) == []


def test_every_key_that_people_write_is_described() -> None:
    def undescribed(name: str, schema: dict[str, Any]) -> Iterator[str]:
        owners = {"": schema, **schema.get("$defs", {})}
        for owner, body in owners.items():
            for key, value in body.get("properties", {}).items():
                target = schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
                if owner != "Limit" and not value.get("description") and not target.get("description"):
                    yield f"{name}.{owner}.{key}"

    assert [key for name, schema in ALL.items() for key in undescribed(name, schema)] == []


@pytest.mark.parametrize("name", ALL)
def test_patterns_and_formats_are_those_that_every_validator_knows(name: str) -> None:
    """JavaScript's patterns in Unicode mode, as editors use them, know no escapes of other signs, no names and no flags."""

    def found(schema: Any, key: str) -> Iterator[Any]:
        if isinstance(schema, dict):
            yield from (value for name, value in schema.items() if name == key and isinstance(value, str))
            yield from (inner for value in schema.values() for inner in found(value, key))
        elif isinstance(schema, list):
            yield from (inner for value in schema for inner in found(value, key))

    patterns = list(found(ALL[name], "pattern"))
    assert {escape for pattern in patterns for escape in re.findall(r"\\(.)", pattern)} <= {*"sdnrux.[]{}()\\/?*+|^$"}
    assert [pattern for pattern in patterns if re.search(r"\(\?(?:P|[a-z]|#)", pattern)] == []
    assert {*found(ALL[name], "format")} <= {"date", "ipv4"}
