"""A design system laid over the pages, paper, and the colours that readers force."""

from pathlib import Path

import pytest
from playwright.sync_api import Page as Shown
from support.browsing import SCHEMES, Scheme, Window, violations
from support.specimen import specimens

from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.theme import theme_css
from eiginfra.inventory.theme import Theme

THEME = Theme.model_validate({"accent": "#000091", "ink": "#161616", "font": "Marianne", "dark": {"accent": "#8585f6", "ink": "#fff0f0"}})
COLOURS = {"light": ("rgb(22, 22, 22)", "rgb(0, 0, 145)"), "dark": ("rgb(255, 240, 240)", "rgb(133, 133, 246)")}


def _colour(page: Shown, selector: str, name: str = "color") -> str:
    found = page.locator(selector).first.evaluate("(each, name) => getComputedStyle(each)[name]", name)
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_theme_is_laid_over_the_tokens_under_the_same_policy(shown: Window, tmp_path: Path, scheme: Scheme) -> None:
    file = tmp_path / "page.html"
    file.write_text(render_html(specimens("fr")[0], theme_css(THEME, "h1 { text-transform: uppercase }")), encoding="utf-8")
    shown.look(1280, scheme)
    shown.open(file)
    assert (_colour(shown.page, "h1"), _colour(shown.page, ".content h2")) == COLOURS[scheme]
    assert _colour(shown.page, "body", "fontFamily").startswith("Marianne")
    assert _colour(shown.page, "h1", "textTransform") == "uppercase"
    assert violations(shown.page) == ""
    assert (shown.strays(file), shown.complaints) == ([], [])


def test_paper_is_white_whatever_the_screen(shown: Window, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render_html(specimens("fr")[0]), encoding="utf-8")
    shown.open(file)
    shown.look(794, "dark", "print")
    assert _colour(shown.page, "body", "backgroundColor") == "rgb(255, 255, 255)"
    shown.look(794, "dark")
    assert _colour(shown.page, "body", "backgroundColor") == "rgb(20, 24, 29)"


def test_where_the_reader_forces_colours_drawings_and_focus_are_still_seen(shown: Window, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render_html(specimens("fr")[0]), encoding="utf-8")
    shown.look(1280)
    shown.open(file)
    shown.page.emulate_media(forced_colors="active")
    try:
        paper = _colour(shown.page, "body", "backgroundColor")
        assert paper not in {_colour(shown.page, ".bar rect", "fill"), _colour(shown.page, ".bar", "borderTopColor")}
        shown.page.keyboard.press("Tab")
        assert _colour(shown.page, ":focus", "outlineStyle") == "solid"
    finally:
        shown.page.emulate_media(forced_colors="none")
