"""Proxmox's JSON-schema dialect: what a call may carry, declared in compact text, and the server's words when it does not fit.

A declaration is one line a parameter: `name[!]: type [low..high] [len=low..high] [fmt=name] [re=pattern]`. `!` means required;
`name[32]` stands for name0 … name31; `enum:a|b` is a type; `fmt={name}` names a property string (`k=v,k=v`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from eiginfra.lab.proxmox.calendar import CHECKS
from eiginfra.lab.proxmox.errors import PARAMETERS, ProxmoxHttpError
from eiginfra.lab.proxmox.formats import FORMATS

Value = str | int | float
Values = dict[str, Value]
UNKNOWN = "property is not defined in schema and the schema does not allow additional properties"
MISSING = "property is missing and it is not optional"
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class ProxmoxParam:
    """One parameter: its type and limits."""

    name: str
    type: str = "str"
    required: bool = False
    low: float | None = None
    high: float | None = None
    shortest: int | None = None
    longest: int | None = None
    format: str = ""
    pattern: str = ""
    enum: tuple[str, ...] = ()
    requires: str = ""
    default_key: bool = False
    key_alias: str = ""
    alias: str = ""

    def check(self, text: str, path: str) -> tuple[Value, str]:
        """The typed value and what is wrong with it (empty: nothing)."""
        value, problem = self._typed(text)
        if problem:
            return value, problem
        if self.format:
            try:
                check_format(self.format, text, path)
            except ValueError as error:
                return value, f"invalid format - {error}\n"
        return value, self._limits(value, text)

    def _typed(self, text: str) -> tuple[Value, str]:
        if self.type == "int":
            return (int(text), "") if _INTEGER.fullmatch(text) else ("", f"type check ('integer') failed - got '{text}'")
        if self.type == "num":
            return (text, "") if _NUMBER.fullmatch(text) else ("", f"type check ('number') failed - got '{text}'")
        if self.type == "bool":
            return (int(text), "") if text in ("0", "1") else ("", f"type check ('boolean') failed - got '{text}'")
        return text, ""

    def _limits(self, value: Value, text: str) -> str:
        if self.pattern and not _compiled(self.pattern).fullmatch(text):
            return "value does not match the regex pattern"
        if self.enum and text not in self.enum:
            return f"value '{text}' does not have a value in the enumeration '{', '.join(self.enum)}'"
        if self.longest is not None and len(text) > self.longest:
            return f"value may only be {self.longest} characters long"
        if self.shortest is not None and len(text) < self.shortest:
            return f"value must be at least {self.shortest} characters long"
        if self.low is not None and float(value) < self.low:
            return f"value must have a minimum value of {self.low:g}"
        if self.high is not None and float(value) > self.high:
            return f"value must have a maximum value of {self.high:g}"
        return ""


@dataclass(frozen=True)
class Schema:
    """The parameters of a call, or the keys of a property string."""

    params: dict[str, ProxmoxParam] = field(default_factory=dict)
    whole: Callable[[Values], Values] | None = None
    """What a property string must be as a whole; raises ValueError, or answers what it comes to."""

    def problems(self, given: dict[str, str], prefix: str = "") -> tuple[Values, dict[str, str]]:
        """The typed values and, for each wrong parameter, what is wrong."""
        values: Values = {}
        errors: dict[str, str] = {}
        for name, text in given.items():
            param = self.params.get(name)
            if param is None or param.alias:
                errors[prefix + name] = UNKNOWN
                continue
            value, problem = param.check(text, name)
            if problem:
                errors[prefix + name] = problem
            values[name] = value
            if param.requires and param.requires not in given:
                missing = f"missing property required by '{prefix}{name}'"
                known = errors.get(prefix + param.requires)
                errors[prefix + param.requires] = rf"{known}\n{missing}" if known else missing
        for name in self.required:
            if name not in given:
                errors[prefix + name] = MISSING
        return values, errors

    def verify(self, given: dict[str, str]) -> Values:
        """The typed values of a call; raises the 400 with every error at once."""
        values, errors = self.problems(given)
        if errors:
            raise ProxmoxHttpError(400, PARAMETERS, errors)
        return values

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the required parameters, in order."""
        return tuple(name for name, param in self.params.items() if param.required)

    @cached_property
    def default_key(self) -> str:
        """The key of a value given bare, or ""."""
        return next((name for name, param in self.params.items() if param.default_key), "")

    def __or__(self, other: "Schema") -> "Schema":
        return Schema({**self.params, **other.params})


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


