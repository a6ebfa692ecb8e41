"""What left the inventory is told only where it can be told: every way to look at a part of it, with and without --prune."""

from typing import Any

import pytest


@pytest.fixture
def left(place: Any) -> Any:
    """A team that left, a project of a team that stayed and is not wanted any more."""
    assert place.call("apply", "--yes").code == 0
    place.team("karfur").unlink()
    text = place.team("adler").read_text(encoding="utf-8")
    before, name, after = text.partition("  - name: extraction\n")
    assert name
    rest = after.split("\n\n", 1)
    place.team("adler").write_text(before + "\n" + (rest[1] if len(rest) > 1 else ""), encoding="utf-8")
    return place


def _orphans(answer: Any) -> set[str]:
    return {change["address"] for change in answer.json["changes"] if change["cause"] == "orphan"}


GONE_TEAM = "gitlab.group[eig/eig3/karfur]"
GONE_PROJECT = "gitlab.project[eig/eig3/adler/extraction]"
WAYS: dict[str, tuple[list[str], set[str]]] = {
    "everything": ([], {GONE_TEAM, GONE_PROJECT}),
    "a team that stayed": (["--limit", "adler"], {GONE_PROJECT}),
    "another team": (["--limit", "open-chronic"], set()),
    "tags": (["--tags", "gitlab"], set()),
    "skipped tags": (["--skip-tags", "proxmox"], set()),
    "a team and tags": (["--limit", "adler", "--tags", "gitlab"], set()),
    "a target": (["--target", "gitlab.group[eig/eig3/adler]"], set()),
}


def test_orphans_are_told_where_the_whole_is_seen(left: Any) -> None:
    for prune in ([], ["--prune"]):
        for name, (options, expected) in WAYS.items():
            answer = left.call("plan", "--format", "json", "--allow-removals", "9", *prune, *options)
            assert answer.code == 0, answer.err
            found = _orphans(answer)
            assert found & {GONE_TEAM, GONE_PROJECT} == expected, (name, prune)
            removed = {change["address"] for change in answer.json["changes"] if change["action"] == "delete"}
            assert not removed or prune, name
            assert removed <= found


def test_a_team_that_left_cannot_be_named(left: Any) -> None:
    assert left.call("plan", "--limit", "karfur").code == 64


def test_a_broken_file_leaves_nothing_to_tell(left: Any) -> None:
    left.team("open-chronic").write_text("title: [\n", encoding="utf-8")
    answer = left.call("apply", "--yes", "--prune")
    assert answer.code == 65
    assert left.gitlab("GET", "/projects/eig%2Feig3%2Fadler%2Fextraction")["archived"] is False


def test_what_a_condition_switches_off_is_left_alone_beside_real_orphans(left: Any) -> None:
    playbook = left.folder / "playbooks" / "site.yml"
    text = playbook.read_text(encoding="utf-8")
    playbook.write_text(
        text.replace("    - name: Projects\n", "    - name: Projects\n      when: team.id != 'adler'\n", 1), encoding="utf-8"
    )
    found = _orphans(left.call("plan", "--prune", "--format", "json", "--allow-removals", "9"))
    assert GONE_TEAM in found
    assert GONE_PROJECT not in found
