from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.words import line

from eiginfra.core.address import Address
from eiginfra.core.kind import Registry
from eiginfra.core.values import ByteSize
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.model import Team
from eiginfra.inventory.site import Site
from eiginfra.playbook import Compiled

Compile = Callable[..., Compiled]
Errors = Callable[..., list[str]]

WHOLE = """
- name: Cohort
  tags: [gitlab]
  tasks:
    - gitlab.group: {path: "{{ site.gitlab.root_group }}/{{ cohort.id }}", name: "{{ cohort.title }}"}
- name: Teams
  teams: all
  tags: [gitlab]
  vars: {space: "{{ site.gitlab.root_group }}/{{ cohort.id }}/{{ team.id }}"}
  tasks:
    - gitlab.group: {path: "{{ space }}", name: "{{ team.title }}", description: "{{ team.description or omit }}"}
    - gitlab.members: {group: "{{ space }}", members: "{{ team.people | gitlab_access }}"}
      tags: people
    - gitlab.group: {path: "{{ space }}/{{ item.name }}", name: "{{ item.title }}", visibility: "{{ item.visibility }}"}
      loop: "{{ team.projects }}"
    - proxmox.container: {mark: "{{ item.mark }}", image: "{{ item.image }}", cores: "{{ item.cores }}", memory: "{{ item.memory }}",
        nesting: "{{ item.docker }}", keys: "{{ team.ssh_keys }}"}
      loop: "{{ team.machines }}"
      protect: "{{ item.protect }}"
"""


def addresses(compiled: Compiled) -> list[str]:
    return [str(resource.address) for resource in compiled.resources]


def test_resources_come_in_the_order_of_playbook_teams_and_loops(compiled: Compile) -> None:
    assert addresses(compiled(WHOLE)) == [
        "gitlab.group[eig/eig3]",
        "gitlab.group[eig/eig3/adler]",
        "gitlab.group[eig/eig3/open-chronic]",
        "gitlab.group[eig/eig3/plume]",
        "gitlab.members[eig/eig3/adler]",
        "gitlab.members[eig/eig3/open-chronic]",
        "gitlab.members[eig/eig3/plume]",
        "gitlab.group[eig/eig3/adler/api]",
        "gitlab.group[eig/eig3/adler/site]",
        "proxmox.container[eig3/adler/web]",
        "proxmox.container[eig3/adler/db]",
    ]


def test_a_resource_knows_its_team_tags_origin_and_protection(compiled: Compile) -> None:
    by_address = {str(resource.address): resource for resource in compiled(WHOLE).resources}
    cohort, members = by_address["gitlab.group[eig/eig3]"], by_address["gitlab.members[eig/eig3/adler]"]
    assert (cohort.team, cohort.tags, str(cohort.origin)) == (None, {"gitlab"}, "site.yml:5:7")
    assert (members.team, members.tags, str(members.origin)) == ("adler", {"gitlab", "people"}, "site.yml:12:7")
    assert [by_address[f"proxmox.container[eig3/adler/{name}]"].protect for name in ("web", "db")] == [False, True]


def test_fields_have_types_and_none_leaves_them_unset(compiled: Compile) -> None:
    by_address = {str(resource.address): resource for resource in compiled(WHOLE).resources}
    assert by_address["gitlab.group[eig/eig3/adler]"].values == {"path": "eig/eig3/adler", "name": "ADLER"}
    assert by_address["gitlab.group[eig/eig3/plume]"].values["description"] == "Text"
    assert by_address["gitlab.group[eig/eig3/adler/site]"].values == {"path": "eig/eig3/adler/site", "visibility": "private"}
    web, database = (by_address[f"proxmox.container[eig3/adler/{name}]"].spec.model_dump() for name in ("web", "db"))
    assert (web["image"], web["cores"], web["nesting"]) == ("local:vztmpl/debian-12.tar.zst", 1, True)
    assert web["memory"] == ByteSize.parse("512MiB")
    assert (database["image"], database["cores"], database["memory"], database["nesting"]) == (9012, 2, ByteSize.parse("1GiB"), False)
    assert len(web["keys"]) == 1


