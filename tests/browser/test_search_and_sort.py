"""What the script of the pages does: search, and sort."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator
from support.browsing import Window
from support.specimen import specimens

from eiginfra.handouts.page import Code, Column, Page, Search, Section, Table
from eiginfra.handouts.rendering.html import render_html

ROWS = (("Zadig", "10 Gio"), ("écho", "9 Gio"), ("Adler", ""), ("Echo 10", "1 Tio"), ("Echo 9", "?"))
KEYS = (("Zadig", 10), ("écho", 9), ("Adler", ""), ("Echo 10", 1024), ("Echo 9", "?"))
TABLE = Table(
    "Disks", (Column("Name"), Column("Size", number=True)), tuple(((Code(name),), size) for name, size in ROWS), sortable=True, keys=KEYS
)


@pytest.fixture
def table(shown: Window, tmp_path: Path) -> Locator:
    file = tmp_path / "table.html"
    page = Page("table", "fr", "Table", "", (Search("Chercher", "Rien de tel."), TABLE), script=True)
    file.write_text(render_html(page), encoding="utf-8")
    shown.look(1280)
    shown.open(file)
    return shown.page.locator("table")


def _names(table: Locator) -> list[str]:
    return table.locator("tbody th").all_inner_texts()


def test_a_heading_sorts_by_keys_up_and_down_and_what_is_empty_stays_last(table: Locator) -> None:
    size = table.get_by_role("button", name="Size")
    assert _names(table) == [name for name, _ in ROWS]
    size.click()
    assert _names(table) == ["écho", "Zadig", "Echo 10", "Echo 9", "Adler"]
    assert table.locator("[aria-sort]").evaluate_all("all => all.map(each => [each.innerText, each.ariaSort])") == [["Size", "ascending"]]
    size.press("Enter")
    assert _names(table) == ["Echo 9", "Echo 10", "Zadig", "écho", "Adler"]
    assert size.evaluate("each => each === document.activeElement")


def test_names_are_sorted_as_their_language_does_and_numbers_in_them_by_size(table: Locator) -> None:
    name = table.get_by_role("button", name="Name")
    name.press("Space")
    assert _names(table) == ["Adler", "écho", "Echo 9", "Echo 10", "Zadig"]
    table.get_by_role("button", name="Size").click()
    assert table.locator("[aria-sort]").count() == 1


@pytest.mark.parametrize(
    ("written", "found", "told"),
    [
        ("ECHÔ", ["écho", "Echo 10", "Echo 9"], "3 / 5"),
        (" gio  zad ", ["Zadig"], "1 / 5"),
        ("nobody", [], "Rien de tel."),
        ("", [name for name, _ in ROWS], ""),
    ],
)
def test_search_hides_rows_without_its_words_and_tells_how_many_are_left(
    shown: Window, table: Locator, written: str, found: list[str], told: str
) -> None:
    field = shown.page.get_by_label("Chercher")
    field.fill("x")
    field.fill(written)
    assert [row.inner_text() for row in table.locator("tbody tr:visible th").all()] == found
    assert shown.page.get_by_role("status").inner_text() == told
    assert shown.complaints == []


def test_a_search_in_a_section_leaves_the_others(shown: Window, tmp_path: Path) -> None:
    file = tmp_path / "sections.html"
    blocks = (Section("one", "One", (Search("Chercher", "Rien de tel."), TABLE)), Section("two", "Two", (TABLE,)))
    file.write_text(render_html(Page("sections", "fr", "Sections", "", blocks, script=True)), encoding="utf-8")
    shown.open(file)
    shown.page.get_by_label("Chercher").fill("zadig")
    assert [shown.page.locator(f"[aria-labelledby={name}] tbody tr:visible").count() for name in ("one", "two")] == [1, len(ROWS)]


def test_search_finds_cards_by_words_that_are_not_shown(shown: Window, tmp_path: Path) -> None:
    file = tmp_path / "cards.html"
    file.write_text(render_html(next(page for page in specimens("fr") if page.name == "overview")), encoding="utf-8")
    shown.open(file)
    cards = shown.page.locator(".card:visible")
    many = cards.count()
    shown.page.get_by_label("Chercher").fill("cafe postgresql")
    assert (cards.count(), shown.page.locator("tbody tr:visible").count()) == (many, 0)
    shown.page.get_by_label("Chercher").fill("demeter")
    assert cards.locator("h3").all_inner_texts() == ["Déméter"]
