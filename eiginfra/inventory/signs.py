"""Signs that no text of people may hold: what is not seen, or makes text look like another."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Control characters but tab and line ends; what has no width or no ink; what turns the direction of text; separators that are line ends to
# some programs only; surrogates, tags, variation selectors (but those of emoji), private and impossible characters.
_REFUSED: Final = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
HIDDEN_SIGNS: Final = "\r" + re.sub("\ud800-\udfff|[\U00010000-\U0010ffff]-[\U00010000-\U0010ffff]", "", _REFUSED)
"""As ranges, those of the first 65,536 characters, surrogates left out: what patterns of JSON Schemas can name."""
REFUSED: Final = re.compile(f"[{_REFUSED}]")
"""In a file: carriage returns may end its lines."""
REFUSED_IN_VALUES: Final = re.compile(f"[\r{_REFUSED}]")
"""In a value, where an escape such as `\\u202e` may have put it."""

_OTHERS: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET"})
"""Scripts with letters that look like Latin ones, by the first word of their letters' names."""
_VARIANTS: Final = frozenset({"FULLWIDTH", "MATHEMATICAL"})
_TWINS: Final = frozenset("АВЕЅІЈКМНОРСТУХаеіјорсухѕһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧονικυ")
"""Cyrillic and Greek letters that look like Latin ones."""
_ENCODED_LABEL: Final = re.compile(r"(?<![A-Za-z0-9-])xn--[A-Za-z0-9-]+", re.IGNORECASE)


def code_point(sign: str) -> str:
    """`200B`."""
    return f"{ord(sign):04X}"


def lookalikes(text: str) -> list[str]:
    """The letters of other scripts that look like Latin ones in a text that has these, or are within one word with them; each once."""
    if text.isascii():
        return []
    found = dict.fromkeys(sign for sign in text if _script(sign) in _VARIANTS)
    for word in re.findall(r"\w+", text):
        scripts = {sign: _script(sign) for sign in word if sign.isalpha()}
        if "LATIN" in scripts.values():
            found |= dict.fromkeys(sign for sign, script in scripts.items() if script in _OTHERS)
    if any(_script(sign) == "LATIN" for sign in text):
        found |= dict.fromkeys(sign for sign in text if sign in _TWINS)
    return list(found)


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


def encoded_labels(text: str) -> Iterator[tuple[str, str]]:
    """Parts of host names that are written in another alphabet, `xn--…`, each with what it shows."""
    for found in _ENCODED_LABEL.finditer(text):
        try:
            shown = found[0][4:].encode("ascii").decode("punycode")
        except UnicodeError:
            shown = "?"
        yield found[0], shown
