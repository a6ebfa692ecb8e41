"""What a README says, guessed from its headings and words, French or English.

These are guesses: a README that says it in other words is shown as lacking it, and people know better.
"""

import re
from collections.abc import Sequence
from typing import Final

from eiginfra.inventory.remedies import slug

SHORTEST: Final = 200
"""Letters below which a README says nothing."""

_ANYWHERE: Final = {
    "author": r"©|\(c\) |copyright|\bauteur|\bautrice|\bauthor|développée? (?:par|pour|au sein|à)|maintenue? par"
    r"|(?:developed|maintained|built) (?:by|for|at)",
    "contact": r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}|\bcontact|nous écrire|write to us|/-?/?issues|\btickets?\b",
    "contributions": r"contribu",
    "licence": r"\blicen[cs]e",
}
_HEADINGS: Final = r"install|usage|utilis|essa[yi]|démarr|lanc|start|\brun|développement|development|how to|demo|démo|exemple|example"
_CODE: Final = r"^ {0,3}(?:```|~~~)|^(?: {4}|\t)(?:\$|pip |npm |docker |git |make |python)|^\.\. code"


def missing_in(readme: str, administration: str, programme: Sequence[str]) -> tuple[str, ...]:
    """What a README lacks: author, try, contact, contributions, licence, programme.

    administration: whose name tells the author, too. programme: names of the programme, one of which has to be there; not asked if empty.
    """
    shown, words = readme.casefold(), f"-{slug(readme)}-"
    found = {code for code, pattern in _ANYWHERE.items() if re.search(pattern, shown)}
    if named(administration, words):
        found.add("author")
    if re.search(_CODE, shown, re.MULTILINE) or any(re.search(_HEADINGS, line) for line in headings(shown)):
        found.add("try")
    if not programme or any(named(name, words) for name in programme):
        found.add("programme")
    return tuple(code for code in ("author", "try", "contact", "contributions", "licence", "programme") if code not in found)


def headings(text: str) -> list[str]:
    """The headings of Markdown, reStructuredText, AsciiDoc or HTML."""
    lines = text.split("\n")
    return [
        line
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if re.match(r"#{1,6} |={1,6} |<h\d", line) or (line.strip() and re.fullmatch(r"([=~^\"'*+-])\1{2,}", below.rstrip()))
    ]


def named(name: str, words: str) -> bool:
    """Whether a name is among words that were made a slug with a hyphen at both ends."""
    return bool(slug(name)) and f"-{slug(name)}-" in words
