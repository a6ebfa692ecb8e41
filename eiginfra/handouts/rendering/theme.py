"""A cohort's theme as CSS, laid over the packaged tokens: so an administration's design system meets the same layout."""

from collections.abc import Mapping

from eiginfra.inventory.theme import Theme


def theme_css(theme: Theme, stylesheet: str = "") -> str:
    """What `render_html` takes as theme; empty where the cohort's file sets nothing.

    All values are colours and a font's name by the file's model, which refuses what could end a rule. Dark colours are written
    whenever light ones are, since a later rule wins. stylesheet: the text of the file that the theme names, checked when it was read.
    """
    rules = ""
    if theme != Theme(stylesheet=theme.stylesheet):
        font = f'--font: "{theme.font}", system-ui, sans-serif; ' if theme.font else ""
        rules = f"\n:root {{ {font}{_tokens(theme.light_colours())} }}\n"
        rules += f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_tokens(theme.dark_colours())} }} }}\n"
    return rules + stylesheet


def _tokens(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())
