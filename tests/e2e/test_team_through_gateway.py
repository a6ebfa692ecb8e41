"""A team's file becomes accounts to jump through, sub-domains, public ports and keys on machines; all of it ends when somebody leaves."""

import re
from typing import Any

import pytest

from eiginfra.lab.config import SERVICES

NEW = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTMuLi4uLi4uLi4uLi4uLi4u adler-3"


@pytest.fixture
def services() -> tuple[str, ...]:
    return SERVICES


def changes(place: Any) -> dict[str, Any]:
    """The actions of a plan by address, without those that only wait."""
    body = place.call("plan", "--format", "json").json
    return {change["address"]: change["action"] for change in body["changes"] if change["action"] != "none"}


def page_of(place: Any, team: str) -> str:
    assert place.call("handouts", "-o", "pages").code == 0
    written: str = (place.folder / "pages" / f"{team}.md").read_text(encoding="utf-8")
    return written.replace("\u00a0", " ")


def test_a_teams_file_is_all_that_it_takes_and_who_leaves_is_out(place: Any) -> None:
    assert place.call("check").out.startswith("no findings; ")
    done = place.call("apply", "--yes", "--restart")
    assert done.code == 0, done.out
    assert place.call("plan", "--detailed-exitcode").code == 0

    # What was seen is on the team's page.
    page = page_of(place, "adler")
    port = re.search(r"port: (\d+)", (place.folder / "site" / "site.yml").read_text())
    assert port is not None
    assert f"Host eig3.gateway\n    HostName 127.0.0.1\n    Port {port[1]}\n    User adler-1\n" in page
    assert re.search(r"répondez yes si elle est ici : `SHA256:[A-Za-z0-9+/]{43}`\.", page)
    assert re.search(r"\| `adler-web` \| `adler-1`, `adler-2` \| `SHA256:[A-Za-z0-9+/]{43}` \|", page)
    assert "[adler.eig-apps.example.org](<https://adler.eig-apps.example.org/>)" in page
    assert "| `127.0.0.1:10222` | port 22 de `adler-web` | en service |" in page
    way = place.call("inventory", "--host", "adler-web").json["ansible_ssh_common_args"]
    assert way == f"-o ProxyJump=eiginfra@127.0.0.1:{port[1]}"

    # Somebody comes, and somebody goes: all of it in one apply.
    text = place.team("adler").read_text(encoding="utf-8")
    start, end = text.index("  - username: adler-2"), text.index("mentors:")
    comes = f"  - username: adler-3\n    email: adler-3@example.org\n    ssh_keys:\n      - {NEW}\n"
    place.team("adler").write_text(text[:start] + comes + text[end:], encoding="utf-8")
    asked = changes(place)
    assert asked["gateway.account[adler-3]"] == "create"
    assert {"machine.access[eig3/adler/web]", "machine.access[eig3/adler/graph]", "gateway.account[adler-2]"} <= asked.keys()
    done = place.call("apply", "--yes", "--restart")
    assert done.code == 0, done.out
    assert changes(place) == {}
    page = page_of(place, "adler")
    assert "| `adler-web` | `adler-1`, `adler-3` |" in page
    assert "User adler-3" in page
    assert "adler-2" not in page
