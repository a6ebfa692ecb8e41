"""What a publiccode.yml lacks of what its standard demands."""

from collections.abc import Mapping
from typing import Final

import yaml

MANDATORY: Final = (
    "publiccodeYmlVersion",
    "name",
    "url",
    "platforms",
    "developmentStatus",
    "softwareType",
    "description",
    "legal.license",
    "maintenance.type",
    "localisation.localisationReady",
    "localisation.availableLanguages",
)
"""Keys that every version of the standard from 0.2 on demands."""
_OF_A_LANGUAGE: Final = ("shortDescription", "longDescription", "features")


class UnreadableError(ValueError):
    """It is no YAML, or one that is too complicated to be read safely."""


class _PlainLoader(yaml.SafeLoader):
    """Plain YAML: no aliases, by which a small text becomes a very large one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A node of the document itself."""
        if self.check_event(yaml.AliasEvent):
            raise UnreadableError
        return super().compose_node(parent, index)


def missing_keys(text: str) -> tuple[str, ...]:
    """The mandatory keys that are not there, or empty. Raises UnreadableError."""
    try:
        body = yaml.load(text, _PlainLoader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as problem:
        raise UnreadableError from problem
    missing = [key for key in MANDATORY if _at(body, key) in (None, "", [], {})]
    descriptions = body.get("description") if isinstance(body, Mapping) else None
    if isinstance(descriptions, Mapping) and descriptions:
        kept = [[key for key in _OF_A_LANGUAGE if not _at(found, key)] for found in descriptions.values()]
        missing += [f"description.{key}" for key in min(kept, key=len)]
    return tuple(missing)


def _at(body: object, path: str) -> object:
    for key in path.split("."):
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body
