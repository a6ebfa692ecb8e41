"""The files of an inventory as text: an entry of a list on one line where it is short, else on lines of its own."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from eiginfra.importing.compose import Composed
from eiginfra.inventory.yaml_text import entry, flow, scalar

_SHORT: Final = 100
"""Characters of a mapping that is still written on one line."""


def texts(composed: Composed, site: str) -> dict[str, str]:
    """The files by their paths in the cohort's folder. site: the site's name, for the first line of cohort.yml."""
    head = f"# Imported from the site {site}. EIG Link's file: what the teams ask for stands in teams/."
    files = {"cohort.yml": "\n".join([head, *_lines(composed.cohort), ""])}
    return files | {f"teams/{team}.yml": "\n".join([*_lines(written), ""]) for team, written in composed.teams.items()}


def _lines(content: Mapping[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        if not isinstance(value, dict | list):
            yield f"{key}: {scalar(value)}"
            continue
        yield f"{key}:"
        if isinstance(value, dict):
            yield from (f"  {scalar(name)}: {flow(inner)}" for name, inner in value.items())
        else:
            yield from (f"  {line}" for item in value for line in _entry(item))


def _entry(item: Mapping[str, Any]) -> Iterator[str]:
    line = f"- {flow(item)}"
    if len(line) <= _SHORT and not any(isinstance(inner, list) for inner in item.values()):
        yield line
    else:
        yield from entry(item)
