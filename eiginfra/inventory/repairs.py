"""Repairs of malformed YAML. A repair is reported only if the file can be read with it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import yaml

from eiginfra.inventory.french import WORDS

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TRIES: Final = 150
_LARGEST: Final = 30_000
"""Characters; longer files are not tried."""
_EVENTS: Final = 100_000
"""So much is read for all tries together, in the parser's events: some 200 ms."""
_ABOVE: Final = 12
"""So many lines above the parser's place may hold the cause."""
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LONGEST_LINE: Final = 400
_KEYS: Final = frozenset(WORDS.values())
_KEY: Final = r"(?P<before>\s*(?:- +)*)(?P<key>[\w-]+)"


class Repair(NamedTuple):
    """A line (from 0) as repaired; code and parameters of what was wrong at a column (from 0) of it; and the repaired text."""

    line: int
    column: int
    code: str
    params: Mapping[str, object]
    lines: list[str]


def repaired(text: str, line: int, *, echo: bool) -> Repair | None:
    """The repair with which the text can be read, or else read furthest beyond the line of its error; None if none helps.

    echo: whether parameters may repeat values; not where these may be secrets.
    """
    if len(text) > _LARGEST:
        return None
    lines = re.split("\r\n|\r|\n", text)
    best, reached, left = None, line + 1, _EVENTS
    for repair in islice(_candidates(lines, line), _TRIES):
        end, read = _error_line(repair.lines)
        left -= read
        if end is None:
            best = repair
            break
        if end > reached:
            best, reached = repair, end
        if left < 0:
            break
    if best is None:
        return None
    if echo or "write" not in best.params:
        return best
    return best._replace(params={**best.params, "write": re.sub(r"(?<=: )(?!$).*", "…", str(best.params["write"]))})


def _error_line(lines: Sequence[str]) -> tuple[int | None, int]:
    """The line of the first error, None if there is none; and how many events were read."""
    read = 0
    try:
        for _ in yaml.parse("\n".join(lines), Loader=_LOADER):
            read += 1
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        return mark.line if mark else 0, read
    return None, read


def _candidates(lines: list[str], line: int) -> Iterator[Repair]:
    """Everywhere first, then each sort of repair from the error's line upwards."""
    for everywhere in (_odd_spaces, _fences):
        yield from everywhere(lines)
    near = [index for index in range(min(line, len(lines) - 1), max(line - _ABOVE, 0) - 1, -1) if lines[index].strip()]
    for repair in _SORTS:
        for index in near:
            yield from repair(lines, index)


def _odd_spaces(lines: list[str]) -> Iterator[Repair]:
    pattern = re.compile(rf"^([ {_SPACES}]*(?:-[ {_SPACES}]+)*(?:[\w-]+:?)?[ {_SPACES}]*)")
    mended = [pattern.sub(lambda match: re.sub(rf"[{_SPACES}]", " ", match[1]), line) for line in lines]
    changed = [index for index, line in enumerate(lines) if line != mended[index]]
    if changed:
        first = changed[0]
        column = next(index for index, letter in enumerate(lines[first]) if letter != mended[first][index])
        params = {"sign": f"{ord(lines[first][column]):04X}", "lines": len(changed)}
        yield Repair(first, column, "yaml-special-space", params, mended)


def _fences(lines: list[str]) -> Iterator[Repair]:
    fenced = [index for index, line in enumerate(lines) if re.match(r"\s*(?:```|~~~|</?[a-zA-Z][^>]*>)", line)]
    if fenced:
        kept = ["" if index in fenced else line for index, line in enumerate(lines)]
        yield Repair(fenced[0], 0, "yaml-markup-line", {}, kept)


def _rewritten(lines: list[str], index: int, new: str, code: str, column: int | None = None, **params: str) -> Repair:
    """A repair of one line; `write` is the new one, without its indentation and comment."""
    shown = re.split(r"\s#", new.strip(), maxsplit=1)[0].rstrip()
    indent = len(lines[index]) - len(lines[index].lstrip()) if column is None else column
    written = shown if len(shown) <= 120 else f"{shown[:117]}…"
    return Repair(index, indent, code, {"write": written, **params}, [*lines[:index], new, *lines[index + 1 :]])


