"""The unbreakable spaces of French typography, so that sentences can be written with plain ones."""

import re

from eiginfra.handouts.language import NBSP

_THIN = "\N{NARROW NO-BREAK SPACE}"


def french_spaces(text: str) -> str:
    """No-break spaces before a colon, inside guillemets and before units; narrow ones before `;`, `!` and `?`."""
    text = re.sub(r" (?=[:»])|(?<=«) |(?<=\d) (?=Go\b|%)", NBSP, text)
    return re.sub(r" (?=[;!?])", _THIN, text)
