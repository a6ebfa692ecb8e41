"""Whatever people and servers write stays text."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from eiginfra.core.resource import Observed
from eiginfra.core.text import one_line
from eiginfra.handouts.rendering import markup
from eiginfra.inventory.model import Team

Pages = Callable[..., dict[str, str]]
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a | b\n\n# Gotcha\n\n| x |",
    "*bold* _it_ `code` [link](javascript:alert(1)) ![i](x)",
    "- item",
    "1. item",
    "</title><style>",
    "{{ 7 * 7 }} {% raw %}",
    "&lt; &amp;",
    "back\\slash \\",
    "~~~ ``` === --- > quote",
]
VOID = {"meta", "br"}


class Structure(HTMLParser):
    """Fails on anything unbalanced; keeps the elements, the headings' levels and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.levels: list[int] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag in {"h1", "h2", "h3"}:
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parse(page: str) -> Structure:
    structure = Structure()
    structure.feed(page)
    structure.close()
    assert structure.open == []
    return structure


def markdown_text(page: str) -> tuple[list[str], Counter[str]]:
    """The text of every block as a reader sees it, and what the blocks are."""
    blocks: list[str] = []
    sorts: Counter[str] = Counter()
    for token in MarkdownIt("commonmark").enable("table").parse(page):
        sorts[token.type] += 1
        if token.type == "inline":
            sorts.update(child.type for child in token.children or ())
            blocks.append("".join(child.content for child in token.children or ()))
    return blocks, sorts


def attacked(adler: dict[str, Any], title: str) -> Team:
    """A team as if the inventory's own checks had let everything through."""
    team = Team.model_validate(adler)
    return team.model_copy(
        update={
            "title": title,
            "administration": title,
            "description": title,
            "projects": (team.projects[0].model_copy(update={"title": title}),),
            "members": (team.members[0].model_copy(update={"name": title}),),
        }
    )


@pytest.mark.parametrize("title", ATTACKS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_attacks(pages: Pages, adler: dict[str, Any], standing: tuple[Observed, ...], title: str, language: str) -> None:
    calm = pages(*standing, teams=(attacked(adler, "Calm"),), language=language)
    made = pages(
        *(replace(each, values={**each.values, "title": title}) if each.address.kind == "gitlab.project" else each for each in standing),
        teams=(attacked(adler, title),),
        language=language,
    )
    for name in ("adler.html", "index.html"):
        structure, usual = parse(made[name]), parse(calm[name])
        assert structure.elements == usual.elements
        assert one_line(title) in structure.words
    for name in ("adler.md", "index.md"):
        blocks, sorts = markdown_text(made[name])
        assert sorts == markdown_text(calm[name])[1]
        assert " ".join(title.split()) in [block.strip() for block in blocks]


@given(title=st.text(min_size=1, max_size=60))
def test_any_title(pages: Pages, adler: dict[str, Any], title: str) -> None:
    made = pages(teams=(attacked(adler, title),))
    calm = pages(teams=(attacked(adler, "Calm"),))
    assert parse(made["adler.html"]).elements == parse(calm["adler.html"]).elements
    assert parse(made["index.html"]).elements == parse(calm["index.html"]).elements
    assert markdown_text(made["adler.md"])[1] == markdown_text(calm["adler.md"])[1]
    assert not [letter for letter in made["adler.html"] if letter not in "\t\n" and unicodedata.category(letter) in {"Cc", "Cs"}]


@given(st.text(max_size=40))
@example("0 .")
def test_markdown_shows_the_text_and_nothing_else(value: str) -> None:
    text = markup.text(value)
    expected = " ".join(filter(None, one_line(value).strip().split(" "))) or "–"
    for page, place, end in ((f"# {text} .\n", 0, " ."), (f"{text}\n", 0, ""), (f"| a |\n|---|\n| {text} |\n", 1, "")):
        blocks, _ = markdown_text(page)
        assert blocks[place] == expected + end


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "//evil", "", None, "http://[", "ftp://host/x"])
def test_addresses_that_are_not_followed(address: str | None) -> None:
    assert markup.url(address) == ""


def test_addresses_that_are(pages: Pages, standing: tuple[Observed, ...]) -> None:
    assert markup.url("https://host/a b>(c)?d=é#e") == "https://host/a%20b%3E%28c%29?d=%C3%A9#e"
    page = pages(replace(standing[2], facts={"web_url": "javascript:alert(1)"}))["adler.html"]
    assert '<th scope="row">API ADLER</th>' in page
    assert "javascript" not in page


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["adler.html", "index.html"])
def test_the_page_stands_by_itself(pages: Pages, standing: tuple[Observed, ...], language: str, name: str) -> None:
    page = pages(*standing, language=language, gateway=True)[name]
    structure = parse(page)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    assert not {"script", "link", "img", "iframe", "object", "form"} & structure.elements.keys()
    assert not any(attribute in {"src", "style"} or attribute.startswith("on") for attribute, _ in structure.attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize("name", ["adler.html", "plume.html", "index.html"])
def test_accessible_structure(pages: Pages, standing: tuple[Observed, ...], name: str) -> None:
    structure = parse(pages(*standing, gateway=True)[name])
    assert structure.levels[0] == 1
    assert structure.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(structure.levels, structure.levels[1:], strict=False))
    assert structure.elements["caption"] == structure.elements["table"] > 0
    assert structure.elements["th"] == sum(1 for attribute, _ in structure.attributes if attribute == "scope")
    ids = [value for attribute, value in structure.attributes if attribute == "id"]
    assert len(ids) == len(set(ids))
    assert {value for attribute, value in structure.attributes if attribute == "aria-labelledby"} == {*ids} - {"main"}
