from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.words import line

from eiginfra.core.errors import InputError
from eiginfra.inventory.document import parse_document
from eiginfra.playbook import Playbook, load_playbook
from eiginfra.playbook.ansible_keywords import FOREIGN
from eiginfra.playbook.loader import MAX_NESTING, read_playbook
from eiginfra.playbook.model import PLAY_WORDS, TASK_WORDS


def read(text: str) -> Playbook:
    return read_playbook(parse_document(text.encode(), "site.yml"))


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text)
    assert all(finding.location for finding in caught.value.findings)
    return [line(finding).removeprefix("site.yml:") for finding in caught.value.findings]


def task(body: str) -> str:
    return f"- tasks:\n    - gitlab.group: {{path: a}}\n      {body}\n"


def test_reads_plays_and_tasks(tmp_path: Path) -> None:
    file = tmp_path / "site.yml"
    file.write_text(
        "- name: Spaces\n"
        "  teams: [adler, open-*]\n"
        "  tags: gitlab, spaces\n"
        "  when: team.projects | length > 0\n"
        "  vars: {space: 'eig/{{ team.id }}'}\n"
        "  tasks:\n"
        "    - name: Group\n"
        "      gitlab.group: {path: '{{ space }}', name: Plain}\n"
        "      loop: '{{ team.projects }}'\n"
        "      loop_control: {loop_var: project}\n"
        "      when: [true, project.title is not none]\n"
        "      tags: [always]\n"
        "      protect: true\n"
        "    - proxmox.pool:\n"
    )
    (play,) = load_playbook(file).plays
    first, second = play.tasks
    assert (play.name, play.teams and play.teams.value) == ("Spaces", ["adler", "open-*"])
    assert first.tags == {"gitlab", "spaces", "always"}
    assert (first.kind, first.loop_var, len(first.when)) == ("gitlab.group", "project", 2)
    assert (first.location.line, first.locate("gitlab.group", "name").line) == (7, 8)
    assert (second.kind, second.args, second.tags) == ("proxmox.pool", {}, {"gitlab", "spaces"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "1:1: error: a playbook is a list of plays"),
        ("[]", "1:1: error: a playbook is a list of plays"),
        ("text", "1:1: error: a playbook is a list of plays, not text"),
        ("- text", "1:3: error: a play is a mapping of words to values, not text"),
        ("- name: x", "1:3: error: a play needs `tasks`"),
        ("- tasks: []", "1:10: error: a play needs `tasks`"),
        ("- tasks: [x]", "1:11: error: a task is a mapping of words to values, not text"),
        ("- taks: []\n  tasks: [{a.b: {}}]", "1:3: error: 'taks' is unknown in a play (did you mean 'tasks'?)"),
        (
            "- hosts: all\n  tasks: [{a.b: {}}]",
            "1:3: error: Ansible's word 'hosts' is not supported (plays are for teams: write teams: all)",
        ),
        (
            "- teams: !adler\n  tasks: [{a.b: {}}]",
            '1:10: error: !adler without quotes is a YAML tag, and tags are not supported (if it is text, quote it: "!adler")',
        ),
        ("- teams:\n  tasks: [{a.b: {}}]", "`teams` is a pattern or a list of patterns, not None"),
        ("- teams: []\n  tasks: [{a.b: {}}]", "`teams` is a pattern or a list of patterns, not []"),
        ("- teams: [1]\n  tasks: [{a.b: {}}]", "`teams` is a pattern or a list of patterns, not [1]"),
        ("- teams: '{{ x }}'\n  tasks: [{a.b: {}}]", "`teams` cannot hold templates"),
        ("- name: [x]\n  tasks: [{a.b: {}}]", "1:9: error: a name is text, not ['x']"),
        ("- tasks: [{name: x}]", "1:11: error: a task holds exactly one kind, and this one has none"),
        ("- tasks: [{a.b: {}, c.d: {}}]", "1:11: error: a task holds exactly one kind, not 2 (a.b, c.d)"),
        ("- tasks: [{a.b: 5}]", "the fields of a.b are a mapping, not a number (write a.b: {field: value})"),
        (task("lop: []"), "3:7: error: 'lop' is unknown in a task (did you mean 'loop'?)"),
        (task("gitlab_members: {}"), "'gitlab_members' is unknown in a task (kinds are written provider.name, e.g. gitlab.group)"),
        (task("ansible.builtin.debug: {}"), "3:7: error: 'ansible.builtin.debug' is unknown in a task (kinds are written provider.name"),
        (task("ansible.builtin.set_fact: {}"), "Ansible's word 'set_fact' is not supported (write vars on the task or its play)"),
        (task("register: x"), "Ansible's word 'register' is not supported"),
        (task("with_items: x"), 'write loop: "{{ … }}"'),
        (task("tags: {a: b}"), "3:13: error: `tags` is a list of words, not {'a': 'b'}"),
        (task("tags: [all]"), "'all' is a word of --tags, not a tag"),
        (task("tags: ['{{ x }}']"), "'{{ x }}' cannot be a tag"),
        (task("tags: 'a,'"), "'' cannot be a tag"),
        (task("when: '{{ x }}'"), "3:13: error: the template cannot be read: expected token ':', got '}' (`when` is an expression already"),
        (task("when: [a ==]"), "3:14: error: the template cannot be read"),
        (task("when: 5"), "`when` is an expression or a list of expressions, not a number"),
        (task("when:"), "`when` is an expression or a list of expressions, not nothing (None)"),
        (task("loop: team.projects"), '(write loop: "{{ team.projects }}")'),
        (task("loop: {a: b}"), "`loop` is a list, or an expression in braces"),
        (task("loop: ['{{ x']"), "3:14: error: the template cannot be read"),
        (task("loop_control: {loop_var: x}"), "`loop_control` stands in a task without `loop`"),
        (task("loop: []\n      loop_control: {label: x}"), "`loop_control` holds `loop_var` and nothing else"),
        (task("loop: []\n      loop_control: {loop_var: team}"), "'team' has a meaning of its own"),
        (task("protect: sometimes"), "`protect` is true, false or a template"),
        (task("vars: [x]"), "`vars` is a mapping of names to values, not a list"),
        (task("vars: {a-b: 1}"), "3:14: error: 'a-b' cannot be a variable"),
        (task("vars: {_a: 1}"), "'_a' cannot be a variable"),
        (task("vars: {not: 1}"), "'not' cannot be a variable"),
        (task("vars: {site: 1}"), "'site' has a meaning of its own (choose another name for the variable)"),
        (task("vars: {a: '{{ b }}', b: '{{ a }}'}"), "the variables need each other: "),
        (task("vars: {a: ['{{ a }}']}"), "the variables need each other: a → a"),
        (task("vars: {a: '{{ x | uper }}'}"), "there is no filter 'uper' (did you mean 'upper'?)"),
        (task("vars: {a: '{{ x'}"), "(close every {{ with }})"),
        (
            task("vars: {a: '{% for x in y %}{% endfor %}'}"),
            "{% for %} cannot be used in playbooks (use the task's `loop`, filters such as map and join, or vars)",
        ),
    ],
)
def test_errors_say_where_what_and_how(text: str, said: str) -> None:
    assert any(said in problem for problem in problems(text)), problems(text)


