"""What eiginfra writes into a file of the inventory: the value, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eiginfra.core.errors import InputError, UsageError
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.editing import with_entry, with_value, without

HEAD = "# ours\ncohort: eig3   # three\ntitle: Promotion 3\n"


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        (HEAD, ("people", "a-1", "gitlab_id"), 7, HEAD + "people:\n  a-1: {gitlab_id: 7}\n"),
        (HEAD.rstrip("\n"), ("people", "a-1", "gitlab_id"), 7, HEAD + "people:\n  a-1: {gitlab_id: 7}\n"),
        ("people: {}  # none\n", ("people", "a-1", "gitlab_id"), 7, "people: {a-1: {gitlab_id: 7}}  # none\n"),
        (
            "people:\n    # asked in October\n    b-1: {gitlab_id: 1}\nz: 1\n",
            ("people", "a-1", "gitlab_id"),
            7,
            "people:\n    # asked in October\n    a-1: {gitlab_id: 7}\n    b-1: {gitlab_id: 1}\nz: 1\n",
        ),
        ("people: {b-1: {gitlab_id: 1}}\n", ("people", "a-1", "gitlab_id"), 7, "people: {a-1: {gitlab_id: 7}, b-1: {gitlab_id: 1}}\n"),
        (
            "people:\n  a-1:\n    gitlab_id: 1  # old\n",
            ("people", "a-1", "proxmox_id"),
            "a-1@pve",
            "people:\n  a-1:\n    proxmox_id: a-1@pve\n    gitlab_id: 1  # old\n",
        ),
        ("people:\n  a-1: {gitlab_id: 1}  # old\n", ("people", "a-1", "gitlab_id"), 22, "people:\n  a-1: {gitlab_id: 22}  # old\n"),
        ("people:\n  a-1: {gitlab_id: 1}\n", ("people", "a-1", "proxmox_id"), "x", "people:\n  a-1: {proxmox_id: x, gitlab_id: 1}\n"),
        ("title: Promotion 3  # of it\nends: 'x'\n", ("title",), "Promotion 4", "title: Promotion 4  # of it\nends: 'x'\n"),
        ("a: 1\n", ("people", "1234", "gitlab_id"), 7, 'a: 1\npeople:\n  "1234": {gitlab_id: 7}\n'),
        ("a: 1\r\n", ("people", "true", "gitlab_id"), 7, 'a: 1\r\npeople:\r\n  "true": {gitlab_id: 7}\r\n'),
    ],
)
def test_a_value_is_written_and_nothing_else_is_touched(before, path, value, after):
    assert with_value(before, path, value, "cohort.yml") == after
    assert parse_document(after.encode()).at(*path) == value


@pytest.mark.parametrize("text", ["{cohort: eig3}\n", "people: &a {b-1: {gitlab_id: 1}}\nother: *a\n", "people: [a]\n", "people: x\n"])
def test_a_file_of_another_form_is_left_alone_and_the_user_told_what_to_write(text):
    with pytest.raises(UsageError, match=r"cohort.yml is written in a way .*gitlab_id: 7"):
        with_value(text, ("people", "a-1", "gitlab_id"), 7, "cohort.yml")


WEB = {"name": "web", "image": "debian-12", "size": "small"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: A\n", "title: A\nmachines:\n  - name: web\n    image: debian-12\n    size: small\n"),
        ("machines: []   # none\nz: 1\n", "machines:   # none\n  - name: web\n    image: debian-12\n    size: small\nz: 1\n"),
        ("machines: [{name: a}]  # one\n", "machines: [{name: a}, {name: web, image: debian-12, size: small}]  # one\n"),
        (
            "machines:\n- {name: a} # one\n\n# more\nz: 1\n",
            "machines:\n- {name: a} # one\n- {name: web, image: debian-12, size: small}\n\n# more\nz: 1\n",
        ),
        (
            "machines:\n    -   name: a\n        x: |\n            b\n#\nz: 1",
            "machines:\n    -   name: a\n        x: |\n            b\n    - name: web\n      image: debian-12\n      size: small\n#\nz: 1",
        ),
        (
            "machines:\r\n  - name: a # one\r\nz: 1\r\n",
            "machines:\r\n  - name: a # one\r\n  - name: web\r\n    image: debian-12\r\n    size: small\r\nz: 1\r\n",
        ),
    ],
)
def test_an_entry_comes_behind_the_others_and_is_written_as_they_are(before, after):
    assert with_entry(before, "machines", WEB, "adler.yml") == after


def test_values_of_an_entry_are_quoted_where_they_must_be_and_long_ones_have_lines_of_their_own():
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTEuLi4uLi4uLi4uLi4uLi4u adler-1"
    person = {"username": "2024", "name": "Zoé: l’autre", "email": "z@example.org", "until": "2020-06-30", "ssh_keys": [key]}
    written = with_entry("title: A\n", "members", person, "adler.yml")
    assert written == (
        'title: A\nmembers:\n  - username: "2024"\n    name: "Zoé: l’autre"\n    email: z@example.org\n    until: 2020-06-30\n'
        f"    ssh_keys:\n      - {key}\n"
    )


@pytest.mark.parametrize("text", ["machines: x\n", "machines: &a [{name: a}]\nother: *a\n", "{machines: []}\n"])
def test_a_list_of_another_form_is_left_alone(text):
    with pytest.raises(UsageError, match=r"write into it: machines: \[\{name: web"):
        with_entry(text, "machines", WEB, "adler.yml")


@pytest.mark.parametrize(
    ("path", "after"),
    [
        (("a",), "b:\n  c: 1   # one\n  # of d\n  d: {e: 2}\n\n# behind\nf: 3\n"),
        (("b",), "# first\na: 1\n\n# behind\nf: 3\n"),
        (("b", "d"), "# first\na: 1\nb:\n  c: 1   # one\n\n# behind\nf: 3\n"),
        (("f",), "# first\na: 1\nb:\n  c: 1   # one\n  # of d\n  d: {e: 2}\n\n"),
        (("x",), "# first\na: 1\nb:\n  c: 1   # one\n  # of d\n  d: {e: 2}\n\n# behind\nf: 3\n"),
    ],
)
def test_a_key_goes_with_its_value_and_the_comment_above_it(path, after):
    text = "# first\na: 1\nb:\n  c: 1   # one\n  # of d\n  d: {e: 2}\n\n# behind\nf: 3\n"
    assert without(text, path, "cohort.yml") == after


def test_the_only_key_of_a_mapping_and_one_in_brackets_are_left_alone():
    for text, path in (("b:\n  c: 1\n", ("b", "c")), ("b: {c: 1, d: 2}\n", ("b", "c"))):
        with pytest.raises(UsageError, match="written in a way"):
            without(text, path, "cohort.yml")


LINES = st.lists(
    st.sampled_from(
        [
            "title: A   # of it",
            "# a comment",
            "",
            "town: Paris",
            "mounts: [{path: /a, size: 1GiB}]",
            "text: |\n  one\n\n  two",
            "  # indented",
            "members:\n  - {username: a}   # first\n  # between\n  - username: b\n    ssh_keys:\n      - k   # last\n",
            "members:\n- username: a\n\n# behind",
            "members: []",
            "members: [{username: a},\n  {username: b}]",
        ]
    ),
    max_size=6,
    unique_by=lambda line: line.partition(":")[0],
)


@given(lines=LINES, ending=st.sampled_from(["\n", ""]), crlf=st.booleans())
def test_every_line_stays_and_the_entry_is_there(lines: list[str], ending: str, crlf: bool) -> None:
    text = "\n".join(["description: d", *lines]) + ending
    text = text.replace("\n", "\r\n") if crlf else text
    try:
        before = parse_document(text.encode()).data
    except InputError:
        return  # a key that is there twice
    try:
        edited = with_entry(text, "members", {"username": "zoe", "role": "developer"}, "adler.yml")
    except UsageError:
        assert "members" in before or not ending  # a line feed more at the end may be one of a text
        return
    assert parse_document(edited.encode()).data == before | {
        "members": [*before.get("members", []), {"username": "zoe", "role": "developer"}]
    }
    kept = iter(edited.splitlines())
    changed = [line for line in text.splitlines() if not (line.startswith(("members: [", "  {username: b}]")) or line in kept)]
    assert changed == []
