"""What people and servers wrote is shown on handouts, and is nothing else there: no markup, no link, no line of a configuration."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import page as checker
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from support.handout_blocks import EVERY_BLOCK, filled_with
from support.handout_pages import ADLER, EMPTY, GROUP, STANDING, guest, members, pages, project, seen
from support.markup_reading import ADDRESS, markdown_addresses, markdown_skeleton, shown_html, shown_markdown, skeleton, visible
from support.pdf_reading import addresses, beside, opened, read, without_space

from eiginfra.core.resource import Observed
from eiginfra.core.text import all_lines
from eiginfra.handouts.page import Items, Page, Paragraph, Preformatted, Section, Table
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.handouts.rendering.pdf import Rendered, pdf
from eiginfra.inventory.model import Team

HOSTILE = {
    "html": '<b onclick="alert(1)">x</b><script>alert(1)</script><img src=x onerror=alert(1)>',
    "the end of a style": "</style></title></script></code></pre></svg><h1>x</h1>",
    "a comment": "<!-- x --> --> <![CDATA[ x ]]>",
    "entities": "&lt;b&gt; &#60; &amp; &nbsp; &unknown;",
    "quotes": '" \' ` “ ” « » \\" \\',
    "markdown": "**b** _i_ ~~s~~ `c` # h ![i](http://e.example/i.png) [l](javascript:alert(1)) [r] [^1] <a@b.example>",
    "a definition": "[r]: javascript:alert(1)",
    "a list": "- x",
    "a number": "1. x",
    "a heading": "# x",
    "underlined": "x ===",
    "backticks": "`a``b```c",
    "bars": "a | b \\| c || d",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html;base64,PHNjcmlwdD4=",
    "a bare address": "https://e.example/?a=1&b=2#c www.e.example a@b.example",
    "templates": "{{ 7*7 }} {% raw %} {# x #} ${x} %(x)s %s {0} {name} <%= x %>",
    "long": "x" * 200,
    "long and narrow": "il" * 250,
    "newlines": "web\nHost evil\n    ProxyCommand touch /tmp/x\r\n\r\n# heading\n\n<b>",
    "controls": "a\x00b\x07c\x1b[2Jd\x7fe\x85f\u2028g",
    "arabic": "مرحبا بالعالم",
    "hebrew": "שלום עולם",
    "turned": "exe\u202egpj.\u2066x\u2069",
    "emoji": "👩🏽\u200d💻 🇫🇷 😀 ❤\ufe0f",
    "combining": "Z" + "\u0301\u0316\u0334" * 40 + "algo e\u0301",
    "nothing to see": "a\u200bb\u200dc\ufeffd\u00ade\u3164",
    "only nothing": "\u200b",
    "spaces": "  a \u00a0 b\u3000c\t",
    "surrogate": "a\ud800b",
    "chinese": "中文",
    "private use": "\ue000",
}
ADDRESSES = [
    *HOSTILE.values(),
    "",
    "http://e.example/\ud800",
    'https://e.example/"><b>',
    "https://e.example/>)](x)",
    "https://e.example/ x\n[y](z)",
    "https://[::1",
    "HTTPS://e.example",
    "//e.example",
    "\x01javascript:alert(1)",
    "mailto:a@b.example\n<b>?subject=x&body=y",
    "ftp://e.example",
    "file:///etc/passwd",
    "https:\\\\e.example",
    "https://a:b@e.example/\u202egpj",
]
BENIGN = Page(
    name="blocks", language="fr", title="Blocks", lead="lead", blocks=EVERY_BLOCK, site="site", footer=("as of",), description="x"
)
values = pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)


def _safe(html: str, markdown: str) -> None:
    assert html == all_lines(html)
    assert markdown == all_lines(markdown)
    assert all(ADDRESS.fullmatch(address) for address in markdown_addresses(markdown))


@cache
def _benign() -> tuple[object, object]:
    page = filled_with(BENIGN, "x")
    return skeleton(render_html(page)), markdown_skeleton(render_markdown(page))


def _is_only_shown(value: str) -> None:
    page = filled_with(BENIGN, value)
    html, markdown = render_html(page), render_markdown(page)
    _safe(html, markdown)
    assert (skeleton(html), markdown_skeleton(markdown)) == _benign()
    assert visible(value) in shown_html(html)
    assert visible(value) in shown_markdown(markdown)


@values
def test_in_every_block_a_text_is_shown_and_is_nothing_else(value: str) -> None:
    _is_only_shown(value)


@pytest.mark.hypothesis
@given((st.text(max_size=60) | st.text("\\`*_[]()<>#+-=|~&$^!:/\"'{}% \t\n1.ax", max_size=30)).filter(visible))
@example("\\")
def test_so_is_any_text(value: str) -> None:
    _is_only_shown(value)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_link_leads_to_the_web_or_to_mail_or_nowhere(address: str) -> None:
    page = filled_with(BENIGN, "words", address)
    html, markdown = render_html(page), render_markdown(page)
    _safe(html, markdown)
    assert skeleton(html)
    assert "words" in shown_html(html)


@pytest.mark.hypothesis
@given(st.text(max_size=40).map("https://e.example/".__add__) | st.text(max_size=40))
def test_so_does_any_link(address: str) -> None:
    page = filled_with(BENIGN, "words", address)
    _safe(render_html(page), render_markdown(page))
    assert skeleton(render_html(page))


def _team(value: str) -> Mapping[str, Any]:
    """The team with the value wherever its file may have it."""
    team: dict[str, Any] = dict(ADLER)
    for name in ("title", "administration", "town", "description"):
        team |= _accepted(team, {name: value})
    people = [{**person, **({"name": value} if number == 0 else {})} for number, person in enumerate(ADLER["members"])]
    team |= _accepted(team, {"members": people})
    return team | _accepted(team, {"projects": [{"name": "api", "title": value}, {"name": "carte", "title": value}]})


def _accepted(team: Mapping[str, Any], change: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        Team.model_validate({**team, **change})
    except ValidationError:
        return {}
    return change


def _seen(value: str, number: int = 0) -> list[Observed]:
    """What servers that lie show of the team: a project, a machine, a person and an account, all called so."""
    made = project(f"{value}{number}", value)
    addresses = dict.fromkeys(made.facts, value)
    machine = guest(f"{value}{number}", 120 + number, "proxmox.vm")
    return [
        replace(made, facts=addresses, values={"title": value, "visibility": value}),
        replace(machine, values={"name": value, "user": value}, facts={**machine.facts, "status": value, "address": value, "node": value}),
        seen("proxmox.group", f"eig3-adler-{value}", {"members": [{"user": value}]}, {}),
        seen("gateway.account", value, {"user": value, "enabled": True, "until": None}, {}),
    ]


def _handouts(value: str) -> dict[str, str]:
    people = members(value, "adler-1")
    group = replace(GROUP, facts={**GROUP.facts, "web_url": value})
    return pages("fr", [_team(value), EMPTY], [group, people, *_seen(value)])


@values
def test_handouts_of_hostile_files_and_servers(value: str) -> None:
    made = _handouts(value)
    for name, text in made.items():
        assert text == all_lines(text)
        if name.endswith(".html"):
            assert skeleton(text)
        else:
            assert all(ADDRESS.fullmatch(address) for address in markdown_addresses(text))
            assert all(kind != "html_inline" for kind, _ in markdown_skeleton(text))
    assert visible(value) in shown_html(made["adler.html"])
    assert visible(value) in shown_markdown(made["adler.md"])


@values
def test_no_line_of_a_configuration_comes_from_a_server(value: str) -> None:
    account = seen("gateway.account", "adler-1", {"user": "adler-1", "enabled": True, "until": None}, {})
    hostile = [guest("a", 120), guest("b", 121)]
    hostile[0] = replace(hostile[0], values={"name": value})
    hostile[1] = replace(hostile[1], facts={**hostile[1].facts, "address": value})
    made = pages("fr", observed=[*STANDING, account, *hostile, guest("c", 121, "proxmox.vm", user=value)])
    (config,) = re.findall(r"```sshconfig\n(.*?)\n```", made["adler.md"], re.DOTALL)
    plain = {value, "adler-c"} if re.fullmatch("[a-z]+", value) else set()
    assert set(re.findall("(?m)^Host (.*)$", config)) == {"eig3.gateway", "adler-web", "adler-db"} | plain
    assert all(re.fullmatch(r"(Host|    (HostName|Port|User|ProxyJump)) [\w.-]+|", line) for line in config.splitlines())


@pytest.fixture(scope="module")
def everything() -> Rendered:
    """One PDF of all of it."""
    blocks = tuple(block for block in EVERY_BLOCK if isinstance(block, Paragraph | Items | Table | Preformatted))
    sections = tuple(
        Section(f"s{number}", value, filled_with(blocks, value, address))
        for number, (value, address) in enumerate(zip(HOSTILE.values(), ADDRESSES, strict=False))
    )
    return pdf(render_html(Page(name="all", language="fr", title="All", lead="", blocks=sections)))


def test_the_pdf_of_hostile_data_is_whole(everything: Rendered) -> None:
    report = checker.validate_pdf_bytes(everything.content, profile="ua1")
    assert [(each.rule_id, each.message) for each in report.failures] == []
    assert beside(everything.content) == []
    assert all(address.startswith(("https://", "http://", "mailto:")) for address in addresses(opened(everything.content)))


@values
def test_in_a_pdf_it_can_be_read(everything: Rendered, value: str, everything_read: str) -> None:
    numbers = str.maketrans({letter: f"[U+{ord(letter):04X}]" for letter in everything.missing})
    for word in visible(value).split():
        assert without_space(word.translate(numbers)) in everything_read


@pytest.fixture(scope="module")
def everything_read(everything: Rendered) -> str:
    return read(everything.content)


def test_a_team_of_60_machines_with_names_of_200_letters() -> None:
    machines: Sequence[Observed] = [replace(guest(f"m{number}", number), values={"name": f"m{number}" + "x" * 200}) for number in range(60)]
    account = seen("gateway.account", "adler-1", {"user": "adler-1", "enabled": True, "until": None}, {})
    began = time.process_time()
    made = pages("fr", observed=[GROUP, members("adler-1"), account, *machines])
    content = pdf(made["adler.html"]).content
    assert time.process_time() - began < 60
    assert beside(content) == []
    text = read(content)
    assert all(f"m{number}" + "x" * 200 in text for number in range(60))
