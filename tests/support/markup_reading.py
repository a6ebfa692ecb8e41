"""What a browser, and a program that shows Markdown, make of a page."""

import re
from collections.abc import Iterator

import tinyhtml5
from markdown_it import MarkdownIt
from markdown_it.token import Token

from eiginfra.core.text import one_line

ELEMENTS = frozenset(
    re.findall(
        r"[\w-]+",
        "html head meta title style link body header nav main section footer div h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd table caption thead "
        "tbody tr th td pre code figure figcaption span strong em small a time br label input script svg rect line circle",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"[\w-]+",
        "lang charset name content http-equiv rel type href class id scope tabindex role hidden for autocomplete datetime aria-label "
        "aria-labelledby aria-hidden aria-current focusable width height cx cy r x1 x2 y1 y2 fill fill-opacity stroke stroke-width "
        "stroke-opacity data-sortable data-key data-words data-none",
    )
)
ADDRESS = re.compile(r"https?://[^\s\"<>]+|mailto:[^\s\"<>]+|[\w.-]*(\.html|\.md|\.xml)?(#[\w-]+)?")
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def skeleton(html: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes: data in it changes neither."""
    found = []
    for element in tinyhtml5.parse(html, namespace_html_elements=False).iter():
        name = str(element.tag).rpartition("}")[2]
        assert name in ELEMENTS, name
        assert set(element.attrib) <= ATTRIBUTES, element.attrib
        assert "href" not in element.attrib or ADDRESS.fullmatch(element.attrib["href"]), element.attrib["href"]
        found.append((name, tuple(sorted(element.attrib))))
    return found


def shown_html(html: str) -> str:
    """The texts of a page's body, white space as it is shown."""
    body = tinyhtml5.parse(html, namespace_html_elements=False).find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def tokens(markdown: str) -> Iterator[Token]:
    for token in _MARKDOWN.parse(markdown):
        yield token
        yield from token.children or ()


def markdown_skeleton(markdown: str) -> list[tuple[str, str]]:
    """All that a page in Markdown is made of but its words, which may be code or not, and their addresses."""
    words = ("text", "code_inline", "text_special")
    return [(token.type, token.tag) for token in tokens(markdown) if token.type not in words and (token.type != "inline" or token.content)]


def markdown_addresses(markdown: str) -> list[str]:
    return [str(token.attrs[name]) for token in tokens(markdown) for name in ("href", "src") if name in token.attrs]


def shown_markdown(markdown: str) -> str:
    """The words of a page in Markdown, white space as it is shown."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    words = ("text", "code_inline", "text_special", "fence", "code_block")
    lines = [
        "".join(breaks.get(token.type, token.content if token.type in words else "") for token in (block.children or [block]))
        for block in _MARKDOWN.parse(markdown)
    ]
    return " ".join(" ".join(lines).split())


def visible(value: str) -> str:
    """How a value is shown."""
    return " ".join(one_line(value).split())