def _cut_key(lines: list[str], index: int) -> Iterator[Repair]:
    """An SSH key over several lines: those below join it."""
    start = re.search(r"\b(?:ssh-\w+|ecdsa-sha2-\w+) AAAA", lines[index])
    for end in range(index + 2, min(index + 14, len(lines) + 1)) if start else ():
        if re.match(r"\s*[A-Za-z0-9+/=]{8,}(?:\s|$)", lines[end - 1]) is None:
            break
        whole = lines[index] + "".join(line.strip() for line in lines[index + 1 : end])
        rest = [*lines[:index], whole, *[""] * (end - index - 1), *lines[end:]]
        yield Repair(index, start.start() if start else 0, "yaml-key-cut", {}, rest)


def _space_after_colon(lines: list[str], index: int) -> Iterator[Repair]:
    if match := re.match(rf"({_KEY}):(?P<value>[^\s/].*)$", lines[index]):
        yield _rewritten(lines, index, f"{match[1]}: {match['value']}", "yaml-space-after-colon", len(match["before"]))


def _other_signs(lines: list[str], index: int) -> Iterator[Repair]:
    if match := re.match(rf"({_KEY}) *(?P<sign>[：﹕∶꞉=]|=>|->) *(?P<value>.*)$", lines[index]):
        yield _rewritten(
            lines, index, f"{match[1]}: {match['value']}".rstrip(), "yaml-other-colon", match.start("sign"), sign=match["sign"]
        )


def _typographic(lines: list[str], index: int) -> Iterator[Repair]:
    match = re.match(rf"({_KEY}: +)[“”„«‘’](?P<value>[^\"]*)$", lines[index].rstrip())
    if match and match["value"].endswith(("“", "”", "»", "’")):
        yield _rewritten(lines, index, f'{match[1]}"{match["value"][:-1].strip()}"', "typographic-quotes", len(match[1]))


def _quotes(lines: list[str], index: int) -> Iterator[Repair]:
    """A value that must be in quotes, or whose quotes are not right."""
    if match := re.match(rf"({_KEY}: +|\s*(?:- +)+)(?P<value>\S.*)$", lines[index].rstrip()):
        for new, code in _requoted(match["value"]):
            yield _rewritten(lines, index, match[1] + new, code, len(match[1]))


def _requoted(value: str) -> Iterator[tuple[str, str]]:
    mark = value[0]
    if mark in "\"'" and value.count(mark) == 1:
        yield value + mark, "yaml-quote-not-closed"
    elif mark in "\"'":
        inner = value[1:-1] if value.endswith(mark) else value
        other = "'" if '"' in inner else '"'
        if other not in inner:
            yield f"{other}{inner}{other}", "yaml-quotes-inside"
    elif re.search(r":(?:\s|$)", value) and mark not in "[{":
        other = "'" if '"' in value else '"'
        if other not in value:
            yield f"{other}{value}{other}", "yaml-colon-inside"


def _brackets(lines: list[str], index: int) -> Iterator[Repair]:
    """A bracket, brace or comma missing in a line."""
    line = lines[index].rstrip()
    start = re.search(r"[\[{]", line)
    if start is None:
        return
    if match := re.match(rf"({_KEY}: +)(\{{.*\}})\]$", line):
        yield _rewritten(lines, index, f"{match[1]}[{match[match.lastindex or 0]}]", "yaml-bracket-missing", start.start())
    body = line.rstrip("]} \t\u00a0")
    stack: list[str] = []
    for sign in body:
        if sign in "[{":
            stack.append("]" if sign == "[" else "}")
        elif stack and sign == stack[-1]:
            stack.pop()
    closed = body + "".join(reversed(stack))
    if closed != line:
        yield _rewritten(lines, index, closed, "yaml-bracket-missing", start.start())
    comma = line[: start.start()] + re.sub(r"(\b\w+: +[^\s,{}\[\]:]+) +(?=\w+: )", r"\1, ", line[start.start() :])
    if comma != line:
        yield _rewritten(lines, index, comma, "yaml-comma-missing", start.start())


