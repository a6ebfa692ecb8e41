"""A cohort's theme as CSS."""

import pytest

from eiginfra.handouts.page import Page
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.theme import theme_css
from eiginfra.inventory.theme import DARK, LIGHT, Theme

PAGE = Page("adler", "fr", "Adler", "", ())


def test_without_a_theme_nothing_is_laid_over() -> None:
    assert theme_css(Theme()) == ""
    assert theme_css(Theme(stylesheet="eig.css"), "h1 { color: red }") == "h1 { color: red }"


def test_colours_that_are_absent_are_eiginfras_own_and_dark_ones_stay_for_dark_screens() -> None:
    css = theme_css(Theme.model_validate({"accent": "#000091", "font": "Marianne", "dark": {"accent": "#8585f6"}}))
    light, dark = css.split("@media screen and (prefers-color-scheme: dark)")
    assert '--font: "Marianne", system-ui, sans-serif;' in light
    assert all(f"--{name}: {value};" in light for name, value in {**LIGHT, "accent": "#000091"}.items())
    assert all(f"--{name}: {value};" in dark for name, value in {**DARK, "accent": "#8585f6"}.items())


def test_the_stylesheet_comes_last() -> None:
    html = render_html(PAGE, theme_css(Theme.model_validate({"accent": "#000091"}), "h1 { color: var(--accent) }"))
    assert html.index("--accent: #1f4e79") < html.index("--accent: #000091") < html.index("h1 { color: var(--accent) }")


def test_rules_that_could_end_the_style_are_refused() -> None:
    with pytest.raises(ValueError, match="without <"):
        render_html(PAGE, "</style><script>")
