"""Bad input and bad days: a clear sentence, the exit code of the table, and nothing changed."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eiginfra.journal import open_journal

TEAM = "inventories/eig3/teams/adler.yml"


def _append(path: str, text: str | bytes) -> Callable[[Any], None]:
    def edit(place: Any) -> None:
        target = place.folder / path
        content = text if isinstance(text, bytes) else text.encode()
        target.write_bytes(target.read_bytes() + content)

    return edit


def _swap(path: str, pattern: str, new: str) -> Callable[[Any], None]:
    def edit(place: Any) -> None:
        target = place.folder / path
        text, count = re.subn(pattern, new, target.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert count == 1, pattern
        target.write_text(text, encoding="utf-8")

    return edit


def _write(path: str, content: bytes) -> Callable[[Any], None]:
    def edit(place: Any) -> None:
        (place.folder / path).write_bytes(content)

    return edit


BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(ord("b"), ord("j"))
)

BAD_FILES = {
    "malformed YAML": (_append(TEAM, "\n  - : ]["), r"adler\.yml:\d+:\d+: error"),
    "unknown key": (_swap(TEAM, "^members:", "membres:"), r"adler\.yml:\d+:\d+: error.*membres.*(?s:.)*members"),
    "wrong type": (_swap(TEAM, "^title: .*", "title: [1]"), r"adler\.yml:\d+:\d+: error"),
    "duplicate key": (_append(TEAM, "\ntitle: again\n"), r"adler\.yml:\d+:\d+: error.*title"),
    "non-UTF-8": (_append(TEAM, b"\n# \xe9\n"), r"adler\.yml:\d+:\d+: error"),
    "a 50 MB file": (_write(TEAM, b"#" * 50_000_000), r"adler\.yml.*error.*(?i:large|big|size|MiB)"),
    "a YAML bomb": (_write(TEAM, BOMB), r"adler\.yml:\d+:\d+: error.*(?i:alias|anchor)"),
    "dates reversed": (_swap("inventories/eig3/cohort.yml", "^ends: .*", "ends: '2018-01-01'"), r"cohort\.yml:\d+:\d+: error"),
    "unknown size": (_swap(TEAM, r"size: \w+", "size: smal"), r"adler\.yml:\d+:\d+: error.*smal(?s:.)*small"),
    "unknown image": (_swap(TEAM, r"image: [\w.-]+", "image: debain-12"), r"adler\.yml:\d+:\d+: error(?s:.)*debian-12"),
    "team pattern unquoted": (_swap("playbooks/site.yml", "teams: all", "teams: !adler"), r"site\.yml:\d+:\d+: error(?s:.)*\"!adler\""),
    "unknown variable": (_swap("playbooks/site.yml", r"\{\{ team\.title \}\}", "{{ team.titel }}"), r"site\.yml:\d+:\d+: error.*adler"),
    "gateway in the ID range": (lambda place: place.site(proxmox={"network": _network("100-254")}), r"site\.yml:\d+:\d+: error.*gateway"),
}


def _network(ids: str) -> dict[str, Any]:
    return {"bridge": "vmbr1", "subnet": "192.168.0.0/24", "gateway": "192.168.0.254", "dns": ["9.9.9.9"], "ids": ids}


@pytest.mark.parametrize(("edit", "expected"), BAD_FILES.values(), ids=BAD_FILES)
def test_bad_files_are_refused_with_their_place(place: Any, edit: Callable[[Any], None], expected: str) -> None:
    edit(place)
    for command in (["check"], ["apply", "--yes"]):
        answer = place.call(*command)
        assert answer.code == 65, answer.err
        assert re.search(expected, answer.out + answer.err), answer.out + answer.err
        assert "Traceback" not in answer.err
    assert place.requests("gitlab") == place.requests("proxmox") == 0


def test_report_26_a_quota_exceeded_is_an_error_of_check_and_keeps_back_itself_alone(place: Any) -> None:
    place.edit("adler", "machines:", "machines:\n  - {name: huge, image: debian-12, cores: 16, memory: 32GiB, disk: 8GiB}")
    checked = place.call("check")
    assert (checked.code, "adler asks for" in checked.out, "its quota is" in checked.out) == (65, True, True)
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.err
    assert "than the team's quota has left" in answer.out
    # Never a cut: what goes beyond is not made smaller, it is not made.
    names = {guest["name"] for guest in place.proxmox("GET", "/nodes/eig/lxc")}
    assert names >= {"adler-web", "adler-graph", "karfur-web"}
    assert "adler-huge" not in names


def test_report_26_what_clashes_keeps_back_itself_alone(place: Any) -> None:
    """A sub-domain, a title and a host name that were free when each request was made."""
    label = re.search(r"subdomain: ([\w-]+)", place.team("adler").read_text(encoding="utf-8"))
    assert label
    other = place.team("karfur").read_text(encoding="utf-8")
    place.team("karfur").write_text(re.sub(r"subdomain: [\w-]+", f"subdomain: {label[1]}", other, count=1), encoding="utf-8")
    place.edit("adler", "title: Extraction d’entités", "title: API ADLER")
    assert place.call("check").code == 65
    answer = place.call("apply", "--yes")
    assert "kept back: see the finding asked-for-twice" in answer.out
    paths = {project["path_with_namespace"] for project in place.gitlab("GET", "/projects?per_page=100")}
    assert not paths & {"eig/eig3/adler/api", "eig/eig3/adler/extraction"}
    assert any(path.startswith("eig/eig3/karfur/") for path in paths)
    assert {guest["name"] for guest in place.proxmox("GET", "/nodes/eig/lxc")} >= {"adler-web", "karfur-web"}
    place.edit("adler", "title: API ADLER", "title: API")
    assert place.call("apply", "--yes").code == 0
    paths = {project["path_with_namespace"] for project in place.gitlab("GET", "/projects?per_page=100")}
    assert paths >= {"eig/eig3/adler/api", "eig/eig3/adler/extraction"}


def test_report_26_what_is_beyond_the_capacity_is_told_by_check_and_keeps_back_itself_alone(place: Any) -> None:
    cohort = place.folder / "inventories" / "eig3" / "cohort.yml"
    cohort.write_text(re.sub(r"(?m)^capacity:$", "capacity:\n  machines: 1", cohort.read_text(encoding="utf-8")), encoding="utf-8")
    checked = place.call("check")
    assert (checked.code, "all teams together ask for" in checked.out) == (65, True)
    answer = place.call("apply", "--yes", "--limit", "adler")
    assert answer.code == 0, answer.err
    assert "kept back: more machines than the cohort's capacity has left" in answer.out
    assert place.requests("gitlab") > 10


def test_two_teams_with_the_same_subdomain_are_told_both_places(place: Any) -> None:
    text = place.team("adler").read_text(encoding="utf-8")
    label = re.search(r"subdomain: ([\w-]+)", text)
    assert label
    other = place.team("karfur").read_text(encoding="utf-8")
    place.team("karfur").write_text(re.sub(r"subdomain: [\w-]+", f"subdomain: {label[1]}", other, count=1), encoding="utf-8")
    answer = place.call("check")
    assert answer.code == 65
    assert "adler.yml" in answer.out
    assert "karfur.yml" in answer.out


def test_a_project_more_visible_than_its_group_is_an_error_of_check(place: Any) -> None:
    playbook = place.folder / "playbooks" / "site.yml"
    text = playbook.read_text(encoding="utf-8")
    playbook.write_text(re.sub(r"visibility: public", "visibility: private", text), encoding="utf-8")
    answer = place.call("check")
    assert answer.code == 65
    assert "gitlab.project[eig/eig3/adler/api]" in answer.out + answer.err or "adler/api" in answer.out


@pytest.mark.parametrize("service", ["gitlab", "proxmox"])
def test_a_wrong_token_is_77(place: Any, service: str) -> None:
    (place.folder / "site" / f"{service}.token").write_text("wrong-00000000\n", encoding="utf-8")
    answer = place.call("apply", "--yes")
    assert answer.code == 77, answer.err
    assert "wrong-00000000" not in answer.out + answer.err
    assert place.requests("gitlab") == place.requests("proxmox") == 0


@pytest.mark.parametrize("service", ["gitlab", "proxmox"])
def test_a_server_that_is_down_is_69_and_no_partial_plan(place: Any, service: str) -> None:
    url = {"gitlab": "http://127.0.0.1:9", "proxmox": "https://127.0.0.1:9"}[service]
    place.site(**{service: {"url": url}})
    answer = place.call("plan")
    assert answer.code == 69, answer.err
    assert url in answer.err
    assert "+ " not in answer.out


def test_a_certificate_that_is_not_trusted_is_69_and_names_the_remedy(place: Any) -> None:
    (place.folder / "site" / "proxmox-ca.pem").unlink()
    body = (place.folder / "site" / "site.yml").read_text(encoding="utf-8")
    (place.folder / "site" / "site.yml").write_text(re.sub(r"^  ca: .*\n", "", body, flags=re.MULTILINE), encoding="utf-8")
    answer = place.call("plan")
    assert answer.code == 69, answer.err
    assert "ca" in answer.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plan", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
        (["plan", "--as-of", "yesterday"], "is not a day"),
        (["plan", "--target", "adler"], "is not an address"),
        (["plan", "--limit", "adlr"], "adler"),
        (["plan", "--target", "gitlab.group[eig/nowhere]"], "no such resource"),
        (["apply"], "--yes"),
        (["apply", "missing.json"], "cannot be read"),
        (["forget", "nonsense"], "is not an address"),
        (["schema", "nonsense"], "there is no schema"),
        (["inventory"], "either --list or --host"),
        (["inventory", "--host", "nowhere"], "there is no machine"),
        (["journal", "show", "99"], "no run 99"),
        (["plan", "--out", "no/such/folder/plan.json"], "cannot be written"),
        (["plan", "--settings", "nowhere.yml"], "nowhere.yml"),
    ],
)
def test_wrong_usage_is_64(place: Any, arguments: list[str], sentence: str) -> None:
    answer = place.call(*arguments)
    assert answer.code in (64, 65), answer.err
    assert sentence in answer.err
    assert place.requests("gitlab") == place.requests("proxmox") == 0


def test_another_run_is_75_and_says_who(place: Any) -> None:
    with open_journal(str(place.folder / "site" / "journal.db")) as journal, journal.lock("a test"):
        answer = place.call("apply", "--yes")
    assert answer.code == 75
    assert "a test" in answer.err
    assert str(os.getpid()) in answer.err


def test_a_plan_of_another_site_is_refused(place: Any) -> None:
    assert place.call("plan", "--out", "plan.json").code == 0
    place.site(gitlab={"url": "http://127.0.0.1:9"})
    answer = place.call("apply", "plan.json")
    assert answer.code == 65
    assert "was made for site" in answer.err


def test_half_of_the_members_gone_is_stopped_by_the_guard(place: Any) -> None:
    assert place.call("apply", "--yes", "--tags", "gitlab").code == 0
    for team in ("adler", "karfur", "open-chronic"):
        text = place.team(team).read_text(encoding="utf-8")
        place.team(team).write_text(re.sub(r"members:\n(  .*\n)+", "members: []\n", text), encoding="utf-8")
    answer = place.call("apply", "--yes", "--tags", "gitlab")
    assert answer.code == 1, answer.out
    assert "--allow-removals" in answer.err
    assert len(place.gitlab("GET", "/groups/eig%2Feig3%2Fadler/members")) > 2


def test_check_needs_no_secret_and_no_server(place: Any, tmp_path: Path) -> None:
    for name in ("gitlab.token", "proxmox.token"):
        (place.folder / "site" / name).unlink()
    assert place.call("check").code == 0
    answer = place.call("plan")
    assert answer.code == 65
    assert "gitlab.token" in answer.err


def test_check_sees_the_fence(place: Any) -> None:
    playbook = place.folder / "playbooks" / "site.yml"
    text = playbook.read_text(encoding="utf-8")
    assert 'path: "{{ site.gitlab.root_group }}/{{ cohort.id }}"' in text
    playbook.write_text(text.replace('"{{ site.gitlab.root_group }}/{{ cohort.id }}"', '"elsewhere/{{ cohort.id }}"', 1), encoding="utf-8")
    answer = place.call("check")
    assert answer.code == 65
    assert re.search(r"site\.yml:\d+:\d+: error: .*elsewhere/eig3", answer.out)


def test_json_reports_say_their_format(place: Any) -> None:
    answer = place.call("check", "--format", "json")
    assert answer.json["format_version"] == 1
    assert answer.json["ok"] is True
