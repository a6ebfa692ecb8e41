"""Whether text in the colours of a cohort's theme can be read."""

import math
from collections.abc import Iterator

from eiginfra.core.finding import Finding, error
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.theme import LEAST_CONTRAST, Colours, Faint, faint


def check_theme(cohort: Cohort) -> Iterator[Finding]:
    """An error for each colour of text that has too little contrast to its background."""
    theme = cohort.file.theme
    for colours, written, path in ((theme.light_colours(), theme, ()), (theme.dark_colours(), theme.dark, ("dark",))):
        for found in faint(colours):
            yield error(
                "theme-contrast",
                token=found.token,
                colour=found.colour,
                background=found.background,
                paper=found.paper,
                contrast=math.floor(found.contrast * 100) / 100,
                least=LEAST_CONTRAST,
                location=cohort.where(None, "theme", *path, _written(written, found)),
            )


def _written(colours: Colours, found: Faint) -> str:
    """The key that the cohort's file has: that of the text, else that of the background."""
    return found.token if getattr(colours, found.token) is not None else found.background
