"""The packaged playbook: used by its name, with other variables, without some tasks, and with others in their place."""

from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.core.resource import Resource
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.loader import load_cohort, load_settings, load_site
from eiginfra.playbook import Playbook, compile_playbook, load_playbook
from eiginfra.playbook.loader import read_playbook
from eiginfra.playbook.packaged import packaged_playbooks
from eiginfra.playbook.schema import schema
from eiginfra.wiring.providers import described, filters

ROOT = Path(__file__).parents[3]
SITE = Path("eiginfra:site")


def used(text: str) -> Playbook:
    return read_playbook(parse_document(text.encode(), "own.yml"), filters())


def resources(playbook: Playbook) -> dict[str, Resource]:
    cohort, site = load_cohort(ROOT / "inventories/eig3"), load_site(ROOT / "infra/lab.yml")
    available = {"gateway", "gitlab", "machine", "proxmox"}
    compiled = compile_playbook(playbook, cohort, site, described().registry(), date(2019, 10, 1), available=available)
    assert compiled.findings == ()
    return {str(resource.address): resource for resource in compiled.resources}


def kinds(found: dict[str, Resource]) -> Counter[str]:
    return Counter(resource.address.kind for resource in found.values())


def test_each_packaged_playbook_is_sound_and_has_a_name_for_each_play_and_task() -> None:
    assert [*packaged_playbooks()] == ["eiginfra:site"]
    for name in packaged_playbooks():
        plays = load_playbook(Path(name), filters()).plays
        named = Counter([*(play.name for play in plays), *(task.name for play in plays for task in play.tasks)])
        assert [called for called, count in named.items() if called is None or count > 1] == []


def test_its_lines_are_told_by_its_name() -> None:
    [first, *_] = load_playbook(SITE, filters()).plays
    assert str(first.location).startswith("eiginfra:site:6:")
    assert {resource.origin.file for resource in resources(load_playbook(SITE, filters())).values() if resource.origin} == {"eiginfra:site"}


def test_used_as_it_is_it_gives_the_same() -> None:
    plain = resources(load_playbook(SITE, filters()))
    assert resources(used("- use: eiginfra:site\n")) == plain


def test_variables_have_the_values_that_are_written_beside_it_in_every_play_that_has_them() -> None:
    found = resources(
        used('- use: eiginfra:site\n  vars: {visibility: public, schedule: "03:45", hosted: "chez {{ team.administration }}"}\n')
    )
    assert found["proxmox.backup[eiginfra-eig3]"].values["schedule"] == "03:45"
    assert "chez Ministère" in str(found["gitlab.file[eig/eig3/adler/api]"].values["files"])


def test_tasks_and_whole_plays_are_left_out() -> None:
    plain = kinds(resources(load_playbook(SITE, filters())))
    found = kinds(resources(used("- use: eiginfra:site\n  without: [Labels, Backups of the compute server]\n")))
    assert plain - found == Counter({"gitlab.label": 3, "proxmox.backup": 1})


def test_a_task_takes_the_place_of_the_one_of_its_name_with_its_variables_and_tags() -> None:
    own = """
- use: eiginfra:site
  tasks:
    - name: Main branch
      tags: [branches]
      loop: "{{ team.projects }}"
      gitlab.protected_branch: {project: "{{ space }}/{{ item.name }}", branch: main, push: nobody, merge: maintainers}
- name: Beside it
  tasks:
    - gitlab.label: {group: eig, name: programme, color: "#112233"}
"""
    found = resources(used(own))
    branch = found["gitlab.protected_branch[eig/eig3/adler/api#main]"]
    assert (branch.values["push"], branch.tags, str(branch.origin)) == ("nobody", {"gitlab", "branches"}, "own.yml:4:7")
    assert "gitlab.label[eig#programme]" in found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- use: eiginfra:sight", "own.yml:1:8: error: there is no packaged playbook 'eiginfra:sight' (did you mean 'eiginfra:site'?)"),
        ("- use: [site.yml]", "own.yml:1:8: error: there is no packaged playbook ['site.yml'] ("),
        ("- {use: eiginfra:site, teams: all}", "own.yml:1:24: error: 'teams' is unknown in a playbook that is used (`use`) ("),
        (
            "- {use: eiginfra:site, vars: {visibilty: private}}",
            "own.yml:1:31: error: the playbook that is used has no variable 'visibilty' (did you mean 'visibility'?)",
        ),
        (
            "- {use: eiginfra:site, without: [Label]}",
            "own.yml:1:34: error: the playbook that is used has no play and no task",
        ),
        (
            "- {use: eiginfra:site, without: Labels}",
            "own.yml:1:33: error: `without` is a list of the names of tasks and plays, not",
        ),
        (
            "- {use: eiginfra:site, tasks: [{name: Mine, gitlab.label: {}}]}",
            "own.yml:1:39: error: the playbook that is used has no task 'Mine' that could be replaced",
        ),
        ("- {use: eiginfra:site, tasks: {Labels: {}}}", "own.yml:1:31: error: a play needs `tasks`"),
        (
            "- {use: eiginfra:site, tasks: [{name: Labels, loop: []}]}",
            "own.yml:1:32: error: a task holds exactly one kind",
        ),
        ('- {use: eiginfra:site, vars: {space: "{{ pool }}", pool: "{{ space }}"}}', "variables need each other"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        used(text + "\n")
    assert told in line(caught.value.findings[0]), [line(found) for found in caught.value.findings]


def test_an_unknown_packaged_playbook_is_told() -> None:
    with pytest.raises(InputError, match="use-unknown"):
        load_playbook(Path("eiginfra:sites"))


def test_the_schema_knows_it() -> None:
    validator = jsonschema.Draft202012Validator(schema(described().registry()))
    validator.validate(yaml.safe_load((ROOT / "playbooks/site.yml").read_text(encoding="utf-8")))
    assert not validator.is_valid([{"use": "eiginfra:sight"}])
    assert not validator.is_valid([{"use": "eiginfra:site", "teams": "all"}])
    assert not validator.is_valid([{"use": "eiginfra:site", "tasks": [{"gitlab.label": {"group": "g", "name": "n", "color": "#112233"}}]}])


def test_settings_name_it_and_a_file_is_still_a_path(tmp_path: Path) -> None:
    file = tmp_path / "eiginfra.yml"
    file.write_text("playbook: eiginfra:site\nsite: a.yml\n", encoding="utf-8")
    assert (load_settings(file).playbook, load_settings(file).site) == (SITE, tmp_path / "a.yml")
    file.write_text("playbook: p.yml\n", encoding="utf-8")
    assert load_settings(file).playbook == tmp_path / "p.yml"
