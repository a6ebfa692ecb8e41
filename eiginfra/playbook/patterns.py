"""Ansible's host patterns over names: of teams in `teams:`, of teams and machines in `--limit`."""

import re
import warnings
from collections.abc import Sequence
from fnmatch import translate

from eiginfra.core.suggest import suggest

_SEPARATORS = re.compile(r"[,:]")


def select(pattern: str, names: Sequence[str]) -> list[str]:
    """The names a pattern selects, in the order of `names`; an empty list if its wildcards match nothing.

    `all` and `*`; a name; `open-*`; `~regular expression`; several by `,` or `:` (any), `&x` (only if also), `!x` (but not). What is only
    `&` and `!` begins with all. Raises ValueError, with what was probably meant, for a name that does not exist.
    """
    parts = [part.strip() for part in _SEPARATORS.split(pattern)]
    if not any(parts) or "" in parts:
        msg = f"{pattern!r} is not a pattern: write all, a name, several as a,b, a wildcard as open-*, or !name"
        raise ValueError(msg)
    plain = [part for part in parts if part[0] not in "!&"] or ["all"]
    chosen: set[str] = set()
    for part in plain:
        chosen |= _matching(part, names)
    for part in parts:
        if part[0] == "&":
            chosen &= _matching(part[1:], names)
    for part in parts:
        if part[0] == "!":
            chosen -= _matching(part[1:], names)
    return [name for name in names if name in chosen]


def _matching(part: str, names: Sequence[str]) -> set[str]:
    if part in {"", "~"}:
        msg = "a !, & or ~ stands without a name"
        raise ValueError(msg)
    if part in {"all", "*"}:
        return set(names)
    if part.startswith("~"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)  # an expression whose meaning will change
                expression = re.compile(part[1:])
        except (re.error, FutureWarning, OverflowError, RecursionError) as problem:
            msg = f"{part!r} is not a regular expression: {problem}"
            raise ValueError(msg) from problem
        return {name for name in names if expression.match(name)}
    if any(sign in part for sign in "*?["):
        wildcard = re.compile(translate(part))
        return {name for name in names if wildcard.match(name)}
    if part in names:
        return {part}
    hint = suggest(part, names)
    msg = f"there is no {part!r}{f'; {hint}' if hint else ''}"
    raise ValueError(msg)
