"""What eiginfra writes into a file of the inventory: the value, and nothing else."""

import pytest

from eiginfra.core.errors import UsageError
from eiginfra.inventory.document import parse_document
from eiginfra.inventory.editing import with_value

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
        ("a: 1\n", ("people", "1234", "gitlab_id"), 7, 'a: 1\npeople:\n  "1234": {gitlab_id: 7}\n'),
        ("a: 1\r\n", ("people", "true", "gitlab_id"), 7, 'a: 1\r\npeople:\n  "true": {gitlab_id: 7}\n'),
    ],
)
def test_a_value_is_written_and_nothing_else_is_touched(before, path, value, after):
    assert with_value(before, path, value, "cohort.yml") == after
    assert parse_document(after.encode()).at(*path) == value


@pytest.mark.parametrize("text", ["{cohort: eig3}\n", "people: &a {b-1: {gitlab_id: 1}}\nother: *a\n", "people: [a]\n", "people: x\n"])
def test_a_file_of_another_form_is_left_alone_and_the_user_told_what_to_write(text):
    with pytest.raises(UsageError, match=r"cohort.yml is written in a way .*gitlab_id: 7"):
        with_value(text, ("people", "a-1", "gitlab_id"), 7, "cohort.yml")
