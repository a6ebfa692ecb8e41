"""A team's request from the branch to the servers: real git, and the lab's GitLab and Proxmox VE."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from support.lab_git import GitClone, address, clone, run_git

PROJECT = "eig/infra"
URL = "/projects/eig%2Finfra"
IGNORED = "/site/*\n!/site/site.yml\n/plan.json\n"


@dataclass
class Office:
    """The inventory's repository on the lab's GitLab, its protected checkout, and people with accounts and clones."""

    place: Any
    tokens: dict[str, str]
    folder: Path

    @classmethod
    def open(cls, place: Any, folder: Path) -> "Office":
        group = place.gitlab("GET", "/groups/eig")["id"]
        place.gitlab("POST", "/projects", name="infra", path="infra", namespace_id=group)
        office = cls(place, {"root": place.lab.served["gitlab"].service.token}, folder)
        top = place.folder
        cohort = top / "inventories" / "eig3" / "cohort.yml"
        body = yaml.safe_load(cohort.read_text(encoding="utf-8"))
        body |= {"repository": {"url": f"{place.lab.urls['gitlab']}/{PROJECT}"}, "approvals": {"by": ["link-1"]}}
        cohort.write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
        (top / ".gitignore").write_text(IGNORED, encoding="utf-8")
        run_git(top, "init", "--quiet", "--initial-branch=main")
        for key, value in (("user.name", "EIG Link"), ("user.email", "eig-link@example.org")):
            run_git(top, "config", key, value)
        run_git(top, "remote", "add", "origin", address(place.lab.urls["gitlab"], PROJECT, office.tokens["root"]))
        run_git(top, "add", "--all")
        run_git(top, "commit", "--quiet", "--message", "the inventory")
        run_git(top, "push", "--quiet", "origin", "main")
        return office

    def person(self, name: str) -> GitClone:
        """Somebody with an account, a place in the repository, and a clone."""
        known = self.place.gitlab("GET", f"/users?username={name}")
        fields = {"username": name, "name": name, "email": f"{name}@example.org", "force_random_password": "true"}
        person = known[0] if known else self.place.gitlab("POST", "/users", **fields)
        self.place.gitlab("POST", f"{URL}/members", user_id=person["id"], access_level=30)
        body = {"name": "t", "scopes[]": "api"}
        self.tokens[name] = self.place.gitlab("POST", f"/users/{person['id']}/personal_access_tokens", **body)["token"]
        return clone(self.folder / name, self.place.lab.urls["gitlab"], PROJECT, self.tokens[name], name)

    def ask(self, name: str, branch: str) -> int:
        """Open a merge request into main; its number."""
        body = {"title": branch, "source_branch": branch, "target_branch": "main"}
        return int(self.by(name, "POST", "/merge_requests", **body)["iid"])

    def by(self, name: str, method: str, path: str, **body: object) -> Any:
        """What somebody does by GitLab's interface."""
        url, headers = f"{self.place.lab.urls['gitlab']}/api/v4{URL}{path}", {"PRIVATE-TOKEN": self.tokens[name]}
        answer = requests.request(method, url, headers=headers, data=body, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def notes(self, number: int) -> list[str]:
        """What eiginfra wrote on a request."""
        found = self.place.gitlab("GET", f"{URL}/merge_requests/{number}/notes")
        return [note["body"] for note in found if "eiginfra review" in note["body"]]

    def post(self) -> str:
        """One run of the scheduled job; what it printed."""
        answer = self.place.call("review", "--open", "--post")
        assert answer.code == 0, answer.out + answer.err
        return str(answer.out)


def edit(person: GitClone, team: str, old: str, new: str) -> None:
    path = person.folder / "inventories" / "eig3" / "teams" / f"{team}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    person("commit", "--quiet", "--all", "--message", f"{old} becomes {new}")


@pytest.fixture
def office(place: Any, tmp_path_factory: pytest.TempPathFactory) -> Office:
    answer = place.call("apply", "--yes")
    assert answer.code == 0, answer.out + answer.err
    return Office.open(place, tmp_path_factory.mktemp("people"))


def test_a_request_from_its_first_mistake_to_the_servers(office: Office) -> None:
    place = office.place
    adler = office.person("adler-1")
    office.person("link-1")
    adler("checkout", "--quiet", "-b", "more")
    edit(adler, "adler", "image: debian-12", "image: debian")
    adler.push()
    number = office.ask("adler-1", "more")

    # The mistake is told at its line, where the author reads it and on the request.
    run_git(place.folder, "fetch", "--quiet", "origin", "more:more")
    told = place.call("review", "--base", "main", "--head", "more")
    assert told.code == 65
    assert "inventories/eig3/teams/adler.yml:38:12: error" in told.out
    assert "debian-12" in told.out
    assert f"!{number}: the note is written" in office.post()
    [note] = office.notes(number)
    head = adler("rev-parse", "HEAD")
    assert f"({place.lab.urls['gitlab']}/{PROJECT}/-/blob/{head}/inventories/eig3/teams/adler.yml#L38)" in note

    # Corrected, with a bigger machine and another public port: the same note says so, and asks for a yes for the port alone.
    edit(adler, "adler", "image: debian\n", "image: debian-12\n")
    edit(adler, "adler", "size: small", "size: medium")
    edit(adler, "adler", "{public: 10222, port: 22}", "{public: 10222, port: 22}, {public: 10333, port: 8080}")
    adler.push()
    assert f"!{number}: the note is written" in office.post()
    [note] = office.notes(number)
    assert "erreur" not in note
    assert "mémoire 1536MiB → 2048MiB sur 2048MiB" in note
    [asked] = [line for line in note.splitlines() if line.startswith("- [")]
    assert asked.startswith("- [ ] [inventories/eig3/teams/adler.yml:42](")
    assert asked.endswith("machines\\[web\\].forward\\[10333/tcp\\]<br>un port public est ouvert: l’accord de link-1 est nécessaire")
    assert f"!{number}: the note is as it was" in office.post()

    # The yes counts where it is given by who may give it, to what is there now.
    office.by("link-1", "POST", f"/merge_requests/{number}/approve")
    office.post()
    [note] = office.notes(number)
    assert "- [x]" in note
    assert "accord donné par link-1" in note

    place.gitlab("PUT", f"{URL}/merge_requests/{number}/merge")
    _carried_out(place)
    assert office.post() == ""


def _carried_out(place: Any) -> None:
    """One plan of what was merged, and an apply of exactly that; then the servers are as the inventory says."""
    run_git(place.folder, "pull", "--quiet", "--ff-only", "origin", "main")
    planned = place.call("plan", "--out", "plan.json", "--format", "json")
    assert planned.code == 0, planned.err
    changed = {change["address"] for change in planned.json["changes"] if change["action"] != "none"}
    assert changed == {"proxmox.container[eig3/adler/web]"}
    applied = place.call("apply", "plan.json")
    assert applied.code == 0, applied.out + applied.err
    assert place.proxmox("GET", f"/nodes/eig/lxc/{place.guest('adler-web')}/config")["memory"] == 1024
    drift = place.call("drift", "--format", "json")
    assert (drift.code, drift.json["changes"]) == (0, [])


def test_who_starts_the_job_again_changes_no_verdict(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Offline nobody vouches for an author."""
    folder = office.place.folder
    run_git(folder, "checkout", "--quiet", "-b", "more")
    edit(GitClone(folder), "adler", "size: small", "size: medium")
    before = office.place.call("review", "--base", "main", "--format", "json").json
    for name in ("GITLAB_USER_LOGIN", "GITLAB_USER_NAME", "CI_MERGE_REQUEST_ASSIGNEES", "CI_COMMIT_AUTHOR", "GITHUB_ACTOR"):
        monkeypatch.setenv(name, "link-1")
    after = office.place.call("review", "--base", "main", "--format", "json").json
    assert (before["author"], [need["given"] for need in before["needs"]]) == (None, [None])
    assert after == before


def test_who_is_not_of_the_team_needs_a_yes_for_all_of_it(office: Office) -> None:
    karfur = office.person("karfur-1")
    karfur("checkout", "--quiet", "-b", "help")
    edit(karfur, "adler", "size: small", "size: medium")
    karfur.push()
    number = office.ask("karfur-1", "help")
    office.post()
    [note] = office.notes(number)
    assert "machines\\[web\\].size: small → medium<br>karfur-1" in note
    assert "l’accord de link-1 est nécessaire" in note


def test_live_tells_what_only_servers_know(office: Office) -> None:
    adler = office.person("adler-1")
    adler("checkout", "--quiet", "-b", "more")
    edit(adler, "adler", "size: small", "size: medium")
    adler.push()
    office.ask("adler-1", "more")
    place = office.place
    number = place.guest("adler-web")
    place.proxmox("PUT", f"/nodes/eig/lxc/{number}/config", memory=768)
    place.gitlab("DELETE", "/projects/eig%2Feig3%2Fadler%2Fextraction")
    writes = place.requests("proxmox")
    answer = place.call("review", "--open", "--live")
    assert answer.code == 0, answer.err
    known = f"proxmox.container[eig3/adler/web]: node eig, vmid {number}, 192.168.0.{number}/24; drift: memory 768MiB → 512MiB"
    assert known in answer.out
    assert "gitlab.project[eig/eig3/adler/extraction]; drift: it is missing" in answer.out
    assert place.requests("proxmox") == writes


def test_two_requests_that_fit_alone_and_not_together(office: Office) -> None:
    numbers = []
    for name, machine in (
        ("adler-1", "{name: one, image: debian-12, size: small}"),
        ("adler-2", "{name: two, image: debian-12, size: small}"),
    ):
        person = office.person(name)
        person("checkout", "--quiet", "-b", name)
        path = person.folder / "inventories" / "eig3" / "teams" / "adler.yml"
        text = path.read_text(encoding="utf-8")
        first, last = ("machines:\n", "machines:\n  - {}\n"), ("\ncontacts:\n", "\n  - {}\ncontacts:\n")
        old, new = first if name == "adler-1" else last
        assert text.count(old) == 1
        path.write_text(text.replace(old, new.format(machine)), encoding="utf-8")
        person("commit", "--quiet", "--all", "--message", "one more")
        person.push()
        numbers.append(office.ask(name, name))
    answer = office.place.call("review", "--open", "--post", "--with-open")
    assert answer.code == 0, answer.err
    for number, other in (numbers, reversed(numbers)):
        [note] = office.notes(number)
        assert f"Pas avec \\!{other}" in note
        assert "adler demande 4 machines" in note


def test_a_note_that_somebody_else_wrote_is_left_alone(office: Office) -> None:
    adler = office.person("adler-1")
    adler("checkout", "--quiet", "-b", "more")
    edit(adler, "adler", "size: small", "size: medium")
    adler.push()
    number = office.ask("adler-1", "more")
    forged = "<!-- eiginfra review -->\nAll is well."
    office.by("adler-1", "POST", f"/merge_requests/{number}/notes", body=forged)
    office.post()
    notes = office.notes(number)
    assert len(notes) == 2
    assert forged in notes
    assert json.dumps(notes).count("Revue de") == 1
