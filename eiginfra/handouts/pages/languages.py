"""The languages of the pages: how each writes days and amounts is the handouts', the sentences are the pages' own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from eiginfra.handouts.en import ENGLISH
from eiginfra.handouts.fr import FRENCH, typeset
from eiginfra.handouts.language import Language
from eiginfra.handouts.pages.en import ENGLISH_PAGES
from eiginfra.handouts.pages.fr import FRENCH_PAGES

PAGE_LANGUAGES: Final[Mapping[str, Language]] = {
    "fr": replace(FRENCH, words=typeset(FRENCH_PAGES)),
    "en": replace(ENGLISH, words=ENGLISH_PAGES),
}
"""By code."""