def test_people_leave_after_their_last_day(compiled: Compile) -> None:
    def members(day: date) -> list[tuple[str, str, date]]:
        spec = compiled(WHOLE, as_of=day).resources[4].spec.model_dump()
        return [(entry["username"], entry["access"], entry["expires"]) for entry in spec["members"]]

    # GitLab ends access at the beginning of the day named: the one after the last.
    end, march, last = date(2020, 7, 2), date(2020, 4, 1), date(2020, 3, 31)
    assert members(date(2019, 10, 1)) == [
        ("adler-1", "maintainer", end),
        ("adler-2", "developer", march),
        ("adler-mentor", "reporter", end),
    ]
    assert [name for name, _, _ in members(date(2019, 9, 30))] == ["adler-1", "adler-2", "adler-left", "adler-mentor"]
    assert ("adler-2", "developer", march) in members(last)
    assert [name for name, _, _ in members(date(2020, 4, 1))] == ["adler-1", "adler-mentor"]
    assert members(date(2020, 7, 2)) == []


@given(st.permutations(range(3)))
def test_the_order_of_team_files_does_not_matter(
    compiled: Compile, cohort: Cohort, make_cohort: Callable[..., Cohort], order: list[int]
) -> None:
    shuffled = make_cohort([cohort.teams[index] for index in order])
    assert compiled(WHOLE, cohort=shuffled) == compiled(WHOLE)


@given(st.text(alphabet="{}%# x'7*1e[]", min_size=1, max_size=30).map(lambda text: f"x{text}x"), st.text(max_size=30))
def test_text_of_team_files_is_never_a_template(
    compiled: Compile, make_cohort: Callable[..., Cohort], make_team: Callable[..., Team], title: str, name: str
) -> None:
    cohort = make_cohort([make_team("adler", title=title, description=name + "{{ 7*7 }}")])
    group = compiled(WHOLE, cohort=cohort).resources[1].spec.model_dump()
    assert group["name"] == title
    assert group["description"] == name + "{{ 7*7 }}"


TWO = (
    "- teams: {teams}\n  tasks:\n    - gitlab.group: {{path: same, name: '{name}'}}\n      tags: [one]\n"
    "    - gitlab.group: {{path: same, name: '{name}'}}\n      protect: true\n"
)


def test_the_same_address_with_equal_specs_is_one_resource_of_the_first_team(compiled: Compile) -> None:
    (resource,) = compiled(TWO.format(teams="all", name="equal")).resources
    assert (resource.team, resource.tags, resource.protect, str(resource.origin)) == ("adler", {"one"}, True, "site.yml:3:7")


def test_the_same_address_with_different_specs_is_an_error_naming_both(errors: Errors) -> None:
    assert errors(TWO.format(teams="'adler,plume'", name="{{ team.title }}")) == [
        (
            "adler.yml:1:1: error: gitlab.group[same] is wanted with different name: by team adler and by team plume "
            "(make both agree, or give one another key) [also plume.yml:1:1]"
        )
    ]
    text = "- tasks: [gitlab.group: {path: same}]\n- teams: plume\n  tasks: [gitlab.group: {path: same, visibility: public}]"
    assert errors(text) == [
        (
            "1:11: error: gitlab.group[same] is wanted with different visibility: by the cohort and by team plume "
            "(make both agree, or give one another key) [also site.yml:3:50]"
        )
    ]


@pytest.mark.parametrize(
    ("teams", "chosen"),
    [
        ("all", ["adler", "open-chronic", "plume"]),
        ("'*'", ["adler", "open-chronic", "plume"]),
        ("adler:plume", ["adler", "plume"]),
        ("'!adler'", ["open-chronic", "plume"]),
        ("open-*", ["open-chronic"]),
        ("[plume, adler]", ["adler", "plume"]),
    ],
)
def test_plays_are_for_the_teams_of_a_pattern(compiled: Compile, teams: str, chosen: list[str]) -> None:
    found = compiled(f"- teams: {teams}\n  tasks: [gitlab.group: {{path: '{{{{ team.id }}}}'}}]")
    assert [resource.team for resource in found.resources] == chosen
    assert found.findings == ()


