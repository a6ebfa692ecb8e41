"""Markdown that GitLab and GitHub show: what others wrote is text in it, whatever it looks like."""

import html
import re
from collections.abc import Iterator, Sequence

from eiginfra.core.finding import Finding
from eiginfra.core.text import one_line
from eiginfra.render.catalogue import Catalogue
from eiginfra.render.findings import acknowledged, concluded
from eiginfra.render.grouped import entries

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&$%^])")
_LINK = re.compile(r":(?=//)|(?<=\bwww)\.", re.IGNORECASE)
"""Where an address begins that would become a link by itself."""
_FIRST = re.compile(r"^(\d*)([-=/.):])")
"""What begins a list, an underlined heading or a command to GitLab where it is first on a line."""


def escaped(text: str) -> str:
    """Text on one line that is no markup: no link, no HTML, and nobody and nothing is mentioned."""
    special = _SPECIAL.sub(r"\\\1", one_line(text).strip())
    return _FIRST.sub(r"\1\\\2", _LINK.sub(r"\\\g<0>", special))


def escaped_html(text: str) -> str:
    """The same inside a line of HTML, where Markdown's own signs are only text."""
    return html.escape(one_line(text).strip()).replace("@", "<span>@</span>")


def findings_table(findings: Sequence[Finding], words: Catalogue) -> Iterator[str]:
    """The findings as the lines of a table, with an empty line behind it, and how many are acknowledged; nothing if there are none."""
    if told := list(entries(findings, words)):
        yield f"| | {words.say('markdown-finding')} | {words.say('markdown-remedy')} |"
        yield "|---|---|---|"
        for entry in told:
            places = [entry.where or "", *(str(place) for _, place in entry.also)]
            where = "".join(f"{escaped(place)}<br>" for place in places if place)
            yield f"| {words.say(f'severity-{entry.severity}')} | {where}{escaped(entry.text)} | {escaped(entry.remedy or '')} |"
        yield ""
    if count := acknowledged(findings, words):
        yield from (f"{count}.", "")


def findings_document(title: str, findings: Sequence[Finding], words: Catalogue, *conclusion: str) -> str:
    """A document of findings alone, such as a check's: a heading, what it comes to, the table."""
    total = escaped(concluded(findings, words, *conclusion))
    return "\n".join([f"### {escaped(title)}", "", f"**{total}**", "", *findings_table(findings, words)]).rstrip("\n") + "\n"