FORMATS |= CHECKS
STRINGS: dict[str, Schema] = {}


def check_format(name: str, text: str, path: str) -> None:
    """Check a named format or `{property string}`; raises ValueError with the server's words."""
    if name.startswith("{"):
        parse_string(STRINGS[name[1:-1]], text, path)
    else:
        FORMATS[name](text)


def parse_string(schema: Schema, text: str, path: str = "") -> dict[str, Value]:
    """The values of a property string (`k=v,k=v`), a key alias resolved (`virtio=MAC` is model and macaddr).

    Raises ValueError as the server words it; `path` prefixes the keys in it.
    """
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            if not schema.default_key:
                raise ValueError("value without key, but schema does not define a default key")
            key, value = schema.default_key, part
        param = schema.params.get(key)
        if param is not None and param.alias:
            if param.key_alias:
                if param.key_alias in given:
                    raise ValueError(f"duplicate key in comma-separated list property: {param.key_alias}")
                given[param.key_alias] = key
            key = param.alias
        if key in given:
            raise ValueError(f"duplicate key in comma-separated list property: {key}")
        given[key] = value
    values, errors = schema.problems(given, f"{path}." if path else "")
    if errors:
        raise ApiTextError("format error", errors)
    return schema.whole(values) if schema.whole else values


class ApiTextError(ValueError):
    """A property string's errors: a head line and one line a key."""

    def __init__(self, head: str, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("\n".join([head, *(f"{key}: {problem}" for key, problem in errors.items())]))


def print_string(schema: Schema, values: dict[str, Value]) -> str:
    """The property string in the server's order: the default key bare, required keys, then the rest by name."""
    left = {key: value for key, value in values.items() if value is not None}
    out: list[str] = []
    if schema.default_key in left:
        head = str(left.pop(schema.default_key))
        named = schema.params.get(head)
        out.append(f"{head}={left.pop(named.alias)}" if named and named.alias in left else head)
    required = sorted(name for name in left if name in schema.params and schema.params[name].required)
    out += [f"{name}={left.pop(name)}" for name in required]
    out += [f"{name}={left[name]}" for name in sorted(left)]
    return ",".join(out)


_LINE = re.compile(r"(?P<name>[\w\-]+)(?:\[(?P<count>\d+)\])?(?P<required>!)?(?P<default>\*)?:\s*(?P<rest>.*)")


def declare(text: str) -> Schema:
    """Read a declaration (see the module's head)."""
    params: dict[str, ProxmoxParam] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a declaration: {line}")
        names = [match["name"]]
        if match["count"]:
            names = [f"{match['name']}{number}" for number in range(int(match["count"]))]
        rest, _, pattern = match["rest"].partition("re=")
        param = _read(rest.split(), ProxmoxParam(names[0], required=bool(match["required"]), pattern=pattern.strip()))
        for name in names:
            params[name] = replace(param, name=name, default_key=bool(match["default"]))
    return Schema(params)


def _read(words: list[str], param: ProxmoxParam) -> ProxmoxParam:
    for word in words:
        key, equals, value = word.partition("=")
        if word.startswith("enum:"):
            param = replace(param, enum=tuple(word[5:].split("|")))
        elif key == "len":
            low, _, high = value.partition("..")
            param = replace(param, shortest=int(low) if low else None, longest=int(high) if high else None)
        elif key == "fmt":
            param = replace(param, format=value)
        elif key == "needs":
            param = replace(param, requires=value)
        elif key == "as":
            alias, _, key_alias = value.partition("/")
            param = replace(param, alias=alias, key_alias=key_alias)
        elif ".." in word and not equals:
            low, _, high = word.partition("..")
            param = replace(param, low=float(low) if low else None, high=float(high) if high else None)
        else:
            param = replace(param, type=word)
    return param