def test_a_pattern_that_matches_nothing_is_a_warning(compiled: Compile, make_cohort: Callable[..., Cohort]) -> None:
    text = "- teams: x*\n  tasks: [gitlab.group: {path: a}]"
    (finding,) = compiled(text).findings
    assert line(finding) == "site.yml:1:10: warning: `teams: x*` matches no team: the play does nothing"
    assert compiled(text, cohort=make_cohort([])).findings == ()


def test_a_provider_that_the_site_lacks_is_one_notice(compiled: Compile) -> None:
    text = (
        "- teams: all\n  tasks:\n"
        "    - gateway.site: {path: '{{ item.name }}.{{ site.gateway.domain }}'}\n"
        "      loop: '{{ team.machines }}'\n      when: item.docker\n"
        "    - gateway.site: {path: '{{ site.gateway.domain }}'}\n"
        "    - gateway.site: {path: x}\n      loop: '{{ site.gateway.domain }}'\n"
        "    - gitlab.group: {path: '{{ team.id }}'}\n"
    )
    found = compiled(text)
    assert len(found.resources) == 3
    assert [line(finding) for finding in found.findings] == ["notice: the site has no gateway: 7 resources of gateway.* are left out"]
    one = compiled("- tasks: [gateway.site: {path: x}]")
    assert [line(finding) for finding in one.findings] == ["notice: the site has no gateway: 1 resource of gateway.* is left out"]
    assert addresses(compiled("- tasks: [gateway.site: {path: x}]", available={"gateway"})) == ["gateway.site[x]"]


def test_what_a_when_switched_off_is_told(compiled: Compile) -> None:
    text = (
        "- teams: all\n  when: team.id != 'plume'\n  tasks:\n"
        "    - gitlab.group: {path: 'g/{{ team.id }}'}\n      when: [team.machines | length > 0, true]\n"
        "    - gitlab.members: {group: '{{ site.gateway.domain }}', members: []}\n      when: site.gateway is not none\n"
        "    - proxmox.container: {mark: '{{ item.mark }}'}\n      loop: '{{ team.machines }}'\n      when: item.docker\n"
    )
    found = compiled(text)
    assert addresses(found) == ["gitlab.group[g/adler]", "proxmox.container[eig3/adler/web]"]
    off = {Address("gitlab.group", "g/open-chronic"), Address("gitlab.group", "g/plume"), Address("proxmox.container", "eig3/adler/db")}
    assert found.off == off
    # Of a loop that is off as a whole, what its list may have lost cannot be told.
    whole = {("proxmox.container", "plume")}
    assert found.off_kinds == {("gitlab.members", team) for team in ("adler", "open-chronic", "plume")} | whole
    assert found.switched_off(Address("gitlab.members", "any"), "adler")
    assert not found.switched_off(Address("gitlab.members", "any"), None)
    assert found.switched_off(Address("gitlab.group", "g/plume"), None)
    assert not found.switched_off(Address("gitlab.group", "g/other"), "plume")


def test_what_is_wanted_elsewhere_is_not_off(compiled: Compile) -> None:
    found = compiled("- tasks:\n    - gitlab.group: {path: a}\n      when: false\n    - gitlab.group: {path: a}")
    assert (addresses(found), found.off) == (["gitlab.group[a]"], frozenset())


def task(body: str, teams: str = "teams: all") -> str:
    return f"- {teams}\n  tags: [x]\n  tasks:\n    - {body}\n"


