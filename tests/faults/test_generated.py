"""Whatever the teams ask for, and whatever is changed by hand: an apply, and the plan after it is empty. Real files, real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from support.kills import Bench, open_bench

from eiginfra.core.change import Action
from eiginfra.engine.report import ApplyReport
from eiginfra.wiring.workspace import Asked, Workspace

NAMES = st.sampled_from(["api", "site", "web", "db", "outil"])
TITLES = st.text("aé’ñ -xZ09", min_size=1, max_size=12).map(lambda text: f"T{text}".strip())
PROJECTS = st.lists(
    st.fixed_dictionaries({"name": NAMES, "title": TITLES, "visibility": st.sampled_from(["public", "private"])}),
    max_size=2,
    unique_by=lambda project: project["name"],
)
MACHINES = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "image": st.just("debian-12"),
            "size": st.just("small"),
            "docker": st.booleans(),
        }
    ),
    max_size=2,
    unique_by=lambda machine: machine["name"],
)
TEAM = st.fixed_dictionaries(
    {
        "title": TITLES,
        "projects": PROJECTS,
        "machines": MACHINES,
        "roles": st.lists(st.sampled_from(["maintainer", "developer"]), min_size=1, max_size=2),
    }
)
TEAMS = st.dictionaries(st.sampled_from(["alpha", "beta"]), TEAM, min_size=1, max_size=2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(Path(tmp_path_factory.mktemp("generated")) / "bench", ("adler",)) as opened:
        yield opened


def _write(bench: Bench, teams: dict[str, dict[str, Any]]) -> None:
    assert bench.paths.inventory
    folder = bench.paths.inventory / "teams"
    for path in folder.iterdir():
        path.unlink()
    for name, team in teams.items():
        people = [
            {"username": f"{name}-{number}", "email": f"{name}-{number}@example.org", "role": role}
            for number, role in enumerate(team["roles"], 1)
        ]
        mentor = {"username": f"{name}-mentor", "email": f"{name}-mentor@example.org"}
        # GitLab takes a name once in a group, whoever else has left it.
        projects = [{**project, "title": f"{project['title']} {project['name']}"} for project in team["projects"]]
        body = {"title": f"{team['title']} {name}", "administration": "Une administration", "members": people, "mentors": [mentor]}
        # A guest never changes its type, so a name has one.
        machines = [{**machine, "type": "vm" if machine["name"] > "m" else "container"} for machine in team["machines"]]
        body |= {"projects": projects, "machines": machines}
        (folder / f"{name}.yml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")


def _apply(bench: Bench) -> ApplyReport:
    project = Workspace.load(bench.paths)
    with project.journal:
        plan = project.plan(Asked(allow_removals=100, known_as_new=frozenset({"alpha", "beta"})))
        return project.apply(plan)


# Shrinking takes minutes: each example is two applies.
@settings(max_examples=5, derandomize=True, phases=[Phase.generate])
@given(TEAMS, TEAMS, st.randoms(use_true_random=False))
def test_apply_converges_from_one_inventory_to_another(bench: Bench, before: dict[str, Any], after: dict[str, Any], chance: Any) -> None:
    bench.reset()
    _write(bench, before)
    first = _apply(bench)
    assert not first.failed, [result.reason for result in first.results if result.reason]

    made = [result.change for result in first.results if result.change.action is Action.CREATE]
    for change in chance.sample(made, min(3, len(made))):
        bench.tamper(change)
    _write(bench, after)
    second = _apply(bench)
    assert not second.failed, [result.reason for result in second.results if result.reason]
    project = Workspace.load(bench.paths)
    with project.journal:
        left = project.plan(Asked(known_as_new=frozenset({"alpha", "beta"})))
        assert left.empty, [(str(change.address), [found.label for found in change.diffs]) for change in left.acting]
