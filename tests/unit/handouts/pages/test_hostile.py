"""Whatever people and servers wrote is shown as text, on every page."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from eiginfra.core.activity import Call, Contribution, ProjectRelease
from eiginfra.core.address import Address
from eiginfra.core.utilisation import Host
from eiginfra.core.values import ByteSize
from eiginfra.handouts.pages.build import cohort_pages
from eiginfra.handouts.pages.context import Audience, PagesContext
from eiginfra.handouts.rendering.html import render_html

from .conftest import ADLER, CHANGE, DONE, FACTS, MACHINE, OPEN, OPEN_AT, STANDING, at

Make = Callable[..., PagesContext]
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> \u202e\x1b[2J %s %(x)s {{7*7}} ' + "a" * 200
LINK = "javascript:alert(1)"


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts, self.images, self.odd = 0, 0, list[str]()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.images += tag == "img"
        for name, value in attrs:
            if name.startswith("on") or (name in ("href", "src") and (value or "").lower().startswith(("javascript", "data"))):
                self.odd.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value or "")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("audience", ["internal", "public"])
def test_attack_hostile_texts_stay_texts(make: Make, audience: Audience, language: str) -> None:
    release = ProjectRelease(HOSTILE, HOSTILE, at(9), LINK)
    seen = replace(
        FACTS.activity[OPEN_AT],
        url=LINK,
        description=HOSTILE,
        website=LINK,
        topics=(HOSTILE,),
        released=release,
        releases=(release,),
        merged=(Contribution(HOSTILE, HOSTILE, at(8), LINK, outside=True),),
        calls=(Call(HOSTILE, HOSTILE, at(7), LINK),),
        languages={HOSTILE: 99.0},
        files={"README": HOSTILE * 4, "LICENSE": HOSTILE, "publiccode.yml": HOSTILE},
    )
    observed: list[Any] = []
    for each in STANDING:
        named = {name: HOSTILE for name in ("title", "name") if name in each.values}
        observed.append(replace(each, values={**each.values, **named}, facts=dict.fromkeys(each.facts, HOSTILE) | {"web_url": LINK}))
    facts = replace(
        FACTS,
        observed=observed,
        activity={OPEN_AT: seen},
        hosts=(Host(HOSTILE, 1, ByteSize(2**30), ByteSize(2**40), ByteSize(2**31), ByteSize(0), online=False),),
        changes=(CHANGE.model_copy(update={"address": Address("chat.room", HOSTILE), "team": HOSTILE}),),
        done=(replace(DONE[0], by=HOSTILE, team=HOSTILE, outcome=HOSTILE, address=Address("chat.room", HOSTILE)),),
        utilisation={MACHINE: FACTS.utilisation[MACHINE]},
    )
    teams = (ADLER | {"projects": [OPEN | {"name": "open"}, OPEN | {"name": "o.pen"}, OPEN | {"name": "o_pen"}]},)
    for page in cohort_pages(make(audience, facts=facts, teams=teams, language=language)):
        text = render_html(page)
        elements = _Elements()
        elements.feed(text)
        assert (elements.scripts, elements.images, elements.odd) == (int(page.script), 0, []), page.name
        assert len(elements.ids) == len({*elements.ids}), page.name
        assert not {"\x1b", "\u202e"} & {*text}, page.name


def test_a_team_of_sixty_machines(make: Make) -> None:
    machines = [{"name": f"m{number}", "image": "debian-12", "size": "small"} for number in range(60)]
    pages = {page.name: render_html(page) for page in cohort_pages(make(teams=(ADLER | {"machines": machines},)))}
    assert all(f"adler-m{number}<" in pages["machines"] for number in range(60))
