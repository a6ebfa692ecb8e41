"""The user's pages name every key, and their examples are valid."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from eiginfra.inventory.document import parse_document
from eiginfra.inventory.schema import schemas

DOCS = Path(__file__).parents[3] / "docs"
PAGES = {"team": "inventory.md", "cohort": "inventory.md", "settings": "inventory.md", "site": "site.md"}


@pytest.mark.parametrize("name", PAGES)
def test_every_key_is_documented(name: str) -> None:
    page = re.sub(r"```.*?```", "", (DOCS / PAGES[name]).read_text(), flags=re.DOTALL)
    schema = schemas()[name]
    keys = {key for owner in (schema, *schema.get("$defs", {}).values()) for key in owner.get("properties", {})}
    quoted = " ".join(re.findall(r"`([^`]+)`", page))
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", quoted)) == []


@pytest.mark.parametrize(("page", "names"), [("inventory.md", ["team", "cohort"]), ("site.md", ["site"])])
def test_the_examples_are_valid(page: str, names: list[str]) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    assert len(blocks) == len(names)
    for name, block in zip(names, blocks, strict=True):
        data = parse_document(block.encode(), page).data
        assert list(Draft202012Validator(schemas()[name]).iter_errors(data)) == []
