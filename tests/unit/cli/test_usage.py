"""How the program answers who asks for help, and who is wrong."""

import re
from collections.abc import Callable

import pytest

from eiginfra.cli.commands import COMMANDS, walk
from eiginfra.cli.main import USAGE, program, run

ALL = sorted(walk(program()))
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("COLUMNS", "80")

    def ask(*arguments: str) -> tuple[int, str, str]:
        code = run([*arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ask


def _plain(text: str) -> str:
    return " ".join(text.split())


def test_bare_it_prints_its_help_as_it_is(call: Call) -> None:
    code, out, told = call()
    assert (code, out) == (USAGE, "")
    assert told == call("--help")[1]
    assert call("journal")[::2] == (USAGE, call("journal", "--help")[1])


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_says_all_in_whole_words_and_80_columns(call: Call, path: tuple[str, ...]) -> None:
    code, out, _ = call(*path, "-h")
    assert code == 0
    assert call(*path, "--help")[1] == out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "..." not in re.sub(r"\[(?:PERSON|FILE|ARGS)\]\.\.\.", "", out)
    command = walk(program())[path]
    texts = [command.help or "", *(getattr(param, "help", None) or "" for param in command.params)]
    assert [text for text in texts if _plain(text) not in _plain(out)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_is_for_in_one_line_is_how_its_help_begins(name: str) -> None:
    command = walk(program())[(name,)]
    assert (command.help or "").startswith(COMMANDS[name])
    assert len(COMMANDS[name]) <= 65


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plan", "--limt", "x"], "eiginfra: No such option: --limt; did you mean --limit?\nSee eiginfra plan --help.\n"),
        (["plam"], "eiginfra: No such command 'plam'. Did you mean 'plan'?\nSee eiginfra --help.\n"),
        (["journal", "shwo"], "eiginfra: No such command 'shwo'. Did you mean 'show'?\nSee eiginfra journal --help.\n"),
        (["plan", "--qqqqqqq"], "eiginfra: No such option: --qqqqqqq.\nSee eiginfra plan --help.\n"),
        (["forget"], "eiginfra: name what to forget: an ADDRESS, or a machine with --host-key\n"),
        (
            ["plan", "--as-of", "soon"],
            "eiginfra: Invalid value for '--as-of': 'soon' is not a day; write 2019-10-01.\nSee eiginfra plan --help.\n",
        ),
    ],
    ids=" ".join,
)
def test_who_is_wrong_is_told_what_was_meant(call: Call, arguments: list[str], told: str) -> None:
    assert call(*arguments) == (USAGE, "", told)


def test_options_of_one_sort_stand_together(call: Call) -> None:
    headings = re.findall(r"^(\w.*):$", call("apply", "--help")[1], re.MULTILINE)
    assert headings == ["Arguments", "Options", "Choice of resources", "Files"]
