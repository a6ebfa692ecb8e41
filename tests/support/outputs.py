"""What a command prints as JSON is held to the JSON Schema that `eiginfra schema` prints of it, and to no key more."""

import json
import re
from datetime import date
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from eiginfra.render.outputs.schemas import output_schemas

FORMATS = FormatChecker(())


@FormatChecker.checks(FORMATS, "date-time")
def _instant(value: object) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", str(value)))


@FormatChecker.checks(FORMATS, "date", raises=ValueError)
def _day(value: object) -> bool:
    return bool(date.fromisoformat(str(value)))


@cache
def validator(name: str) -> Draft202012Validator:
    """Of `output.check` and so on, with the formats, and without unknown keys."""
    return Draft202012Validator(_closed(output_schemas()[name]), format_checker=FORMATS)


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **closed} if "properties" in schema and schema.get("type") == "object" else closed


def problems(text: str, name: str | None = None) -> list[str]:
    """What of a document is not as its schema says. name: of the schema, if the document has no type."""
    body = json.loads(text)
    found = validator(name or f"output.{body['type']}").iter_errors(body)
    return [f"{problem.json_path}: {problem.message[:200]}" for problem in found]