def test_all_errors_at_once_in_the_order_of_the_file() -> None:
    text = "- hosts: all\n  tasks:\n    - gitlab.group: {path: '{{ x', name: '{{ y | nope }}'}\n      lop: []\n- teams: 5\n  tasks: []\n"
    found = problems(text)
    assert [problem.split(":")[0] for problem in found] == ["1", "3", "3", "4", "5", "6"]


def test_variables_may_use_each_other_so_deep_and_no_deeper() -> None:
    def chain(length: int) -> str:
        links = [f"v{n}: '{{{{ v{n - 1} }}}}'" for n in range(1, length)]
        return task(f"vars: {{{', '.join(['v0: x', *links])}}}")

    assert read(chain(MAX_NESTING))
    assert any(f"more than {MAX_NESTING} variables" in problem for problem in problems(chain(MAX_NESTING + 1)))


def test_words_of_ansible_do_not_hide_ours() -> None:
    assert not set(FOREIGN) & {*PLAY_WORDS, *TASK_WORDS}


@pytest.mark.parametrize("data", [b"\xff\xfe", b"", b"- [", b"\t- x", b"- &a [*a]"])
def test_broken_files_are_input_errors(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "site.yml"
    file.write_bytes(data)
    with pytest.raises(InputError):
        load_playbook(file)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["{{ x }}", "{{", "all"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*PLAY_WORDS, *TASK_WORDS, "a.b", "x", "hosts"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(st.sampled_from([*PLAY_WORDS, "hosts", ""]), JSON), min_size=1, max_size=3))
def test_any_structure_is_read_or_refused(data: Any) -> None:
    with suppress(InputError):
        read(yaml.safe_dump(data, allow_unicode=True))


@given(st.text(alphabet="-: \n[]{}'\"ab#&*!|>%.{{}}teamskl", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        read(text)
