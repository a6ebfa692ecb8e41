"""What templates see of a section that another package's provider has in the site file."""

from collections.abc import Callable
from datetime import date
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from pydantic import BaseModel
from support.words import raises

from eiginfra.core.errors import InputError
from eiginfra.core.secret import SecretSource
from eiginfra.inventory.site import Site, site_model
from eiginfra.playbook import Compiled

WithChat = Callable[["Section | None"], Site]


class Color(Enum):
    RED = "red"


class Inner(BaseModel):
    host: IPv4Address
    key: SecretSource | None = None


class Section(BaseModel):
    token: SecretSource
    spare: tuple[SecretSource, ...] = ()
    port: int = 8
    since: date = date(2019, 9, 2)
    folder: Path = Path("/srv")
    color: Color = Color.RED
    inner: Inner = Inner(host=IPv4Address("10.0.0.1"))
    names: dict[str, list[Path]] = {"a": [Path("/b")]}


@pytest.fixture
def with_chat(site: Site) -> WithChat:
    model = site_model({"chat": Section, "gitlab": Section})

    def make(section: Section | None) -> Site:
        return Site(name="lab", file=model(**{**dict(site.file), "chat": section}), document=site.document)

    return make


def path_of(compiled: Callable[..., Compiled], site: Site, expression: str) -> str:
    (resource,) = compiled(f'- tasks:\n  - gitlab.group:\n      path: "{{{{ {expression} }}}}"\n', site=site).resources
    return resource.address.key


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("(site.chat.port + 1) ~ site.chat.color", "9red"),
        ("site.chat.folder ~ site.chat.inner.host", "/srv10.0.0.1"),
        ("site.chat.names.a[0] ~ site.chat.since", "/b2019-09-02"),
        ("site.gitlab.root_group ~ site.name", "eiglab"),
    ],
)
def test_fields_are_seen_as_plain_values(compiled: Callable[..., Compiled], with_chat: WithChat, expression: str, text: str) -> None:
    assert path_of(compiled, with_chat(Section(token=SecretSource(env="T"))), expression) == text


@pytest.mark.parametrize("name", ["token", "spare", "inner.key"])
def test_secrets_are_not_seen_written_or_not(compiled: Callable[..., Compiled], with_chat: WithChat, name: str) -> None:
    with raises(InputError, match=f"has no '{name.rpartition('.')[2]}'"):
        path_of(compiled, with_chat(Section(token=SecretSource(env="T"))), f"site.chat.{name}")


def test_a_section_that_is_not_written_is_none(compiled: Callable[..., Compiled], with_chat: WithChat) -> None:
    assert path_of(compiled, with_chat(None), "'none' if site.chat is none else 'some'") == "none"
