"""Whatever stands in a file: findings, never a crash; and what is valid is found where it stands."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel

from eiginfra.core.errors import InputError
from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.document import YamlDocument, parse_document
from eiginfra.inventory.model import TeamFile
from eiginfra.inventory.settings import Settings
from eiginfra.inventory.site import SiteFile
from eiginfra.inventory.validation import validate

ROOT = Path(__file__).parents[3]
MODELS: list[type[BaseModel]] = [TeamFile, CohortFile, SiteFile, Settings]
EXAMPLES = [
    path.read_bytes() for path in (ROOT / "infra/lab.yml", ROOT / "inventories/eig3/cohort.yml", ROOT / "inventories/eig3/teams/adler.yml")
]

# Text as YAML's users write it, with more of what means something to YAML.
yamlish = st.text(st.sampled_from("ab1 \n\t:-[]{},'\"#&*!|>%@`?<~.=é’\\"), max_size=60)
plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | plain
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain, inner, max_size=4), max_leaves=15)


def read(data: bytes, *, pure: bool) -> YamlDocument | None:
    """The document, or None when it was refused; any other exception fails the test."""
    try:
        return parse_document(data, "f.yml", pure=pure)
    except InputError as problem:
        refused = problem.findings
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert refused
    for finding in refused:
        assert finding.location is not None
        assert 1 <= finding.location.line <= len(lines)
        assert finding.location.column <= len(lines[finding.location.line - 1]) + 1
    return None


def try_models(document: YamlDocument) -> None:
    for model in MODELS:
        try:
            validate(model, document)
        except InputError as problem:
            refused = problem.findings
        else:
            continue
        assert refused


@given(st.binary(max_size=200) | yamlish.map(str.encode), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, pure: bool) -> None:
    document = read(data, pure=pure)
    if document is not None:
        try_models(document)


@given(st.sampled_from(EXAMPLES), st.data())
def test_a_spoilt_file_is_read_or_refused(text: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    document = read(text[:start] + data.draw(yamlish).encode() + text[end:], pure=False)
    if document is not None:
        try_models(document)


TEAM = EXAMPLES[2].decode()
LINES = TEAM.splitlines(keepends=True)
KEYS = sorted(set(re.findall(r"[a-z_]+(?=:)", TEAM)))


def swapped(text: str, one: str, other: str) -> str:
    return re.sub(rf"\b(?:{one}|{other})(?=:)", lambda match: other if match[0] == one else one, text)


at_line = st.integers(0, len(LINES) - 1)
mutations = st.one_of(
    st.tuples(st.integers(0, len(TEAM)), st.integers(0, 4), yamlish).map(lambda cut: TEAM[: cut[0]] + cut[2] + TEAM[cut[0] + cut[1] :]),
    at_line.map(lambda line: "".join(LINES[:line] + LINES[line + 1 :])),
    at_line.map(lambda line: "".join(LINES[: line + 1] + LINES[line:])),
    st.tuples(at_line, at_line).map(lambda pair: "".join([*LINES[: pair[0]], LINES[pair[1]], *LINES[pair[0] + 1 :]])),
    st.tuples(at_line, st.sampled_from([" ", "  ", "- ", "\t", "\u00a0", "#"])).map(
        lambda shift: "".join([*LINES[: shift[0]], shift[1] + LINES[shift[0]], *LINES[shift[0] + 1 :]])
    ),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).map(lambda keys: swapped(TEAM, *keys)),
    st.tuples(st.sampled_from(KEYS), values.map(json.dumps)).map(
        lambda pair: re.sub(rf"\b({pair[0]}: ).*", lambda key: key[1] + pair[1], TEAM)
    ),
)


@given(mutations)
def test_a_mistake_in_a_team_file_is_found_within_the_file(text: str) -> None:
    document = read(text.encode(), pure=True)
    if document is None:
        return
    try:
        validate(TeamFile, document)
    except InputError as problem:
        count = len(re.split("\r\n|\r|\n", text))
        places = [finding.location for finding in problem.findings]
        assert places
        assert all(place is not None and place.file == "f.yml" and 1 <= place.line <= count for place in places)


@given(values)
def test_any_structure_is_refused_with_findings(value: Any) -> None:
    document = read(json.dumps(value).encode(), pure=True)
    if document is not None:
        try_models(document)


def holes(model: type[BaseModel]) -> SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from([*model.model_fields, "other"]), values, max_size=6)


@given(st.one_of([holes(model) for model in MODELS]))
def test_any_value_under_any_key_is_refused_with_findings(value: dict[str, Any]) -> None:
    document = read(json.dumps(value).encode(), pure=False)
    if document is not None:
        try_models(document)


simple = st.recursive(
    st.booleans() | st.integers(-999, 999) | st.text("abcé’ :#{", max_size=8),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=4) | st.dictionaries(st.text("abé", min_size=1, max_size=4), inner, min_size=1, max_size=4)
    ),
    max_leaves=20,
)


class Quoting(yaml.SafeDumper):
    """Writes block style with every text in JSON's double quotes, so that what is looked for is what is written."""


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


Quoting.add_representer(str, _quoted)


@given(st.dictionaries(st.text("abé", min_size=1, max_size=4), simple, min_size=1, max_size=5), st.sampled_from([False, None]))
def test_what_is_valid_is_found_where_it_stands(value: dict[str, Any], flow: bool | None) -> None:
    text = yaml.dump(value, Dumper=Quoting, allow_unicode=True, default_flow_style=flow, width=10_000)
    document = parse_document(text.encode())
    assert document.data == value

    lines = text.split("\n")
    for path, item in walk(value):
        at = document.locate(*path)
        written = lines[at.line - 1][at.column - 1 :]
        if isinstance(item, str):
            assert written.startswith(f'"{item}"')
        elif isinstance(item, (bool, int)):
            assert written.startswith(json.dumps(item))
        if path and isinstance(path[-1], str):
            at = document.locate_key(*path)
            assert lines[at.line - 1][at.column - 1 :].startswith(f'"{path[-1]}"')


def walk(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        found += [below for key, item in value.items() for below in walk(item, (*path, key))]
    elif isinstance(value, list):
        found += [below for index, item in enumerate(value) for below in walk(item, (*path, index))]
    return found
