"""The languages that handouts and pages can be in."""

from collections.abc import Mapping
from typing import Final

from eiginfra.handouts.en import ENGLISH
from eiginfra.handouts.fr import FRENCH
from eiginfra.handouts.language import Language

LANGUAGES: Final[Mapping[str, Language]] = {language.code: language for language in (FRENCH, ENGLISH)}
"""By code."""
