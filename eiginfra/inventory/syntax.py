"""Malformed YAML in words: what the parser found, for people who never read YAML's specification."""

import re
from typing import Final

import yaml

from eiginfra.core.finding import Finding, Location, error
from eiginfra.inventory.repairs import repaired
from eiginfra.inventory.source import place
from eiginfra.inventory.ssh_keys import PRIVATE

_TAB: Final = ("a tab stands in the indentation", "YAML is indented with spaces: replace the tab by spaces")
_INDENT: Final = (
    "this line does not fit the lines above it",
    "check its indentation; if the line above holds a quote or bracket, check that it is closed",
)
# The parser's words (libyaml's; then pure Python's), what they mean, what to do.
_MEANINGS: Final[tuple[tuple[str, str, str], ...]] = (
    (
        r"mapping values are not allowed",
        "a second ': ' stands in this value, or the line is indented too far",
        "quote text that contains ': ', or correct the indentation",
    ),
    (r"expected ',' or '[}\]]'", "a comma or closing bracket is missing before this place", "close the bracket opened at {opened}"),
    (r"unexpected end of stream", "a quote is opened here and never closed", "close it"),
    (
        r"could not find expected ':'",
        "a key stands here without its colon",
        "write 'key: value', or quote text of several lines",
    ),
    (
        r"block sequence entries are not allowed|sequence entries are not allowed",
        "a list entry '- ' cannot stand here",
        "write it on a line of its own",
    ),
    (r"expected '-' indicator", *_INDENT),
    (r"expected key|expected <block end>|expected '<document start>'|expected <document start>", *_INDENT),
    (
        r"unknown escape character",
        "a backslash in double quotes stands before a character it cannot stand before",
        "use single quotes, or write \\\\",
    ),
    (r"mapping keys are not allowed", "a '? ' cannot stand here", "quote text that begins with a question mark"),
    (r"unexpected document (indicator|separator)", "a line of --- or ... stands inside a quoted text", "close the quote before it"),
    (r"undefined tag handle", "an unquoted ! begins a YAML tag, and tags are not supported", "quote text that begins with !"),
    (
        r"expected node content|did not find expected node",
        "a value is missing here",
        "write it, or delete the comma or close the bracket before it",
    ),
)
_RESERVED: Final = "@`%&*!|>"


def explain(problem: yaml.YAMLError, text: str, file: str, *, echo: bool) -> Finding:
    """The finding for malformed YAML. echo: whether the remedy may repeat values; not where these may be secrets."""
    if private := re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY", text):
        return error("private-key", PRIVATE[0], remedy=PRIVATE[1], location=place(file, text[: private.start()]))
    if html := re.match(r"\s*<(?:!doctype|html|head|body|\?xml|div)\b", text, re.IGNORECASE):
        remedy = "copy the file's own text, e.g. from GitLab's button 'Open raw'"
        return error("yaml", "this is a web page (HTML), not YAML", remedy=remedy, location=place(file, html[0].rpartition("<")[0]))
    said = str(getattr(problem, "problem", None) or problem)
    mark = getattr(problem, "problem_mark", None)
    if "unexpected end of stream" in said or "expected ':'" in said:
        mark = getattr(problem, "context_mark", None) or mark  # where the quote was opened, the key begun
    if mark is None:
        return error("yaml", f"this is not YAML: {said}", location=Location(file=file))
    opened = getattr(problem, "context_mark", None) or mark
    lines = re.split("\r\n|\r|\n", text.rstrip())
    line = min(mark.line, len(lines) - 1)  # the parser sees a line after the last one; people do not
    column = mark.column if line == mark.line else len(lines[line])
    message, remedy = _meaning(said, lines[line], column)
    if message != _TAB[0] and (repair := repaired(text, line, echo=echo)):
        line, column, message, remedy = repair[:4]
    remedy = remedy.replace("{opened}", f"line {opened.line + 1}, column {opened.column + 1}")
    return error("yaml", message, remedy=remedy, location=Location(file=file, line=line + 1, column=column + 1))


def _meaning(said: str, written: str, column: int) -> tuple[str, str]:
    indentation = written[: len(written) - len(written.lstrip())]
    if "\t" in indentation and column <= len(indentation):
        return _TAB
    if written[column : column + 1] == "\t":
        return "a tab stands here, where YAML wants spaces", "replace the tab by a space"
    before = written[:column].rstrip()
    sign = written[column : column + 1]
    begun = re.search(r"(?:^|[:\-,\[{]\s+)([@`%&*!|>][^\s,\]}]*)$", written[: column + 1] if sign in _RESERVED and sign else before)
    if begun and ("cannot start any token" in said or "alphabetic or numeric" in said or "tag" in said or "comment or line break" in said):
        return f"text that begins with {begun[1][0]} must stand in quotes", f'write "{_unquoted(written, begun.start(1))}"'
    if "expected key" in said or "expected <block end>" in said:
        if sign == ":":
            return "a key is missing before this colon", "write 'key: value'"
        if column > len(indentation):
            return "more text stands here after the end of the value", "check the quotes: an apostrophe inside '…' is written ''"
    for pattern, message, remedy in _MEANINGS:
        if re.search(pattern, said):
            return message, remedy
    return f"this is not YAML: {said}", "check quotes, brackets and indentation around this place"


def _unquoted(written: str, start: int) -> str:
    """The unquoted text from there on, as far as it can be guessed."""
    return re.split(r"\s#|[,\]}]", written[start:])[0].strip()
