"""The inventory's repository: the project that it is on one server, and on no other."""

import pytest
from pydantic import ValidationError

from eiginfra.inventory.repository import Repository


@pytest.mark.parametrize(
    ("url", "server", "project"),
    [
        ("https://gitlab.example.org/eig/inventory", "https://gitlab.example.org", "eig/inventory"),
        ("https://gitlab.example.org/eig/link/inventory.git", "https://gitlab.example.org/", "eig/link/inventory"),
        ("https://example.org/gitlab/eig/inventory/", "https://example.org/gitlab", "eig/inventory"),
        ("https://gitlab.example.org:8443/eig/inventory", "https://gitlab.example.org:8443", "eig/inventory"),
        ("https://example.org/other/eig/inventory", "https://example.org/gitlab", None),
        ("https://example.org/gitlab-2/eig/inventory", "https://example.org/gitlab", None),
        ("https://gitlab.example.org.evil.org/eig/inventory", "https://gitlab.example.org", None),
        ("https://evil.org/gitlab.example.org/inventory", "https://gitlab.example.org", None),
        ("http://gitlab.example.org/eig/inventory", "https://gitlab.example.org", None),
        ("https://gitlab.example.org:444/eig/inventory", "https://gitlab.example.org", None),
        ("https://gitlab.example.org/inventory", "https://gitlab.example.org", None),
        ("https://gitlab.example.org/eig/inventory?x=1", "https://gitlab.example.org", None),
        ("https://gitlab.example.org/eig/inventory#x", "https://gitlab.example.org", None),
    ],
)
def test_a_repository_is_a_project_of_one_server(url: str, server: str, project: str | None) -> None:
    assert Repository(url=url).project_at(server) == project


def test_an_address_with_a_user_is_none() -> None:
    with pytest.raises(ValidationError):
        Repository(url="https://gitlab.example.org@evil.org/eig/inventory")


def test_its_default_branch_is_main_unless_it_is_said() -> None:
    assert Repository(url="https://gitlab.example.org/eig/inventory").branch == "main"
