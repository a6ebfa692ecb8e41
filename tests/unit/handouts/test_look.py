"""The stylesheet: colours and fonts are tokens, so that an administration can lay its own over them."""

import re
from importlib.resources import files

LOOK = files("eiginfra.handouts.rendering").joinpath("look")
TOKENS = LOOK.joinpath("tokens.css").read_text(encoding="utf-8")
STYLE = LOOK.joinpath("style.css").read_text(encoding="utf-8")
SYSTEM = {"Canvas", "CanvasText", "Highlight"}
"""The colours of the system, where it forces them."""


def test_colours_and_fonts_are_written_as_tokens_alone() -> None:
    values = re.findall(r"(?:color|background|border[a-z-]*|outline|fill|stroke|font-family): ([^;}]+)", STYLE)
    written = {
        word for value in values for word in re.findall(r"#[0-9a-f]+|\b[a-z]+\(|[A-Za-z][A-Za-z-]+", re.sub(r"var\([^)]*\)", "", value))
    }
    assert len(values) > 30
    assert written - SYSTEM <= {"rem", "em", "solid", "none", "collapse", "inherit"}


def test_every_token_is_used_and_every_one_used_is_there() -> None:
    assert set(re.findall(r"var\((--[a-z]+)\)", STYLE + TOKENS)) == set(re.findall(r"^ +(--[a-z]+):", TOKENS, re.MULTILINE))


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|https?:", STYLE + TOKENS)
