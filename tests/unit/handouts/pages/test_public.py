"""Nothing personal or internal is on a page for everybody."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from eiginfra.handouts.pages.build import cohort_pages
from eiginfra.handouts.pages.context import PagesContext
from eiginfra.handouts.pages.feed import feed
from eiginfra.handouts.rendering.html import render_html
from eiginfra.handouts.rendering.markdown import render_markdown
from eiginfra.inventory.cohort import CohortFile
from eiginfra.inventory.model import Member, Mentor, Project, TeamFile

from .conftest import ADLER, CLOSED, COHORT, FACTS, HIDDEN, MENTOR, NAMED, OPEN, OPEN_AT, STANDING

Make = Callable[..., PagesContext]
INTERNAL = ("zzinternal", "192.168", "7654321", "vmbr1", "10222", "@")
UNSAID = {"accounts"}


def files(context: PagesContext) -> dict[str, str]:
    pages = cohort_pages(context)
    found = {f"{page.name}.html": render_html(page) for page in pages} | {f"{page.name}.md": render_markdown(page) for page in pages}
    return found | {"feed.xml": feed(context)}


def shown(text: str) -> str:
    """Without style and script, which are eiginfra's own."""
    return re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)


def test_nothing_internal_is_in_any_public_file(make: Make) -> None:
    leaks = {(name, mark) for name, text in files(make("public")).items() for mark in INTERNAL if mark in shown(text).casefold()}
    assert leaks == set()


def test_all_that_is_public_is_there(make: Make) -> None:
    every = "\n".join(files(make("public")).values())
    marks = {*re.findall(r"zzpublic\d\d", repr((ADLER, COHORT, FACTS)))}
    assert {mark for mark in marks if mark not in every} == set()


def test_the_internal_pages_have_all_but_secrets(make: Make) -> None:
    every = "\n".join(files(make()).values())
    for there in (
        "zzinternal-hidden",
        "zzinternal Mentor",
        "192.168.0.107",
        "zzinternal-somebody",
        "zzinternal-operator",
        "zzinternal_field",
    ):
        assert there in every
    assert "ssh-ed25519" not in every
    assert "zzinternal-author" not in every


@pytest.mark.parametrize(
    ("model", "given"), [(Member, NAMED), (Member, HIDDEN), (Mentor, MENTOR), (Project, OPEN), (Project, CLOSED), (TeamFile, ADLER)]
)
def test_every_key_of_a_file_has_a_mark(model: type, given: dict[str, object]) -> None:
    """A new key of a team's file has to say here whether everybody may see it."""
    assert {*model.model_fields} - {*given} <= {"was"}  # type: ignore[attr-defined]


def test_every_key_of_the_cohort_has_a_mark_or_is_a_rule() -> None:
    rules = {"caps", "grants", "approvals", "authoritative", "theme", "grace", "handouts"}
    assert {*CohortFile.model_fields} - {*COHORT} <= rules


def test_a_project_that_its_server_shows_to_members_is_not_public_whatever_the_file_says(make: Make) -> None:
    closed = replace(FACTS, activity={OPEN_AT: replace(FACTS.activity[OPEN_AT], visibility="internal")})
    assert "zzpublic03" not in "".join(files(make("public", facts=closed)).values())
    unseen = replace(FACTS, observed=[each for each in STANDING if each.address != OPEN_AT])
    assert "zzpublic03" not in "".join(files(make("public", facts=unseen)).values())


def test_what_a_server_shows_to_members_only_is_not_public(make: Make) -> None:
    hidden = replace(FACTS.activity[OPEN_AT], members_only=frozenset({"calls", "merged", "released", "releases", "files", "languages"}))
    every = "".join(files(make("public", facts=replace(FACTS, activity={OPEN_AT: hidden}))).values())
    assert [mark for mark in ("zzpublic22", "zzpublic24", "zzpublic26", "zzpublic28") if mark in every] == []
    assert "zzpublic20" in every


def test_who_is_named_in_public_without_a_name_is_shown_by_the_user_name(make: Make) -> None:
    named = NAMED | {"username": "zzpublic30", "name": None}
    every = files(make("public", teams=(ADLER | {"members": [named]},)))
    assert "zzpublic30" in every["team-adler.html"]
