"""The bulletin: what it tells, whom it names, and that nobody's text is more than text."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from markdown_it import MarkdownIt

from eiginfra.core.activity import Call, Contribution, ProjectActivity, ProjectRelease
from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.handouts.bulletin import MOST_CALLS, Bulletin, make_bulletin
from eiginfra.handouts.bulletin_page import BulletinPage
from eiginfra.handouts.facts import Facts
from eiginfra.handouts.languages import LANGUAGES
from eiginfra.inventory.cohort import Cohort

DAY, SINCE = date(2019, 10, 8), date(2019, 10, 1)
IN, BEFORE, AFTER = (datetime(2019, 10, 3, tzinfo=UTC), datetime(2019, 9, 30, 23, tzinfo=UTC), datetime(2019, 10, 9, tzinfo=UTC))


def person(username: str, **more: Any) -> dict[str, Any]:
    return {"username": username, "email": f"{username}@example.org", **more}


TEAMS: tuple[dict[str, Any], ...] = (
    {
        "id": "adler",
        "title": "ADLER",
        "administration": "A",
        "members": [
            person("a-1", name="Ada", until="2019-10-20", public=True),
            person("a-2", until="2019-10-21"),
            person("a-3", until="2019-12-01"),
            person("a-4", until="2019-09-01"),
        ],
    },
    {"id": "karfur", "title": "Karfur", "administration": "K", "members": [person("k-1"), person("k-2", public=True)]},
)


def change(author: str, *, at: datetime = IN, outside: bool = True, first: bool = True) -> Contribution:
    return Contribution(f"by {author}", author, at, "https://g.example.org/1", outside, first)


def release(name: str, at: datetime = IN) -> ProjectRelease:
    return ProjectRelease(name, name, at, f"https://g.example.org/{name}")


def call(title: str, at: datetime = IN, label: str = "help wanted") -> Call:
    return Call(title, label, at, "https://g.example.org/2")


Making = Callable[..., Bulletin]


def project(team: str, name: str, visibility: str = "public", **more: Any) -> tuple[Observed, ProjectActivity]:
    there = Observed(Address("gitlab.project", f"eig/eig3/{team}/{name}"), {"title": name.upper()}, team=team)
    return there, ProjectActivity(url=f"https://g.example.org/{name}", visibility=visibility, **more)


@pytest.fixture
def made(cohort: Callable[..., Cohort]) -> Making:
    def make(*seen: tuple[Observed, ProjectActivity], internal: bool = False, opened: Any = None, **values: Any) -> Bulletin:
        activity = {there.address: found for there, found in seen}
        facts = Facts(DAY, [there for there, _ in seen], activity=activity, opened=opened or {})
        return make_bulletin(cohort(*TEAMS, **values), facts, SINCE, internal=internal)

    return make


def test_releases_of_that_time(made: Making) -> None:
    found = made(project("adler", "api", releases=(release("late", AFTER), release("v2"), release("old", BEFORE))))
    assert [(one.team, one.project, one.name, one.day) for one in found.releases] == [("adler", "API", "v2", date(2019, 10, 3))]


def test_projects_opened_by_their_making_or_by_eiginfra(made: Making) -> None:
    seen = (
        project("adler", "new", created=IN),
        project("adler", "old", created=BEFORE),
        project("adler", "opened", created=BEFORE),
        project("karfur", "both", created=IN),
        project("karfur", "closed", "private", created=IN),
        project("karfur", "again", created=IN),
    )
    later = IN + timedelta(days=1)
    opened = {seen[2][0].address: later, seen[3][0].address: later, seen[4][0].address: IN, seen[5][0].address: AFTER}
    found = made(*seen, opened=opened, internal=True).opened
    assert [(one.project, one.new, one.day.day) for one in found] == [
        ("NEW", True, 3),
        ("OPENED", False, 4),
        ("AGAIN", True, 3),
        ("BOTH", True, 4),
    ]


def test_whose_change_is_a_first_one_from_outside(made: Making) -> None:
    changes = (
        change("stranger"),
        change("A-4"),  # of the team, and has left
        change("k-1"),
        change("K-2"),
        change("regular", first=False),
        change("member", outside=False),
        change("early", at=BEFORE),
    )
    found = made(project("adler", "api", merged=changes))
    assert [(one.author, one.of_team) for one in found.firsts] == [("stranger", None), ("", "karfur"), ("K-2", "karfur")]
    assert [(one.team, one.merged, one.outside) for one in found.merged] == [("adler", 6, 5)]
    assert "k-1" in {one.author for one in made(project("adler", "api", merged=changes), internal=True).firsts}


def test_calls_by_label_the_newest_first_and_not_too_many(made: Making) -> None:
    many = tuple(call(f"c{number}", IN + timedelta(minutes=number)) for number in range(MOST_CALLS + 5))
    labelled = call("aide", BEFORE, "aide bienvenue")
    found = made(project("adler", "api", calls=(*many, labelled)), pages={"help_labels": ["aide bienvenue", "help wanted"]}).calls
    assert [one.title for one in found[:1]] == ["aide"]
    assert len(found) == 1 + MOST_CALLS


def test_the_public_sees_nothing_that_is_not_public(made: Making) -> None:
    full: dict[str, Any] = {"releases": (release("v1"),), "merged": (change("stranger"),), "calls": (call("help"),), "created": IN}
    hidden = frozenset({"releases", "merged", "calls"})
    seen = (project("adler", "p", "private", **full), project("adler", "i", "internal", **full))
    assert made(*seen, ends="2020-07-01", cohort="eig3").releases == ()
    half = made(*seen, project("karfur", "half", members_only=hidden, **full))
    assert (half.releases, half.firsts, half.merged, half.calls) == ((), (), (), ())
    assert [one.project for one in half.opened] == ["HALF"]
    inside = made(*seen, project("karfur", "half", members_only=hidden, **full), internal=True)
    assert {one.project for one in inside.releases} == {"P", "I", "HALF"}


def test_what_ends_soon_and_whose_name_is_told(made: Making) -> None:
    exceptions = [{"project": "api", "team": "adler", "reason": "security", "who": "DSI", "until": "2019-10-10"}]
    found = [(one.sort, one.what, one.day.day) for one in made(exceptions=exceptions).ending]
    assert found == [("person", "Ada", 20)]
    inside = [(one.sort, one.what, one.day.day) for one in made(exceptions=exceptions, internal=True, ends="2019-10-30").ending]
    assert inside == [("exception", "api", 10), ("person", "Ada", 20), ("person", "a-2", 21), ("cohort", "", 30)]


def test_events_of_the_next_weeks(made: Making) -> None:
    events = [
        {"title": "Over", "starts": "2019-10-01"},
        {"title": "Under way", "starts": "2019-10-07", "ends": "2019-10-09"},
        {"title": "Far", "starts": "2019-12-01"},
        {"title": "Soon", "starts": "2019-11-05", "place": "Paris", "url": "https://example.org/e"},
    ]
    assert [one.title for one in made(events=events).events] == ["Under way", "Soon"]


def test_what_is_not_known_is_told_inside(made: Making) -> None:
    seen = project("adler", "api", unread=frozenset({"calls", "languages", "releases"}))
    assert made(seen).unknown == ()
    assert [(one.project, one.parts) for one in made(seen, internal=True).unknown] == [("API", ("releases", "calls"))]


def shown(found: Bulletin, cohort: Cohort, code: str = "en") -> str:
    return BulletinPage(found, cohort, LANGUAGES[code]).markdown()


@pytest.mark.parametrize("code", ["fr", "en"])
def test_that_there_is_nothing_is_told_too(cohort: Callable[..., Cohort], code: str) -> None:
    quiet = cohort(TEAMS[1])
    text = shown(make_bulletin(quiet, Facts(DAY), SINCE, internal=True), quiet, code)
    assert LANGUAGES[code].words["bulletin_nothing"] in text
    assert "##" not in text


HOSTILE = (
    "<script>alert(1)</script>",
    "# Title\n\n- list",
    "[x](javascript:alert(1))",
    "`" * 5,
    "| a | b |",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "a" * 300,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nobodys_text_is_more_than_text(made: Making, cohort: Callable[..., Cohort], text: str) -> None:
    bad = "javascript:alert(1)"
    changes = (Contribution(text, text, IN, bad, outside=True, first=True),)
    seen = project(
        "adler", "api", merged=changes, releases=(ProjectRelease(text, text, IN, bad),), calls=(Call(text, "help wanted", IN, bad),)
    )
    found = made(seen, events=[{"title": "E", "starts": "2019-10-09", "place": "P"}])
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(shown(found, cohort(*TEAMS)))
    assert "<script" not in rendered
    assert 'href="javascript' not in rendered
    assert rendered.count("<h1>") == 1
    assert rendered.count("<h2>") == 6
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in rendered
