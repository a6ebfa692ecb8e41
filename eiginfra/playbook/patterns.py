"""Ansible's host patterns over names: of teams in `teams:`, of teams and machines in `--limit`."""

import re
import warnings
from collections.abc import Sequence
from fnmatch import translate

from eiginfra.core.suggest import suggest
from eiginfra.playbook.failure import PatternError

_SEPARATORS = re.compile(r"[,:]")


def select(pattern: str, names: Sequence[str]) -> list[str]:
    """The names a pattern selects, in the order of `names`; an empty list if its wildcards match nothing.

    `all` and `*`; a name; `open-*`; `~regular expression`; several by `,` or `:` (any), `&x` (only if also), `!x` (but not). What is only
    `&` and `!` begins with all. Raises PatternError, with what was probably meant, for a name that does not exist.
    """
    parts = [part.strip() for part in _SEPARATORS.split(pattern)]
    if not any(parts) or "" in parts:
        raise PatternError("pattern-unreadable", pattern=pattern)
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
        raise PatternError("pattern-sign-alone")
    if part in {"all", "*"}:
        return set(names)
    if part.startswith("~"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", FutureWarning)  # an expression whose meaning will change
                expression = re.compile(part[1:])
        except (re.error, FutureWarning, OverflowError, RecursionError) as problem:
            raise PatternError("pattern-expression", expression=part, text=str(problem)) from problem
        return {name for name in names if expression.match(name)}
    if any(sign in part for sign in "*?["):
        wildcard = re.compile(translate(part))
        return {name for name in names if wildcard.match(name)}
    if part in names:
        return {part}
    raise PatternError("pattern-unknown-team", name=part, advice=suggest(part, names))
