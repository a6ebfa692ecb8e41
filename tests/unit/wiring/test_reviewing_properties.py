"""For any two sound revisions: nothing is said to change just where the same is wished for."""

from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from support.repository import ADLER, FILE, InventoryRepository

from eiginfra.core.resource import Resource
from eiginfra.core.spec import rules
from eiginfra.engine.diff import normal
from eiginfra.wiring.asked import Paths
from eiginfra.wiring.reviewing import reviewer
from eiginfra.wiring.workspace import Workspace

MEMBERS = st.lists(
    st.fixed_dictionaries(
        {"number": st.integers(1, 3)},
        optional={
            "role": st.sampled_from(["developer", "maintainer"]),
            "until": st.sampled_from(["2020-06-30", "2020-07-01", "2019-09-30"]),
            "key": st.booleans(),
        },
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda member: member["number"],
)
PROJECTS = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["api", "site", "data"]), "title": st.sampled_from(["A", "B"])},
        optional={"visibility": st.sampled_from(["public", "private"]), "topics": st.sampled_from(["[a, b]", "[b, a]", "[a]", "[]"])},
    ),
    max_size=2,
    unique_by=(lambda project: project["name"], lambda project: project["title"]),
)
MACHINES = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["web", "db"]), "size": st.sampled_from(["small", "medium"])},
        optional={
            "docker": st.booleans(),
            "publish": st.sampled_from([80, 81, None]),
            "state": st.sampled_from(["running", "stopped"]),
        },
    ),
    max_size=2,
    unique_by=lambda machine: machine["name"],
)
TEAMS = st.fixed_dictionaries(
    {"title": st.sampled_from(["Adler", "ADLER"]), "members": MEMBERS, "projects": PROJECTS, "machines": MACHINES}
)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u adler-1"


def _written(team: dict[str, object]) -> str:
    def entry(values: dict[str, object]) -> str:
        shown = dict(values)
        if (number := shown.pop("number", None)) is not None:
            key = shown.pop("key", False) and number == 1
            shown = {"username": f"adler-{number}", "name": f"N{number}", "email": f"a{number}@example.org", **shown}
            shown |= {"ssh_keys": f"[{KEY}]"} if key else {}
        else:
            shown |= {"image": "debian-12"} if "size" in shown else {}
            port = shown.pop("publish", None)
            shown |= {"publish": f"[{{subdomain: adler-{shown['name']}, port: {port}}}]"} if port else {}
        return "{" + ", ".join(f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in shown.items()) + "}"

    lines = [f"title: {team['title']}", "administration: A", "description: D"]
    for name in ("members", "projects", "machines"):
        entries = team[name]
        assert isinstance(entries, list)
        lines += [f"{name}: [{', '.join(map(entry, entries))}]"]
    lines.append("mentors: [{username: adler-mentor, name: M, email: m@example.org}]")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> InventoryRepository:
    made = InventoryRepository.made(tmp_path_factory.mktemp("properties"))
    for file in ("cartobio", "acoss-plateforme"):
        made.write(f"inventories/eig3/teams/{file}.yml", None)
    made.edit(FILE, ("memory: 2GiB", "memory: 9GiB"), ("memory: 5GiB", "memory: 9GiB"))
    made.commit()
    return made


def _commit(there: InventoryRepository, team: dict[str, object]) -> tuple[str, dict[str, object]]:
    """The commit with a team on top of what there is, and what it compiles to."""
    head = there.commit({ADLER: _written(team)})
    folder = Path(there.folder)
    with Workspace.load(
        Paths(folder / "eiginfra.yml", folder / "inventories/eig3", folder / "playbooks/site.yml", folder / "infra/lab.yml", None),
        offline=True,
    ) as loaded:
        return head, {str(resource.address): _compared(resource) for resource in loaded.compiled.resources}


def _compared(resource: Resource) -> dict[str, JsonValue]:
    """Its values in one form, without those that only count when it is made."""
    known = {name: rule for name, rule in rules(type(resource.spec)).items() if rule.compared}
    return {name: normal(known[name], value) for name, value in resource.values.items() if name in known}


# A failure would be made smaller for minutes: each example is two commits and a review.
@settings(max_examples=20, phases=[Phase.generate])
@given(one=TEAMS, other=TEAMS)
def test_nothing_changes_just_where_the_same_is_wished_for(
    there: InventoryRepository, one: dict[str, object], other: dict[str, object]
) -> None:
    base, before = _commit(there, one)
    head, after = _commit(there, other)
    with reviewer(there.paths, base) as reviews:
        review = reviews.review(head)
    assert not review.failed, review.errors
    assert review.changes is (before != after)
    changed = {str(change.address) for cohort in review.cohorts for change in cohort.changes}
    assert changed == {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
