import gc
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel
from support.words import message, remedy

from eiginfra.core.errors import InputError, UsageError
from eiginfra.core.filters import Filter
from eiginfra.core.finding import Finding
from eiginfra.core.provider import Context, Provider
from eiginfra.inventory.site import Site
from eiginfra.wiring import providers
from eiginfra.wiring.doctor import examine, token_limits
from eiginfra.wiring.providers import described, installed, open_providers, read_site

SITE = """\
gitlab: {url: "https://gitlab.example.org", token: {env: EIG_NO_GITLAB}, root_group: eig}
proxmox:
  url: https://pve.example.org:8006
  token_id: eiginfra@pve!ci
  token: {env: EIG_NO_PROXMOX}
  nodes: [eig]
  storage: {disks: local-lvm}
  network: {bridge: vmbr1, subnet: 192.168.0.0/24, gateway: 192.168.0.254, ids: 100-250}
  restart_window: 03:00-05:00
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    path = tmp_path / "site.yml"
    path.write_text(SITE)
    return read_site(path)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """The installed entry points, to be set by the test."""
    found: list[EntryPoint] = []
    monkeypatch.setattr(providers, "entry_points", lambda group: found)
    installed.cache_clear()
    yield found
    installed.cache_clear()


class Section(BaseModel):
    port: int


class Chat(Provider[Section]):
    name = "chat"
    section = Section
    kinds = ()

    def __init__(self, section: Section | None, context: Context) -> None:
        self.section_ = section

    def doctor(self) -> Iterable[Finding]:
        return ()

    def close(self) -> None:
        pass


class Talk(Chat):
    """With a filter that another provider might bring, too."""

    name = "talk"
    filters: ClassVar[Mapping[str, Filter]] = {"shout": str.upper}


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=providers.ENTRY_POINTS)


def test_all_providers_can_be_described_without_a_site() -> None:
    with described() as every:
        assert {kind.provider for kind in every.registry()} == {provider.name for provider in every.every} >= {"gitlab", "proxmox"}
        assert list(every) == []


def test_offline_no_secret_is_fetched_and_facts_are_the_sections(site: Site) -> None:
    with open_providers(site, offline=True) as opened:
        assert [(provider.name, provider.url, provider.restart_window) for provider in opened] == [
            ("gitlab", "https://gitlab.example.org", None),
            ("proxmox", "https://pve.example.org:8006", "03:00-05:00"),
        ]
        assert opened.requests() == {"gitlab": {}, "proxmox": {}}
        assert opened.workers() == {"gitlab": 8, "proxmox": 8}


def test_every_missing_secret_is_told_at_its_place(site: Site) -> None:
    with pytest.raises(InputError) as caught:
        open_providers(site)
    assert [message(finding) for finding in caught.value.findings] == [
        "the environment variable EIG_NO_GITLAB is not set or empty",
        "the environment variable EIG_NO_PROXMOX is not set or empty",
    ]
    assert [finding.location.line for finding in caught.value.findings if finding.location] == [1, 5]


def test_closing_ends_all_threads(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIG_NO_GITLAB", "x")
    monkeypatch.setenv("EIG_NO_PROXMOX", "x")
    before = set(threading.enumerate())
    with open_providers(site) as opened:
        gitlab, proxmox = opened
        gitlab._api.client.each(str, range(4))  # type: ignore[attr-defined]
        proxmox._client.threads(2, "test").submit(str).result()  # type: ignore[attr-defined]
        assert set(threading.enumerate()) > before
    assert set(threading.enumerate()) <= before


def test_what_was_closed_leaves_nothing_that_waits_for_the_search_for_circles(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line lets Python search seldom, and the reconcile loop opens providers every ten minutes."""
    monkeypatch.setenv("EIG_NO_GITLAB", "x")
    monkeypatch.setenv("EIG_NO_PROXMOX", "x")
    gc.disable()
    try:
        with open_providers(site) as opened:
            gitlab, proxmox = opened
            left = [weakref.ref(held) for held in (gitlab._api, gitlab._api.client, proxmox._client)]  # type: ignore[attr-defined]
        del gitlab, proxmox, opened
        assert [ref() for ref in left] == [None, None, None]
    finally:
        gc.enable()


def test_the_doctor_looks_at_every_service_whatever_ails_another(site: Site, tmp_path: Path) -> None:
    codes = [finding.code for finding in examine(site)]
    assert [code for code in codes if code != "no-section"] == ["secret-unset", "secret-unset", "journal-empty"]
    path = tmp_path / "empty.yml"
    path.write_text("journal: journal.db\n")
    assert [finding.code for finding in examine(read_site(path))] == [*["no-section"] * len(installed()), "journal-empty"]


def test_the_limits_of_tokens_are_tried_where_there_is_a_section(site: Site, tmp_path: Path) -> None:
    assert [finding.code for finding in token_limits(site, read_only=False)] == ["secret-unset", "secret-unset"]
    path = tmp_path / "empty.yml"
    path.write_text("journal: journal.db\n")
    assert token_limits(read_site(path), read_only=True) == []


def test_a_provider_without_attempts_has_nothing_to_tell() -> None:
    assert tuple(Chat(None, Context()).token_limits(read_only=True)) == ()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "no provider is installed"),
        ([("chat", f"{__name__}:Chat"), ("chat", f"{__name__}:Chat")], "two packages bring a provider chat"),
        ([("talk", "eiginfra.core.provider:Context")], "is no provider of the name talk"),
        ([("talk", f"{__name__}:Talk")], "its filter shout is not called talk_"),
        ([("chat", "no_such_module:Chat")], "does not load: No module named 'no_such_module'"),
        ([("chat", "eiginfra.core.provider:Nothing")], "does not load"),
    ],
)
def test_packages_that_bring_no_usable_provider_are_named(points: list[EntryPoint], given: list[tuple[str, str]], words: str) -> None:
    points += [point(*each) for each in given]
    with pytest.raises(UsageError, match=words):
        installed()


def test_a_section_of_the_site_is_checked_by_its_providers_model(
    points: list[EntryPoint], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "_load", lambda _point: Chat)
    points.append(point("chat", "anything"))
    path = tmp_path / "site.yml"
    path.write_text("chat:\n  port: eight\nchats: {}\n")
    with pytest.raises(InputError) as caught:
        read_site(path)
    assert [(str(finding.location).removeprefix(f"{path}:"), message(finding), remedy(finding)) for finding in caught.value.findings] == [
        ("2:9", "port: text stands here, where a whole number belongs", "write digits, without quotes"),
        ("3:1", "unknown key 'chats'", "did you mean 'chat'?"),
    ]
    path.write_text("chat: {port: 8}\n")
    with open_providers(read_site(path)) as opened:
        assert opened.available == {"chat"}
