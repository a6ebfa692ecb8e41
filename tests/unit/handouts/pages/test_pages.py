"""What the pages say, and that they lead to one another."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

import eiginfra.handouts.pages
from eiginfra.core.change import Action, Cause
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.openness.checklist import POINTS
from eiginfra.handouts.page import PageLink
from eiginfra.handouts.pages.build import cohort_pages
from eiginfra.handouts.pages.context import FEED, Audience, PagesContext
from eiginfra.handouts.pages.en import ENGLISH_PAGES
from eiginfra.handouts.pages.fr import FRENCH_PAGES
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.handouts.views.gateway import PublicState
from eiginfra.wiring.providers import described

from .conftest import ADLER, CHANGE, FACTS, OPEN_AT, PLUME

Make = Callable[..., PagesContext]
PACKAGE = Path(eiginfra.handouts.pages.__file__).parent
AUDIENCES: tuple[Audience, ...] = ("internal", "public")


def pages(context: PagesContext) -> dict[str, str]:
    """Pages as Markdown by name; no-break spaces made plain, so that tests can be read."""
    return {page.name: render_markdown(page).replace("\u00a0", " ").replace("\u202f", " ") for page in cohort_pages(context)}


def section(page: str, title: str) -> str:
    return page.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0].strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src"):
                self.targets.append(value or "")


def _links(thing: Any) -> Iterator[PageLink]:
    if isinstance(thing, PageLink):
        yield thing
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _links(getattr(thing, each.name))
    elif isinstance(thing, tuple):
        for item in thing:
            yield from _links(item)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_link_leads_to_a_page_and_a_place_in_it(make: Make, audience: Audience, language: str) -> None:
    teams = (ADLER, PLUME, PLUME | {"id": "index"}, PLUME | {"id": "projects"})
    read = dict[str, _Reader]()
    for page in cohort_pages(make(audience, language=language, teams=teams)):
        reader = read[f"{page.name}.html"] = _Reader()
        reader.feed(render_html(page))
        assert len(reader.ids) == len({*reader.ids}), page.name
    broken = []
    for name, reader in read.items():
        for target in reader.targets:
            if not re.match(r"https?:|mailto:", target):
                path, _, place = target.partition("#")
                there = read.get(path or name)
                if path != FEED and (there is None or (place and place not in there.ids)):
                    broken.append((name, target))
    assert broken == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_page_is_reached_from_the_first(make: Make, audience: Audience) -> None:
    every = {page.name: page for page in cohort_pages(make(audience))}
    reached, ahead = set[str](), ["index"]
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead += {link.page for link in _links(every[name])} - reached - {*ahead}
    assert reached == {*every}


def test_a_script_is_only_where_something_is_searched(make: Make) -> None:
    for page in cohort_pages(make()):
        assert page.script == ("Search" in repr(page.blocks)), page.name


def test_both_languages_have_all_sentences_with_as_many_values() -> None:
    assert ENGLISH_PAGES.keys() == FRENCH_PAGES.keys()
    assert [key for key, said in ENGLISH_PAGES.items() if said.count("%s") != FRENCH_PAGES[key].count("%s")] == []


def test_every_sentence_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py") if path.stem not in ("fr", "en"))
    made = ("page_", "title_", "cause_", "do_", "past_", "outcome_", "kind_", "matter_", "open_", "part_", "stack_", "as_of", "looked")
    unused = [key for key in ENGLISH_PAGES if not key.startswith(made) and f'"{key.removesuffix("_caption")}' not in code]
    assert [key for key in unused if key not in STATES] == []
    assert {f"open_{code}" for code in POINTS} <= {*ENGLISH_PAGES}


STATES = {
    *("cores", "memory", "disk", "public", "internal", "private", "running", "stopped", "member", "mentor", "other"),
    *get_args(PublicState),
}


def test_whatever_a_server_can_show_has_words() -> None:
    assert {*ENGLISH_PAGES} >= STATES
    assert {f"cause_{cause}" for cause in Cause} | {f"do_{action}" for action in Action} | {f"past_{action}" for action in Action} <= {
        *ENGLISH_PAGES
    }
    kinds = {f"kind_{kind.name.replace('.', '_')}" for kind in described().registry()}
    assert {key for key in kinds if not key.startswith("kind_chat_")} <= {*ENGLISH_PAGES}


def test_numbers_teams_and_capacity(make: Make) -> None:
    page = pages(make())["index"]
    assert "- Projects – 2 (public: 1)" in section(page, "In numbers")
    assert "| [zzpublic05](team-adler.md) | zzpublic06 | 2 | 1 | 2 |" in section(page, "Teams")
    assert "| Memory | 512 MiB of 28 GiB |" in section(page, "Capacity")
    assert "| Memory of zzinternal-node | 16 GiB of 32 GiB |" in section(page, "Capacity")


def test_what_ends_soon_in_order(make: Make) -> None:
    said = section(pages(make())["index"], "What ends soon").splitlines()
    assert said[0].startswith("- 20 February 2020: ")
    assert len(said) == 4  # two people, the mentor, and the exception; the cohort ends later
    assert any("exception" in line for line in said)


def test_drift_says_since_when_and_by_whom(make: Make) -> None:
    said = section(pages(make())["index"], "Differences between the files and the servers")
    assert "changed by hand" in said
    assert "first seen on 4 January 2020 – in order on 3 January 2020 – by zzinternal-somebody" in said


def test_the_gravest_difference_comes_first(make: Make, facts: Facts) -> None:
    new = CHANGE.model_copy(update={"cause": Cause.NEW, "action": Action.CREATE, "trace": None})
    said = section(pages(make(facts=replace(facts, changes=(new, CHANGE))))["index"], "Differences between the files and the servers")
    assert said.index("changed by hand") < said.index("not made yet")


def test_what_was_done_is_grouped_by_run(make: Make) -> None:
    said = section(pages(make())["index"], "What was done lately")
    assert "12 January 2020, by zzinternal-operator (run 2): made: 1, changed: 1" in said
    assert "chat.zzinternal\\[eig3/x\\] – failed" in said  # a kind of another package: its address


def test_a_team_without_anything(make: Make) -> None:
    page = pages(make())["team-plume"]
    assert "Nobody is in this team yet." in page
    assert "No project can be seen yet." in page
    assert "No machine was asked for." in page


def test_machines_with_what_they_use(make: Make) -> None:
    assert "| running | 2 | 512 MiB | 8 GiB | 0\\.3 | 1 GiB | `192.168.0.107` |" in pages(make())["machines"]


def test_the_catalogue_leads_to_projects_and_people(make: Make) -> None:
    page = pages(make())["catalogue"]
    assert "| zzpublic28 | language | 1 | [zzpublic03](team-adler.md#project-open) |" in section(page, "Languages and topics")
    assert "zzpublic04" in section(page, "To take")
    assert "zzpublic01 Named ([zzpublic05](team-adler.md))" in section(page, "Who knows what")


def test_a_projects_check_list_says_what_is_done_and_what_comes_next(make: Make, facts: Facts) -> None:
    seen = replace(
        facts.activity[OPEN_AT], topics=("zzpublic13-programme", "eig3"), open_issues=None, unread=frozenset({"released"}), released=None
    )
    page = pages(make(facts=replace(facts, activity={OPEN_AT: seen})))["team-adler"]
    lines = [line for line in page.splitlines() if line.startswith(("- done – ", "- to do – ", "- not known – "))][:11]
    assert lines == [
        "- done – Publication – the code is public",
        "- done – Description – a sentence says what it does",
        "- to do – Topics (Add these topics in the project’s settings or in the team’s file: adler.)",
        "- done – README – it says what matters",
        "- done – Licence – MIT",
        "- done – CONTRIBUTING – the file is there",
        "- done – publiccode.yml – it can be read, and its mandatory keys are there",
        "- done – Website – it answers",
        "- not known – Release (this could not be looked at)",
        "- done – Activity – last commit on 10 January 2020",
        "- to do – Issues (Switch on the project’s issues, so that others can tell you of a problem.)",
    ]
    assert "8 of 10 steps are done." in page


def test_an_empty_cohort(make: Make) -> None:
    empty = Facts(day=FACTS.day)
    for audience in AUDIENCES:
        said = pages(make(audience, facts=empty, teams=(PLUME,), events=[], contacts=[], exceptions=[], capacity=None))
        assert "No event is announced." in said["calendar"]


def test_same_facts_same_pages(make: Make) -> None:
    assert cohort_pages(make()) == cohort_pages(make())