ALL = "team adler and 2 others: "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (task("gitlab.grup: {path: a}"), "4:7: error: there is no kind 'gitlab.grup' (did you mean 'gitlab.group'?)"),
        (
            task("gitlab.group: {path: a, visibilty: public}"),
            "4:31: error: gitlab.group has no field 'visibilty' (did you mean 'visibility'?)",
        ),
        (task("gitlab.group: {name: a}"), "4:7: error: gitlab.group needs the field 'path'"),
        (task("gitlab.group: {path: '{{ tema.id }}'}"), f"4:28: error: {ALL}the variable 'tema' is unknown (did you mean 'team'?)"),
        (task("gitlab.group: {path: '{{ team.idd }}'}"), f"4:28: error: {ALL}a team has no 'idd' (did you mean 'id'?)"),
        (task("gitlab.group: {path: '{{ item }}'}"), f"{ALL}the variable 'item' is unknown (it is known in a task with `loop`"),
        (
            task("gitlab.group: {path: '{{ team.id }}'}", "name: x"),
            "4:28: error: the variable 'team' is unknown (a play without `teams` runs once",
        ),
        (
            task("gitlab.group: {path: a, name: '{{ cohort.titel }}'}", "name: x"),
            "4:37: error: a cohort has no 'titel' (did you mean 'title'?)",
        ),
        (
            task("gitlab.group: {path: a, visibility: '{{ team.id }}'}"),
            "adler.yml:1:1: error: team adler: gitlab.group: visibility is 'adler' (write 'public' or 'private') [also site.yml:4:43]",
        ),
        (task("gitlab.group: {path: '{{ team.town }}'}"), f"4:28: error: {ALL}gitlab.group: path is required (a template that gives None"),
        (
            task("gitlab.group: {path: '{{ team.machines }}'}"),
            "error: team adler: gitlab.group: path must be text, not [<machine>, <machine>]",
        ),
        (task("gitlab.group: {path: a, token: toolongsecret}"), f"4:38: error: {ALL}gitlab.group: token is refused"),
        (task("gitlab.members: {group: a, members: [{username: a, access: boss}]}"), "members[0].access is 'boss'"),
        (task("gitlab.members: {group: a, members: [{username: a, acces: boss}]}"), "members[0].acces is unknown (did you mean 'access'?)"),
        (task("gitlab.members: {group: a, members: [{username: a}]}"), "members[0].access is required"),
        (
            task("gitlab.members: {group: a, members: [{username: a, access: reporter, expires: soon}]}"),
            "members[0].expires must be a date such as 2020-06-30, not 'soon'",
        ),
        (task("proxmox.container: {mark: a, cores: many}"), "cores must be a whole number, not 'many'"),
        (task("proxmox.container: {mark: a, memory: 5}"), "memory: 5 has no unit (write 5GiB, if GiB was meant)"),
        (task("proxmox.container: {mark: a, nesting: maybe}"), "nesting must be true or false, not 'maybe'"),
        (
            task("{gitlab.group: {path: '{{ item.x }}'}, loop: '{{ team.projects }}'}"),
            "4:29: error: team adler, item api: a project has no 'x' (choose among",
        ),
        (task("{gitlab.group: {path: a}, loop: '{{ team.project }}'}"), f"{ALL}a team has no 'project' (did you mean 'projects'?)"),
        (task("{gitlab.group: {path: a}, loop: '{{ team.title }}'}"), f"{ALL}`loop` gives text instead of a list"),
        (task("{gitlab.group: {path: a}, loop: '{{ item }}'}"), "the variable 'item' is unknown"),
        (task("{gitlab.group: {path: a}, when: team.machines}"), f"{ALL}`when` gives a list instead of true or false (compare it"),
        (task("{gitlab.group: {path: a}, when: team.x}"), f"4:39: error: {ALL}a team has no 'x'"),
        (task("{gitlab.group: {path: a}, when: tean.x}"), f"{ALL}the variable 'tean' is unknown"),
        (task("{gitlab.group: {path: a}, protect: '{{ team.title }}'}"), "team adler: `protect` gives 'ADLER' instead of true or false"),
        (task("gitlab.group: {path: a}", "when: team.id == 'x'"), "the variable 'team' is unknown"),
        (task("gitlab.group: {path: '{{ v }}'}", "vars: {v: '{{ w }}'}"), "1:13: error: the variable 'w' is unknown"),
        (
            task("gitlab.group: {path: '{{ v }}'}", "vars: {v: '{{ site.gateway.domain }}'}"),
            "1:13: error: 'domain' is asked of a value that is not set (None)",
        ),
        (task("gitlab.group: {path: a}", "when: cohort.id"), "1:9: error: `when` gives text instead of true or false"),
        (task("gitlab.group: {path: a}", "teams: adlr"), "1:10: error: `teams`: there is no 'adlr' (did you mean 'adler'?)"),
    ],
)
def test_errors_name_the_line_and_the_team(errors: Errors, text: str, said: str) -> None:
    found = errors(text)
    assert any(said in problem for problem in found), found


