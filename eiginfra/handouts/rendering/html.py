"""Pages as HTML: one self-contained file each, that asks nobody for anything."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from markupsafe import Markup, escape

from eiginfra.core.text import one_line
from eiginfra.handouts.page import (
    Page,
    PageLink,
)
from eiginfra.handouts.rendering.html_blocks import block_html
from eiginfra.handouts.rendering.html_texts import inline_html, list_html, target_of, text_html

GENERATOR = '<meta name="generator" content="eiginfra handouts">'
"""A file with this line was written by eiginfra, and may be replaced."""


def render_html(page: Page, theme: str = "") -> str:
    """A whole HTML file. theme: rules of CSS that are laid over the packaged ones (`theme_css`). ValueError if they could end the style."""
    if "<" in theme:
        raise ValueError("a theme is CSS without <")
    style = _packaged("tokens.css") + _packaged("style.css") + theme
    script = _packaged("tables.js") if page.script else ""
    title = " – ".join(filter(None, (one_line(page.title), one_line(page.site))))
    policy = f"default-src 'none'; style-src '{_hash(style)}'; base-uri 'none'; form-action 'none'"
    if script:
        policy += f"; script-src '{_hash(script)}'"
    head = [
        '<meta charset="utf-8">',
        GENERATOR,
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        _tag("meta", {"name": "description", "content": one_line(page.description)}) if page.description else "",
        _tag("link", {"rel": "alternate", "type": "application/atom+xml", "href": page.feed}) if page.feed else "",
        Markup("<title>{}</title>").format(title),
        f"<style>{style}</style>",
    ]
    body = [
        Markup('<a class="skip" href="#main">{}</a>').format(page.skip) if page.skip else "",
        _header(page),
        '<main id="main" class="with-contents">' if page.contents else '<main id="main">',
        _title(page),
        _contents(page),
        '<div class="content">',
        *(block_html(block, 2) for block in page.blocks),
        "</div>",
        "</main>",
        _footer(page),
        f"<script>{script}</script>" if script else "",
    ]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(page.language)}">',
        "<head>",
        *head,
        "</head>",
        "<body>",
        *body,
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(str(line) for line in lines if line != "" or line is lines[-1])


def _header(page: Page) -> Markup:
    site = Markup("<p>{}</p>\n").format(one_line(page.site)) if page.site else Markup("")
    links = Markup("").join(Markup("<li>{}</li>").format(_navigation(link, page.name)) for link in page.navigation)
    navigation = Markup('<nav aria-label="{}"><ul>{}</ul></nav>\n').format(page.navigation_label, links) if links else Markup("")
    return Markup("<header>\n{}{}</header>").format(site, navigation) if site or links else Markup("")


def _title(page: Page) -> Markup:
    lead = Markup('\n<p class="lead">{}</p>').format(text_html(page.lead)) if page.lead else Markup("")
    return Markup('<div class="title">\n<h1>{}</h1>{}\n</div>').format(one_line(page.title), lead)


def _navigation(link: PageLink, here: str) -> Markup:
    if link.page == here and not link.place:
        return Markup('<a href="{}" aria-current="page">{}</a>').format(target_of(link), one_line(link.words))
    return inline_html(link)


def _contents(page: Page) -> Markup:
    if not page.contents:
        return Markup("")
    links = list_html("li", (inline_html(PageLink("", section.title, section.id)) for section in page.sections))
    return Markup('<nav class="contents" aria-labelledby="contents">\n<h2 id="contents">{}</h2>\n<ul>\n{}</ul>\n</nav>').format(
        page.contents, links
    )


def _footer(page: Page) -> Markup:
    return Markup("<footer>\n{}</footer>").format(list_html("p", map(text_html, page.footer))) if page.footer else Markup("")


def _tag(name: str, attributes: Mapping[str, str]) -> Markup:
    return Markup("<{}{}>").format(name, Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in attributes.items()))


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _packaged(name: str) -> str:
    return files(__package__).joinpath("look", name).read_text(encoding="utf-8")
