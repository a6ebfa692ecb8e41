"""The look of handouts and pages: colours and a font in the place of eiginfra's own, and a stylesheet on top."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from eiginfra.inventory.fields import Matching
from eiginfra.inventory.file_model import FileModel
from eiginfra.inventory.remedies import colour

LIGHT: Final[Mapping[str, str]] = {
    "ink": "#1b1f24",
    "soft": "#4f5863",
    "line": "#d3d8de",
    "tint": "#f3f5f7",
    "accent": "#1f4e79",
    "paper": "#ffffff",
    "good": "#17663a",
    "warn": "#8a4600",
    "bad": "#a8141c",
}
"""eiginfra's own colours, as the handouts' stylesheet has them."""
DARK: Final[Mapping[str, str]] = {
    "ink": "#e6e9ed",
    "soft": "#a9b3be",
    "line": "#3a424c",
    "tint": "#1e242b",
    "accent": "#8fbdf0",
    "paper": "#14181d",
    "good": "#74cf98",
    "warn": "#f0b35c",
    "bad": "#ff918a",
}
"""The same for screens that are dark."""
TEXT: Final = ("ink", "soft", "accent", "good", "warn", "bad")
"""The colours in which text is written."""
BACKGROUNDS: Final = ("paper", "tint")
"""What text is written on."""
LEAST_CONTRAST: Final = 4.5
"""Of text and its background (WCAG 2.2, success criterion 1.4.3, level AA)."""

Colour = Annotated[str, Matching(r"#[0-9A-Fa-f]{6}", "colour-value", colour, most=7), AfterValidator(str.lower)]
Font = Annotated[str, Matching(r"[A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+)*", "font", most=60)]
Stylesheet = Annotated[str, Matching(r"[A-Za-z0-9][A-Za-z0-9_-]*\.css", "stylesheet", most=60)]


class Colours(FileModel):
    """Colours by what they are for; eiginfra's own where one is absent."""

    ink: Colour | None = Field(default=None, description="Text")
    soft: Colour | None = Field(default=None, description="Text that matters less")
    line: Colour | None = Field(default=None, description="Lines and borders")
    tint: Colour | None = Field(default=None, description="The background of notes and of table heads")
    accent: Colour | None = Field(default=None, description="Headings and links")
    paper: Colour | None = Field(default=None, description="The background")
    good: Colour | None = Field(default=None, description="Text of what is well")
    warn: Colour | None = Field(default=None, description="Text of what wants attention")
    bad: Colour | None = Field(default=None, description="Text of what is wrong")

    def over(self, own: Mapping[str, str]) -> Mapping[str, str]:
        """All colours by token: these, and eiginfra's `own` where one is absent."""
        return {token: getattr(self, token) or value for token, value in own.items()}


class Theme(Colours):
    """Colours for light screens and for print, under `dark` those for dark screens; a font; a stylesheet of the cohort's folder."""

    dark: Colours = Field(default=Colours(), description="The colours on dark screens")
    font: Font | None = Field(default=None, description="The name of a font that the readers' machines have; else their usual one")
    stylesheet: Stylesheet | None = Field(default=None, description="A CSS file beside cohort.yml, read after eiginfra's own")

    def light_colours(self) -> Mapping[str, str]:
        """By token, as `#rrggbb`."""
        return self.over(LIGHT)

    def dark_colours(self) -> Mapping[str, str]:
        """By token, as `#rrggbb`."""
        return self.dark.over(DARK)


@dataclass(frozen=True)
class Faint:
    """Text that cannot be read on its background: the tokens of both, their colours and their contrast, between 1 and 21."""

    token: str
    colour: str
    background: str
    paper: str
    contrast: float


def faint(colours: Mapping[str, str]) -> Iterator[Faint]:
    """The colours of text with too little contrast to a background; each is told once, on the background where it can be read least."""
    for token in TEXT:
        background = min(BACKGROUNDS, key=lambda each: contrast(colours[token], colours[each]))
        found = contrast(colours[token], colours[background])
        if found < LEAST_CONTRAST:
            yield Faint(token, colours[token], background, colours[background], found)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it, between 1 and 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(value: str) -> float:
    """The relative luminance of `#rrggbb`, between 0 and 1."""
    red, green, blue = (_linear(int(value[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
