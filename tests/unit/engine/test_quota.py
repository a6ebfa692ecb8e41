import pytest
from support.fakes import Server, registry, thing
from support.words import message, remedy
from support.world import World

from eiginfra.core.change import Action
from eiginfra.core.reason import reason
from eiginfra.core.usage import Limit, Limits
from eiginfra.engine.checks import check_wanted

ADLER = [thing("web", team="adler", cores=3), thing("db", team="adler", cores=2)]
PLUME = [thing("plume", team="plume", cores=1)]


@pytest.mark.parametrize(
    ("limits", "messages"),
    [
        (Limits(teams={"adler": Limit(cores=5)}), []),
        (Limits(teams={"adler": Limit(cores=4)}), ["adler asks for 5 cores, its quota is 4 cores: 1 core too much"]),
        (Limits(teams={"adler": Limit(machines=1)}), ["adler asks for 2 machines, its quota is 1 machine: 1 machine too much"]),
        (Limits(capacity=Limit(cores=6)), []),
        (
            Limits(capacity=Limit(cores=5)),
            ["all teams together ask for 6 cores, the cohort's capacity is 5 cores: most by adler (5 cores), plume (1 core)"],
        ),
    ],
)
def test_requests_against_quota_and_capacity(limits: Limits, messages: list[str]) -> None:
    found = check_wanted(registry(Server()), [*ADLER, *PLUME], limits)
    assert [message(finding) for finding in found] == messages
    assert all(finding.severity == "error" and remedy(finding) for finding in found)


def test_report_26_what_is_beyond_the_capacity_is_kept_back_and_nothing_else() -> None:
    """Two requests that fit, and do not together: nobody's leaver stayed, and no drift went unhealed, but for them."""
    world, limits = World(), Limits(capacity=Limit(cores=4))
    world.apply(thing("old", team="adler", cores=1, text="one"), limits=limits)
    asked = (
        thing("old", team="adler", cores=3, text="two"),
        thing("web", team="adler", cores=1),
        thing("db", team="plume", cores=1),
        thing("part", parent="db"),
    )
    plan = world.plan(*asked, limits=limits)
    assert plan.errors == ()
    beyond = reason("beyond-capacity", measures=["cores"])
    by_name = {change.address.key: change for change in plan.changes}
    assert [diff.field for diff in by_name["old"].diffs] == ["text", "cores"]
    assert {name: (change.action, change.reason) for name, change in by_name.items() if name != "old"} == {
        "web": (Action.CREATE, None),
        "db": (Action.NONE, beyond),
        "part": (Action.NONE, reason("dependency-unknown", address="test.thing[db]")),
    }
    plan = world.plan(thing("old", team="adler", cores=5, text="two"), *asked[1:], limits=limits)
    [old] = [change for change in plan.changes if change.address.key == "old"]
    assert ([diff.field for diff in old.diffs], [(item.diff.field, item.reason) for item in old.blocked]) == (["text"], [("cores", beyond)])
    assert {change.address.key for change in plan.acting} == {"old", "web", "db", "part"}
    assert not world.run(plan).failed
    assert world.server.objects["old"]["cores"] == 1


def test_report_26_so_is_what_is_beyond_a_teams_quota() -> None:
    world, limits = World(), Limits(teams={"adler": Limit(cores=3)}, capacity=Limit(cores=4))
    world.apply(thing("old", team="adler", cores=2), limits=limits)
    asked = (thing("old", team="adler", cores=2), thing("web", team="adler", cores=2), thing("db", team="plume", cores=2))
    plan = world.plan(*asked, limits=limits)
    assert plan.errors == ()
    assert {change.address.key: (change.action, change.reason) for change in plan.changes} == {
        "web": (Action.NONE, reason("beyond-quota", measures=["cores"])),
        "db": (Action.CREATE, None),  # what a quota keeps back takes nothing of the capacity
    }


def test_what_stands_beyond_a_capacity_that_was_lowered_stays_and_may_shrink() -> None:
    world = World()
    world.apply(thing("a", cores=4), thing("b", cores=4))
    plan = world.plan(thing("a", cores=3), thing("b", cores=4, text="x"), limits=Limits(capacity=Limit(cores=5)))
    assert {change.address.key: [diff.field for diff in change.diffs] for change in plan.acting} == {"a": ["cores"], "b": ["text"]}