def test_the_same_error_of_many_teams_is_one_finding(errors: Errors) -> None:
    head = "- teams: all\n  vars: {a: '{{ team.nope }}'}\n  tasks:\n"
    text = head + "    - gitlab.group: {path: '{{ a }}', name: '{{ a }}'}\n    - gitlab.group: {path: 'x{{ a }}'}"
    (only,) = errors(text)
    assert only.startswith(f"2:13: error: {ALL}a team has no 'nope'")


def test_all_errors_at_once_in_the_order_of_the_file(errors: Errors) -> None:
    text = (
        "- teams: all\n  tasks:\n    - gitlab.grup: {path: a}\n    - gitlab.group: {path: '{{ team.x }}', name: '{{ team.y }}'}\n"
        "- teams: nobody\n  tasks:\n    - gitlab.group: {path: a, nam: b}\n"
    )
    assert [problem.split(": ")[0] for problem in errors(text)] == ["3:7", "4:28", "4:50", "5:10", "7:31"]


def test_a_value_of_a_sensitive_field_is_not_repeated(errors: Errors) -> None:
    assert "toolongsecret" not in "".join(errors(task("gitlab.group: {path: a, token: toolongsecret}")))
    assert "12345678" not in "".join(errors(task("gitlab.group: {path: a, token: 12345678}")))


def test_a_machine_of_unknown_size_or_image_does_not_crash(
    compiled: Compile, make_cohort: Callable[..., Cohort], make_team: Callable[..., Team]
) -> None:
    cohort = make_cohort([make_team("adler", machines=[{"name": "web", "image": "nope", "size": "huge"}])])
    (resource,) = compiled(
        "- teams: all\n  tasks:\n    - proxmox.container: {mark: '{{ item.mark }}', image: '{{ item.image }}', cores: '{{ item.cores }}'}\n"
        "      loop: '{{ team.machines }}'",
        cohort=cohort,
    ).resources
    assert resource.values == {"mark": "eig3/adler/web"}


def test_everybody_of_the_cohort_stands_in_it_once(
    compiled: Compile, make_cohort: Callable[..., Cohort], make_team: Callable[..., Team]
) -> None:
    both = {"username": "both", "email": "both@example.org"}
    cohort = make_cohort([make_team("b", members=[both]), make_team("a", members=[{**both, "until": "2020-01-01"}], mentors=[])])
    text = "- tasks:\n    - gitlab.members: {group: x, members: '{{ cohort.people | gitlab_access }}'}"
    (resource,) = compiled(text, cohort=cohort).resources
    assert resource.values["members"] == [{"username": "both", "access": "developer", "expires": "2020-07-02"}]


def test_a_site_shows_no_secrets(compiled: Compile, errors: Errors, registry: Registry, site: Site) -> None:
    assert site.file.gitlab is not None
    assert any("a gitlab section has no 'token'" in problem for problem in errors(task("gitlab.group: {path: '{{ site.gitlab.token }}'}")))
    shown: Any = compiled(task("gitlab.group: {path: '{{ team.id }}', name: '{{ site.gitlab | string }}'}")).resources[0].spec
    assert shown.name == "<gitlab section>"
