"""`eiginfra import`: what the servers have becomes an inventory, whose apply takes it over and changes nothing of it."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from e2e.conftest import ROOT, Workplace

NEW = "new/eig3"
NOTED = re.compile(r"gitlab/tokens/.*/last_used_at|proxmox/guests/\d+/config/(?:description|tags)")
"""Markers, and what a server notes of being asked."""


@pytest.fixture
def services() -> tuple[str, ...]:
    return ("gitlab", "proxmox", "gateway")


@pytest.fixture
def everybody(place: Workplace) -> Workplace:
    """The whole example, applied."""
    shutil.copytree(ROOT / "inventories", place.folder / "inventories", dirs_exist_ok=True)
    assert place.call("apply", "--yes", "--quiet").code == 0
    return place


def strip(place: Workplace) -> None:
    """Take off what shows that eiginfra made the guests: descriptions and tags; and the journal."""
    for sort in ("lxc", "qemu"):
        for guest in place.proxmox("GET", f"/nodes/eig/{sort}"):
            if not guest.get("template"):
                place.proxmox("PUT", f"/nodes/eig/{sort}/{guest['vmid']}/config", delete="description,tags")
    for file in (place.folder / "site").glob("journal.db*"):
        file.unlink()


def state(place: Workplace) -> Mapping[str, Any]:
    """All that the three servers know, by path, without markers."""
    return dict(_leaves({name: json.loads(json.dumps(served.service.dump())) for name, served in place.lab.served.items()}))


def _leaves(value: Any, *path: str) -> Iterator[tuple[str, Any]]:
    """What is empty is as if it was not there: the lab makes a place for what is asked of it."""
    if not isinstance(value, dict | list):
        yield "/".join(path), value
        return
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(item, *path, str(key))


def test_the_labs_estate_is_adopted_and_nothing_of_it_changes(everybody: Workplace) -> None:
    # With markers and journal there is nothing to adopt, and no number to grant; one machine's `state: running` is no server's to tell.
    done = everybody.call("import", "--cohort", "eig3", "--starts", "2019-09-02", "--out", "marked/eig3", "--format", "json")
    assert (done.code, done.json["adopted"]) == (0, 1)
    assert "grants" not in (everybody.folder / "marked/eig3/cohort.yml").read_text(encoding="utf-8")

    strip(everybody)
    before = state(everybody)
    done = everybody.call("import", "--cohort", "eig3", "--starts", "2019-09-02", "--out", NEW, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert {found["code"] for found in done.json["findings"]} == {
        "import-administration",
        "import-image-guessed",
        "import-keys-unknown",
        "import-without-backup",
    }
    assert differing(before, state(everybody)) == {}

    assert everybody.call("apply", "-i", NEW, "--yes", "--quiet").code == 0
    assert differing(before, state(everybody)) == {}
    assert all(guest["config"]["description"].startswith("eiginfra: eig3/") for guest in guests(everybody))
    assert everybody.call("plan", "-i", NEW, "--detailed-exitcode", "--quiet").code == 0


def guests(place: Workplace) -> list[dict[str, Any]]:
    """The guests that are no templates, as the lab keeps them."""
    kept = place.lab.served["proxmox"].service.dump()["guests"].values()
    return [guest for guest in kept if not guest["config"].get("template")]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs but markers, and what a server notes of being asked."""
    return {
        path: (before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and not NOTED.fullmatch(path)
    }