def _space_after_hyphen(lines: list[str], index: int) -> Iterator[Repair]:
    if match := re.match(r"(\s*)-([\w{\[\"'].*)$", lines[index]):
        yield _rewritten(lines, index, f"{match[1]}- {match[2]}", "yaml-space-after-hyphen")


def _other_hyphen(lines: list[str], index: int) -> Iterator[Repair]:
    if match := re.match(r"(\s*)(?P<sign>[–—−‐‑•·*‣●▪])\s+(?P<rest>\S.*)$", lines[index]):
        yield _rewritten(lines, index, f"{match[1]}- {match['rest']}", "yaml-other-hyphen", sign=match["sign"])


def _two_keys(lines: list[str], index: int) -> Iterator[Repair]:
    """A line with two keys: the second gets a line of its own."""
    # A long line would be tried at each of its spaces.
    match = len(lines[index]) <= _LONGEST_LINE and re.match(
        rf"({_KEY}: +[^\s\"'\[{{][^:]*?) +(?P<second>[a-z_]{{2,20}}): +(?P<rest>\S.*)$", lines[index]
    )
    if match and match["second"] in _KEYS:
        below = f"{' ' * len(match['before'])}{match['second']}: {match['rest']}"
        parted = [*lines[:index], match[1], below, *lines[index + 1 :]]
        yield Repair(index, match.start("second"), "yaml-two-keys", {"second": match["second"]}, parted)


def _known_entry(lines: list[str], index: int) -> Iterator[Repair]:
    """A list entry without its hyphen, that begins with the same key as another entry."""
    key = lines[index].lstrip().partition(":")[0]
    if any(re.match(rf" *- +{re.escape(key)}:", line) for line in lines):
        yield from _entry(lines, index)


def _entry(lines: list[str], index: int) -> Iterator[Repair]:
    match = re.match(r"( +)([\w{][^:]*:.*)$", lines[index])
    for indent in (match[1], match[1][:-2]) if match else ():
        body = match[2] if match else ""
        yield _rewritten(lines, index, f"{indent}- {body}", "yaml-entry-without-hyphen")


def _colon(lines: list[str], index: int) -> Iterator[Repair]:
    match = re.match(rf"({_KEY})(?P<value> +[^\s:].*)?$", lines[index])
    if match and re.fullmatch(r"[a-zé_]{2,30}", match["key"]):
        new = f"{match[1]}:{match['value'] or ''}"
        yield _rewritten(lines, index, new, "yaml-colon-missing", len(match["before"]), key=match["key"])


def _indent(line: str, more: str = "") -> int:
    return len(line) - len(line.lstrip(f" {more}"))


def _indentation(lines: list[str], index: int) -> Iterator[Repair]:
    """The line, or it and those that are indented with it, moved to a column of the lines above."""
    body, indent = lines[index].lstrip(" "), _indent(lines[index])
    above = [line for line in lines[max(index - _ABOVE, 0) : index] if line.strip()]
    known = {_indent(line) for line in above} | {_indent(line, "-") for line in above}
    end = next((at for at in range(index + 1, len(lines)) if lines[at].strip() and _indent(lines[at]) < indent), len(lines))
    for column in sorted(known - {indent}, key=lambda column: abs(column - indent)):
        params = {"spaces": column, "first": body.split(":")[0][:30].strip(), "now": indent}
        one = [*lines[:index], " " * column + body, *lines[index + 1 :]]
        yield Repair(index, indent, "yaml-line-in-wrong-column", params, one)
        block = [" " * (column - indent) + line if column > indent else line[indent - column :] for line in lines[index:end]]
        yield Repair(index, indent, "yaml-lines-in-wrong-column", params, [*lines[:index], *block, *lines[end:]])


_Sort = Callable[[list[str], int], Iterator[Repair]]
_SORTS: Final[Sequence[_Sort]] = (
    _cut_key,
    _other_hyphen,
    _space_after_colon,
    _other_signs,
    _typographic,
    _space_after_hyphen,
    _two_keys,
    _quotes,
    _brackets,
    _known_entry,
    _indentation,
    _entry,
    _colon,
)
