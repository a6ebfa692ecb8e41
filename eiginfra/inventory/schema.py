"""The JSON Schemas of the files people write, for editors and for other tools; made from the models, never by hand."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from eiginfra.inventory.cohort import MOST_COUNTED, CohortFile
from eiginfra.inventory.model import TeamFile
from eiginfra.inventory.patterns import anchored, misread
from eiginfra.inventory.settings import Settings
from eiginfra.inventory.signs import HIDDEN_SIGNS
from eiginfra.inventory.site import SiteFile, site_model

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FILES: Mapping[str, tuple[type[BaseModel], str]] = {
    "cohort": (CohortFile, "inventories/<cohort>/cohort.yml"),
    "team": (TeamFile, "inventories/<cohort>/teams/<team>.yml"),
    "site": (SiteFile, "infra/<site>.yml"),
    "settings": (Settings, "eiginfra.yml"),
}

# What the models of core know by code alone, or say in the words of code.
_MORE: Mapping[str, dict[str, Any]] = {
    "SecretSource": {"minProperties": 1, "maxProperties": 1},
    "KeySource": {"minProperties": 1, "maxProperties": 1},
    "Image": {"minProperties": 1},
    "Limit": {"description": "The most that may be used; a measure that is left out is not limited"},
}


_MISREAD = {"pattern": anchored(misread())}
_FORMATS = frozenset({"date", "ipv4"})
_HIDDEN = f"[{''.join(sign if sign == '-' else f'{chr(92)}u{ord(sign):04x}' for sign in HIDDEN_SIGNS)}]"
"""What no text may hold; beyond the first 65,536 characters JavaScript's patterns and Python's are written differently."""


def schemas(sections: Mapping[str, type[BaseModel]] = MappingProxyType({})) -> dict[str, dict[str, Any]]:
    """The schemas by name: cohort, team, site, settings. sections: the models of further sections of the site file, by key."""
    return {name: _schema(site_model(sections) if model is SiteFile else model, file) for name, (model, file) in _FILES.items()}


def _schema(model: type[BaseModel], file: str) -> dict[str, Any]:
    schema = _standard(model.model_json_schema(mode="validation"))
    definitions = schema.setdefault("$defs", {})
    for name, more in _MORE.items():
        if name in definitions:
            definitions[name] |= more
    for name in {"SecretSource", "KeySource"} & definitions.keys():
        definitions[name]["properties"]["env"] |= {"pattern": anchored("[A-Za-z_][A-Za-z0-9_]*")}
        definitions[name]["properties"]["command"] |= {"minItems": 1, "prefixItems": [{"minLength": 1}]}
    for name in {"machines", "cores", "projects"} if "Limit" in definitions else ():
        definitions["Limit"]["properties"][name] |= {"minimum": 0, "maximum": MOST_COUNTED}
    definitions["misread"] = {"not": _MISREAD}
    definitions["text"] = {"not": {"pattern": _HIDDEN if model is not TeamFile else f"{_HIDDEN}|\\{{[{{%]"}}
    return {"$schema": DIALECT, **_tidy(schema), "title": f"eiginfra: {file}"}


def _standard(schema: Any) -> Any:
    """With the formats that JSON Schema knows and no others; and all free text without what nobody sees."""
    if isinstance(schema, list):
        return [_standard(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _standard(value) for key, value in schema.items() if not (key == "format" and value not in _FORMATS)}
    rules = [{"$ref": "#/$defs/text"}] if plain.get("type") == "string" and not {"enum", "const"} & plain.keys() else []
    if plain.get("not") == _MISREAD:
        rules.append({"$ref": "#/$defs/misread"})
        del plain["not"]
    return {**plain, "allOf": rules} if rules else plain


def _tidy(schema: Any, *, names: bool = False) -> Any:
    """What pydantic writes, less what would mislead people and editors.

    Titles made from names go; so does null, since a key is written or left out; and defaults that are lists or mappings. Keys that must
    match a pattern allow no others. names: the keys of this mapping are names of properties, not words of JSON Schema.
    """
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {key: _tidy(value) for key, value in schema.items()}
    if {"type": "null"} in schema.get("anyOf", []):
        rest = [item for item in schema["anyOf"] if item != {"type": "null"}]
        schema = {**schema, "anyOf": rest} if len(rest) > 1 else {**{key: schema[key] for key in schema if key != "anyOf"}, **rest[0]}
    if "patternProperties" in schema:
        schema = {**schema, "additionalProperties": False}
    return {
        key: _tidy(value, names=key in {"properties", "patternProperties", "$defs"})
        for key, value in schema.items()
        if key != "title" and not (key == "default" and (value is None or isinstance(value, (dict, list))))
    }
