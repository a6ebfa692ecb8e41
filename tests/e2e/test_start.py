"""From nothing, as a user does it: a new repository, and what is added to it. The lab's part of it is in test_wheel.py."""

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest
import yaml

from eiginfra.cli.main import run
from eiginfra.inventory.document import load_document
from eiginfra.inventory.normal_form import normal_form
from eiginfra.wiring.providers import read_site

ROOT = Path(__file__).parents[2]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG1hZGUgdXA6IGFkbGVyLTIuLi4uLi4uLi4uLi4uLi4u zoe"
Call = Callable[..., tuple[int, str, str]]


@dataclass
class New:
    """A new repository, in which commands are called."""

    folder: Path
    call: Call

    @property
    def team(self) -> Path:
        return self.folder / "inventories/eig9/teams/adler.yml"


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def called(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([*arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return called


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    assert run(["init", str(folder), "--cohort", "eig9", "--team", "adler", "--yes", "--quiet"]) == 0
    return folder


@pytest.fixture
def new(call: Call, written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> New:
    shutil.copytree(written, tmp_path / "r")
    monkeypatch.chdir(tmp_path / "r")
    return New(tmp_path / "r", call)


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_new_repository_passes_check_on_both_sites_without_a_word(new: New) -> None:
    assert new.call("check") == (0, "no findings; 22 resources.\n", "")
    code, out, _ = new.call("check", "--site", "infra/site.yml")
    assert (code, out.partition(";")[0]) == (0, "no findings")


def test_what_is_written_is_in_normal_form_and_follows_the_schemas_that_its_first_lines_name(new: New) -> None:
    written = sorted(new.folder.rglob("*.yml"))
    assert len(written) == 7
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert normal_form(text, path.name) == text
        if path.name not in (".gitlab-ci.yml", "pages.yml"):  # GitLab's own form
            named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
            schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
            jsonschema.Draft202012Validator(schema).validate(load_document(path, templates=False).data)
    assert new.call("fmt", "--check", ".") == (0, "", "")


def test_the_playbook_is_used_and_not_copied(new: New) -> None:
    assert yaml.safe_load((new.folder / "eiginfra.yml").read_text(encoding="utf-8"))["playbook"] == "eiginfra:site"
    assert [name for name, text in texts(new.folder).items() if "gitlab.group:" in text] == []


def test_the_lab_of_a_new_repository_is_that_of_the_example(new: New) -> None:
    assert read_site(new.folder / "infra/lab.yml").file.sizes == read_site(ROOT / "infra/lab.yml").file.sizes
    own, other = (yaml.safe_load((root / "infra/lab.yml").read_text(encoding="utf-8")) for root in (new.folder, ROOT))
    assert own == other


def test_a_folder_with_anything_in_it_is_refused_and_left_as_it_is(call: Call, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "mine").write_text("mine", encoding="utf-8")
    code, _, err = call("init", "r", "--yes")
    assert (code, err) == (64, "eiginfra: r is not an empty folder; nothing is overwritten\n")
    assert texts(tmp_path / "r") == {"mine": "mine"}
    (tmp_path / "r" / "mine").rename(tmp_path / "r" / ".git")
    code, out, _ = call("init", "r", "--yes")
    assert (code, out.splitlines()[0], "no findings." in out) == (0, "r/CODEOWNERS", True)


@pytest.mark.parametrize("arguments", [["--cohort", "Eig 9", "--yes"], ["--team", "../x", "--yes"], []])
def test_what_cannot_be_a_name_and_nobody_to_ask_are_errors_of_use(
    call: Call, tmp_path: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert call("init", "r", *arguments)[0] == 64
    assert not (tmp_path / "r").exists()


def test_titles_of_any_form_are_written_as_they_are(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"Its title": "Prom: « 9 » #1", "The administration that hosts it": "2024"}
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    monkeypatch.setattr("typer.prompt", lambda question, default, **_: answers.get(question, default))
    assert call("init", "r")[0] == 0
    team = yaml.safe_load((tmp_path / "r/inventories/promotion-1/teams/equipe-1.yml").read_text(encoding="utf-8"))
    assert (team["title"], team["administration"]) == ("Prom: « 9 » #1", "2024")


def test_a_machine_and_a_member_more_are_lines_more_and_nothing_else(new: New) -> None:
    before = new.team.read_text(encoding="utf-8")
    assert new.call("new", "machine", "db", "--team", "adler", "--publish", "adler:8080", "--forward", "10222:22")[0] == 0
    assert new.call("new", "member", "zoe", "--team", "adler", "--email", "zoe@example.org", "--key", KEY)[0] == 0
    lines, more = before.splitlines(), new.team.read_text(encoding="utf-8").splitlines()
    added = [line for line in more if line not in lines]
    assert added == [
        "  - username: zoe",
        "    email: zoe@example.org",
        "    ssh_keys:",
        f"      - {KEY}",
        "  - name: db",
        "    publish: [{subdomain: adler, port: 8080}]",
        "    forward: [{public: 10222, port: 22}]",
    ]
    assert new.call("fmt", "--check", ".")[0] == 0
    assert new.call("check")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["machine", "web", "--team", "adler"], 65, "a second machine 'web' in this team"),
        (["machine", "Web", "--team", "adler"], 65, "adler.yml:21:11: error"),
        (["machine", "db", "--team", "adler", "--size", "smal"], 65, "did you mean 'small'?"),
        (["machine", "db", "--team", "adle"], 64, "there is no team adle; did you mean 'adler'?"),
        (["machine", "db", "--team", "adler", "--publish", "adler"], 64, "write SUBDOMAIN:PORT"),
        (["member", "zoe", "--team", "adler", "--email", "zoe"], 65, "error"),
        (["member", "zoe", "--team", "adler", "--email", "z@example.org", "--mentor", "--role", "developer"], 64, "a mentor has no --role"),
        (["member", "adler-1", "--team", "adler", "--email", "z@example.org"], 65, "adler-1"),
        (["team", "adler"], 64, "is there, and is not overwritten"),
        (["team", "../x"], 64, "is no id: write x"),
        (["cohort", "eig9"], 64, "is there, and is not overwritten"),
        (["cohort", "eig10", "--team", "x"], 65, "it must have 2 characters or more"),
    ],
)
def test_what_would_be_an_error_is_refused_with_the_finding_and_nothing_is_written(
    new: New, arguments: list[str], code: int, told: str
) -> None:
    before = texts(new.folder)
    ended, _, err = new.call("new", *arguments)
    assert ended == code
    assert told in err
    assert texts(new.folder) == before


def test_an_error_that_was_there_before_keeps_nothing_back(new: New) -> None:
    other = new.team.with_name("plume.yml")
    other.write_text("title: Plume\nadministration: A\nmachines: [{name: a, image: debian-12, size: smal}]\n", encoding="utf-8")
    assert new.call("new", "machine", "db", "--team", "adler")[0] == 0
    assert "name: db" in new.team.read_text(encoding="utf-8")


def test_a_team_more_is_a_file_that_is_sound(new: New) -> None:
    code, out, _ = new.call("new", "team", "plume", "--title", "Plume: l’autre", "--administration", "Conseil d’État")
    assert (code, out.splitlines()[0]) == (0, "inventories/eig9/teams/plume.yml")
    assert "the team has no member" in out
    assert 'title: "Plume: l’autre"\n' in new.team.with_name("plume.yml").read_text(encoding="utf-8")
    assert new.call("fmt", "--check")[0] == new.call("check")[0] == 0


def test_a_cohort_like_another_has_its_file_with_its_comments_but_not_what_concerns_its_teams(new: New) -> None:
    file = new.folder / "inventories/eig9/cohort.yml"
    text = file.read_text(encoding="utf-8")
    more = "  teams:\n    # images\n    adler: {memory: 5GiB}\n"
    text = text.replace("capacity:", f"{more}# of the server\ncapacity:") + "# asked for\ngrants: []\npeople: {adler-1: {gitlab_id: 7}}\n"
    file.write_text(text, encoding="utf-8")
    assert new.call("new", "cohort", "eig10", "--like", "eig9", "--title", "Promotion 10", "--starts", "2031-09-01")[0] == 0
    made = (new.folder / "inventories/eig10/cohort.yml").read_text(encoding="utf-8")
    assert "title: Promotion 10\nstarts: 2031-09-01\nends: 2032-07-01    # les accès" in made
    assert "# of the server\ncapacity:" in made
    assert not {"images", "asked for", "grants", "people"} & set(made.split())
    code, out, _ = new.call("check", "-i", "inventories/eig10")
    assert (code, "error" in out) == (0, False)


def test_a_cohort_follows_the_other_one_and_lasts_as_long(new: New) -> None:
    file = new.folder / "inventories/eig9/cohort.yml"
    dates = re.sub(r"starts: .*\nends: \S+", "starts: 2019-09-02\nends: 2020-07-01", file.read_text(encoding="utf-8"))
    file.write_text(dates, encoding="utf-8")
    with (new.folder / "eiginfra.yml").open("a", encoding="utf-8") as settings:
        settings.write("as_of: 2019-10-01\n")
    assert new.call("new", "cohort", "eig10", "--like", "eig9")[0] == 0
    assert "starts: 2020-07-02\nends: 2021-05-01" in (new.folder / "inventories/eig10/cohort.yml").read_text(encoding="utf-8")


def test_fmt_writes_what_it_names_and_check_only_looks(new: New) -> None:
    before = new.team.read_text(encoding="utf-8")
    loose = before.replace("machines:", "machines:   # these").replace("name: web", "name:   web")
    new.team.write_text(loose, encoding="utf-8")
    told = "inventories/eig9/teams/adler.yml\n"
    assert new.call("fmt", "--check") == (2, told, "")
    assert new.call("fmt", "--check", "--quiet") == (2, "", "")
    assert new.call("fmt") == (0, told, "")
    assert new.call("fmt") == (0, "", "")
    assert "machines:   # these\n  - name: web\n" in new.team.read_text(encoding="utf-8")


def test_fmt_tells_what_is_broken_and_forms_the_others(new: New) -> None:
    new.team.write_text("title: [\n", encoding="utf-8")
    other = new.team.with_name("plume.yml")
    other.write_text("title:   P\n", encoding="utf-8")
    code, out, err = new.call("fmt", "inventories")
    assert (code, out) == (65, "inventories/eig9/teams/plume.yml\n")
    assert "adler.yml:1:" in err
    assert other.read_text(encoding="utf-8") == "title: P\n"
