"""A cohort's own texts: read with its folder, checked like everything else, taken instead of the packaged ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from eiginfra.core.errors import InputError
from eiginfra.core.finding import Finding
from eiginfra.core.utilisation import Host
from eiginfra.core.values import ByteSize
from eiginfra.handouts.blocks import NAMES, TextLibrary, check_texts, text_values
from eiginfra.handouts.blocks.library import packaged
from eiginfra.handouts.en import ENGLISH
from eiginfra.handouts.fr import FRENCH
from eiginfra.handouts.page import Link, Paragraph
from eiginfra.inventory.cohort import Cohort
from eiginfra.inventory.loader import load_cohort, read_cohort
from eiginfra.inventory.site import Site

COHORT_FILE = "cohort: eig3\ntitle: Promotion 3\nstarts: 2019-09-02\nends: 2020-07-01\nquota: {default: {machines: 3}}\n"
TEAM_FILE = "title: ADLER\nadministration: Cour des comptes\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A cohort's folder with texts of its own, by the names of their files."""

    def make(**texts: str | bytes) -> Path:
        made = tmp_path / "eig3"
        (made / "teams").mkdir(parents=True)
        (made / "handouts").mkdir()
        (made / "cohort.yml").write_text(COHORT_FILE, encoding="utf-8")
        (made / "teams/adler.yml").write_text(TEAM_FILE, encoding="utf-8")
        for name, text in texts.items():
            (made / "handouts" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        monkeypatch.chdir(tmp_path)
        return made

    return make


def checked(folder: Path) -> list[Finding]:
    return [*check_texts(load_cohort(folder).texts)]


def told(folder: Path) -> list[str]:
    return [f"{each.location}: {each.code}" for each in checked(folder)]


def said(cohort: Cohort, language: str, name: str = "welcome") -> object:
    found = TextLibrary(cohort, language).section(name, {})
    return found and found.blocks


def test_a_text_is_taken_instead_of_the_packaged_one(folder: Callable[..., Path]) -> None:
    cohort = load_cohort(folder(**{"welcome.md": "# T\n\nBoth", "tools.en.md": "# T\n\nEnglish", "tools.md": "# T\n\nOther"}))
    assert said(cohort, "fr") == said(cohort, "en") == (Paragraph(("Both",)),)
    assert said(cohort, "en", "tools") == (Paragraph(("English",)),)
    assert said(cohort, "fr", "tools") == (Paragraph(("Other",)),)
    assert TextLibrary(cohort, "fr").section("calendar", {}) == packaged("calendar", "fr").section
    assert [*check_texts(cohort.texts)] == []


def test_an_empty_file_leaves_a_text_out(folder: Callable[..., Path]) -> None:
    cohort = load_cohort(folder(**{"welcome.fr.md": "\n"}))
    assert said(cohort, "fr") is None
    assert TextLibrary(cohort, "en").section("welcome", {"team": "ADLER"}) is not None


def test_without_the_folder_all_texts_are_packaged(folder: Callable[..., Path]) -> None:
    made = folder()
    (made / "handouts").rmdir()
    cohort = load_cohort(made)
    assert cohort.texts == {}
    assert all(TextLibrary(cohort, "fr").section(name, {}) is not None for name in NAMES)


def test_every_mistake_is_told_in_its_file(folder: Callable[..., Path]) -> None:
    made = folder(
        **{
            "welcom.md": "# T",
            "welcome.de.md": "# T",
            "tools.txt": "T",
            "backups.md": "# T\n\n{contct}",
            "connect.md": b"# T\n\n\xe9",
            "mentor.md": b"# " + b"a" * 40_000,
            "security.md": "# T\n\na\u200bb",
            "README.md": "What these files are.",
        }
    )
    assert told(made) == [
        "eig3/handouts/backups.md:3:1: block-placeholder",
        "eig3/handouts/connect.md:3:1: not-utf-8-but-latin-1",
        "eig3/handouts/mentor.md:1:1: block-too-large",
        "eig3/handouts/security.md:3:2: invisible-character",
        "eig3/handouts/tools.txt:1:1: block-file",
        "eig3/handouts/welcom.md:1:1: block-unknown",
        "eig3/handouts/welcome.de.md:1:1: block-file",
    ]
    assert [each.advice.params.get("meant") for each in checked(made) if each.advice] == ["contact", "welcome"]
    with pytest.raises(InputError) as problem:
        TextLibrary(load_cohort(made), "fr").section("backups", {})
    assert [each.code for each in problem.value.findings] == ["block-placeholder"]


def test_links_and_folders_are_no_texts(folder: Callable[..., Path]) -> None:
    made = folder()
    (made / "handouts/welcome.md").symlink_to(made / "cohort.yml")
    (made / "handouts/tools.md").mkdir()
    assert told(made) == ["eig3/handouts/tools.md:1:1: file-is-folder", "eig3/handouts/welcome.md:1:1: file-is-link"]
    for path in made.glob("handouts/*"):
        path.unlink() if path.is_symlink() else path.rmdir()
    (made / "handouts").rmdir()
    (made / "handouts").symlink_to(made / "teams")
    assert [each.code for each in read_cohort(made).findings] == ["stray-file"]


def test_too_many_texts_are_not_read(folder: Callable[..., Path]) -> None:
    made = folder(**{f"t{number:03}.md": b"a" * 30_000 for number in range(9)})
    read = read_cohort(made)
    assert [(each.code, each.params["count"]) for each in read.findings] == [("files-not-read", 4)]
    assert read.cohort is not None
    assert len(read.cohort.texts) == 5


def test_texts_are_no_part_of_what_is_asked_for(folder: Callable[..., Path]) -> None:
    made = folder()
    before = load_cohort(made).digest
    (made / "handouts/welcome.md").write_text("# T\n\na", encoding="utf-8")
    assert load_cohort(made).digest == before


def test_values_are_those_of_the_files_and_of_the_server(cohort: Callable[..., Cohort], site: Callable[..., Site]) -> None:
    made, here = cohort(repository={"url": "https://gitlab.example.org/eig/inventory"}), site(gateway=True)
    hosts = [Host("eig", cores=8, memory=ByteSize.parse("32GiB"))]
    values = text_values(made, here, FRENCH, team=made.teams[0], hosts=hosts, machine="adler-web")
    assert values == {
        "cohort": "Promotion 3",
        "starts": "2\u00a0septembre\u00a02019",
        "ends": "1er\u00a0juillet\u00a02020",
        "contact": Link("mailto:eig-link@example.org", "eig-link@example.org"),
        "repository": Link("https://gitlab.example.org/eig/inventory", "https://gitlab.example.org/eig/inventory"),
        "gateway": "eig.example.org",
        "domain": "eig-apps.example.org",
        "memory": "32\u00a0Gio",
        "cores": "8",
        "machine": "adler-web",
        "team": "ADLER",
        "administration": "Ministère de l’Action et des comptes publics",
        "team_file": "eig3/teams/adler.yml",
    }
    unseen = [*hosts, Host("other")]
    less = text_values(replace(made, file=made.file.model_copy(update={"contacts": ()})), site(), ENGLISH, hosts=unseen)
    assert {*less} == {"cohort", "starts", "ends", "repository"}


def test_the_teams_file_is_named_as_it_is_kept(
    folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Callable[..., Site]
) -> None:
    made = folder()
    here = load_cohort(made)
    assert text_values(here, site(), ENGLISH, team=here.teams[0])["team_file"] == "eig3/teams/adler.yml"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    there = load_cohort(made)
    assert text_values(there, site(), ENGLISH, team=there.teams[0])["team_file"] == "eig3/teams/adler.yml"
