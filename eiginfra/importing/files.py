"""The files of an inventory as text: dates and sizes plain, short mappings on one line."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from eiginfra.importing.compose import Composed
from eiginfra.inventory.document import parse_document

_SHORT: Final = 110
"""Characters of a mapping that is still written on one line."""


class _Flow(dict[str, Any]):
    """A mapping on one line."""


class _FlowList(list[Any]):
    """A list on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented, as in the examples; days are text, and need no quotes."""

    yaml_implicit_resolvers = {
        sign: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for sign, found in yaml.SafeDumper.yaml_implicit_resolvers.items()
    }

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the base class's own
        super().increase_indent(flow, False)  # noqa: FBT003

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - in team files there are none
        """Never: what is there twice is written twice."""
        return True


_Dumper.add_representer(_FlowList, lambda dumper, data: dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True))
_Dumper.add_representer(_Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True))


def texts(composed: Composed, site: str) -> dict[str, str]:
    """The files by their paths in the cohort's folder. site: the site's name, for the first line of cohort.yml."""
    files = {
        "cohort.yml": _text(
            composed.cohort, f"# Imported from the site {site}. EIG Link's file: what the teams ask for stands in teams/.\n"
        )
    }
    return files | {f"teams/{team}.yml": _text(written) for team, written in composed.teams.items()}


def _text(content: Mapping[str, Any], head: str = "") -> str:
    text = head + yaml.dump(
        {key: _laid(item, top=True) for key, item in content.items()},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1_000_000,
        default_flow_style=False,
    )
    if parse_document(text.encode(), pure=not head).data != content:
        raise AssertionError("what was written does not say what was meant")
    return text


def _laid(value: Any, *, top: bool = False) -> Any:
    """With what is short on one line: lists of words, mappings, and lists of one mapping."""
    match value:
        case dict():
            inner = {key: _laid(item) for key, item in value.items()}
            return _Flow(inner) if not top and _short(value) and not any(map(_several, value.values())) else inner
        case list():
            inner_list = [_laid(item) for item in value]
            return _FlowList(inner_list) if _short(value) and not _several(value) and not top else inner_list
        case _:
            return value


def _short(value: Any) -> bool:
    return len(str(value)) <= _SHORT


def _several(value: Any) -> bool:
    """Whether it is a list of several mappings, or of one that is long."""
    mappings = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return len(mappings) > 1 or any(not _short(item) for item in mappings)
