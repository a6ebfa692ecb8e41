"""Every sort of page in real Chromium: accessible, within its width, reached by the keyboard, asking nobody for anything.

Pictures of all of them, of very tall ones the beginning, are in `build/screenshots` afterwards, for people to look at.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browsing import SCHEMES, WIDTHS, Media, Scheme, Window, keyboard_problems, overflow, violations, window
from support.every_page import PAGES, every_page

PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
PAPER = 794
"""The width of A4 in CSS pixels."""
LOOKS: list[tuple[int, Scheme, Media]] = [
    *((width, scheme, "screen") for scheme in SCHEMES for width in WIDTHS),
    (PAPER, "dark", "print"),
]
"""Paper is light for who prefers dark screens, too (`test_theme`), so it is looked at once."""


def _written(folder: Path, language: str, name: str) -> Path:
    file = folder / f"{name}.html"
    file.write_text(every_page(language)[name], encoding="utf-8")
    return file


@pytest.mark.parametrize(("language", "name"), PAGES, ids=lambda value: value)
def test_a_page_is_accessible_and_fits_at_every_width_in_light_and_dark_and_printed(
    shown: Window, tmp_path: Path, language: str, name: str
) -> None:
    file = _written(tmp_path, language, name)
    PICTURES.mkdir(parents=True, exist_ok=True)
    shown.open(file)
    found = {}
    for width, scheme, media in LOOKS:
        shown.look(width, scheme, media)
        look = f"{name}-{language}-{width}-{scheme if media == 'screen' else media}"
        shown.photograph(PICTURES / f"{look}.png")
        found[look] = [violations(shown.page, media), *overflow(shown.page)]
    assert {look: [each for each in problems if each] for look, problems in found.items() if any(problems)} == {}
    assert (shown.strays(file), shown.complaints) == ([], [])


@pytest.mark.parametrize(("language", "name"), PAGES, ids=lambda value: value)
def test_the_keyboard_reaches_everything_and_leaves_again(shown: Window, tmp_path: Path, language: str, name: str) -> None:
    file = _written(tmp_path, language, name)
    for width in (WIDTHS[0], WIDTHS[-1]):
        shown.look(width)
        shown.open(file)
        assert keyboard_problems(shown.page) == []


@pytest.mark.parametrize(("language", "name"), PAGES, ids=lambda value: value)
def test_the_first_stop_skips_to_the_content(shown: Window, tmp_path: Path, language: str, name: str) -> None:
    shown.open(_written(tmp_path, language, name))
    shown.look(WIDTHS[0])
    skip = shown.page.locator(".skip")
    if skip.count() == 0:
        assert shown.page.locator("nav").count() == 0
        return
    shown.page.keyboard.press("Tab")
    assert skip.evaluate("each => each === document.activeElement")
    shown.page.keyboard.press("Enter")
    shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("document.activeElement.closest('header') === null")


@pytest.mark.parametrize("name", every_page("fr"))
def test_without_javascript_all_is_shown(browser: Browser, tmp_path: Path, name: str) -> None:
    file = _written(tmp_path, "fr", name)
    with window(browser, script=False) as opened:
        opened.open(file)
        page = opened.page
        assert page.locator("main button, .search:visible").count() == 0
        hidden = page.locator("main :not(.search, .search *):not(:visible)").evaluate_all("all => all.map(each => each.outerHTML)")
        assert [each for each in hidden if not each.startswith(("<br", "<circle", "<line", "<rect"))] == []
        assert (opened.strays(file), opened.complaints) == ([], [])
