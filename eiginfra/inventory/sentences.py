"""What pydantic finds wrong, as codes that a team is told in words it understands, with what to write instead."""

import re
from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from eiginfra.core.reason import Reason, reason
from eiginfra.core.refusal import refused
from eiginfra.core.secret import SecretSource
from eiginfra.core.suggest import nearest, plain, suggest
from eiginfra.inventory import remedies
from eiginfra.inventory.fields import brief
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.french import WORDS
from eiginfra.inventory.model_paths import Path, choices_at, keys_at, model_at, owners_of, type_at


class Sentence(NamedTuple):
    """Code, parameters and advice of a finding."""

    code: str
    params: Mapping[str, object] = {}
    advice: Reason | None = None


def sentence(detail: ErrorDetails, model: type[BaseModel], path: Path) -> Sentence:
    """One of pydantic's errors."""
    kind, value = detail["type"], detail["input"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    if kind == "missing":
        return Sentence("missing-key", {"key": name, "inside": label(path[:-1]) or "file"})
    if kind == "extra_forbidden":
        return Sentence("unknown-key", {"key": name, "inside": label(path[:-1]) or "file"}, _known_key(model, path))
    if (found := refused(detail)) is not None:
        return Sentence(*found)
    wanted = type_at(model, path)
    if wanted is SecretSource and not isinstance(value, dict):
        return Sentence("secret-in-file")
    if wanted in (IPv4Address, IPv4Network):
        return Sentence("not-an-address" if wanted is IPv4Address else "not-a-network", {"value": brief(value)})
    if wanted is date and (kind in _NOT_A_DAY or isinstance(value, (str, int, float))) and not isinstance(value, bool):
        day = remedies.day(value)
        return Sentence("not-a-date", {"value": brief(value)}, reason("write", text=day) if day else None)
    if kind in _TYPES:
        return Sentence("wrong-type", _what(value) | {"wanted": _TYPES[kind]}, _typed(kind, value, model, path))
    if kind in _SENTENCES:
        return Sentence(_SENTENCES[kind], {"value": brief(value), **context})
    if kind == "literal_error":
        said = suggest(str(value)[:100], choices_at(model, path), words=WORDS)
        return Sentence("unknown-choice", {"value": brief(value)}, _other_choice(value, name) or said)
    return Sentence("refused", {"text": detail["msg"]})


def label(path: Path) -> str:
    """The name of a value: `email`, `machines[1]`; positions count from 1, as people count."""
    names = [index for index, step in enumerate(path) if isinstance(step, str)]
    if not names:
        return ""
    last = names[-1]
    return f"{path[last]}{''.join(f'[{int(step) + 1}]' for step in path[last + 1 :])}"


def near_key(model: type[BaseModel], path: Path) -> str | None:
    """The key that was probably meant by the unknown one at the path's end."""
    *above, name = path
    return nearest(str(name)[:100], keys_at(model, above), words=WORDS)


def pair(model: type[BaseModel], path: Path, value: object) -> str | None:
    """The entry that a key with its value stands for, as YAML: `{adler: 8080}` is `{subdomain: adler, port: 8080}`; None where none is."""
    inner = model_at(model, path[:-1])
    clear = isinstance(value, (str, int)) and not isinstance(value, bool) and inner is not None and issubclass(inner, FileModel)
    written = inner.from_text(f"{path[-1]}:{value}"[:200]) if clear and inner is not None and issubclass(inner, FileModel) else None
    return None if written is None or "…" in written else written


def _other_choice(value: object, name: str) -> Reason | None:
    """The advice for a choice that people know from elsewhere, and there is none of it here."""
    words, code = _NO_CHOICES.get(name, (frozenset(), ""))
    return reason(code) if plain(str(value)[:40]) in words else None


def _known_key(model: type[BaseModel], path: Path) -> Reason | None:
    *above, name = path
    if str(name).startswith("-") and (found := nearest(str(name).lstrip("- "), keys_at(model, above), words=WORDS)):
        return reason("space-after-hyphen", key=found)
    if found := nearest(str(name)[:100], keys_at(model, above), words=WORDS, likeness=0.8):
        return reason("did-you-mean", meant=found)
    for owner, below in owners_of(model, above, str(name)):
        if below is not None:
            return reason("belongs-in-entry", of=str(below))
        return reason("belongs-in", owner=label(owner)) if label(owner) else reason("belongs-outside")
    return suggest(str(name)[:100], keys_at(model, above), words=WORDS)


def _what(value: object) -> dict[str, object]:
    """What was written, by its type; never the value of text, which may be a secret in the wrong place."""
    match value:
        case bool():
            return {"found": "truth", "value": str(value).lower()}
        case int() | float():
            return {"found": "number", "value": brief(value)}
        case str():
            return {"found": "text"}
        case list():
            return {"found": "list"}
        case _:
            return {"found": "mapping"}


def _typed(kind: str, value: object, model: type[BaseModel], path: Path) -> Reason | None:
    """The advice for a wrong type that is made from what was written; None for the general one."""
    if kind == "bool_type":
        truth = remedies.truth(value)
        return reason("write-unquoted", text=truth) if truth else reason("write-truth-unquoted")
    if kind in {"int_type", "int_from_float"}:
        return _as_number(value)
    if kind in {"string_type", "path_type"} and isinstance(value, (bool, int)):
        return reason("quote-as", text=str(value).lower()[:60])
    if kind == "string_type" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return reason("write-without-brackets", text=value[0][:60])
    if kind in {"string_type", "path_type"} and isinstance(value, float):
        return reason("quote")
    if kind in {"tuple_type", "list_type"}:
        return _as_list(value, model, path)
    if isinstance(value, list) and value and all(isinstance(item, dict) and len(item) == 1 for item in value):
        first = next(iter(value[0]))
        return reason("delete-hyphens", key=str(first)) if first in keys_at(model, path) else None
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return _as_mapping(str(value), model, path)
    return None


def _as_number(value: object) -> Reason | None:
    number = remedies.whole_number(value)
    if number is None and isinstance(value, str) and re.fullmatch(r"\s*\d{1,5}\s*[-–,:]\s*\d{1,5}\s*", value):
        return reason("one-number")
    if isinstance(value, float) and number is None and abs(value) < 2**31:
        return reason("write-either", one=int(value), other=int(value) + 1)
    return reason("write-unquoted" if isinstance(value, str) else "write", text=number) if number else None


def _as_list(value: object, model: type[BaseModel], path: Path) -> Reason | None:
    """One entry, or all of them in a text, where a list belongs."""
    inner = model_at(model, path)
    if isinstance(value, dict) and inner is not None and value:
        first = next(iter(value))
        meant = nearest(str(first).lstrip("- ")[:100], inner.model_fields, words=WORDS)
        if str(first).startswith("-") and meant:
            return reason("space-after-hyphen", key=meant)
        return reason("begin-entries", key=str(first)) if meant else None
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        return None
    if inner is not None:
        written = _written(str(value), inner, path)
        return reason("write", text=f"[{written}]") if written else None
    if str(value).startswith("-"):
        return reason("hyphen-and-space")
    bare = str(value).strip("[] ")
    if re.fullmatch(r"[\w.+/-]+(?:[,; ]+[\w.+/-]+)*", bare) and len(bare) <= 60:
        return reason("write", text=f"[{', '.join(re.split(r'[,; ]+', bare))}]")
    return reason("write-after-hyphen")


def _as_mapping(text: str, model: type[BaseModel], path: Path) -> Reason | None:
    inner = model_at(model, path)
    if inner is None or not issubclass(inner, FileModel):
        return None
    glued = re.match(r"([\w-]{1,30})[:=](.{1,60})$", text)
    if glued and (key := nearest(glued[1], inner.model_fields, words=WORDS)):
        return reason("space-after-colon", text=f"{key}: {glued[2].strip()}")
    written = _written(text, inner, path)
    return reason("write", text=written) if written else None


def _written(text: str, inner: type[BaseModel], path: Path) -> str | None:
    """A mapping written as text, as YAML."""
    return inner.from_text(text[:200]) if path and issubclass(inner, FileModel) else None


_NOT_A_DAY: Final = frozenset({"date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"})
# By key: choices that people know from elsewhere, and what to write instead.
_NO_CHOICES: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "role": (frozenset({"owner", "proprietaire", "admin"}), "write-maintainer"),
    "protocol": (frozenset({"both", "all", "any", "tcp_udp", "udp_tcp", "tcpudp", "les_deux", "tous"}), "write-each-protocol"),
}
# Pydantic's error types: what belongs there.
_TYPES: Final[Mapping[str, str]] = {
    "string_type": "text",
    "path_type": "text",
    "int_type": "number",
    "int_from_float": "number",
    "int_parsing_size": "number",
    "bool_type": "truth",
    "tuple_type": "list",
    "list_type": "list",
    "dict_type": "mapping",
    "model_type": "mapping",
    "date_type": "date",
}
# Pydantic's error types: the codes of findings.
_SENTENCES: Final[Mapping[str, str]] = {
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "string_too_short": "empty-text",
    "string_too_long": "text-too-long",
    "too_short": "empty-list",
    "too_long": "list-too-long",
}
