"""Malformed YAML in words: what the parser found, for people who never read YAML's specification."""

import re
from collections.abc import Mapping
from typing import Final

import yaml

from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.repairs import repaired
from eiginfra.inventory.source import place

# The parser's words (libyaml's; then pure Python's), and the code of what they mean.
_MEANINGS: Final = (
    (r"mapping values are not allowed", "yaml-second-colon"),
    (r"expected ',' or '[}\]]'", "yaml-bracket-open"),
    (r"unexpected end of stream", "yaml-quote-open"),
    (r"could not find expected ':'", "yaml-key-without-colon"),
    (r"block sequence entries are not allowed|sequence entries are not allowed", "yaml-entry-misplaced"),
    (
        r"expected '-' indicator|expected key|expected <block end>|expected '<document start>'|expected <document start>",
        "yaml-line-misplaced",
    ),
    (r"unknown escape character", "yaml-backslash"),
    (r"mapping keys are not allowed", "yaml-question-mark"),
    (r"unexpected document (indicator|separator)", "yaml-document-line"),
    (r"undefined tag handle", "yaml-tag"),
    (r"expected node content|did not find expected node", "yaml-value-missing"),
)
_RESERVED: Final = "@`%&*!|>"


def explain(problem: yaml.YAMLError, text: str, file: str, *, echo: bool) -> Finding:
    """The finding for malformed YAML. echo: whether the remedy may repeat values; not where these may be secrets."""
    if html := re.match(r"\s*<(?:!doctype|html|head|body|\?xml|div)\b", text, re.IGNORECASE):
        return error("yaml-is-html", location=place(file, html[0].rpartition("<")[0]))
    said = str(getattr(problem, "problem", None) or problem)
    mark = getattr(problem, "problem_mark", None)
    if "unexpected end of stream" in said or "expected ':'" in said:
        mark = getattr(problem, "context_mark", None) or mark  # where the quote was opened, the key begun
    if mark is None:
        return error("yaml", text=said, location=Location(file=file))
    opened = getattr(problem, "context_mark", None) or mark
    lines = re.split("\r\n|\r|\n", text.rstrip())
    line = min(mark.line, len(lines) - 1)  # the parser sees a line after the last one; people do not
    column = mark.column if line == mark.line else len(lines[line])
    code, params = _meaning(said, lines[line], column)
    if not echo:
        params = {name: re.sub(r"'[^']*'", "'…'", str(value)) if name == "text" else "…" for name, value in params.items()}
    if code != "yaml-tab-in-indentation" and (repair := repaired(text, line, echo=echo)):
        line, column, code, params = repair[:4]
    place_of = {"line": opened.line + 1, "column": opened.column + 1} if code == "yaml-bracket-open" else {}
    return error(code, {**params, **place_of}, location=Location(file=file, line=line + 1, column=column + 1))


def _meaning(said: str, written: str, column: int) -> tuple[str, Mapping[str, object]]:
    """The code of what the parser says, and its parameters."""
    indentation = written[: len(written) - len(written.lstrip())]
    if "\t" in indentation and column <= len(indentation):
        return "yaml-tab-in-indentation", {}
    if written[column : column + 1] == "\t":
        return "yaml-tab", {}
    before = written[:column].rstrip()
    sign = written[column : column + 1]
    begun = re.search(r"(?:^|[:\-,\[{]\s+)([@`%&*!|>][^\s,\]}]*)$", written[: column + 1] if sign in _RESERVED and sign else before)
    if begun and ("cannot start any token" in said or "alphabetic or numeric" in said or "tag" in said or "comment or line break" in said):
        return "yaml-reserved-sign", {"sign": begun[1][0], "write": _instead(written, begun.start(1))}
    if "expected key" in said or "expected <block end>" in said:
        if sign == ":":
            return "yaml-key-missing", {}
        if column > len(indentation):
            return "yaml-text-after-value", {}
    for pattern, code in _MEANINGS:
        if re.search(pattern, said):
            return code, {}
    return "yaml", {"text": said}


def _instead(written: str, start: int) -> str:
    """The text from there on in quotes; of an account, without the sign that people write before its name."""
    text = _unquoted(written, start)
    return text.lstrip("@") if re.search(r"username:\s+$", written[:start]) and text.startswith("@") else f'"{text}"'


def _unquoted(written: str, start: int) -> str:
    """The unquoted text from there on, as far as it can be guessed."""
    return re.split(r"\s#|[,\]}]", written[start:])[0].strip()
