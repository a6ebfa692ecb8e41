"""The catalogue: who works with what, what others may take, who knows what, and which teams are near one another."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from eiginfra.core.activity import ProjectActivity
from eiginfra.core.address import Address
from eiginfra.core.resource import Observed
from eiginfra.handouts.catalogue import CohortCatalogue, NearTeam, cohort_catalogue
from eiginfra.handouts.facts import Facts
from eiginfra.inventory.cohort import Cohort

DAY = date(2019, 10, 1)


def person(username: str, /, *skills: str, **more: Any) -> dict[str, Any]:
    return {"username": username, "email": f"{username}@example.org", "skills": list(skills), **more}


TEAMS: tuple[dict[str, Any], ...] = (
    {
        "id": "adler",
        "title": "ADLER",
        "administration": "A",
        "members": [person("a-1", "spaCy", "Écologie", name="Ada", public=True), person("a-2", "cartographie", until="2019-09-30")],
        "projects": [{"name": "api", "reusable": "Le connecteur au registre"}],
    },
    {"id": "karfur", "title": "Karfur", "administration": "K", "members": [person("k-1", "spacy")], "mentors": [person("k-2", "droit")]},
    {"id": "plume", "title": "Plume", "administration": "P"},
)


def project(team: str, name: str, languages: dict[str, float], *topics: str, visibility: str = "public", **more: Any) -> Any:
    address = Address("gitlab.project", f"eig/eig3/{team}/{name}")
    found = ProjectActivity(url=f"https://g.example.org/{name}", visibility=visibility, languages=languages, topics=topics, **more)
    return Observed(address, {"title": name.title()}, team=team), found


SEEN = (
    project("adler", "api", {"Python": 90.0, "Shell": 4.9, "HTML": 5.1}, "NLP", "eig3"),
    project("karfur", "site", {"JavaScript": 60.0, "Python": 40.0}, "nlp", "traduction", "eig3"),
    project("plume", "carte", {"JavaScript": 100.0}, "eig3", "cartes"),
    project("plume", "secret", {"R": 100.0}, "traduction", visibility="private"),
    project("plume", "half", {"Rust": 100.0}, members_only=frozenset({"languages"})),
)
Making = Callable[..., CohortCatalogue]


@pytest.fixture
def made(cohort: Callable[..., Cohort]) -> Making:
    def make(*, public: bool = False, seen: Any = SEEN, teams: Any = TEAMS) -> CohortCatalogue:
        facts = Facts(DAY, [there for there, _ in seen], activity={there.address: found for there, found in seen})
        return cohort_catalogue(cohort(*teams), facts, public=public)

    return make


def stacks(catalogue: CohortCatalogue, sort: str) -> dict[str, tuple[str, ...]]:
    return {stack.name: stack.teams for stack in catalogue.stacks if stack.sort == sort}


def test_stacks_are_by_language_and_topic_what_most_teams_have_first(made: Making) -> None:
    assert list(stacks(made(), "language").items()) == [
        ("JavaScript", ("karfur", "plume")),
        ("Python", ("adler", "karfur")),
        ("HTML", ("adler",)),
        ("R", ("plume",)),
        ("Rust", ("plume",)),
    ]
    topics = {"eig3": ("adler", "karfur", "plume"), "NLP": ("adler", "karfur"), "traduction": ("karfur", "plume"), "cartes": ("plume",)}
    assert list(stacks(made(), "topic").items()) == list(topics.items())


def test_the_public_sees_what_is_public(made: Making) -> None:
    found = made(public=True)
    assert [project.name for project in found.projects] == ["api", "site", "carte", "half"]
    assert "Rust" not in stacks(found, "language")
    assert stacks(found, "topic")["traduction"] == ("karfur",)
    assert [(skill.name, [one.shown for one in skill.people]) for skill in found.skills] == [("Écologie", ["Ada"]), ("spaCy", ["Ada"])]


def test_who_knows_what_is_told_of_who_is_still_there(made: Making) -> None:
    found = [(skill.name, [(one.shown, one.team) for one in skill.people]) for skill in made().skills]
    assert found == [("droit", [("k-2", "karfur")]), ("Écologie", [("Ada", "adler")]), ("spaCy", [("Ada", "adler"), ("k-1", "karfur")])]


def test_what_others_may_take(made: Making) -> None:
    assert [(one.title, one.reusable) for one in made().components] == [("Api", "Le connecteur au registre")]


def test_teams_are_near_by_what_few_share_and_not_by_what_all_have(made: Making) -> None:
    near = made().near
    assert near["adler"] == (NearTeam("karfur", ("NLP", "Python", "spaCy")),)
    assert near["karfur"] == (NearTeam("adler", ("nlp", "Python", "spaCy")), NearTeam("plume", ("JavaScript", "traduction")))
    assert near["plume"] == (NearTeam("karfur", ("JavaScript", "traduction")),)


def test_two_teams_may_be_near_by_what_both_have(made: Making) -> None:
    assert made(teams=TEAMS[:2]).near["adler"][0].shared == ("eig3", "NLP", "Python", "spaCy")


def test_what_was_not_seen_is_not_there(made: Making) -> None:
    nothing = made(seen=())
    assert (nothing.projects, nothing.stacks, nothing.components) == ((), (), ())


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_reading_changes_nothing(made: Making, seed: int) -> None:
    shuffled = list(SEEN)
    random.Random(seed).shuffle(shuffled)
    assert made(seen=shuffled) == made()
