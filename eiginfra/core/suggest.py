"""Did you mean: the known word that was probably meant by a misspelt one. The only place that decides it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from eiginfra.core.reason import Reason, reason

_LISTED = 20
"""Advice lists so many choices at most."""


def plain(word: str) -> str:
    """The word in lower case without accents, spaces and hyphens as underscores: what people confuse is equal then."""
    letters = unicodedata.normalize("NFKD", word.replace("œ", "oe").replace("’", "'").casefold())
    return re.sub(r"[\s\-']+", "_", "".join(letter for letter in letters if not unicodedata.combining(letter)).strip())


def nearest(word: str, known: Iterable[str], *, words: Mapping[str, str] | None = None, likeness: float = 0.6) -> str | None:
    """The known word that is most like the given one, or that `words` translates it to (its keys are `plain`); None if none is near."""
    choices = sorted(known)
    asked = plain(word)
    by_plain = {plain(choice): choice for choice in reversed(choices)}
    if asked in by_plain:
        return by_plain[asked]
    translated = (words or {}).get(asked)
    if translated in choices:
        return translated
    close = get_close_matches(asked, list(by_plain), n=1, cutoff=likeness)
    return by_plain[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str], *, words: Mapping[str, str] | None = None) -> Reason | None:
    """The advice `did you mean 'memory'?`; None if nothing is near."""
    near = nearest(word, known, words=words)
    return None if near is None else reason("did-you-mean", meant=near)


def suggest(word: str, known: Iterable[str], *, words: Mapping[str, str] | None = None) -> Reason | None:
    """The advice for an unknown word: the nearest one, else what there is to choose from, or some of it; None without choices."""
    choices = sorted(known)
    return did_you_mean(word, choices, words=words) or _choices(choices)


def _choices(choices: list[str]) -> Reason | None:
    if len(choices) > _LISTED:
        return reason("some-choices", count=len(choices), some=[*choices[:5]])
    return reason("choose-among", choices=[*choices]) if len(choices) > 1 else reason("only-choice", choice=choices[0]) if choices else None
