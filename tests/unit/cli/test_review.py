"""`eiginfra review` as a command: its exit codes, and what it refuses."""

import json
from pathlib import Path

import pytest
from support.repository import ADLER, InventoryRepository

from eiginfra.cli.main import run

LESS, MORE = ("memory: 1GiB", "memory: 512MiB"), ("memory: 1GiB", "memory: 4GiB")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> InventoryRepository:
    return InventoryRepository.made(tmp_path_factory.mktemp("template"))


@pytest.fixture
def there(template: InventoryRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InventoryRepository:
    copied = template.copied(tmp_path / "repository")
    copied.branch("topic")
    monkeypatch.chdir(copied.folder)
    return copied


@pytest.mark.parametrize(
    ("edit", "options", "code"),
    [
        (None, (), 0),
        (None, ("--detailed-exitcode",), 0),
        (LESS, (), 0),
        (LESS, ("--detailed-exitcode",), 2),
        (("town: Paris", "town:   Paris # here"), ("--detailed-exitcode",), 0),
        (MORE, (), 65),
        (MORE, ("--detailed-exitcode",), 65),
    ],
)
def test_the_exit_code_says_what_the_request_does(
    there: InventoryRepository, edit: tuple[str, str] | None, options: tuple[str, ...], code: int
) -> None:
    if edit is not None:
        there.edit(ADLER, edit)
        there.commit()
    assert run(["review", "--base", "main", *options]) == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--base is missing"),
        (["--base", "nothing"], "no commit nothing is here"),
        (["--base", "main", "--head", "nothing"], "git fetch origin nothing"),
        (["--base", "main", "--post"], "add --open"),
        (["--open", "--head", "topic"], "leave --head and --format out"),
    ],
)
def test_a_wrong_call_is_refused_with_what_to_do(
    there: InventoryRepository, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert run(["review", *arguments]) == 64
    assert told in capsys.readouterr().err


def test_as_json_both_commits_and_the_changes_are_told(there: InventoryRepository, capsys: pytest.CaptureFixture[str]) -> None:
    there.edit(ADLER, LESS)
    head = there.commit()
    assert run(["review", "--base", "main", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["head"] == head
    assert [change["address"] for cohort in document["cohorts"] for change in cohort["changes"]] == ["proxmox.container[eig3/adler/graph]"]


def test_a_clean_base_and_a_broken_one_both_tell_the_fault_of_the_head(there: InventoryRepository) -> None:
    there.on("main")
    there.edit("inventories/eig3/teams/cartobio.yml", ("title: CartoBio", "titel: CartoBio"))
    there.commit()
    there.git("branch", "--force", "topic")
    there.on("topic")
    there.commit({"README.md": "nothing of the inventory"})
    assert run(["review", "--base", "main"]) == 0
    there.edit(ADLER, MORE)
    there.commit()
    assert run(["review", "--base", "main"]) == 65
