"""What a plan has to say of a wanted thing stands where the thing's value is written (users' report B1)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from support.fakes import META, Server, Thing, ThingSpec, thing

from eiginfra.core.address import Address
from eiginfra.core.finding import TASK, Finding, Location, error, warning
from eiginfra.core.kind import Registry
from eiginfra.core.resource import Observation, Observed, Resource
from eiginfra.core.usage import Limits
from eiginfra.engine.checks import check_wanted
from eiginfra.engine.planner import make_plan
from eiginfra.engine.situation import Situation

WRITTEN = {name: Location(file="team.yml", line=line) for line, name in enumerate(("", "text", "people", "people[u]", "sort"), 1)}
WANTED = replace(thing("a", text="t", sort="new", team="adler"), origin=Location(file="site.yml", line=5), origins=WRITTEN)


class Objecting(Thing):
    def __init__(self, *found: Finding) -> None:
        super().__init__(Server())
        self.found = found

    def check(self, spec: ThingSpec, wanted: Mapping[Address, Resource]) -> Iterable[Finding]:
        return self.found


def lines(found: Finding) -> list[str]:
    return [f"{place.file}:{place.line}" for place in (found.location, *found.also) if place]


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"field": "text"}, ["team.yml:2", "site.yml:5"]),
        ({"field": "people[u]"}, ["team.yml:4", "site.yml:5"]),
        ({"field": "people[gone]"}, ["team.yml:3", "site.yml:5"]),
        ({"field": "unset"}, ["team.yml:1", "site.yml:5"]),
        ({}, ["team.yml:1"]),
        ({"field": TASK}, ["site.yml:5"]),
        ({"location": Location(file="other.yml")}, ["other.yml:1"]),
        ({"field": "text", "also": (Location(file="other.yml"),)}, ["team.yml:2", "other.yml:1", "site.yml:5"]),
    ],
)
def test_b1_an_objection_stands_at_its_field_and_names_the_task_second(said: dict[str, Any], where: list[str]) -> None:
    (found,) = check_wanted(Registry([Objecting(error("x", text="wrong", **said))]), [WANTED], Limits())
    assert (lines(found), found.team, found.address) == (where, "adler", "test.thing[a]")


def planned(*said: Finding, **values: Any) -> tuple[Finding, ...]:
    seen = [Observed(WANTED.address, {"name": "a", "text": "t", "sort": "new", **values})]
    situation = Situation(resources=[WANTED], everything=[WANTED], observations={"test.thing": Observation(seen, findings=said)})
    return make_plan(Registry([Thing(Server())]), situation, META).findings


def test_b1_what_cannot_change_stands_where_it_is_asked_for() -> None:
    (found,) = planned(sort="old")
    assert (found.code, lines(found)) == ("immutable-field", ["team.yml:5", "site.yml:5"])


def test_b1_what_a_look_found_wrong_stands_at_the_field_of_the_resource_that_it_names() -> None:
    found = planned(
        warning("x", text="no account", address="test.thing[a]", field="people[u]"), warning("y", text="else", address="test.thing[b]")
    )
    assert [(lines(one), one.team) for one in found] == [(["team.yml:4", "site.yml:5"], "adler"), ([], None)]
