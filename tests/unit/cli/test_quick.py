"""Help, the version and completion load nothing that only work needs: told by the modules that are loaded, not by the clock."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from eiginfra.cli.commands import COMMANDS

ROOT = Path(__file__).parents[3]
LIBRARIES = {
    "gitlab", "jinja2", "paramiko", "prometheus_client", "proxmoxer", "pydantic", "requests", "rich", "sqlalchemy", "starlette", "tenacity",
    "urllib3", "uvicorn", "yaml",
}  # fmt: skip
OF_TYPER = {"pydantic"}
PROGRAM = """
import json, os, sys
from eiginfra.cli.main import run
for call in json.loads(sys.argv[1]):
    os.environ.update(call["environment"])
    try:
        code = run(call["arguments"])
    except SystemExit as end:
        code = end.code
    assert not code, (call, code)
sys.stderr.write(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def _loaded(*calls: dict[str, object]) -> set[str]:
    """The libraries that are loaded when all the calls were answered, in one process."""
    given = json.dumps([{"arguments": [], "environment": {}, **call} for call in calls])
    ended = subprocess.run([sys.executable, "-c", PROGRAM, given], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return LIBRARIES & set(json.loads(ended.stderr.splitlines()[-1]))


def _completing(*words: str) -> dict[str, object]:
    return {"environment": {"_EIGINFRA_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}}


def test_the_version_and_help_load_no_library() -> None:
    assert _loaded(*({"arguments": [option]} for option in ("--version", "-h", "--help"))) == set()


def test_the_help_of_all_commands_loads_no_more_than_typer_itself() -> None:
    paths = [(name,) for name in COMMANDS] + [("journal", "show"), ("lab", "up")]
    assert _loaded(*({"arguments": [*path, "--help"]} for path in paths)) <= OF_TYPER


@pytest.mark.parametrize(
    "words", [("eiginfra", ""), ("eiginfra", "pl"), ("eiginfra", "journal", ""), ("eiginfra", "plan", "--li")], ids=" ".join
)
def test_completion_loads_no_more_than_typer_itself(words: tuple[str, ...]) -> None:
    assert _loaded(_completing(*words)) <= OF_TYPER


def test_names_are_offered_without_the_journals_library() -> None:
    lines = [("plan", "--limit", ""), ("forget", ""), ("journal", "show", "")]
    assert _loaded(*(_completing("eiginfra", *words) for words in lines)) <= {*OF_TYPER, "yaml"}


def test_check_loads_nothing_that_speaks_to_the_gateway() -> None:
    loaded = _loaded({"arguments": ["check"]})
    assert "pydantic" in loaded
    assert "paramiko" not in loaded
