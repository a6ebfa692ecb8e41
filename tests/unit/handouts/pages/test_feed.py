"""The feed: Atom as RFC 4287 demands it, the same for the same facts."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree as ET

import pytest

from eiginfra.core.activity import ProjectRelease
from eiginfra.core.change import Action
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.pages.context import PagesContext
from eiginfra.handouts.pages.feed import LONGEST, feed
from eiginfra.handouts.pages.news import MOST

from .conftest import CLOSED_AT, DONE, FACTS, OPEN_AT, at

Make = Callable[..., PagesContext]
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<script>&\u202e\x00\x1b[2J]]> " + "a" * 400


def read(text: str) -> ET.Element:
    root = ET.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    for owner in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            [found] = owner.findall(f"{ATOM}{name}")
            assert found.text
        identity, updated = owner.findtext(f"{ATOM}id", ""), owner.findtext(f"{ATOM}updated", "")
        assert re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}-\d\d-\d\d:[0-9a-f-]+|urn:uuid:[0-9a-f-]{36}", identity)
        assert datetime.fromisoformat(updated).tzinfo is not None
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    identities = [entry.findtext(f"{ATOM}id") for entry in root.iter(f"{ATOM}entry")]
    assert len(identities) == len({*identities})
    return root


def titles(text: str) -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in read(text).iter(f"{ATOM}entry")]


def test_what_changed_newest_first(make: Make) -> None:
    assert titles(feed(make())) == [
        "The team zzpublic05 changed",
        "container eig3/adler/zzinternal – made",
        "zzinternal: release zzinternal22 (zzpublic05)",
        "zzpublic03: release zzpublic22 (zzpublic05)",
        "New project: zzinternal (zzpublic05)",
        "New project: zzpublic03 (zzpublic05)",
    ]
    assert titles(feed(make("public"))) == ["zzpublic03: release zzpublic22 (zzpublic05)", "New project: zzpublic03 (zzpublic05)"]


def test_addresses_are_those_of_the_site(make: Make) -> None:
    root = read(feed(make("public")))
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "https://zzpublic18.example.org/promotion-3/index.html",
        "self": "https://zzpublic18.example.org/promotion-3/feed.xml",
    }
    entry = root.find(f"{ATOM}entry/{ATOM}link")
    assert entry is not None
    assert entry.get("href") == "https://zzpublic18.example.org/promotion-3/team-adler.html#project-open"


def test_without_a_site_it_is_valid_all_the_same(make: Make) -> None:
    root = read(feed(make(pages={})))
    assert root.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")] == ["alternate"]


def test_an_entry_is_the_same_one_for_ever(make: Make, facts: Facts) -> None:
    before = {entry.findtext(f"{ATOM}id") for entry in read(feed(make())).iter(f"{ATOM}entry")}
    later = replace(facts, done=(replace(DONE[0], at=at(20), run=9, action=Action.DELETE), *DONE))
    after = {entry.findtext(f"{ATOM}id") for entry in read(feed(make(facts=later))).iter(f"{ATOM}entry")}
    assert before < after
    assert feed(make()) == feed(make())


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_attack_hostile_names_stay_text(make: Make, facts: Facts, audience: str) -> None:
    release = ProjectRelease(HOSTILE, "v1", at(9), "javascript:alert(1)")
    seen = replace(facts.activity[OPEN_AT], released=release, releases=(release,))
    text = feed(make(audience, facts=replace(facts, activity={OPEN_AT: seen})))
    assert "javascript:" not in text
    assert "\x1b" not in text
    assert all(len(title) <= LONGEST for title in titles(text))


@pytest.mark.parametrize(("audience", "entries"), [("internal", 7), ("public", 2)])
def test_a_project_that_became_public_is_news(make: Make, facts: Facts, audience: str, entries: int) -> None:
    opened = replace(facts, opened={OPEN_AT: at(5), CLOSED_AT: at(5)})
    said = titles(feed(make(audience, facts=opened)))
    assert "The project zzpublic03 is open to everybody (zzpublic05)" in said
    assert len(said) == entries


def test_it_has_an_end(make: Make, facts: Facts) -> None:
    many = tuple(replace(DONE[0], run=number) for number in range(MOST * 2))
    assert len(titles(feed(make(facts=replace(facts, done=many))))) == MOST
    assert titles(feed(make(facts=Facts(day=FACTS.day)))) == []
