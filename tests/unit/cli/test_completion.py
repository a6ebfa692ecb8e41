"""Completion in a real bash: the script that typer prints, on a folder with teams, a journal, and things that are wrong."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.fakes import META

from eiginfra.core.address import Address
from eiginfra.core.change import Action, Change
from eiginfra.core.journal import Reached
from eiginfra.inventory.site import SiteFile
from eiginfra.journal import open_journal
from eiginfra.wiring.names import JOURNAL

BIN = Path(sys.executable).parent
Complete = Callable[..., list[str]]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two teams, a journal with one run of two groups, and a saved plan."""
    teams = tmp_path / "inventories" / "eig3" / "teams"
    teams.mkdir(parents=True)
    for name in ("adler", "plume"):
        (teams / f"{name}.yml").write_text("title: [broken\n", encoding="utf-8")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "lab.yml").write_text("journal: ../kept/journal.db\n", encoding="utf-8")
    (tmp_path / "eiginfra.yml").write_text("inventory: inventories/eig3\nsite: infra/lab.yml\n", encoding="utf-8")
    (tmp_path / "saved.json").touch()
    with open_journal(str(tmp_path / "kept" / "journal.db")) as journal:
        run = journal.begin(META, "apply")
        for name in ("adler", "plume"):
            change = Change(address=Address("gitlab.group", f"eig/eig3/{name}"), action=Action.CREATE, desired={})
            journal.settle(journal.intend(run, change), "done", reached=Reached({}, {}, created=True))
    return tmp_path


def _bash(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder)}
    command = ["bash", "--norc", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def complete(place: Path) -> Complete:
    """What TAB offers after the words, the last of which is not ended."""

    def ask(*words: str, before: str = "") -> list[str]:
        script = f"""
        source <(eiginfra --show-completion) || exit 9
        {before}
        COMP_WORDS=({shlex.join(["eiginfra", *words])}) COMP_CWORD={len(words)}
        _eiginfra_completion eiginfra
        [ ${{#COMPREPLY[@]}} = 0 ] || printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        ended = _bash(script, place)
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout.splitlines()

    return ask


ADDRESSES = ["gitlab.group[eig/eig3/adler]", "gitlab.group[eig/eig3/plume]"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("dr",), ["drift"]),
        (("journal", "s"), ["show"]),
        (("plan", "--lim"), ["--limit"]),
        (("plan", "--format", "m"), ["markdown"]),
        (("plan", "--limit", ""), ["all", "adler", "plume"]),
        (("handouts", "-l", "adler,p"), ["adler,plume"]),
        (("apply", "--as-new", "p"), ["plume"]),
        (("plan", "--target", "gitlab.group[eig/eig3/a"), ADDRESSES[:1]),
        (("apply", "--replace", ""), ADDRESSES),
        (("forget", "gitlab"), ADDRESSES),
        (("forget", "-i", "inventories/none", ""), []),
        (("journal", "show", ""), ["1"]),
        (("journal", "diff", ""), ["1"]),
        (("schema", "s"), ["site", "settings"]),
        (("apply", "sav"), []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bash_is_offered_what_there_is(complete: Complete, words: tuple[str, ...], offered: list[str]) -> None:
    assert complete(*words) == offered


@pytest.mark.parametrize("words", [("plan", "--limit", ""), ("forget", ""), ("journal", "show", "")], ids=" ".join)
@pytest.mark.parametrize(
    "damage",
    [
        "rm eiginfra.yml",
        "echo ': ][' > eiginfra.yml",
        "echo '[]' > eiginfra.yml",
        "rm -r inventories kept",
        "echo 'journal: postgresql://user@nowhere/db' > infra/lab.yml; rm -r inventories",
        "echo x > kept/journal.db; rm -r inventories",
    ],
)
def test_where_nothing_can_be_read_nothing_is_said(complete: Complete, damage: str, words: tuple[str, ...]) -> None:
    assert complete(*words, before=damage) in ([], ["all"])


def test_a_file_is_bashs_own_to_complete(place: Path) -> None:
    printed = _bash("eiginfra --show-completion; exit $?", place)  # a last command would take bash's place, and its shell be unknown
    assert "complete -o default -F" in printed.stdout


def test_it_installs_itself(place: Path) -> None:
    ended = _bash("eiginfra --install-completion && source ~/.bashrc && complete -p eiginfra", place)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "-F _eiginfra_completion eiginfra" in ended.stdout


def test_a_site_that_names_no_journal_has_the_one_of_the_model() -> None:
    assert SiteFile.model_fields["journal"].default == JOURNAL
