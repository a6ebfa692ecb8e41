"""The JSON Schema of playbooks, made from the kinds: editors complete fields, and accept a template in place of any value."""

from typing import Any

from eiginfra.core.kind import Kind, Registry
from eiginfra.core.spec import rules
from eiginfra.playbook.model import USE, WAS
from eiginfra.playbook.packaged import packaged_playbooks
from eiginfra.playbook.tags import RESERVED

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NESTING = ("anyOf", "oneOf", "allOf", "prefixItems")
_TEMPLATE = {"$ref": "#/$defs/template"}
_WHEN = {
    "description": "Expressions without braces; all must be true",
    "anyOf": [{"type": ["string", "boolean"]}, {"type": "array", "items": {"type": ["string", "boolean"]}, "minItems": 1}],
}
_TAG = {"type": ["string", "integer"], "not": {"enum": sorted(RESERVED)}}
_COMMON: dict[str, Any] = {
    "name": {"type": "string", "description": "For the reader"},
    "tags": {"description": "What --tags and --skip-tags choose by", "anyOf": [{"type": "string"}, {"type": "array", "items": _TAG}]},
    "when": _WHEN,
    "vars": {"description": "Names for values", "type": "object", "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"}},
}
_PATTERN = {"type": "string", "minLength": 1}
_LOOP = {"description": "A list, or an expression that gives one", "anyOf": [_TEMPLATE, {"type": "array"}]}
_LOOP_CONTROL = {
    "type": "object",
    "properties": {"loop_var": {"type": "string", "description": "The name of the item, instead of item"}},
    "required": ["loop_var"],
    "additionalProperties": False,
}


def schema(registry: Registry) -> dict[str, Any]:
    """The schema of playbook files with the kinds of that registry."""
    kinds = [registry[name] for name in registry.names()]
    definitions: dict[str, Any] = {
        "template": {"type": "string", "pattern": r"\{[{%]", "description": "Text with {{ expressions }}"},
        "play": _play(),
        "use": _use(),
        "task": _task(kinds),
    }
    for kind in kinds:
        definitions |= _definitions(kind)
    return {
        "$schema": DIALECT,
        "title": "eiginfra: playbooks/*.yml",
        "type": "array",
        "items": {"if": {"required": [USE]}, "then": {"$ref": "#/$defs/use"}, "else": {"$ref": "#/$defs/play"}},
        "minItems": 1,
        "$defs": definitions,
    }


def _play() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **_COMMON,
            "teams": {
                "description": "Which teams: a pattern as Ansible's, e.g. all; without it the play runs once, for the cohort",
                "anyOf": [_PATTERN, {"type": "array", "items": _PATTERN, "minItems": 1}],
            },
            "tasks": {"type": "array", "items": {"$ref": "#/$defs/task"}, "minItems": 1},
        },
        "required": ["tasks"],
        "additionalProperties": False,
    }


def _use() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            USE: {"description": "A packaged playbook", "enum": [*packaged_playbooks()]},
            "vars": {**_COMMON["vars"], "description": "Other values of its variables"},
            "without": {"description": "Its tasks and plays that are left out, by name", "type": "array", "items": {"type": "string"}},
            "tasks": {
                "description": "Tasks in the place of its own of the same name",
                "type": "array",
                "items": {"allOf": [{"$ref": "#/$defs/task"}, {"required": ["name"]}]},
            },
        },
        "required": [USE],
        "additionalProperties": False,
    }


def _task(kinds: list[Kind[Any]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **_COMMON,
            "loop": _LOOP,
            "loop_control": _LOOP_CONTROL,
            "protect": {"description": "Never removed", "anyOf": [_TEMPLATE, {"type": "boolean"}]},
            **{kind.name: {"$ref": f"#/$defs/{kind.name}"} for kind in kinds},
        },
        "oneOf": [{"required": [kind.name]} for kind in kinds],
        "additionalProperties": False,
    }


def _definitions(kind: Kind[Any]) -> dict[str, Any]:
    """The fields of a kind under its name, and the models in them under `kind.model`."""
    own = kind.spec.model_json_schema(ref_template=f"#/$defs/{kind.name}.{{model}}")
    inner = own.pop("$defs", {})
    fields = _open(own)
    assigned = [name for name, rule in rules(kind.spec).items() if rule.assigned]
    fields["properties"][WAS] = _value({"type": "string", "description": "The key it had before it was renamed"})
    fields["required"] = [name for name in own.get("required", []) if name not in assigned]
    if kind.title:
        fields["description"] = kind.title
    return {kind.name: fields, **{f"{kind.name}.{name}": _open(model) for name, model in inner.items()}}


def _open(part: dict[str, Any]) -> dict[str, Any]:
    """A schema whose inner values, in lists and mappings too, may also be templates."""
    found: dict[str, Any] = {}
    for key, value in part.items():
        if key == "properties":
            found[key] = {name: _value(field) for name, field in value.items()}
        elif key in {"items", "additionalProperties"} and isinstance(value, dict):
            found[key] = _value(value)
        elif key in _NESTING:
            found[key] = [_open(item) for item in value]
        elif key != "title":
            found[key] = value
    return found


def _value(field: dict[str, Any]) -> dict[str, Any]:
    """A value or a template for it. The description stays outside, where editors look for it."""
    description = {"description": field["description"]} if "description" in field else {}
    rest = {key: value for key, value in _open(field).items() if key not in {"description", "default"}}
    return {**description, "anyOf": [rest, _TEMPLATE]}
